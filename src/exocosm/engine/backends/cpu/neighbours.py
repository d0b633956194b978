"""The neighbours of cells, listed once and kept for as long as nobody has moved far."""

from __future__ import annotations

import math

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from exocosm.errors import InputError

from .bins import binned, rows_around

Array = NDArray[np.float64]

_SKIN = 0.1  # margin of the list, in units of the longest range of a force
_BLOCK = 256  # cells per task
_ROOM = 8  # neighbours per cell that there is room for at first
_MOST = 1 << 16  # neighbours of one cell; sums of speeds are laid out for no more


class Neighbours:
    """Which cells are near each other; made once and handed to `move` and `velocities` at every call.

    Two cells are listed where they are closer than their forces reach, by a margin; the list is made anew
    when the cells are others in number, or when two of them could have crossed the margin since. What is
    listed beyond the reach of forces adds nothing, and sums of speeds do not depend on the order of the
    list, so results do not depend on its age: a run may be cut and continued with a new list at any step.

    The cells are held in the order of their bins, in as many slabs as there are threads. A pair within a slab
    is listed once, at the earlier cell, and acts on both; a pair across slabs is listed at both cells and
    acts on the one whose list it is in. So no two threads write to one cell.
    """

    def __init__(self) -> None:
        self.order = np.empty(0, np.int64)  # cell at each place of the list
        self.built = np.empty((0, 4))  # centre and extent of the cell at each place when it was listed
        self.slabs = np.zeros(1, np.int64)  # where slabs begin, and the end
        # Where the neighbours of each place begin in `near`, where those across slabs do, and the end.
        self.span = np.empty((0, 3), np.int32)
        self.near = np.empty(0, np.int32)  # places of neighbours
        self.margin = math.inf  # way [µm] that a cell may go before a new list is due
        self.builds = 0  # lists made so far

    @property
    def nbytes(self) -> int:
        """Bytes that the list takes."""
        return sum(array.nbytes for array in (self.order, self.built, self.span, self.near))

    def update(self, position: Array, extent: Array) -> float:
        """Make a new list if the old one no longer holds; returns the way left before the next is due [µm].

        `extent` (cells,) is how far from its centre a cell acts [µm]. One that has grown since the list was
        made uses up margin as one that has moved does.
        """
        if len(position) != len(self.order) or len(self.slabs) != numba.get_num_threads() + 1:
            self.build(position, extent)
        grown = float(np.max(extent[self.order] - self.built[:, 3], initial=0.0))
        if _strayed(position, self.order, self.built) + grown > self.margin:
            self.build(position, extent)
            grown = 0.0
        return self.margin - grown

    def build(self, position: Array, extent: Array) -> None:
        """List the neighbours of all cells anew."""
        n, slabs = len(position), numba.get_num_threads()
        self.builds += 1
        self.order, self.built = np.arange(n), np.empty((n, 4))
        self.slabs = n * np.arange(slabs + 1) // slabs
        self.span, self.margin = np.zeros((n, 3), np.int32), math.inf
        if n == 0:
            return
        longest = 2.0 * float(extent.max())
        skin = _SKIN * longest
        self.margin = 0.5 * skin
        first, bins = binned(position, longest + skin, self.order)
        _place(position, extent, self.order, self.built)
        room = np.maximum(np.diff(self.slabs) * _ROOM, len(self.near) // slabs) + 1
        while True:
            starts = np.append(0, np.cumsum(room))
            if len(self.near) < starts[-1]:
                self.near = np.empty(starts[-1], np.int32)
            _list(self.built, skin, first, bins, self.slabs, starts, self.span, self.near)
            found = _found(self.slabs, starts, self.span)
            if (found < room).all():
                break
            room = np.maximum(room, found + found // 8 + 1)
        self._check_crowd(longest)

    def _check_crowd(self, longest: float) -> None:
        most = int((self.span[:, 2] - self.span[:, 0]).max())
        if most > _MOST:
            raise InputError(
                f"Expected at most {_MOST} cells around a cell, found {most}. Spread the cells out: "
                f"a cell acts as far as {longest / 2.0:g} um from its centre here."
            )


def _found(slabs: NDArray[np.int64], starts: NDArray[np.int64], span: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return how many neighbours each slab has."""
    last = np.append(0, span[:, 2])[slabs[1:]]
    return np.where(np.diff(slabs) > 0, last - starts[:-1], 0)


@njit(cache=True, nogil=True)
def _strayed(position, order, built):
    """Return the longest way from where a cell was when it was listed [µm]."""
    longest = 0.0
    for i in range(order.shape[0]):
        dx = position[order[i], 0] - built[i, 0]
        dy = position[order[i], 1] - built[i, 1]
        dz = position[order[i], 2] - built[i, 2]
        longest = max(longest, dx * dx + dy * dy + dz * dz)
    return math.sqrt(longest)


@njit(cache=True, nogil=True)
def _place(position, extent, order, built):
    for i in range(order.shape[0]):
        built[i, 0] = position[order[i], 0]
        built[i, 1] = position[order[i], 1]
        built[i, 2] = position[order[i], 2]
        built[i, 3] = extent[order[i]]


@njit(cache=True, nogil=True)
def _append(cells, i, low, high, skin, near, at, last):
    """Write those of places `low` to `high` that are near i from `at` on; returns where it stopped.

    Each is written before it is known to be near, and written over where it is not: no branch, which half
    the time would be guessed wrongly. What does not fit is counted, and ends in `last`.
    """
    for j in range(low, high):
        dx = cells[i, 0] - cells[j, 0]
        dy = cells[i, 1] - cells[j, 1]
        dz = cells[i, 2] - cells[j, 2]
        limit = cells[i, 3] + cells[j, 3] + skin
        near[min(at, last)] = j
        at += np.int64(dx * dx + dy * dy + dz * dz < limit * limit)
    return at


@njit(cache=True, nogil=True, parallel=True)
def _list(cells, skin, first, bins, slabs, starts, span, near):
    """List the neighbours of each place: later ones in its slab, then all in other slabs."""
    n = cells.shape[0]
    for slab in prange(slabs.shape[0] - 1):
        begin, end = slabs[slab], slabs[slab + 1]
        at, last = starts[slab], starts[slab + 1] - 1
        low, high = np.empty(9, np.int64), np.empty(9, np.int64)
        rows, next_bin = 0, begin
        here = 0
        for i in range(begin, end):
            if i == next_bin:
                while first[here + 1] <= i:
                    here += 1
                next_bin = first[here + 1]
                rows = rows_around(here, first, bins, low, high)
            span[i, 0] = at
            for row in range(rows):
                if high[row] > i:
                    at = _append(cells, i, max(low[row], i + 1), min(high[row], end), skin, near, at, last)
            span[i, 1] = at
            if begin > 0 or end < n:
                for row in range(rows):
                    at = _append(cells, i, low[row], min(high[row], begin), skin, near, at, last)
                    at = _append(cells, i, max(low[row], end), high[row], skin, near, at, last)
            span[i, 2] = at
