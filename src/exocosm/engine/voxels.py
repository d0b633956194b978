"""Which voxel a position lies in."""

from __future__ import annotations

import numpy as np

from .compiled import Compiled


def voxel_index(compiled: Compiled, positions: np.ndarray) -> np.ndarray:
    """Return the linear index (n,) of the voxel that holds each position (n, 3) [µm]."""
    n_z, n_y, n_x = compiled.model.domain.shape
    cell = np.floor(positions / compiled.model.domain.spacing.value).astype(np.int64)
    x, y, z = (np.clip(cell[:, a], 0, n - 1) for a, n in enumerate((n_x, n_y, n_z)))
    return (z * n_y + y) * n_x + x
