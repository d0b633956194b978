"""What cells do to those they touch in a step, and what they sense of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from exocosm.errors import InputError

from .attachments import renew
from .compiled import Compiled
from .compiled_cells import Behaviours
from .exchange import behaviour_values
from .signals import CONTACT, COVERING, Surroundings
from .state import State
from .swallow import swallow

_SWALLOWING = ("phagocytose ", "fuse to ")


@dataclass(frozen=True)
class Possible:
    """What cells of a model can ever do to those they touch, and whether they sense them."""

    swallows: bool
    attacks: bool
    attaches: bool
    senses: bool

    @property
    def any(self) -> bool:
        """Whether cells can do anything to others."""
        return self.swallows or self.attacks or self.attaches


def possible(compiled: Compiled) -> Possible:
    """Look up what cells can ever do to each other; raises InputError in a well-mixed domain."""
    behaviours = compiled.behaviours
    found = Possible(
        swallows=any(_is_ever(behaviours, beginning) for beginning in _SWALLOWING),
        attacks=any(behaviours.is_ever(f"attack {kind}") for kind in compiled.kinds),
        attaches=behaviours.is_ever("cell attachment rate"),
        senses=any(name.startswith(CONTACT) for name in behaviours.signals),
    )
    if compiled.model.domain.well_mixed and (found.any or found.senses):
        raise InputError(
            f"Expected no contacts between cells in the well-mixed model `{compiled.model.name}`, where "
            "cells have no places. Take a domain in space, or leave out attack, phagocytosis, fusion, "
            "attachment and the signals of contact and pressure."
        )
    return found


def _is_ever(behaviours: Behaviours, beginning: str) -> bool:
    return any(behaviours.is_ever(name) for name in behaviours.names if name.startswith(beginning))


def touching(compiled: Compiled, state: State, backend: SimpleNamespace) -> tuple[np.ndarray, np.ndarray]:
    """Return whom each cell touches, by rising id: (first, other), see `contacts`.

    Two cells touch where they act on each other by force: their centres are closer than the sum of how far
    they reach, each the larger of its radius and radius · "relative maximum adhesion distance".
    """
    reach = np.maximum(1.0, behaviour_values(compiled, state, compiled.at.reach))
    cells = state.cells
    return backend.contacts.contacts(cells["position"], reach * cells["radius"], ids=cells["id"])


def interact(
    compiled: Compiled, state: State, backend: SimpleNamespace, can: Possible, dt: float, seed: int
) -> np.ndarray:
    """Let cells attach, attack, eat and fuse for `dt` [min]; returns which cells (n,) are still there."""
    others = touching(compiled, state, backend)
    if can.attaches:
        renew(compiled, state, backend, others, dt, seed)
    if can.attacks:
        backend.interactions.attack(compiled, state, *others, dt, seed)
    if not can.swallows:
        return np.ones(state.n_cells, dtype=bool)
    return swallow(compiled, state, *backend.interactions.seize(compiled, state, *others, dt, seed))


def surroundings(compiled: Compiled, state: State, backend: SimpleNamespace) -> Surroundings:
    """Count what each cell touches, and how hard it is pressed; covering where a signal needs it."""
    first, other = touching(compiled, state, backend)
    of_kind, living, dead = backend.interactions.count(compiled, state, first, other)
    pressure = np.empty(state.n_cells)
    backend.contacts.pressures(state.cells["position"], state.cells["radius"], pressure)
    size, fraction = np.ones(state.n_cells), np.zeros(state.n_cells)
    if any(name in compiled.behaviours.signals for name in COVERING):
        flat = compiled.model.domain.shape[0] == 1
        backend.contacts.covering(state.cells["position"], state.cells["radius"], size, fraction, flat=flat)
    return Surroundings(
        of_kind=of_kind, living=living, dead=dead, pressure=pressure, size=size, fraction=fraction
    )
