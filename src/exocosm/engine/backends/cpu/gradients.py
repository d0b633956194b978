"""Gradients of fields where cells are, compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from ...checks import check_field
from ...laws.gradients import slope
from ...laws.motility import unit
from .threads import MANY_CELLS, threads_for

Array = NDArray[np.float64]


def gradient(field: Array, spacing: float, position: Array, out: Array, *, interpolate: bool = False) -> None:
    """Write the gradient of a field at each cell to `out` (cells, 3), in units of the field per µm.

    The equation and the arguments stand in the reference back end.
    """
    check_field(field[None], spacing, position)
    with threads_for(len(position), MANY_CELLS):
        _gradient(field, spacing, position, interpolate, out)


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

    The equation and the arguments stand in the reference back end.
    """
    check_field(fields, spacing, position)
    with threads_for(len(position), MANY_CELLS):
        _chemotaxis(fields, sensitivity, spacing, position, normalised, interpolate, out)


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _gradient(field, spacing, position, interpolate, out):
    for i in prange(position.shape[0]):
        point = (position[i, 0], position[i, 1], position[i, 2])
        out[i, 0], out[i, 1], out[i, 2] = _gradient_at(field, spacing, point, interpolate)


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _chemotaxis(fields, sensitivity, spacing, position, normalised, interpolate, out):
    for i in prange(position.shape[0]):
        point = (position[i, 0], position[i, 1], position[i, 2])
        tx = ty = tz = 0.0
        for f in range(fields.shape[0]):
            gx, gy, gz = _gradient_at(fields[f], spacing, point, interpolate)
            if normalised:
                gx, gy, gz = unit(gx, gy, gz)
            tx += sensitivity[i, f] * gx
            ty += sensitivity[i, f] * gy
            tz += sensitivity[i, f] * gz
        out[i, 0], out[i, 1], out[i, 2] = unit(tx, ty, tz)


@njit(cache=True, nogil=True, error_model="numpy")
def _gradient_at(field, spacing, point, interpolate):
    nz, ny, nx = field.shape
    if not interpolate:
        x, y, z = _voxel(point[0], spacing, nx), _voxel(point[1], spacing, ny), _voxel(point[2], spacing, nz)
        return _central(field, spacing, z, y, x)
    x, wx = _between(point[0], spacing, nx)
    y, wy = _between(point[1], spacing, ny)
    z, wz = _between(point[2], spacing, nz)
    tx = ty = tz = 0.0
    for corner in range(8):
        up_x, up_y, up_z = corner & 1, corner >> 1 & 1, corner >> 2
        weight = (wz if up_z else 1.0 - wz) * (wy if up_y else 1.0 - wy) * (wx if up_x else 1.0 - wx)
        if weight > 0.0:
            gx, gy, gz = _central(field, spacing, z + up_z, y + up_y, x + up_x)
            tx += weight * gx
            ty += weight * gy
            tz += weight * gz
    return tx, ty, tz


@njit(cache=True, nogil=True)
def _voxel(place, spacing, n):
    return int(min(max(math.floor(place / spacing), 0.0), n - 1.0))


@njit(cache=True, nogil=True)
def _between(place, spacing, n):
    """Return the voxel whose centre lies below a place, and how far towards the next centre the place is."""
    scaled = min(max(place / spacing - 0.5, 0.0), n - 1.0)
    below = min(int(scaled), max(n - 2, 0))
    return below, scaled - below


@njit(cache=True, nogil=True, error_model="numpy")
def _central(field, spacing, z, y, x):
    nz, ny, nx = field.shape
    left, right = max(x - 1, 0), min(x + 1, nx - 1)
    front, back = max(y - 1, 0), min(y + 1, ny - 1)
    down, up = max(z - 1, 0), min(z + 1, nz - 1)
    return (
        slope(field[z, y, left], field[z, y, right], (right - left) * spacing),
        slope(field[z, front, x], field[z, back, x], (back - front) * spacing),
        slope(field[down, y, x], field[up, y, x], (up - down) * spacing),
    )
