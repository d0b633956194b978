"""What cells sense: one column for every signal that a rule or a modulation of the model reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exocosm.errors import InputError

from .compiled import Compiled
from .compiled_cells import APOPTOTIC, NECROTIC
from .state import State


@dataclass(frozen=True)
class Surroundings:
    """What cells touch: how many cells of each kind (n, k), living and dead (n,), and the pressure (n,).

    `size` (n,) is the share of a cell that its neighbours leave, `fraction` (n,) that of its outline covered.
    """

    of_kind: np.ndarray
    living: np.ndarray
    dead: np.ndarray
    pressure: np.ndarray
    size: np.ndarray
    fraction: np.ndarray


COVERING = ("compressed size", "contact fraction")
CONTACT = ("contact with ", "pressure", *COVERING)
"""Beginnings of the names of signals that need the surroundings."""


def sense(compiled: Compiled, state: State, around: Surroundings | None) -> np.ndarray:
    """Return the signals (n, s) of all cells, columns in the order of `compiled.behaviours.signals`."""
    signals = np.empty((state.n_cells, len(compiled.behaviours.signals)))
    for column, name in enumerate(compiled.behaviours.signals):
        signals[:, column] = _signal(name, compiled, state, around)
    return signals


def _signal(name: str, compiled: Compiled, state: State, around: Surroundings | None) -> np.ndarray | float:
    fields = [field.name for field in compiled.model.fields]
    if name in fields:
        return _at_cells(state, state.fields["solute"][fields.index(name)])
    if name.removesuffix(" gradient") in fields:
        return _steepness(
            compiled, state, state.fields["solute"][fields.index(name.removesuffix(" gradient"))]
        )
    if name in _SINGLE:
        return _SINGLE[name](state)
    if name.startswith(CONTACT):
        if around is None:
            raise InputError(
                f"Signal {name!r} needs the contacts between cells, which this version does not follow. "
                "Take out the rules and modulations that read it."
            )
        return _touched(name, compiled, around)
    return _listed(name, compiled, state)


_SINGLE: dict[str, Callable[[State], np.ndarray | float]] = {
    "volume": lambda state: 4.0 / 3.0 * np.pi * state.cells["radius"] ** 3,
    "hypoxia": lambda state: state.cells["hypoxia"],
    "damage": lambda state: state.cells["damage"],
    "damage delivered": lambda state: state.cells["damage_delivered"],
    "attacking": lambda state: state.cells["attacking"] >= 0,
    "dead": lambda state: ~state.cells["alive"],
    "apoptotic": lambda state: state.cells["death"] == APOPTOTIC,
    "necrotic": lambda state: state.cells["death"] == NECROTIC,
    "total attack time": lambda state: state.cells["attack_time"],
    "time": lambda state: state.time,
}


def _touched(name: str, compiled: Compiled, around: Surroundings) -> np.ndarray:
    if name == "pressure":
        return around.pressure
    if name in COVERING:
        return around.size if name == "compressed size" else around.fraction
    what = name.removeprefix("contact with ")
    if what in compiled.kinds:
        return around.of_kind[:, compiled.kinds.index(what)]
    return around.living if what == "live cell" else around.dead


def _listed(name: str, compiled: Compiled, state: State) -> np.ndarray:
    """Signals that exist once for every vesicle class, cargo, node or custom datum."""
    cells = state.cells
    for suffix, array, names in (
        (" taken up", "taken", compiled.vesicles),
        (" copies", "copies", compiled.cargoes),
        (" delivered", "delivered", compiled.cargoes),
    ):
        if name.removesuffix(suffix) in names and name.endswith(suffix):
            return cells[array][:, names.index(name.removesuffix(suffix))]
    if name.startswith("custom:"):
        return cells["custom"][:, compiled.custom.index(name.removeprefix("custom:"))]
    if name.startswith("activity of "):
        return _activity(name.removeprefix("activity of "), compiled, state)
    vesicles = state.fields["vesicles"][compiled.vesicles.index(name.removesuffix(" vesicles"))]
    return _at_cells(state, vesicles) / compiled.model.domain.voxel_volume


def _activity(node: str, compiled: Compiled, state: State) -> np.ndarray:
    """Activity of a node, 0 in cells whose network has none of this name."""
    found = np.zeros(state.n_cells)
    for kind, network in enumerate(compiled.networks):
        if node in network.names:
            mine = state.cells["kind"] == kind
            found[mine] = state.cells["activity"][mine, network.names.index(node)]
    return found


def _at_cells(state: State, field: np.ndarray) -> np.ndarray:
    return field.reshape(-1)[state.cells["voxel"]]


def _steepness(compiled: Compiled, state: State, field: np.ndarray) -> np.ndarray:
    """Length of the gradient where each cell is, from central differences, one-sided at the rim."""
    axes = [axis for axis, n in enumerate(field.shape) if n > 1]
    slopes = [_at_cells(state, np.gradient(field, compiled.model.domain.spacing.value, axis=a)) for a in axes]
    return np.sqrt(sum(slope**2 for slope in slopes)) if slopes else np.zeros(state.n_cells)
