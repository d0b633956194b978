"""Binding of vesicles to matrix, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import Compiled
from ...laws.matrix import exchange
from ...state import State
from .threads import threads_for

_MANY_VOXELS = 32768  # worth more than one thread
_CHUNKS = 64  # the same on any number of threads: sums keep their order


def bind(compiled: Compiled, state: State, dt: float) -> None:
    """Exchange vesicles and their cargo with the matrix for `dt` [min], and book what decays there."""
    if not compiled.binds:
        return
    fields = state.fields
    n_voxels = fields["vesicles"][0].size
    for v, (on, off, loss) in enumerate(compiled.binding):
        if on <= 0.0:
            continue
        step = exchange(on, off, loss, dt)
        lost = np.zeros((len(compiled.cargoes) + 1, _CHUNKS))
        with threads_for(n_voxels * len(lost), _MANY_VOXELS):
            for some, lose in (("vesicles", lost[:1]), ("cargo", lost[1:])):
                free, bound = fields[some][v], fields[f"matrix_{some}"][v]
                rows = len(lose)
                _exchange(free.reshape(rows, n_voxels), bound.reshape(rows, n_voxels), step, lose)
        if loss > 0.0:
            total = lost.sum(axis=1)
            state.vesicle_books["decayed"][v] += total[0]
            state.cargo_books["decayed"][v] += total[1:]


@njit(cache=True, nogil=True, parallel=True)
def _exchange(free, bound, step, lost):
    e00, e01, e10, e11 = step
    n_chunks, n_voxels = lost.shape[1], free.shape[1]
    for chunk in prange(n_chunks):
        for s in range(free.shape[0]):
            total = 0.0
            for i in range(chunk * n_voxels // n_chunks, (chunk + 1) * n_voxels // n_chunks):
                n, b = free[s, i], bound[s, i]
                free[s, i] = e00 * n + e01 * b
                bound[s, i] = e10 * n + e11 * b
                total += (n + b) - (free[s, i] + bound[s, i])
            lost[s, chunk] = total
