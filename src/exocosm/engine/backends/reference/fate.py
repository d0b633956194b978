"""What becomes of vesicles in and on cells, cell by cell in plain Python."""

from __future__ import annotations

import numpy as np

from ...compiled import Compiled
from ...laws import fate as laws
from ...laws import sampling
from ...laws.random import FATE
from ...state import State
from .release import give

COME_OFF, DETACH, LEAVE, ESCAPE, RECYCLE = range(5)  # draws of one cell and class
N_DRAWS = 5


def settle(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let vesicles leave the surface and the endosomes of living cells for `dt` [min], with their cargo.

    Docked ones come off or are taken in; those in endosomes escape to the cytosol, return to the medium or
    end in the lysosome. `bound` is the surface cargo docked now.
    """
    cells, back = state.cells, _Returns(compiled, state)
    for cell in np.flatnonzero(cells["alive"]):
        for v in range(len(compiled.vesicles)):
            if compiled.uptake.docks and cells["docked"][cell, v]:
                _off_the_surface(compiled, state, back, int(cell), v, dt, seed)
            if cells["endosome"][cell, v]:
                _out_of_endosomes(compiled, state, back, int(cell), v, dt, seed)
        for c in np.flatnonzero(compiled.fate.surface & compiled.uptake.docks):
            cells["bound"][cell, c] = cells["docked_copies"][cell, :, c].sum()
    for account in ("detached", "recycled"):
        everyone = np.arange(state.n_cells)
        give(compiled, state, everyone, back.vesicles[account], back.copies[account], account, seed)


def _off_the_surface(compiled: Compiled, state: State, back: _Returns, cell: int, v: int, dt, seed) -> None:
    cells, fate, kind = state.cells, compiled.fate, state.cells["kind"][cell]
    draw = _Draws(compiled, state, cell, v, seed)
    rate = fate.detach[kind] + fate.internalise[kind]
    before = int(cells["docked"][cell, v])
    gone = draw(COME_OFF, before, laws.exit_probability(rate, dt))
    off = draw(DETACH, gone, fate.detach[kind] / rate if rate > 0.0 else 0.0)
    cells["docked"][cell, v] -= gone
    cells["endosome"][cell, v] += gone - off
    returned = np.zeros(len(compiled.cargoes), dtype=np.int64)
    for c in range(len(compiled.cargoes)):
        moved = draw.copies(COME_OFF, c, cells["docked_copies"][cell, v, c], gone, before)
        returned[c] = draw.copies(DETACH, c, moved, off, gone)
        cells["docked_copies"][cell, v, c] -= moved
        cells["endosome_copies"][cell, v, c] += moved - returned[c]
    back.add("detached", cell, v, off, returned)


def _out_of_endosomes(compiled: Compiled, state: State, back: _Returns, cell: int, v: int, dt, seed) -> None:
    cells, fate, kind = state.cells, compiled.fate, state.cells["kind"][cell]
    draw = _Draws(compiled, state, cell, v, seed)
    before = int(cells["endosome"][cell, v])
    leaving = draw(LEAVE, before, laws.exit_probability(fate.exit[kind], dt))
    escaped = draw(ESCAPE, leaving, fate.escape[kind])
    share = laws.next_share(fate.recycled[kind], fate.escape[kind])
    recycled = draw(RECYCLE, leaving - escaped, share)
    cells["endosome"][cell, v] -= leaving
    state.vesicle_books["cytosolic"][v] += escaped
    state.vesicle_books["degraded"][v] += leaving - escaped - recycled
    returned = np.zeros(len(compiled.cargoes), dtype=np.int64)
    for c in range(len(compiled.cargoes)):
        out = draw.copies(LEAVE, c, cells["endosome_copies"][cell, v, c], leaving, before)
        freed = draw.copies(ESCAPE, c, out, escaped, leaving)
        returned[c] = draw.copies(RECYCLE, c, out - freed, recycled, leaving - escaped)
        cells["endosome_copies"][cell, v, c] -= out
        cells["copies"][cell, c] += freed
        cells["delivered"][cell, c] += freed
        state.cargo_books["cytosolic"][v, c] += freed
        state.cargo_books["degraded"][v, c] += out - freed - returned[c]
    back.add("recycled", cell, v, recycled, returned)


class _Returns:
    """What goes back to the medium around each cell, by account."""

    def __init__(self, compiled: Compiled, state: State) -> None:
        shape = state.n_cells, len(compiled.vesicles)
        accounts = ("detached", "recycled")
        self.vesicles = {name: np.zeros(shape, dtype=np.int64) for name in accounts}
        self.copies = {name: np.zeros((*shape, len(compiled.cargoes)), dtype=np.int64) for name in accounts}

    def add(self, account: str, cell: int, v: int, count: int, copies) -> None:
        self.vesicles[account][cell, v] += count
        self.copies[account][cell, v] += copies


class _Draws:
    """The keyed binomial draws of one cell and class."""

    def __init__(self, compiled: Compiled, state: State, cell: int, v: int, seed: int) -> None:
        self.first = (int(state.cells["id"][cell]) * len(compiled.vesicles) + v) * N_DRAWS
        self.n_streams, self.step, self.seed = len(compiled.cargoes) + 1, state.step, seed

    def __call__(self, draw: int, count: int, share: float, stream: int = 0) -> int:
        key = (self.first + draw) * self.n_streams + stream
        return sampling.binomial(count, share, self.seed, FATE, self.step, key)

    def copies(self, draw: int, c: int, copies: int, going: int, of: int) -> int:
        """Copies go with the vesicles that hold them: a share going/of."""
        return self(draw, int(copies), going / of, c + 1) if going else 0
