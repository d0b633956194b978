"""What becomes of vesicles in and on cells, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import Compiled
from ...laws import fate as laws
from ...laws import sampling
from ...laws.random import FATE
from ...state import State
from .release import give
from .threads import MANY_CELLS, threads_for

_COME_OFF, _DETACH, _LEAVE, _ESCAPE, _RECYCLE = range(5)  # draws of one cell and class
_N_DRAWS = 5
_CHUNKS = 64  # the same on any number of threads: books are summed chunk by chunk


def settle(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let vesicles leave the surface and the endosomes of living cells for `dt` [min], with their cargo.

    Docked ones come off or are taken in; those in endosomes escape to the cytosol, return to the medium or
    end in the lysosome. `bound` is the surface cargo docked now.
    """
    moved = exits(compiled, state, dt, seed)
    if compiled.fate.gives_back:
        chosen = np.arange(state.n_cells)
        for (counts, copies), account in zip(moved, ("detached", "recycled"), strict=True):
            give(compiled, state, chosen, counts, copies, account, seed)


def exits(compiled: Compiled, state: State, dt: float, seed: int):
    """Move vesicles inside and out of cells; returns what comes off, and what is recycled.

    Each is a pair: vesicles (n, v) and copies (n, v, c) that go back to the medium around a cell.
    """
    cells, fate = state.cells, compiled.fate
    n_vesicles, n_cargoes = len(compiled.vesicles), len(compiled.cargoes)
    rows = state.n_cells if fate.gives_back else 0
    back = np.zeros((2, rows, n_vesicles), dtype=np.int64)
    back_copies = np.zeros((2, rows, n_vesicles, n_cargoes), dtype=np.int64)
    sums = np.zeros((_CHUNKS, n_vesicles, n_cargoes + 1, 2))
    with threads_for(state.n_cells, MANY_CELLS):
        _settle(
            cells["id"], cells["kind"], cells["alive"], cells["copies"], cells["delivered"], cells["docked"],
            cells["docked_copies"], cells["endosome"], cells["endosome_copies"], cells["bound"], fate.escape,
            fate.recycled, fate.exit, fate.detach, fate.internalise, fate.surface, back, back_copies, sums,
            state.step, dt, seed,
        )  # fmt: skip
    total = sums.sum(axis=0)
    for j, name in enumerate(("cytosolic", "degraded")):
        state.vesicle_books[name] += total[:, 0, j]
        state.cargo_books[name] += total[:, 1:, j]
    return (back[0], back_copies[0]), (back[1], back_copies[1])


@njit(cache=True, nogil=True, parallel=True)
def _settle(
    ids, kind, alive, held, delivered, docked, docked_copies, endosome, endosome_copies, bound, escape,
    recycled, leave, detach, internalise, surface, back, back_copies, sums, step, dt, seed,
):  # fmt: skip
    n_cells, n_vesicles, n_cargoes = endosome_copies.shape
    docks = docked.shape[1] > 0
    n_chunks = sums.shape[0]
    for chunk in prange(n_chunks):
        for i in range(chunk * n_cells // n_chunks, (chunk + 1) * n_cells // n_chunks):
            if not alive[i]:
                continue
            k = kind[i]
            for v in range(n_vesicles):
                first = (ids[i] * n_vesicles + v) * _N_DRAWS
                before = docked[i, v] if docks else 0
                if before > 0:
                    rate = detach[k] + internalise[k]
                    p = laws.exit_probability(rate, dt)
                    gone = _draw(first, _COME_OFF, 0, n_cargoes, before, p, step, seed)
                    share = detach[k] / rate if rate > 0.0 else 0.0
                    off = _draw(first, _DETACH, 0, n_cargoes, gone, share, step, seed)
                    docked[i, v] -= gone
                    endosome[i, v] += gone - off
                    if off > 0:
                        back[0, i, v] = off
                    for c in range(n_cargoes):
                        inside = docked_copies[i, v, c]
                        moved = _copies(first, _COME_OFF, c, n_cargoes, inside, gone, before, step, seed)
                        home = _copies(first, _DETACH, c, n_cargoes, moved, off, gone, step, seed)
                        docked_copies[i, v, c] -= moved
                        endosome_copies[i, v, c] += moved - home
                        if home > 0:
                            back_copies[0, i, v, c] = home
                before = endosome[i, v]
                if before > 0:
                    p = laws.exit_probability(leave[k], dt)
                    leaving = _draw(first, _LEAVE, 0, n_cargoes, before, p, step, seed)
                    escaped = _draw(first, _ESCAPE, 0, n_cargoes, leaving, escape[k], step, seed)
                    share = laws.next_share(recycled[k], escape[k])
                    home = _draw(first, _RECYCLE, 0, n_cargoes, leaving - escaped, share, step, seed)
                    endosome[i, v] -= leaving
                    sums[chunk, v, 0, 0] += escaped
                    sums[chunk, v, 0, 1] += leaving - escaped - home
                    if home > 0:
                        back[1, i, v] = home
                    for c in range(n_cargoes):
                        inside = endosome_copies[i, v, c]
                        out = _copies(first, _LEAVE, c, n_cargoes, inside, leaving, before, step, seed)
                        if out == 0:
                            continue
                        freed = _copies(first, _ESCAPE, c, n_cargoes, out, escaped, leaving, step, seed)
                        rest = leaving - escaped
                        back_too = _copies(first, _RECYCLE, c, n_cargoes, out - freed, home, rest, step, seed)
                        endosome_copies[i, v, c] -= out
                        held[i, c] += freed
                        delivered[i, c] += freed
                        sums[chunk, v, c + 1, 0] += freed
                        sums[chunk, v, c + 1, 1] += out - freed - back_too
                        if back_too > 0:
                            back_copies[1, i, v, c] = back_too
            for c in range(n_cargoes):
                if surface[c] and docks:
                    total = 0
                    for v in range(n_vesicles):
                        total += docked_copies[i, v, c]
                    bound[i, c] = total


@njit(cache=True, nogil=True)
def _draw(first, draw, stream, n_cargoes, count, share, step, seed):
    """One keyed binomial draw of a cell and class; streams are its vesicles (0) and its cargoes."""
    if count == 0:
        return 0
    return sampling.binomial(count, share, seed, FATE, step, (first + draw) * (n_cargoes + 1) + stream)


@njit(cache=True, nogil=True)
def _copies(first, draw, c, n_cargoes, copies, going, of, step, seed):
    """Copies go with the vesicles that hold them: a share going/of."""
    if going == 0 or copies == 0:
        return 0
    return _draw(first, draw, c + 1, n_cargoes, copies, going / of, step, seed)
