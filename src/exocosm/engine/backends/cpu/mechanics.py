"""Mechanics of cells: neighbours from bins, kept in a list for as long as nobody has moved far."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from exocosm.engine.laws import mechanics
from exocosm.errors import InputError

from .threads import threads_for

Array = NDArray[np.float64]

_SKIN = 0.1  # margin of the neighbour list, in units of the longest range of a force
_PER_CELL = 32  # neighbours there is room for at first
_BLOCK = 64  # cells per task
_MANY_CELLS = 4096  # worth more than one thread

_pair_speed = njit(cache=True, nogil=True)(mechanics.pair_speed)
_step_length = njit(cache=True, nogil=True)(mechanics.step_length)


def push(
    position: Array,
    radius: Array,
    moves: NDArray[np.bool_],
    lower: Array,
    upper: Array,
    flat: bool,
    repulsion: float,
    adhesion: float,
    reach: float,
    dt: float,
    steps: int,
) -> float:
    """Move cells by `steps` Euler steps of overdamped motion and return the last step's largest way [µm].

    The equation and the arguments stand in the reference back end. Within a call the neighbours of a cell
    are listed a little further than forces reach, and listed anew once two cells could have crossed that
    margin. Cells are worked on in the order of their bins, so that neighbours lie close in memory.
    """
    if not np.isfinite(position).all():
        raise InputError(
            "Expected `position` to be finite, found NaN or infinity. Check what moved the cells last."
        )
    longest = 2.0 * max(1.0, reach) * float(radius.max(initial=0.0))
    if longest == 0.0:
        return 0.0
    box = (lower, upper, flat)
    forces = (float(repulsion), float(adhesion), float(reach))
    with threads_for(len(position), _MANY_CELLS):
        return _steps(position, radius, moves, box, forces, dt, steps, longest)


def _steps(position, radius, moves, box, forces, dt, steps, longest):
    """Take the steps of `push`; `longest` is the furthest that any force reaches [µm]."""
    n = len(position)
    skin = _SKIN * longest
    ways = np.zeros(-(-n // _BLOCK))
    near = np.empty((n, _PER_CELL), np.int32)
    count = np.empty(n, np.int32)
    order = np.arange(n)
    here, there = position.copy(), np.empty_like(position)
    largest, travelled = 0.0, math.inf
    for _ in range(steps):
        if 2.0 * travelled > skin:
            bins = _binned(position, longest + skin, order)
            here, sizes, free = position[order], radius[order], moves[order]
            reach = max(1.0, forces[2])
            _list_neighbours(here, sizes, reach, skin, bins, near, count)
            if count.max() > near.shape[1]:
                near = np.empty((n, int(count.max())), np.int32)
                _list_neighbours(here, sizes, reach, skin, bins, near, count)
            travelled = 0.0
        _step(here, (sizes, free, order), (near, count), box, forces, dt, there, ways)
        here, there = there, here
        position[order] = here
        largest = float(ways.max())
        travelled += largest
    return largest


@njit(cache=True, nogil=True)
def _binned(position, size, order):
    """Sort cells into bins at least `size` wide; ties keep the order of the cells.

    Returns where each bin starts in `order`, the number of bins, their widths and the lower corner.
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
        place[i] = _bin_of(position[i], origin, edge, bins)
        first[place[i] + 1] += 1
    for b in range(first.shape[0] - 1):
        first[b + 1] += first[b]
    fill = first.copy()
    for i in range(n):
        order[fill[place[i]]] = i
        fill[place[i]] += 1
    return first, bins, edge, origin


@njit(cache=True, nogil=True)
def _bin_of(point, origin, edge, bins):
    x = min(int((point[0] - origin[0]) / edge[0]), bins[0] - 1)
    y = min(int((point[1] - origin[1]) / edge[1]), bins[1] - 1)
    z = min(int((point[2] - origin[2]) / edge[2]), bins[2] - 1)
    return (z * bins[1] + y) * bins[0] + x


@njit(cache=True, nogil=True, parallel=True)
def _list_neighbours(position, radius, reach, skin, binned, near, count):
    """Write the neighbours within reach (r_i + r_j) + skin of each cell, in the order of bins.

    `count` goes on past the room there is, so that the caller can make more.
    """
    first, bins, edge, origin = binned
    room = near.shape[1]
    for i in prange(position.shape[0]):
        px, py, pz = position[i, 0], position[i, 1], position[i, 2]
        x = min(int((px - origin[0]) / edge[0]), bins[0] - 1)
        y = min(int((py - origin[1]) / edge[1]), bins[1] - 1)
        z = min(int((pz - origin[2]) / edge[2]), bins[2] - 1)
        x_low, x_high = max(x - 1, 0), min(x + 1, bins[0] - 1)
        found = 0
        for bz in range(max(z - 1, 0), min(z + 1, bins[2] - 1) + 1):
            for by in range(max(y - 1, 0), min(y + 1, bins[1] - 1) + 1):
                row = (bz * bins[1] + by) * bins[0]
                for j in range(first[row + x_low], first[row + x_high + 1]):
                    dx = px - position[j, 0]
                    dy = py - position[j, 1]
                    dz = pz - position[j, 2]
                    limit = reach * (radius[i] + radius[j]) + skin
                    if dx * dx + dy * dy + dz * dz < limit * limit and j != i:
                        if found < room:
                            near[i, found] = j
                        found += 1
        count[i] = found


@njit(cache=True, nogil=True, parallel=True)
def _step(position, cells, neighbours, box, forces, dt, moved, ways):
    """Write the positions after one step, and the largest way of each block of cells."""
    radius, moves, order = cells
    near, count = neighbours
    lower, upper, flat = box
    repulsion, adhesion, reach = forces
    n = position.shape[0]
    for block in prange(ways.shape[0]):
        longest = 0.0
        for i in range(block * _BLOCK, min(n, (block + 1) * _BLOCK)):
            px, py, pz = position[i, 0], position[i, 1], position[i, 2]
            moved[i, 0], moved[i, 1], moved[i, 2] = px, py, pz
            if not moves[i]:
                continue
            vx = vy = vz = 0.0
            for k in range(count[i]):
                j = near[i, k]
                dx = px - position[j, 0]
                dy = py - position[j, 1]
                dz = pz - position[j, 2]
                distance = math.sqrt(dx * dx + dy * dy + dz * dz)
                speed = _pair_speed(distance, radius[i] + radius[j], repulsion, adhesion, reach)
                if distance > 0.0:
                    speed /= distance
                    vx += speed * dx
                    vy += speed * dy
                    vz += speed * dz
                else:
                    vx += speed if order[i] > order[j] else -speed
            if flat:
                vz = 0.0
            speed = math.sqrt(vx * vx + vy * vy + vz * vz)
            if speed > 0.0:
                scale = _step_length(speed, radius[i], dt) / speed
                moved[i, 0] = min(max(px + scale * vx, lower[0]), upper[0])
                moved[i, 1] = min(max(py + scale * vy, lower[1]), upper[1])
                if not flat:
                    moved[i, 2] = min(max(pz + scale * vz, lower[2]), upper[2])
                wx, wy, wz = moved[i, 0] - px, moved[i, 1] - py, moved[i, 2] - pz
                longest = max(longest, math.sqrt(wx * wx + wy * wy + wz * wz))
        ways[block] = longest
