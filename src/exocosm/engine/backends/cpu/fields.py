"""Fields: diffusion with decay in time, by sweeps along the axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .lines import MANY_VOXELS, sweep
from .threads import threads_for

Array = NDArray[np.float64]

_NO_FLUX = np.zeros(6)


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
    with threads_for(amount.size, MANY_VOXELS):
        sweep(amount, alpha, _NO_FLUX, survival, decayed)
