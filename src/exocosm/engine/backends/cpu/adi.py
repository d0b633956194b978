"""Dissolved substances in time: implicit steps in delta form, one axis after the other."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from .balance import any_row, balance, conductances
from .lines import FULLEST, MANY_VOXELS, coefficients, solve_lines, solve_rows, sweep_rows, width
from .threads import threads_for

Array = NDArray[np.float64]


def advance(
    u: Array,
    rate: float,
    share: Array | None,
    loss: float,
    sink: Array,
    source: Array,
    weights: Array,
    values: Array,
    dt: float,
    steps: int,
) -> None:
    """Advance ∂u/∂t = ∇·(D ∇u) - loss u - sink u + source by `steps` steps of length dt, in place.

    The equation and the arguments stand in the reference back end.
    """
    if steps < 1:
        return
    nz, ny, nx = u.shape
    n_axes = max(1, sum(n > 1 for n in u.shape))
    largest = rate if share is None else rate * float(share.max())
    alpha, extra = np.array([dt * largest]), dt * loss / n_axes
    along_x = nx > 1 or u.size == 1  # the loss goes with the axes there are, in a single voxel with x
    inverse_x, carry_x = coefficients(nx, alpha, weights[4], weights[5], extra if along_x else 0.0)
    inverse_y, carry_y = coefficients(ny, alpha, weights[2], weights[3], extra)
    inverse_z, carry_z = coefficients(nz, alpha, weights[0], weights[1], extra)
    across = conductances(share, weights)
    total, damping, change = np.empty_like(u), np.empty_like(u), np.empty_like(u)
    with threads_for(u.size, MANY_VOXELS):
        _prepare(sink, loss, dt, total, damping)
        for _ in range(steps):
            if nz >= FULLEST:
                _planes(
                    u, rate, *across, total, source, weights, values, damping, inverse_x[0], carry_x[0],
                    inverse_y[0], carry_y[0], change,
                )  # fmt: skip
            else:
                _lines(
                    u,
                    rate,
                    *across,
                    total,
                    source,
                    weights,
                    values,
                    damping,
                    inverse_x[0],
                    carry_x[0],
                    change,
                )
                if ny > 1:
                    sweep_rows(change, inverse_y, carry_y, width(nx))
            flat, changes = u.reshape(nz, ny * nx), change.reshape(nz, ny * nx)
            _apply(flat, changes, inverse_z[0], carry_z[0], width(ny * nx))


def slope(
    u: Array,
    rate: float,
    share: Array | None,
    loss: float,
    sink: Array,
    source: Array,
    weights: Array,
    values: Array,
) -> Array:
    """Return ∂u/∂t = ∇·(D ∇u) - loss u - sink u + source (z, y, x), with the arguments of `advance`."""
    out, per_row = np.empty_like(u), np.empty(u.shape[:2])
    with threads_for(u.size, MANY_VOXELS):
        balance(u, rate, *conductances(share, weights), loss + sink, source, weights, values, out, per_row)
    return out


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _prepare(sink, loss, dt, total, damping):
    """Fill `total` with all that is lost in place, and `damping` with dt/(1 + dt sink)."""
    for k in prange(sink.shape[0]):
        for j in range(sink.shape[1]):
            row, lost, damped = sink[k, j], total[k, j], damping[k, j]
            for i in range(row.shape[0]):
                lost[i] = loss + row[i]
                damped[i] = dt / (1.0 + dt * row[i])


@njit(cache=True, nogil=True)
def _block(u, k, first, rate, az, ay, ax, sink, source, weights, values, damping, inverse, carry, change):
    """Write the right-hand side of eight rows of a plane, damped, and solve along x."""
    last = min(first + 8, u.shape[1])
    for j in range(first, last):
        any_row(u, k, j, rate, az, ay, ax, sink, source, weights, values, damping[k, j], change[k, j])
    solve_lines(change[k, first:last], 1.0, inverse, carry)


@njit(cache=True, nogil=True, parallel=True)
def _planes(
    u,
    rate,
    az,
    ay,
    ax,
    sink,
    source,
    weights,
    values,
    damping,
    inverse_x,
    carry_x,
    inverse_y,
    carry_y,
    change,
):
    """Write the right-hand side and solve along x and y, one plane after the other."""
    for k in prange(u.shape[0]):
        for first in range(0, u.shape[1], 8):
            _block(
                u, k, first, rate, az, ay, ax, sink, source, weights, values, damping, inverse_x, carry_x,
                change,
            )  # fmt: skip
        if u.shape[1] > 1:
            solve_rows(change[k], 0, u.shape[2], inverse_y, carry_y)


@njit(cache=True, nogil=True, parallel=True)
def _lines(u, rate, az, ay, ax, sink, source, weights, values, damping, inverse, carry, change):
    """Write the right-hand side and solve along x, eight rows to a task."""
    blocks = (u.shape[1] + 7) // 8
    for task in prange(u.shape[0] * blocks):
        k = task // blocks
        _block(
            u, k, 8 * (task - k * blocks), rate, az, ay, ax, sink, source, weights, values, damping, inverse,
            carry, change,
        )  # fmt: skip


@njit(cache=True, nogil=True, parallel=True)
def _apply(u, change, inverse, carry, width):
    """Solve along z and add the change to u on the way down, `width` columns to a task."""
    n = u.shape[0]
    for task in prange((u.shape[1] + width - 1) // width):
        first = task * width
        last = min(first + width, u.shape[1])
        if n > 1:
            _solve_and_add(u, change, first, last, inverse, carry)
        else:
            for i in range(first, last):
                u[0, i] += change[0, i]


@njit(cache=True, nogil=True)
def _solve_and_add(u, rows, first, last, inverse, carry):
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
    value = u[n - 1][first:last]
    for j in range(last - first):
        value[j] += here[j]
    for k in range(1, n):
        i = n - 1 - k
        b = carry[i]
        after, here, value = here, rows[i][first:last], u[i][first:last]
        for j in range(last - first):
            here[j] += b * after[j]
            value[j] += here[j]
