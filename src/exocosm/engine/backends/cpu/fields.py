"""Fields: diffusion with decay in time, and steady states, by sweeps along the axes."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from .threads import threads_for

Array = NDArray[np.float64]

_WIDEST = 512  # columns per task: with 100 rows 400 kB, which stay in the second-level cache
_MANY_VOXELS = 32768  # worth more than one thread
_FULLEST = 8  # planes from which one task per plane keeps the threads busy


def diffuse(amount: Array, alpha: Array, survival: Array, decayed: Array) -> None:
    """Advance diffusion and decay by one step, in place; the equation stands in the reference back end.

    Decay is taken out in the x sweep: both are linear and diffusion conserves, so the order is free.

    Parameters
    ----------
    amount : (species, z, y, x) [number per voxel], changed
    alpha : (species,) D dt / dx²  [1]
    survival : (species,) exp(-loss dt)  [1]
    decayed : (species,) what decays in the step is added  [number]
    """
    with threads_for(amount.size, _MANY_VOXELS):
        _sweep(amount, alpha, 1.0, survival, decayed)


def steady(
    u: Array,
    diffusion: float,
    sink: Array,
    boundary: float,
    spacing: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[int, float]:
    """Bring `u` to the solution of D Δu - sink u = 0 and return (iterations, residual).

    The problem and the arguments stand in the reference back end. Here `u` is corrected from where it is by
    conjugate gradients on the residual r = D Δu - sink u, preconditioned by one implicit step of length τ
    along each axis in turn,
        w (1 - τ D Lx)⁻¹ (1 - τ D Ly)⁻¹ (1 - τ D Lz)⁻¹ w r,   w = (1 + τ sink)^(-1/2),
    which is symmetric and positive for any sink, so that the iteration cannot diverge. It ends once the
    largest |r| / (sink + D/dx²) is at most `tolerance` [unit of the field], or after `max_iterations`.
    """
    if math.isnan(boundary) or u.size == 1:
        if np.any(sink > 0.0):
            u[...] = 0.0
        return 0, 0.0
    rate = diffusion / spacing**2
    r, per_row = np.empty_like(u), np.empty(u.shape[:2])
    iteration = 0
    with threads_for(u.size, _MANY_VOXELS):
        while (
            True
        ):  # r is carried along in `_descend`: see each time whether it still is what `u` leaves over
            _balance(u, rate, sink, boundary, r, per_row)
            residual = float(np.max(np.abs(r) / (sink + rate)))
            if residual <= tolerance or iteration >= max_iterations:
                return iteration, residual
            iteration += _descend(u, r, rate, sink, tolerance, max_iterations - iteration)


def _descend(u: Array, r: Array, rate: float, sink: Array, tolerance: float, most: int) -> int:
    """Run up to `most` iterations of conjugate gradients on u and its residual r; returns how many."""
    tau = _pseudo_step(u.shape, rate, float(sink.mean()))
    alpha, one, nothing = np.array([rate * tau]), np.ones(1), np.zeros(1)
    weight = 1.0 / np.sqrt(1.0 + tau * sink)
    correction = (weight * r)[None]
    towards, change, per_row = np.zeros_like(u), np.empty_like(u), np.empty(u.shape[:2])
    before, iteration = math.inf, 0
    while iteration < most:
        iteration += 1
        _sweep(correction, alpha, 3.0, one, nothing)
        _weigh(correction[0], weight, r, per_row)
        gain = float(per_row.sum())
        _turn(towards, correction[0], gain / before)
        _balance(towards, rate, sink, 0.0, change, per_row)
        length = -gain / float(per_row.sum())
        _advance(u, r, towards, change, length, rate, sink, weight, correction[0], per_row)
        if float(per_row.max()) <= tolerance:
            break
        before = gain
    return iteration


def _pseudo_step(shape: tuple[int, ...], rate: float, mean_sink: float) -> float:
    """τ [min]: between the times of the longest wave of the box and the shortest of the grid.

    Smaller by half for each further axis: with it the fewest iterations were needed in trials.
    """
    waves = [rate * (math.pi / n) ** 2 for n in shape if n > 1]
    return 0.5 ** (len(waves) - 1) / math.sqrt((sum(waves) + mean_sink) * 4.0 * rate)


def _sweep(values: Array, alpha: Array, edge: float, survival: Array, decayed: Array) -> None:
    """Solve (I - α L) u' = survival · u along x, y and z; -edge is the diagonal of L at both ends."""
    species, nz, ny, nx = values.shape
    inverse_x, carry_x = _coefficients(nx, alpha, edge)
    inverse_y, carry_y = _coefficients(ny, alpha, edge)
    sums = np.empty((species * nz, -(-ny // 8)))
    planes = values.reshape(species * nz, ny, nx)
    if species * nz >= _FULLEST:
        _planes(planes, survival, inverse_x, carry_x, inverse_y, carry_y, sums)
    else:
        _lines(planes, survival, inverse_x, carry_x, sums)
        if ny > 1:
            _rows(planes, inverse_y, carry_y, _width(nx))
    if nz > 1:
        inverse_z, carry_z = _coefficients(nz, alpha, edge)
        _rows(values.reshape(species, nz, ny * nx), inverse_z, carry_z, _width(ny * nx))
    decayed += (1.0 - survival) * sums.reshape(species, -1).sum(axis=1)


def _width(n: int) -> int:
    """Columns per task: a multiple of 8, and at least four tasks where there are columns for them."""
    return min(_WIDEST, 8 * max(1, -(-n // 32)))


@njit(cache=True, nogil=True)
def _coefficients(n, alpha, edge):
    """Thomas coefficients (species, n): u'_i = inverse_i u_i + carry_i u'_(i-1) on the way up, and
    u_i = u'_i + carry_i u_(i+1) on the way down. An axis of one voxel is left alone."""
    inverse = np.ones((alpha.shape[0], n))
    carry = np.zeros((alpha.shape[0], n))
    if n > 1:
        for s in range(alpha.shape[0]):
            before = 0.0
            for i in range(n):
                middle = edge if i == 0 or i == n - 1 else 2.0
                inverse[s, i] = 1.0 / (1.0 + alpha[s] * (middle - before))
                before = carry[s, i] = alpha[s] * inverse[s, i]
    return inverse, carry


@njit(cache=True, nogil=True, parallel=True)
def _planes(planes, survival, inverse_x, carry_x, inverse_y, carry_y, sums):
    """Sweep each plane along x and then y while it is in the cache."""
    per_species = planes.shape[0] // survival.shape[0]
    for p in prange(planes.shape[0]):
        s = p // per_species
        for block in range(sums.shape[1]):
            lines = planes[p, 8 * block : 8 * block + 8]
            sums[p, block] = _solve_lines(lines, survival[s], inverse_x[s], carry_x[s])
        if planes.shape[1] > 1:
            _solve_rows(planes[p], inverse_y[s], carry_y[s])


@njit(cache=True, nogil=True, parallel=True)
def _lines(planes, survival, inverse, carry, sums):
    """Sweep along x, eight lines to a task."""
    per_species = planes.shape[0] // survival.shape[0]
    blocks = sums.shape[1]
    for task in prange(planes.shape[0] * blocks):
        p = task // blocks
        block = task - p * blocks
        s = p // per_species
        lines = planes[p, 8 * block : 8 * block + 8]
        sums[p, block] = _solve_lines(lines, survival[s], inverse[s], carry[s])


@njit(cache=True, nogil=True, parallel=True)
def _rows(stacks, inverse, carry, width):
    """Sweep along the middle axis of (stacks, rows, columns), `width` columns to a task."""
    per_species = stacks.shape[0] // inverse.shape[0]
    parts = (stacks.shape[2] + width - 1) // width
    for task in prange(stacks.shape[0] * parts):
        p = task // parts
        first = (task - p * parts) * width
        s = p // per_species
        _solve_rows(stacks[p, :, first : first + width], inverse[s], carry[s])


@njit(cache=True, nogil=True)
def _solve_rows(rows, inverse, carry):
    n, width = rows.shape
    for j in range(width):
        rows[0, j] *= inverse[0]
    for i in range(1, n):
        a = inverse[i]
        b = carry[i]
        for j in range(width):
            rows[i, j] = a * rows[i, j] + b * rows[i - 1, j]
    for k in range(1, n):
        i = n - 1 - k
        b = carry[i]
        for j in range(width):
            rows[i, j] += b * rows[i + 1, j]


@njit(cache=True, nogil=True)
def _solve_lines(lines, survival, inverse, carry):
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


@njit(cache=True, nogil=True, parallel=True)
def _balance(u, rate, sink, boundary, balance, per_row):
    """Write D Δu - sink u, and per row the sum of u times it."""
    nz, ny, nx = u.shape
    for row in prange(nz * ny):
        k = row // ny
        j = row - k * ny
        product = 0.0
        for i in range(nx):
            here = u[k, j, i]
            flow = 0.0
            if nx > 1:
                flow += u[k, j, i - 1] - here if i > 0 else 2.0 * (boundary - here)
                flow += u[k, j, i + 1] - here if i < nx - 1 else 2.0 * (boundary - here)
            if ny > 1:
                flow += u[k, j - 1, i] - here if j > 0 else 2.0 * (boundary - here)
                flow += u[k, j + 1, i] - here if j < ny - 1 else 2.0 * (boundary - here)
            if nz > 1:
                flow += u[k - 1, j, i] - here if k > 0 else 2.0 * (boundary - here)
                flow += u[k + 1, j, i] - here if k < nz - 1 else 2.0 * (boundary - here)
            balance[k, j, i] = rate * flow - sink[k, j, i] * here
            product += here * balance[k, j, i]
        per_row[k, j] = product


@njit(cache=True, nogil=True, parallel=True)
def _advance(u, r, towards, change, length, rate, sink, weight, weighted, per_row):
    """Go `length` along `towards`; write weight · r, and per row the largest |r|/(sink + D/dx²)."""
    nz, ny, nx = u.shape
    for row in prange(nz * ny):
        k = row // ny
        j = row - k * ny
        largest = 0.0
        for i in range(nx):
            u[k, j, i] += length * towards[k, j, i]
            r[k, j, i] += length * change[k, j, i]
            weighted[k, j, i] = weight[k, j, i] * r[k, j, i]
            largest = max(largest, abs(r[k, j, i]) / (sink[k, j, i] + rate))
        per_row[k, j] = largest


@njit(cache=True, nogil=True, parallel=True)
def _weigh(correction, weight, r, per_row):
    """Multiply by the weight, and sum correction · r per row."""
    nz, ny, nx = correction.shape
    for row in prange(nz * ny):
        k = row // ny
        j = row - k * ny
        product = 0.0
        for i in range(nx):
            correction[k, j, i] *= weight[k, j, i]
            product += correction[k, j, i] * r[k, j, i]
        per_row[k, j] = product


@njit(cache=True, nogil=True, parallel=True)
def _turn(towards, correction, share):
    """Take the next direction: the correction plus a share of the direction before."""
    nz, ny, nx = towards.shape
    for row in prange(nz * ny):
        k = row // ny
        j = row - k * ny
        for i in range(nx):
            towards[k, j, i] = correction[k, j, i] + share * towards[k, j, i]
