"""Gradients of fields where cells are, voxel by voxel in plain Python."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from ...checks import check_field
from ...laws.gradients import slope
from ...laws.motility import unit

Array = NDArray[np.float64]


def gradient(field: Array, spacing: float, position: Array, out: Array, *, interpolate: bool = False) -> None:
    """Write the gradient of a field at each cell to `out` (cells, 3), in units of the field per µm.

    At the centre of a voxel it is the central difference, (u[i+1] - u[i-1])/(2 dx), one-sided in the
    outermost voxels, 0 along an axis of one voxel. A cell has that of its voxel, or with `interpolate` the
    linear interpolation between the centres around it (beyond the outermost centres the nearest).

    Parameters
    ----------
    field : (z, y, x); the box begins at 0
    spacing : edge of a voxel  [µm]
    position : (cells, 3) [µm]; what lies outside the box has the voxel nearest to it
    """
    check_field(field[None], spacing, position)
    for i in range(len(position)):
        out[i] = _gradient_at(field, spacing, position[i], interpolate)


def chemotaxis(
    fields: Array,
    sensitivity: Array,
    spacing: float,
    position: Array,
    out: Array,
    *,
    normalised: bool = True,
    interpolate: bool = False,
) -> None:
    """Write the direction in which each cell is drawn to `out` (cells, 3): unit vectors, or nought.

    The direction of Σ_f s_f ∇u_f/|∇u_f| where `normalised`, else of Σ_f s_f ∇u_f.

    Parameters
    ----------
    fields : (fields, z, y, x)
    sensitivity : (cells, fields) s, below 0 for what repels; in units of 1/∇u unless `normalised`
    """
    check_field(fields, spacing, position)
    for i in range(len(position)):
        total = np.zeros(3)
        for f in range(len(fields)):
            g = _gradient_at(fields[f], spacing, position[i], interpolate)
            total += sensitivity[i, f] * np.array(unit(*g) if normalised else g)
        out[i] = unit(*total)


def _gradient_at(field: Array, spacing: float, point: Array, interpolate: bool) -> Array:
    choices = []  # along x, y, z: (voxel, weight)
    for a in range(3):
        last = field.shape[2 - a] - 1
        if interpolate:
            place = min(max(point[a] / spacing - 0.5, 0.0), float(last))
            below = min(math.floor(place), max(last - 1, 0))
            choices.append([(below, 1.0 - (place - below)), (min(below + 1, last), place - below)])
        else:
            choices.append([(min(max(math.floor(point[a] / spacing), 0), last), 1.0)])
    total = np.zeros(3)
    for (z, wz), (y, wy), (x, wx) in itertools.product(choices[2], choices[1], choices[0]):
        total += wz * wy * wx * _central(field, spacing, (z, y, x))
    return total


def _central(field: Array, spacing: float, voxel: tuple[int, int, int]) -> Array:
    found = np.zeros(3)
    for a in range(3):
        axis = 2 - a
        low, high = list(voxel), list(voxel)
        low[axis] = max(voxel[axis] - 1, 0)
        high[axis] = min(voxel[axis] + 1, field.shape[axis] - 1)
        found[a] = slope(field[tuple(low)], field[tuple(high)], (high[axis] - low[axis]) * spacing)
    return found
