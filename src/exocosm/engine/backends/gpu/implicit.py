"""Backward Euler along one axis where rates differ from voxel to voxel, on the card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import cuda

from ..cpu.implicit import Implicit
from . import card
from .sums import add_up
from .sweeps import turned

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class ImplicitAxis:
    """The coefficients of `Implicit` on the card, as (stacks, n, columns); those along x are turned.

    `ends` (4, stacks, columns) are the shares in a step that leave low and high and enter low and high;
    `opened` says whether any is above 0.
    """

    inverse: Any
    ahead: Any
    behind: Any
    ends: Any
    opened: bool


def implicit_axis(step: Implicit, axis: int) -> ImplicitAxis:
    """Take a step along an axis to the card."""
    nz, ny, nx = step.inverse.shape
    stacks, n, columns = ((1, nz, ny * nx), (nz, ny, nx), (1, nx, nz * ny))[axis]

    def taken(array: Array) -> Any:
        turned_over = array.reshape(nz * ny, nx).T if axis == 2 else array
        return card.to_card(turned_over.reshape(stacks, n, columns))

    ends = step.ends.reshape(4, stacks, columns)
    return ImplicitAxis(
        taken(step.inverse), taken(step.ahead), taken(step.behind), card.to_card(ends),
        bool((step.ends > 0.0).any()),
    )  # fmt: skip


def move_implicitly(
    amount: Any, axis: int, step: ImplicitAxis, outside: Array, books: Any, first: int
) -> None:
    """Make one step along an axis, in place, and add what passes its outer faces to the books.

    From `first` on the books hold what leaves low and high and what enters low and high, per species each.
    """
    species, nz, ny, nx = amount.shape
    stacks, n, columns = step.inverse.shape
    values = turned(amount, species, nz * ny, nx) if axis == 2 else amount
    passed = card.room((4, species, stacks * columns))
    card.for_each(
        _solve, species * stacks * columns, values.reshape(species, stacks, n, columns), step.inverse,
        step.ahead, step.behind, step.ends, card.to_card(outside), 2 * axis, passed,
    )  # fmt: skip
    if step.opened:
        add_up(passed.reshape(4 * species, stacks * columns), books, first)
    if axis == 2:
        amount.copy_to_device(turned(values, species, nx, nz * ny).reshape(species, nz, ny, nx))


@cuda.jit(cache=True)
def _solve(values, inverse, ahead, behind, ends, outside, face, passed):
    """Solve along the third axis of (species, stacks, n, columns), a thread per column."""
    thread = cuda.grid(1)
    species, stacks, n, columns = values.shape
    rest = stacks * columns
    if thread < species * rest:
        s = thread // rest
        column = thread - s * rest
        p = column // columns
        c = column - p * columns
        enter_low = ends[2, p, c] * outside[s, face]
        enter_high = ends[3, p, c] * outside[s, face + 1]
        values[s, p, 0, c] += enter_low
        values[s, p, n - 1, c] += enter_high
        here = 0.0
        for i in range(n):
            here = inverse[p, i, c] * values[s, p, i, c] + ahead[p, i, c] * here
            values[s, p, i, c] = here
        last = here
        for k in range(1, n):
            i = n - 1 - k
            here = values[s, p, i, c] + behind[p, i, c] * here
            values[s, p, i, c] = here
        passed[0, s, column] = ends[0, p, c] * here
        passed[1, s, column] = ends[1, p, c] * last
        passed[2, s, column] = enter_low
        passed[3, s, column] = enter_high
