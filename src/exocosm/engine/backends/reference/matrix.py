"""Binding of vesicles to matrix, by the matrix exponential."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm

from ...compiled import Compiled
from ...state import State


def bind(compiled: Compiled, state: State, dt: float) -> None:
    """Exchange vesicles and their cargo with the matrix for `dt` [min], and book what decays there."""
    if not compiled.binds:
        return
    fields = state.fields
    for v, (on, off, loss) in enumerate(compiled.binding):
        step = expm(np.array([[-on, off], [on, -(off + loss)]]) * dt)
        _exchange(fields["vesicles"][v], fields["matrix_vesicles"][v], step, loss, state.vesicle_books, (v,))
        for c in range(len(compiled.cargoes)):
            pair = fields["cargo"][v, c], fields["matrix_cargo"][v, c]
            _exchange(*pair, step, loss, state.cargo_books, (v, c))


def _exchange(free, bound, step, loss: float, books: dict[str, np.ndarray], at: tuple[int, ...]) -> None:
    before = free.sum() + bound.sum()
    free[...], bound[...] = step[0, 0] * free + step[0, 1] * bound, step[1, 0] * free + step[1, 1] * bound
    if loss > 0.0:
        books["decayed"][at] += before - free.sum() - bound.sum()
