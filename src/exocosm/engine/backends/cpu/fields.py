"""Fields: diffusion with decay in time, and steady states, by sweeps along the axes."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from . import lod
from .threads import threads_for

Array = NDArray[np.float64]

_MANY_VOXELS = 32768  # worth more than one thread


def diffuse(amount: Array, alpha: Array, survival: Array, decayed: Array) -> None:
    """Advance diffusion and decay by one step, in place; the equation stands in the reference back end.

    Decay is taken out in the x sweep: both are linear and diffusion conserves, so the order is free.
    Species that are zero everywhere stay so; to others `lod.FLOOR` is added, against denormal numbers.

    Parameters
    ----------
    amount : (species, z, y, x) [number per voxel], changed
    alpha : (species,) D dt / dx²  [1]
    survival : (species,) exp(-loss dt)  [1]
    decayed : (species,) what decays in the step is added  [number]
    """
    sweeps = lod.sweeps_of(amount.shape[1:], alpha, np.ones_like(alpha), survival=survival)
    if np.any(survival != 1.0):
        decayed += (1.0 - survival) * lod.totals(amount, sweeps)
    lod.run(amount, sweeps, 1)


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
    sweeps = lod.sweeps_of(u.shape, np.array([rate * tau]), np.ones(1), edge=3.0)  # 0 at the outer faces
    weight = 1.0 / np.sqrt(1.0 + tau * sink)
    correction = (weight * r)[None]
    towards, change, per_row = np.zeros_like(u), np.empty_like(u), np.empty(u.shape[:2])
    before, iteration = math.inf, 0
    while iteration < most:
        iteration += 1
        lod.run(correction, sweeps, 1)
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
