"""Fields: diffusion with decay in time, by solving the equations as they are written."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

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
