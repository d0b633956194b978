"""Backward Euler along one axis where rates differ from voxel to voxel or matter enters at a face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from ...laws.transport import harmonic_mean, jump_rate

Array = NDArray[np.float64]

CLOSED, HELD, OPEN = range(3)
_COLUMNS = 256  # per task

_mean, _rate = njit(harmonic_mean), njit(jump_rate)


@dataclass(frozen=True)
class Implicit:
    """Backward Euler along one axis, with coefficients for each voxel.

    u'_i = inverse_i u_i + ahead_i u'_(i-1) on the way up, u_i = u'_i + behind_i u_(i+1) on the way down.
    `ends` (4, rest) are the shares in a step that leave low and high and that enter low and high.
    """

    inverse: Array
    ahead: Array
    behind: Array
    ends: Array


def exchange_rates(local: Array, velocity: float | Array, spacing: float, axis: int, faces) -> tuple:
    """Return the rates across all faces of an axis [1/min], forth and back, and the largest speed there."""
    shape = list(local.shape)
    shape[axis] += 1
    forth, back = np.zeros(shape), np.zeros(shape)
    if local.shape[axis] == 1:
        return forth, back, 0.0
    speed = np.ascontiguousarray(np.broadcast_to(np.asarray(velocity, dtype=float), shape))
    d, v, there, again = (np.moveaxis(array, axis, 0) for array in (local, speed, forth, back))
    fastest = _fill_rates(d, v, there, again, spacing, faces[2 * axis], faces[2 * axis + 1])
    return forth, back, fastest


@njit(cache=True, nogil=True)
def _fill_rates(local, speed, forth, back, spacing, low, high):
    n = local.shape[0]
    fastest = 0.0
    for i in range(n + 1):
        face = low if i == 0 else high
        for j in range(local.shape[1]):
            for k in range(local.shape[2]):
                v = speed[i, j, k]
                if 0 < i < n:
                    across = _mean(local[i - 1, j, k], local[i, j, k])
                    forth[i, j, k] = _rate(across, v, spacing, spacing)
                    back[i, j, k] = _rate(across, -v, spacing, spacing)
                elif face != CLOSED:
                    beside = local[min(i, n - 1), j, k]
                    inwards = v if i == 0 else -v
                    enter = _rate(beside, inwards, 0.5 * spacing, spacing) if face == HELD else 0.0
                    leave = _rate(beside, -inwards, 0.5 * spacing, spacing)
                    forth[i, j, k] = enter if i == 0 else leave
                    back[i, j, k] = leave if i == 0 else enter
                else:
                    continue
                fastest = max(fastest, abs(v))
    return fastest


def implicit_step(forth: Array, back: Array, axis: int, dt: float) -> Implicit:
    """Return the coefficients of a backward Euler step along an axis with these rates."""
    shape = list(forth.shape)
    shape[axis] -= 1
    inverse, ahead, behind = np.empty(shape), np.empty(shape), np.empty(shape)
    up, down = np.moveaxis(forth, axis, 0), np.moveaxis(back, axis, 0)
    i, a, b = (np.moveaxis(array, axis, 0) for array in (inverse, ahead, behind))
    _fill_implicit(up, down, i, a, b, dt)
    first, last = np.take(forth, 0, axis).ravel(), np.take(back, shape[axis], axis).ravel()
    out_low, out_high = np.take(back, 0, axis).ravel(), np.take(forth, shape[axis], axis).ravel()
    return Implicit(inverse, ahead, behind, dt * np.stack([out_low, out_high, first, last]))


@njit(cache=True, nogil=True)
def _fill_implicit(forth, back, inverse, ahead, behind, dt):
    n = inverse.shape[0]
    for i in range(n):
        for j in range(inverse.shape[1]):
            for k in range(inverse.shape[2]):
                diagonal = 1.0 + dt * (forth[i + 1, j, k] + back[i, j, k])
                income = dt * forth[i, j, k] if i > 0 else 0.0
                if i > 0:
                    diagonal -= income * behind[i - 1, j, k]
                inverse[i, j, k] = 1.0 / diagonal
                ahead[i, j, k] = income * inverse[i, j, k]
                behind[i, j, k] = dt * back[i + 1, j, k] * inverse[i, j, k] if i < n - 1 else 0.0


def move_implicitly(
    amount: Array, axis: int, step: Implicit, outside: Array, left: Array, entered: Array
) -> None:
    """Make one step along an axis, in place, and book what passes its outer faces."""
    species, nz, ny, nx = amount.shape
    ends = outside[:, 2 * axis : 2 * axis + 2]
    if axis == 2:
        sums = np.empty((species, -(-nz * ny // 8), 4))
        lines = amount.reshape(species, nz * ny, nx)
        i, a, b = (array.reshape(nz * ny, nx) for array in (step.inverse, step.ahead, step.behind))
        _solve_lines(lines, i, a, b, step.ends, ends, sums)
    else:
        shape = (1, nz, ny * nx) if axis == 0 else (nz, ny, nx)
        stacks = amount.reshape(species, *shape)
        sums = np.empty((species, shape[0] * -(-shape[2] // _COLUMNS), 4))
        i, a, b = (array.reshape(shape) for array in (step.inverse, step.ahead, step.behind))
        _solve_rows(stacks, i, a, b, step.ends.reshape(4, shape[0], shape[2]), ends, sums, _COLUMNS)
    total = sums.sum(axis=1)
    left[:, 2 * axis : 2 * axis + 2] += total[:, :2]
    entered[:, 2 * axis : 2 * axis + 2] += total[:, 2:]


@njit(cache=True, nogil=True, parallel=True)
def _solve_lines(lines, inverse, ahead, behind, ends, outside, sums):
    """Solve along x, eight lines to a task, so that one line's sums fill the waiting time of another's."""
    n = lines.shape[2]
    blocks = sums.shape[1]
    for task in prange(sums.shape[0] * blocks):
        s = task // blocks
        block = task - s * blocks
        first = 8 * block
        last = min(first + 8, lines.shape[1])
        rows = lines[s, first:last]
        a, b, c = inverse[first:last], ahead[first:last], behind[first:last]
        out_low = out_high = in_low = in_high = 0.0
        for m in range(last - first):
            enter_low, enter_high = ends[2, first + m] * outside[s, 0], ends[3, first + m] * outside[s, 1]
            in_low += enter_low
            in_high += enter_high
            rows[m, 0] += enter_low
            rows[m, n - 1] += enter_high
            rows[m, 0] *= a[m, 0]
        for i in range(1, n):
            for m in range(last - first):
                rows[m, i] = a[m, i] * rows[m, i] + b[m, i] * rows[m, i - 1]
        for k in range(1, n):
            i = n - 1 - k
            for m in range(last - first):
                rows[m, i] += c[m, i] * rows[m, i + 1]
        for m in range(last - first):
            out_low += ends[0, first + m] * rows[m, 0]
            out_high += ends[1, first + m] * rows[m, n - 1]
        sums[s, block, 0] = out_low
        sums[s, block, 1] = out_high
        sums[s, block, 2] = in_low
        sums[s, block, 3] = in_high


@njit(cache=True, nogil=True, parallel=True)
def _solve_rows(stacks, inverse, ahead, behind, ends, outside, sums, width):
    """Solve along the rows of (species, planes, rows, columns), `width` columns to a task."""
    n = stacks.shape[2]
    parts = (stacks.shape[3] + width - 1) // width
    for task in prange(sums.shape[0] * sums.shape[1]):
        s = task // sums.shape[1]
        rest = task - s * sums.shape[1]
        p = rest // parts
        first = (rest - p * parts) * width
        last = min(first + width, stacks.shape[3])
        stack = stacks[s, p]
        out_low = out_high = in_low = in_high = 0.0
        # Slices of single rows are contiguous to the compiler, slices of blocks are not.
        row, last_row = stack[0][first:last], stack[n - 1][first:last]
        enter_low, enter_high = ends[2, p][first:last], ends[3, p][first:last]
        for j in range(last - first):
            in_low += enter_low[j] * outside[s, 0]
            in_high += enter_high[j] * outside[s, 1]
            row[j] += enter_low[j] * outside[s, 0]
            last_row[j] += enter_high[j] * outside[s, 1]
        a = inverse[p, 0][first:last]
        for j in range(last - first):
            row[j] *= a[j]
        for i in range(1, n):
            before, row = row, stack[i][first:last]
            a, b = inverse[p, i][first:last], ahead[p, i][first:last]
            for j in range(last - first):
                row[j] = a[j] * row[j] + b[j] * before[j]
        for k in range(1, n):
            i = n - 1 - k
            after, row = stack[i + 1][first:last], stack[i][first:last]
            c = behind[p, i][first:last]
            for j in range(last - first):
                row[j] += c[j] * after[j]
        out, high = ends[0, p][first:last], ends[1, p][first:last]
        for j in range(last - first):
            out_low += out[j] * row[j]
            out_high += high[j] * last_row[j]
        sums[s, rest, 0] = out_low
        sums[s, rest, 1] = out_high
        sums[s, rest, 2] = in_low
        sums[s, rest, 3] = in_high
