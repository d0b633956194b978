"""Fields: diffusion with decay in time, and steady states, by solving the equations as they are written."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded
from scipy.sparse import csr_array, diags_array, eye_array, kron
from scipy.sparse.linalg import spsolve

Array = NDArray[np.float64]


def diffuse(amount: Array, alpha: Array, survival: Array, decayed: Array) -> None:
    """Advance diffusion and decay by one step, in place.

    Backward Euler, locally one-dimensional: (I - α L) u' = u along x, then y, then z, with the flux form L of
    the second difference (no flux at the outer faces); then u' = survival · u. Positive and conservative for
    any α; first order in time, second in space.

    Parameters
    ----------
    amount : (species, z, y, x) [number per voxel], changed
    alpha : (species,) D dt / dx²  [1]
    survival : (species,) exp(-loss dt)  [1]
    decayed : (species,) what decays in the step is added  [number]
    """
    for s in range(amount.shape[0]):
        for axis in (2, 1, 0):
            lines = np.moveaxis(amount[s], axis, 0)
            if lines.shape[0] > 1:
                matrix = _implicit(len(lines), alpha[s])
                lines[...] = solve_banded((1, 1), matrix, lines.reshape(len(lines), -1)).reshape(lines.shape)
        kept = amount[s] * survival[s]
        decayed[s] += np.sum(amount[s] - kept)
        amount[s] = kept


def _implicit(n: int, alpha: float) -> Array:
    """I - α L on n voxels with no flux at both ends, as the three bands that scipy wants."""
    bands = np.full((3, n), -alpha)
    bands[1] = 1.0 + 2.0 * alpha
    bands[1, [0, -1]] = 1.0 + alpha
    return bands


def steady(
    u: Array,
    diffusion: float,
    sink: Array,
    boundary: float,
    spacing: float,
    tolerance: float,
    max_iterations: int,
) -> tuple[int, float]:
    """Replace `u` by the solution of D Δu - sink u = 0 and return (iterations, residual).

    Cell-centred second order; the outer faces of axes longer than one voxel hold `boundary`. Where nothing
    flows in (boundary NaN, or no such axis) the solution is 0 with any sink, and `u` as it was without.
    Solved directly: `tolerance` and `max_iterations` are not needed.

    Parameters
    ----------
    u : (z, y, x) [unit of the field], changed
    diffusion : [µm²/min]
    sink : (z, y, x) >= 0 [1/min]
    boundary : [unit of the field]
    spacing : edge of a voxel [µm]

    Returns
    -------
    iterations, and the largest |D Δu - sink u| / (sink + D/dx²) [unit of the field]
    """
    if math.isnan(boundary) or u.size == 1:
        if np.any(sink > 0.0):
            u[...] = 0.0
        return 0, 0.0
    rate = diffusion / spacing**2
    inflow, laplacian = _dirichlet(u.shape)
    matrix = csr_array(rate * laplacian - diags_array(sink.ravel()))
    source = rate * boundary * inflow
    u[...] = spsolve(matrix, -source).reshape(u.shape)
    residual = np.abs(matrix @ u.ravel() + source) / (sink.ravel() + rate)
    return 1, float(residual.max())


def _dirichlet(shape: tuple[int, ...]) -> tuple[Array, csr_array]:
    """Laplacian in units of dx², the value on the faces taken out and its weights given beside it."""
    size = math.prod(shape)
    inflow = np.zeros(size)
    total = csr_array((size, size))
    for axis, n in enumerate(shape):
        if n == 1:
            continue
        weight = np.zeros(n)
        weight[[0, -1]] = 2.0  # the face lies half a voxel away: ghost value 2 boundary - u
        middle = np.full(n, -2.0)
        middle[[0, -1]] = -3.0
        line = diags_array([np.ones(n - 1), middle, np.ones(n - 1)], offsets=[-1, 0, 1])
        before, after = math.prod(shape[:axis]), math.prod(shape[axis + 1 :])
        total = total + kron(kron(eye_array(before), line), eye_array(after))
        inflow += np.kron(np.kron(np.ones(before), weight), np.ones(after))
    return inflow, total
