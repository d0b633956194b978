"""Tridiagonal sweeps along the axes of a grid, with the same coefficients on all lines of an axis."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]

MANY_VOXELS = 32768  # worth more than one thread
FULLEST = 8  # planes from which one task per plane keeps the threads busy
_WIDEST = 512  # columns per task: with 100 rows 400 kB, which stay in the second-level cache


def sweep(values: Array, alpha: Array, weights: Array, survival: Array, decayed: Array) -> None:
    """Solve (I - α L) u' = survival · u along x, y and z, in place.

    L is the second difference; `weights` (6,) say what it has at the ends of z, y, x: 0 for no flux, 2 for 0
    held at the face. What goes with `survival` is added to `decayed` (species,).
    """
    species, nz, ny, nx = values.shape
    inverse_x, carry_x = coefficients(nx, alpha, weights[4], weights[5], 0.0)
    inverse_y, carry_y = coefficients(ny, alpha, weights[2], weights[3], 0.0)
    sums = np.empty((species * nz, -(-ny // 8)))
    planes = values.reshape(species * nz, ny, nx)
    if species * nz >= FULLEST:
        sweep_planes(planes, survival, inverse_x, carry_x, inverse_y, carry_y, sums)
    else:
        sweep_lines(planes, survival, inverse_x, carry_x, sums)
        if ny > 1:
            sweep_rows(planes, inverse_y, carry_y, width(nx))
    if nz > 1:
        inverse_z, carry_z = coefficients(nz, alpha, weights[0], weights[1], 0.0)
        sweep_rows(values.reshape(species, nz, ny * nx), inverse_z, carry_z, width(ny * nx))
    decayed += (1.0 - survival) * sums.reshape(species, -1).sum(axis=1)


def width(n: int) -> int:
    """Return columns per task: a multiple of 8, and at least four tasks where there are columns for them."""
    return min(_WIDEST, 8 * max(1, -(-n // 32)))


@njit(cache=True, nogil=True)
def coefficients(n, alpha, low, high, extra):
    """Return Thomas coefficients (species, n) of (1 + extra) I - α L: u'_i = inverse_i u_i + carry_i u'_(i-1)
    on the way up, u_i = u'_i + carry_i u_(i+1) on the way down. An axis of one voxel has L = 0."""
    inverse = np.empty((alpha.shape[0], n))
    carry = np.zeros((alpha.shape[0], n))
    for s in range(alpha.shape[0]):
        if n == 1:
            inverse[s, 0] = 1.0 / (1.0 + extra)
            continue
        before = 0.0
        for i in range(n):
            middle = 2.0
            if i == 0:
                middle = 1.0 + low
            elif i == n - 1:
                middle = 1.0 + high
            inverse[s, i] = 1.0 / (1.0 + extra + alpha[s] * (middle - before))
            before = carry[s, i] = alpha[s] * inverse[s, i]
    return inverse, carry


@njit(cache=True, nogil=True, parallel=True)
def sweep_planes(planes, survival, inverse_x, carry_x, inverse_y, carry_y, sums):
    """Sweep each plane along x and then y while it is in the cache."""
    per_species = planes.shape[0] // survival.shape[0]
    for p in prange(planes.shape[0]):
        s = p // per_species
        for block in range(sums.shape[1]):
            lines = planes[p, 8 * block : 8 * block + 8]
            sums[p, block] = solve_lines(lines, survival[s], inverse_x[s], carry_x[s])
        if planes.shape[1] > 1:
            solve_rows(planes[p], 0, planes.shape[2], inverse_y[s], carry_y[s])


@njit(cache=True, nogil=True, parallel=True)
def sweep_lines(planes, survival, inverse, carry, sums):
    """Sweep along x, eight lines to a task."""
    per_species = planes.shape[0] // survival.shape[0]
    blocks = sums.shape[1]
    for task in prange(planes.shape[0] * blocks):
        p = task // blocks
        block = task - p * blocks
        s = p // per_species
        lines = planes[p, 8 * block : 8 * block + 8]
        sums[p, block] = solve_lines(lines, survival[s], inverse[s], carry[s])


