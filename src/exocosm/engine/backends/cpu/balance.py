"""What flows into each voxel: the right-hand side of the equation of a dissolved substance."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from ...laws.transport import harmonic_mean

Array = NDArray[np.float64]
Conductances = tuple[Array, Array, Array]

_mean = njit(harmonic_mean)


def conductances(share: Array | None, weights: Array) -> Conductances:
    """Return D at all faces across z, y and x relative to its nominal value; empty without `share`.

    Harmonic means between voxels; at the outer faces the voxel's own D times its weight (6,).
    """
    if share is None:
        nothing = np.empty((0, 0, 0))
        return nothing, nothing, nothing
    nz, ny, nx = share.shape
    across = np.zeros((nz + 1, ny, nx)), np.zeros((nz, ny + 1, nx)), np.zeros((nz, ny, nx + 1))
    for axis in range(3):
        if share.shape[axis] > 1:
            _fill(
                np.moveaxis(across[axis], axis, 0), np.moveaxis(share, axis, 0),
                weights[2 * axis], weights[2 * axis + 1],
            )  # fmt: skip
    return across


@njit(cache=True, nogil=True)
def _fill(across, share, low, high):
    n = share.shape[0]
    for j in range(share.shape[1]):
        for k in range(share.shape[2]):
            across[0, j, k] = low * share[0, j, k]
            across[n, j, k] = high * share[n - 1, j, k]
    for i in range(1, n):
        for j in range(share.shape[1]):
            for k in range(share.shape[2]):
                across[i, j, k] = _mean(share[i - 1, j, k], share[i, j, k])


@njit(cache=True, nogil=True)
def even_row(u, k, j, rate, sink, source, weights, values, damping, out):
    """Write damping · (rate · second differences of u - sink u + source) for row (k, j), D the same
    everywhere."""
    nz, ny, nx = u.shape
    here, take, give = u[k, j], sink[k, j], source[k, j]
    down, up = u[k, max(j - 1, 0)], u[k, min(j + 1, ny - 1)]
    under, over = u[max(k - 1, 0), j], u[min(k + 1, nz - 1), j]
    down_share = up_share = under_share = over_share = 0.0
    all_shares = held = 0.0
    if ny > 1:
        if j > 0:
            down_share = 1.0
            all_shares += 1.0
        else:
            all_shares += weights[2]
            held += weights[2] * values[2]
        if j < ny - 1:
            up_share = 1.0
            all_shares += 1.0
        else:
            all_shares += weights[3]
            held += weights[3] * values[3]
    if nz > 1:
        if k > 0:
            under_share = 1.0
            all_shares += 1.0
        else:
            all_shares += weights[0]
            held += weights[0] * values[0]
        if k < nz - 1:
            over_share = 1.0
            all_shares += 1.0
        else:
            all_shares += weights[1]
            held += weights[1] * values[1]
    for i in range(nx):
        out[i] = (down_share * down[i] + up_share * up[i]) + (under_share * under[i] + over_share * over[i])
    if nx > 1:
        all_shares += 2.0
        # Shifted slices: with indices such as i - 1 the loop would not be vectorised.
        before, after, inner = here[: nx - 2], here[2:], out[1 : nx - 1]
        for i in range(nx - 2):
            inner[i] += before[i] + after[i]
        out[0] += here[1] + here[0] + weights[4] * (values[4] - here[0])
        out[nx - 1] += here[nx - 2] + here[nx - 1] + weights[5] * (values[5] - here[nx - 1])
    for i in range(nx):
        out[i] = damping[i] * (rate * (out[i] + held - all_shares * here[i]) + (give[i] - take[i] * here[i]))


@njit(cache=True, nogil=True)
def varied_row(u, k, j, rate, across_z, across_y, across_x, sink, source, values, damping, out):
    """Write damping · (∇·(D ∇u) - sink u + source) for row (k, j) with D from `conductances`."""
    nz, ny, nx = u.shape
    for i in range(nx):
        here = u[k, j, i]
        flow = 0.0
        if nx > 1:
            flow += across_x[k, j, i] * ((u[k, j, i - 1] if i > 0 else values[4]) - here)
            flow += across_x[k, j, i + 1] * ((u[k, j, i + 1] if i < nx - 1 else values[5]) - here)
        if ny > 1:
            flow += across_y[k, j, i] * ((u[k, j - 1, i] if j > 0 else values[2]) - here)
            flow += across_y[k, j + 1, i] * ((u[k, j + 1, i] if j < ny - 1 else values[3]) - here)
        if nz > 1:
            flow += across_z[k, j, i] * ((u[k - 1, j, i] if k > 0 else values[0]) - here)
            flow += across_z[k + 1, j, i] * ((u[k + 1, j, i] if k < nz - 1 else values[1]) - here)
        out[i] = damping[i] * (rate * flow + (source[k, j, i] - sink[k, j, i] * here))


@njit(cache=True, nogil=True)
def any_row(u, k, j, rate, across_z, across_y, across_x, sink, source, weights, values, damping, out):
    """Write the right-hand side for row (k, j), by whichever of the two rows applies."""
    if across_x.size == 0:
        even_row(u, k, j, rate, sink, source, weights, values, damping, out)
    else:
        varied_row(u, k, j, rate, across_z, across_y, across_x, sink, source, values, damping, out)


@njit(cache=True, nogil=True, parallel=True)
def balance(u, rate, across_z, across_y, across_x, sink, source, weights, values, out, per_row):
    """Write ∇·(D ∇u) - sink u + source (z, y, x), and per row (z, y) the sum of u times it."""
    ny = u.shape[1]
    ones = np.ones(u.shape[2])
    for row in prange(u.shape[0] * ny):
        k = row // ny
        j = row - k * ny
        any_row(u, k, j, rate, across_z, across_y, across_x, sink, source, weights, values, ones, out[k, j])
        per_row[k, j] = row_product(u[k, j], out[k, j])


@njit(cache=True, nogil=True)
def row_product(a, b):
    """Sum a · b in four parts of fixed order, so that four sums can run at once."""
    n = a.shape[0]
    s0 = s1 = s2 = s3 = 0.0
    whole = n - n % 4
    for i in range(0, whole, 4):
        s0 += a[i] * b[i]
        s1 += a[i + 1] * b[i + 1]
        s2 += a[i + 2] * b[i + 2]
        s3 += a[i + 3] * b[i + 3]
    for i in range(whole, n):
        s0 += a[i] * b[i]
    return (s0 + s1) + (s2 + s3)
