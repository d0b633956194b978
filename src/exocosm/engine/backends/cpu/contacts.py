"""Who touches whom, and how hard: cells looked up in bins made for the purpose."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from exocosm.errors import expect

from ...bodies import check_positions
from ...laws.covering import cap_share, face_at, face_share
from ...laws.mechanics import pair_pressure
from .bins import binned, rows_around
from .threads import MANY_CELLS, threads_for

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_BLOCK = 64  # bins per task


def contacts(
    position: Array, radius: Array, *, factor: float = 1.0, ids: Integers | None = None
) -> tuple[Integers, Integers]:
    """Return who is closer to each cell than factor (r_i + r_j): (first, other).

    The arguments stand in the reference back end.
    """
    check_positions(position, len(radius))
    expect.positive(factor=factor)
    n = len(radius)
    first = np.zeros(n + 1, np.int64)
    if n == 0:
        return first, np.empty(0, np.int64)
    keys = np.arange(n) if ids is None else ids
    with threads_for(n, MANY_CELLS):
        order, cells, bins, shape = _sorted(position, radius, 2.0 * factor * float(radius.max()))
        _look(cells, order, bins, shape, factor, keys, first[1:], np.empty(0, np.int64), first)
        np.cumsum(first, out=first)
        other = np.empty(first[-1], np.int64)
        _look(cells, order, bins, shape, factor, keys, np.empty(0, np.int64), other, first)
    return first, other


def pressures(position: Array, radius: Array, out: Array) -> None:
    """Write the pressure of its neighbours on each cell to `out` (cells,) [1]; see `pair_pressure`."""
    check_positions(position, len(radius))
    if len(radius) == 0:
        return
    with threads_for(len(radius), MANY_CELLS):
        order, cells, bins, shape = _sorted(position, radius, 2.0 * float(radius.max()))
        _press(cells, order, bins, shape, out)


def covering(position: Array, radius: Array, size: Array, fraction: Array, *, flat: bool) -> None:
    """Write what is left of each cell and how much of its outline is covered, both (cells,) from 0 to 1.

    The equation stands in the reference back end.
    """
    check_positions(position, len(radius))
    if len(radius) == 0:
        return
    with threads_for(len(radius), MANY_CELLS):
        order, cells, bins, shape = _sorted(position, radius, 2.0 * float(radius.max()))
        _cover(cells, order, bins, shape, flat, size, fraction)


def _sorted(position: Array, radius: Array, size: float):
    """Return the order of cells by bins, centres and radii in that order, starts and numbers of bins."""
    order = np.arange(len(radius))
    bins, shape = binned(position, size, order)
    return order, np.column_stack([position, radius])[order], bins, shape


@njit(cache=True, nogil=True)
def _square(cells, i, j):
    dx = cells[i, 0] - cells[j, 0]
    dy = cells[i, 1] - cells[j, 1]
    dz = cells[i, 2] - cells[j, 2]
    return dx * dx + dy * dy + dz * dz


@njit(cache=True, nogil=True, parallel=True)
def _look(cells, order, bins, shape, factor, keys, count, other, first):
    """Count the contacts of each cell, or write them to `other` and sort them by their keys.

    One of `count` and `other` is empty: that is not asked for.
    """
    n_bins = bins.shape[0] - 1
    for block in prange(-(-n_bins // _BLOCK)):
        low, high = np.empty(9, np.int64), np.empty(9, np.int64)
        for place in range(block * _BLOCK, min(n_bins, (block + 1) * _BLOCK)):
            rows = rows_around(place, bins, shape, low, high) if bins[place] < bins[place + 1] else 0
            for i in range(bins[place], bins[place + 1]):
                found = 0
                for row in range(rows):
                    for j in range(low[row], high[row]):
                        limit = factor * (cells[i, 3] + cells[j, 3])
                        if _square(cells, i, j) < limit * limit and j != i:
                            if other.shape[0] > 0:
                                _insert(other, first[order[i]], found, order[j], keys)
                            found += 1
                if count.shape[0] > 0:
                    count[order[i]] = found


@njit(cache=True, nogil=True)
def _insert(other, start, found, new, keys):
    """Put `new` among the `found` entries from `start` on, by rising keys."""
    at = start + found
    while at > start and keys[other[at - 1]] > keys[new]:
        other[at] = other[at - 1]
        at -= 1
    other[at] = new


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _press(cells, order, bins, shape, out):
    n_bins = bins.shape[0] - 1
    for block in prange(-(-n_bins // _BLOCK)):
        low, high = np.empty(9, np.int64), np.empty(9, np.int64)
        for place in range(block * _BLOCK, min(n_bins, (block + 1) * _BLOCK)):
            rows = rows_around(place, bins, shape, low, high) if bins[place] < bins[place + 1] else 0
            for i in range(bins[place], bins[place + 1]):
                total = 0.0
                for row in range(rows):
                    for j in range(low[row], high[row]):
                        contact = cells[i, 3] + cells[j, 3]
                        square = _square(cells, i, j)
                        if square < contact * contact and j != i:
                            total += pair_pressure(math.sqrt(square), contact)
                out[order[i]] = total


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _cover(cells, order, bins, shape, flat, size, fraction):
    n_bins = bins.shape[0] - 1
    for block in prange(-(-n_bins // _BLOCK)):
        low, high = np.empty(9, np.int64), np.empty(9, np.int64)
        for place in range(block * _BLOCK, min(n_bins, (block + 1) * _BLOCK)):
            rows = rows_around(place, bins, shape, low, high) if bins[place] < bins[place + 1] else 0
            for i in range(bins[place], bins[place + 1]):
                lost = covered = 0.0
                for row in range(rows):
                    for j in range(low[row], high[row]):
                        contact = cells[i, 3] + cells[j, 3]
                        square = _square(cells, i, j)
                        if square < contact * contact and j != i:
                            face = face_at(math.sqrt(square), cells[i, 3], cells[j, 3])
                            lost += cap_share(face, flat)
                            covered += face_share(face, flat)
                size[order[i]] = max(0.0, 1.0 - lost)
                fraction[order[i]] = min(1.0, covered)
