"""What cells take from fields and give to them, gathered by voxel."""

from __future__ import annotations

import numpy as np

from .compiled import Compiled
from .state import State


def behaviour_values(compiled: Compiled, state: State, behaviour: int) -> np.ndarray:
    """Return the present value (n,) of a behaviour in every cell."""
    column = compiled.behaviours.column[behaviour]
    if column >= 0:
        return state.cells["behaviour"][:, column]
    return compiled.behaviours.base[state.cells["kind"], behaviour]


def exchange(compiled: Compiled, state: State, field: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what cells do to a field, per voxel (z, y, x): sink [1/min] and source [unit of the field/min].

    A cell of volume V in a voxel of volume W adds V/W (secretion + uptake) to the sink, and
    V/W secretion · target + export/W to the source: du/dt = source - sink u (Ghaffarizadeh et al. 2016,
    doi:10.1093/bioinformatics/btv730). Dead cells take up nothing; what they secrete is up to rules.
    """
    cells, first = state.cells, compiled.at.solute + 4 * field
    shape = compiled.model.domain.shape
    secretion, target, uptake, export = (behaviour_values(compiled, state, first + i) for i in range(4))
    share = 4.0 / 3.0 * np.pi * cells["radius"] ** 3 / compiled.model.domain.voxel_volume
    sink = _by_voxel(state, share * (secretion + uptake * cells["alive"]), shape)
    source = _by_voxel(state, share * secretion * target + export / compiled.model.domain.voxel_volume, shape)
    return sink, source


def _by_voxel(state: State, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if not values.any():
        return np.zeros(shape)
    size = int(np.prod(shape))
    return np.bincount(state.cells["voxel"], weights=values, minlength=size).reshape(shape)
