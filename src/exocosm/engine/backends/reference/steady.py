"""Steady states of dissolved substances, by solving the equations as they are written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import spsolve

from .operators import diffusion_operator

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
    """Replace `u` by the solution of ∇·(D ∇u) - sink u + source = 0 and return (iterations, residual).

    Cell-centred second order, with harmonic means of D at the faces between voxels. Where nothing comes in
    and nothing goes out any constant is a solution, and `u` stays as it was; a source without any way out has
    no steady state (the residual is infinite). Solved directly: `tolerance` and `max_iterations` are not
    needed.

    Parameters
    ----------
    u : (z, y, x) [unit of the field], changed
    rate : D/dx² [1/min]
    share : (z, y, x) local D relative to that, None where it is 1 everywhere
    sink : (z, y, x) >= 0 [1/min]
    source : (z, y, x) >= 0 [unit/min]
    weights : (6,) 2 where a face holds its value, 0 for no flux; low and high end of z, y, x
    values : (6,) at the faces [unit of the field]

    Returns
    -------
    iterations, and the largest |∇·(D ∇u) - sink u + source| / (sink + D/dx²) [unit of the field]
    """
    matrix, income = diffusion_operator(u.shape, rate, share, weights, values)
    income = income + source.ravel()
    held = any(weights[2 * axis] + weights[2 * axis + 1] > 0 for axis in range(3) if u.shape[axis] > 1)
    if not (sink > 0.0).any() and not (held and rate > 0.0):
        return (0, np.inf) if (income > 0.0).any() else (0, 0.0)
    scale = sink.ravel() + rate
    balance = csr_array(matrix - diags_array(sink.ravel()))
    # A voxel that nothing enters or leaves has no equation; it keeps its value.
    cut = balance.diagonal() == 0.0
    solved = spsolve(balance - diags_array(cut.astype(float)), -income - np.where(cut, u.ravel(), 0.0))
    u[...] = solved.reshape(u.shape)
    residual = np.abs(balance @ u.ravel() + income) / np.where(scale > 0.0, scale, 1.0)
    return 1, float(residual.max())
