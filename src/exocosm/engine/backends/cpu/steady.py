"""Steady states of dissolved substances, by conjugate gradients from where they are."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from .balance import Conductances, balance, conductances, row_product
from .lines import MANY_VOXELS, sweep
from .threads import threads_for

Array = NDArray[np.float64]


def steady(
    u: Array,
    rate: float,
    share: Array | None,
    sink: Array,
    source: Array,
    weights: Array,
    values: Array,
    tolerance: float,
    max_iterations: int,
) -> tuple[int, float]:
    """Bring `u` to the solution of ∇·(D ∇u) - sink u + source = 0 and return (iterations, residual).

    The problem and the arguments stand in the reference back end. Here `u` is corrected from where it is by
    conjugate gradients on the residual r, preconditioned by one implicit step of length τ along each axis in
    turn with the mean of D,
        w (1 - τ D Lx)⁻¹ (1 - τ D Ly)⁻¹ (1 - τ D Lz)⁻¹ w r,   w = (1 + τ sink)^(-1/2),
    which is symmetric and positive for any sink, so that the iteration cannot diverge. It ends once the
    largest |r| / (sink + D/dx²) is at most `tolerance` [unit of the field], or after `max_iterations`.
    """
    used = np.array([weights[i] if u.shape[i // 2] > 1 else 0.0 for i in range(6)])
    if not (sink > 0.0).any() and not (rate > 0.0 and (used > 0.0).any()):
        return (0, math.inf) if (source > 0.0).any() else (0, 0.0)
    if not (source > 0.0).any() and not (rate > 0.0 and (used * values > 0.0).any()):
        u[(sink > 0.0) | (rate > 0.0)] = 0.0
        return 0, 0.0
    across = conductances(share, used)
    scale = sink + rate
    scale[scale == 0.0] = 1.0
    r, per_row = np.empty_like(u), np.empty(u.shape[:2])
    iteration = 0
    with threads_for(u.size, MANY_VOXELS):
        while True:
            # r is carried along in `_descend`: see each time whether it still is what `u` leaves over.
            balance(u, rate, *across, sink, source, used, values, r, per_row)
            residual = float(np.max(np.abs(r) / scale))
            if residual <= tolerance or iteration >= max_iterations:
                return iteration, residual
            mean_rate = rate if share is None else rate * float(share.mean())
            tau = pseudo_step(u.shape, mean_rate, float(sink.mean()), used)
            iteration += _descend(
                u, r, rate, mean_rate, across, sink, scale, used, tau, tolerance, max_iterations - iteration,
                per_row,
            )  # fmt: skip


def _descend(
    u: Array, r: Array, rate: float, mean_rate: float, across: Conductances, sink: Array, scale: Array,
    weights: Array, tau: float, tolerance: float, most: int, per_row: Array,
) -> int:  # fmt: skip
    """Run up to `most` iterations of conjugate gradients on u and its residual r; returns how many."""
    alpha, one, nothing = np.array([mean_rate * tau]), np.ones(1), np.zeros(1)
    no_source, no_values = np.zeros_like(u), np.zeros(6)
    damping = 1.0 / np.sqrt(1.0 + tau * sink)
    correction = (damping * r)[None]
    towards, change = np.zeros_like(u), np.empty_like(u)
    before, iteration = math.inf, 0
    while iteration < most:
        iteration += 1
        sweep(correction, alpha, weights, one, nothing)
        _weigh(correction[0], damping, r, per_row)
        gain = float(per_row.sum())
        _turn(towards, correction[0], gain / before)
        balance(towards, rate, *across, sink, no_source, weights, no_values, change, per_row)
        length = -gain / float(per_row.sum())
        _advance(u, r, towards, change, length, scale, damping, correction[0], per_row)
        if float(per_row.max()) <= tolerance:
            break
        before = gain
    return iteration


def pseudo_step(shape: tuple[int, ...], rate: float, mean_sink: float, weights: Array) -> float:
    """τ [min]: between the times of the longest wave of the box and the shortest of the grid.

    Smaller by half for each further axis: with it the fewest iterations were needed in trials.
    """
    axes = [axis for axis in range(3) if shape[axis] > 1]
    held = [axis for axis in axes if weights[2 * axis] + weights[2 * axis + 1] > 0.0]
    slowest = sum(rate * (math.pi / shape[axis]) ** 2 for axis in held) + mean_sink
    fastest = 4.0 * rate if rate > 0.0 else 1.0
    return 0.5 ** max(0, len(axes) - 1) / math.sqrt(slowest * fastest)


@njit(cache=True, nogil=True, parallel=True)
def _advance(u, r, towards, change, length, scale, damping, damped, per_row):
    """Go `length` along `towards`; write damping · r, and per row the largest |r| / scale."""
    nz, ny, nx = u.shape
    for row in prange(nz * ny):
        k = row // ny
        j = row - k * ny
        largest = 0.0
        for i in range(nx):
            u[k, j, i] += length * towards[k, j, i]
            r[k, j, i] += length * change[k, j, i]
            damped[k, j, i] = damping[k, j, i] * r[k, j, i]
            largest = max(largest, abs(r[k, j, i]) / scale[k, j, i])
        per_row[k, j] = largest


@njit(cache=True, nogil=True, parallel=True)
def _weigh(correction, damping, r, per_row):
    """Multiply by the damping, and sum correction · r per row."""
    nz, ny, nx = correction.shape
    for row in prange(nz * ny):
        k = row // ny
        j = row - k * ny
        for i in range(nx):
            correction[k, j, i] *= damping[k, j, i]
        per_row[k, j] = row_product(correction[k, j], r[k, j])


@njit(cache=True, nogil=True, parallel=True)
def _turn(towards, correction, share):
    """Take the next direction: the correction plus a share of the direction before."""
    nz, ny, nx = towards.shape
    for row in prange(nz * ny):
        k = row // ny
        j = row - k * ny
        for i in range(nx):
            towards[k, j, i] = correction[k, j, i] + share * towards[k, j, i]
