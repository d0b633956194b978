"""Cells that eat others or fuse with them: who gets whom, and what becomes of what they hold."""

from __future__ import annotations

import numpy as np

from .attachments import release
from .compiled import Compiled
from .compiled_cells import CALCIFIED, CYTOPLASMIC, FLUID, NUCLEAR
from .laws.growth import radius_of
from .population import remove
from .state import State

HELD = ("bodies", "docked", "docked_copies", "endosome", "endosome_copies", "bound")
SHARED_OUT = ("copies", "delivered", "taken", "lesions", "damage", "damage_delivered", *HELD)
"""What a division halves, apart from volume and conserved data of the user's own; a fusion adds it up."""


def swallow(
    compiled: Compiled, state: State, when: np.ndarray, target: np.ndarray, fuses: np.ndarray
) -> np.ndarray:
    """Carry out what cells have drawn, in the order of time; returns which cells (n,) are still there.

    A cell that is gone by then eats and is eaten no more, so that no cell is lost twice. Ties, which
    need equal random numbers, go to the lower id.
    """
    cells = state.cells
    there = np.ones(state.n_cells, dtype=bool)
    acting = np.flatnonzero(np.isfinite(when))
    for cell in acting[np.lexsort((cells["id"][acting], when[acting]))]:
        other = target[cell]
        if there[cell] and there[other]:
            (_fuse if fuses[cell] else _eat)(compiled, state, int(cell), int(other))
            there[other] = False
    if not there.all():
        gone = cells["id"][~there]
        cells["attacking"][np.isin(cells["attacking"], gone)] = -1
        release(state, gone)
        remove(state, ~there)
    return there


def _eat(compiled: Compiled, state: State, cell: int, other: int) -> None:
    """Take the volume of the other, solids into the cytoplasm, and what the user declared to be conserved."""
    cells = state.cells
    if _has_volume(compiled, state, cell):
        parts = _parts(compiled, state, cell, other)
        parts[CYTOPLASMIC] += parts[NUCLEAR]
        parts[NUCLEAR] = 0.0
        _add_volume(state, cell, parts)
    _add_conserved(compiled, cells, cell, other)


def _fuse(compiled: Compiled, state: State, cell: int, other: int) -> None:
    """Become one cell, around the common centre of volume, with the contents and nuclei of both."""
    cells = state.cells
    mine, its = cells["radius"][cell] ** 3, cells["radius"][other] ** 3
    position = cells["position"]
    position[cell] = (mine * position[cell] + its * position[other]) / (mine + its)
    for name in SHARED_OUT:
        cells[name][cell] += cells[name][other]
    for name in ("copies", *HELD):
        cells[name][other] = 0  # they are not gone with the cell
    cells["nuclei"][cell] += cells["nuclei"][other]
    _add_conserved(compiled, cells, cell, other)
    if _has_volume(compiled, state, cell):
        rest = compiled.lives.rest_volume[:, [NUCLEAR, CYTOPLASMIC]].sum(axis=1)
        share = rest[cells["kind"][other]] / rest[cells["kind"][cell]]
        cells["aim"][cell] += share * cells["aim"][other]
        _add_volume(state, cell, _parts(compiled, state, cell, other))


def _has_volume(compiled: Compiled, state: State, cell: int) -> bool:
    return bool(compiled.lives.rest_volume[state.cells["kind"][cell], :3].sum() > 0)


def _parts(compiled: Compiled, state: State, cell: int, other: int) -> np.ndarray:
    """Parts (4,) of the volume of the other; a cell without a volume of its own is a ball of cytoplasm."""
    if _has_volume(compiled, state, other):
        return state.cells["volume"][other].copy()
    total = 4.0 / 3.0 * np.pi * state.cells["radius"][other] ** 3
    fluid = compiled.lives.fluid_fraction[state.cells["kind"][cell]]
    parts = np.zeros(4)
    parts[FLUID], parts[CYTOPLASMIC] = fluid * total, (1.0 - fluid) * total
    return parts


def _add_volume(state: State, cell: int, parts: np.ndarray) -> None:
    mine = state.cells["volume"][cell]
    before, more = mine[:3].sum(), parts[:3].sum()
    if before + more > 0.0:
        mine[CALCIFIED] = (before * mine[CALCIFIED] + more * parts[CALCIFIED]) / (before + more)
    mine[:3] += parts[:3]
    state.cells["radius"][cell] = radius_of(mine[:3].sum())


def _add_conserved(compiled: Compiled, cells: dict[str, np.ndarray], cell: int, other: int) -> None:
    conserved = compiled.conserved[cells["kind"][[cell, other]]].all(axis=0)
    cells["custom"][cell, conserved] += cells["custom"][other, conserved]
