"""Cells sorted into bins, so that those nearby are found without looking at all."""

from __future__ import annotations

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def binned(position, size, order):
    """Sort cells into bins at least `size` wide and write their `order`; ties keep the order of the cells.

    Bins run along x first, then y, then z. Returns where each bin starts in `order`, the numbers of bins
    along the axes.
    """
    n = position.shape[0]
    origin = np.empty(3)
    bins = np.ones(3, np.int64)
    edge = np.full(3, size)
    extent = np.empty(3)
    axes = 0
    for a in range(3):
        origin[a] = position[:, a].min()
        extent[a] = position[:, a].max() - origin[a]
        axes += extent[a] > size
    # Few cells in a wide space get wider bins, so that there are never many more bins than cells.
    most = math.ceil(2.0 * n ** (1.0 / max(axes, 1)))
    for a in range(3):
        if extent[a] > size:
            bins[a] = int(min(extent[a] / size, float(most)))
            edge[a] = extent[a] / bins[a]
    first = np.zeros(bins[0] * bins[1] * bins[2] + 1, np.int64)
    place = np.empty(n, np.int64)
    for i in range(n):
        x = min(int((position[i, 0] - origin[0]) / edge[0]), bins[0] - 1)
        y = min(int((position[i, 1] - origin[1]) / edge[1]), bins[1] - 1)
        z = min(int((position[i, 2] - origin[2]) / edge[2]), bins[2] - 1)
        place[i] = (z * bins[1] + y) * bins[0] + x
        first[place[i] + 1] += 1
    for b in range(first.shape[0] - 1):
        first[b + 1] += first[b]
    fill = first.copy()
    for i in range(n):
        order[fill[place[i]]] = i
        fill[place[i]] += 1
    return first, bins


@njit(cache=True, nogil=True)
def rows_around(place, first, bins, low, high):
    """Write where each row of bins around bin `place` begins and ends in the sorted cells; returns how many.

    Bins in a row along x are neighbours in memory, so what is around a bin is at most nine runs of cells.
    """
    x, y, z = place % bins[0], place // bins[0] % bins[1], place // (bins[0] * bins[1])
    left, right = max(x - 1, 0), min(x + 1, bins[0] - 1)
    rows = 0
    for bz in range(max(z - 1, 0), min(z + 1, bins[2] - 1) + 1):
        for by in range(max(y - 1, 0), min(y + 1, bins[1] - 1) + 1):
            row = (bz * bins[1] + by) * bins[0]
            low[rows] = first[row + left]
            high[rows] = first[row + right + 1]
            rows += 1
    return rows
