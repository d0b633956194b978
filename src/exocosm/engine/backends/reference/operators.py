"""Second differences along the axes of a grid, as sparse matrices."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ...laws.transport import harmonic_mean

Array = NDArray[np.float64]


def axis_operator(
    shape: tuple[int, ...], axis: int, rate: float, share: Array | None, weights: Array
) -> tuple[csr_array, Array]:
    """Return ∇·(D ∇) along one axis as a matrix over all voxels, and what comes in from the two faces.

    Parameters
    ----------
    rate : D/dx² [1/min]
    share : (z, y, x) D relative to that, None where it is 1 everywhere
    weights : (6,) dx over the distance from the outermost centre to where a face holds its value (2 for the
        face itself, 0 for no flux), low and high end of z, y, x

    Returns
    -------
    matrix (voxels, voxels) [1/min] and inflow (voxels, 2) [1/min], which multiplies the values at the faces
    """
    size, n = math.prod(shape), shape[axis]
    index = np.moveaxis(np.arange(size).reshape(shape), axis, 0)
    local = np.ones(size) if share is None else share.ravel()
    rows: list[int] = []
    columns: list[int] = []
    entries: list[float] = []
    inflow = np.zeros((size, 2))
    for i in range(n - 1):
        for a, b in zip(index[i].ravel(), index[i + 1].ravel(), strict=True):
            across = rate * harmonic_mean(local[a], local[b])
            rows += [a, a, b, b]
            columns += [a, b, b, a]
            entries += [-across, across, -across, across]
    for side, at in ((0, 0), (1, n - 1)):
        for a in index[at].ravel() if n > 1 else ():
            inflow[a, side] = rate * local[a] * weights[2 * axis + side]
            rows.append(a)
            columns.append(a)
            entries.append(-inflow[a, side])
    return csr_array(coo_array((entries, (rows, columns)), shape=(size, size))), inflow


def diffusion_operator(
    shape: tuple[int, ...], rate: float, share: Array | None, weights: Array, values: Array
) -> tuple[csr_array, Array]:
    """Return ∇·(D ∇) as a matrix (voxels, voxels) and what `values` (6,) at the faces bring in (voxels,)."""
    size = math.prod(shape)
    total, income = csr_array((size, size)), np.zeros(size)
    for axis in range(3):
        matrix, inflow = axis_operator(shape, axis, rate, share, weights)
        total = total + matrix
        income += inflow @ values[2 * axis : 2 * axis + 2]
    return csr_array(total), income