@njit(cache=True, nogil=True, parallel=True)
def sweep_rows(stacks, inverse, carry, width):
    """Sweep along the middle axis of (stacks, rows, columns), `width` columns to a task."""
    per_species = stacks.shape[0] // inverse.shape[0]
    parts = (stacks.shape[2] + width - 1) // width
    for task in prange(stacks.shape[0] * parts):
        p = task // parts
        first = (task - p * parts) * width
        s = p // per_species
        solve_rows(stacks[p], first, min(first + width, stacks.shape[2]), inverse[s], carry[s])


@njit(cache=True, nogil=True)
def solve_rows(rows, first, last, inverse, carry):
    """Solve along the rows of (rows, columns), for the columns from `first` to `last`."""
    # Slices of single rows are contiguous to the compiler, a slice of the block would not be.
    n = rows.shape[0]
    here = rows[0][first:last]
    for j in range(last - first):
        here[j] *= inverse[0]
    for i in range(1, n):
        a = inverse[i]
        b = carry[i]
        before, here = here, rows[i][first:last]
        for j in range(last - first):
            here[j] = a * here[j] + b * before[j]
    for k in range(1, n):
        i = n - 1 - k
        b = carry[i]
        after, here = here, rows[i][first:last]
        for j in range(last - first):
            here[j] += b * after[j]


@njit(cache=True, nogil=True)
def solve_lines(lines, survival, inverse, carry):
    """Sweep up to eight lines at once, so that one line's sums fill the waiting time of another's.

    Returns the sum over the lines before decay.
    """
    if lines.shape[0] < 8:
        total = 0.0
        for k in range(lines.shape[0]):
            total += _solve_line(lines[k], survival, inverse, carry)
        return total
    n = lines.shape[1]
    r0, r1, r2, r3 = lines[0], lines[1], lines[2], lines[3]
    r4, r5, r6, r7 = lines[4], lines[5], lines[6], lines[7]
    t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = 0.0
    u0 = u1 = u2 = u3 = u4 = u5 = u6 = u7 = 0.0
    for i in range(n):
        a = survival * inverse[i]
        b = carry[i]
        t0 += r0[i]
        t1 += r1[i]
        t2 += r2[i]
        t3 += r3[i]
        t4 += r4[i]
        t5 += r5[i]
        t6 += r6[i]
        t7 += r7[i]
        u0 = a * r0[i] + b * u0
        u1 = a * r1[i] + b * u1
        u2 = a * r2[i] + b * u2
        u3 = a * r3[i] + b * u3
        u4 = a * r4[i] + b * u4
        u5 = a * r5[i] + b * u5
        u6 = a * r6[i] + b * u6
        u7 = a * r7[i] + b * u7
        r0[i] = u0
        r1[i] = u1
        r2[i] = u2
        r3[i] = u3
        r4[i] = u4
        r5[i] = u5
        r6[i] = u6
        r7[i] = u7
    for k in range(1, n):
        i = n - 1 - k
        b = carry[i]
        u0 = r0[i] + b * u0
        u1 = r1[i] + b * u1
        u2 = r2[i] + b * u2
        u3 = r3[i] + b * u3
        u4 = r4[i] + b * u4
        u5 = r5[i] + b * u5
        u6 = r6[i] + b * u6
        u7 = r7[i] + b * u7
        r0[i] = u0
        r1[i] = u1
        r2[i] = u2
        r3[i] = u3
        r4[i] = u4
        r5[i] = u5
        r6[i] = u6
        r7[i] = u7
    return ((t0 + t1) + (t2 + t3)) + ((t4 + t5) + (t6 + t7))


@njit(cache=True, nogil=True)
def _solve_line(line, survival, inverse, carry):
    n = line.shape[0]
    total = 0.0
    u = 0.0
    for i in range(n):
        total += line[i]
        u = survival * inverse[i] * line[i] + carry[i] * u
        line[i] = u
    for k in range(1, n):
        i = n - 1 - k
        u = line[i] + carry[i] * u
        line[i] = u
    return total
