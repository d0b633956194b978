"""Who touches whom, and how hard: every pair looked at."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import expect

from ...bodies import check_positions
from ...laws.covering import cap_share, face_at, face_share
from ...laws.mechanics import pair_pressure

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def contacts(
    position: Array, radius: Array, *, factor: float = 1.0, ids: Integers | None = None
) -> tuple[Integers, Integers]:
    """Return who is closer to each cell than factor (r_i + r_j): (first, other).

    The neighbours of cell i are other[first[i]:first[i + 1]], by rising `ids`, or by index without.
    Each pair stands at both cells.

    Parameters
    ----------
    position : (cells, 3) [µm]
    radius : (cells,) [µm]
    factor : above 0  [1]
    ids : (cells,) numbers of the cells
    """
    check_positions(position, len(radius))
    expect.positive(factor=factor)
    keys = np.arange(len(radius)) if ids is None else ids
    rows = []
    for i in range(len(radius)):
        limits = [factor * (radius[i] + radius[j]) for j in range(len(radius))]
        near = [j for j in range(len(radius)) if j != i and math.dist(position[i], position[j]) < limits[j]]
        rows.append(sorted(near, key=lambda j: keys[j]))
    first = np.append(0, np.cumsum([len(row) for row in rows])).astype(np.int64)
    return first, np.array([j for row in rows for j in row], dtype=np.int64)


def pressures(position: Array, radius: Array, out: Array) -> None:
    """Write the pressure of its neighbours on each cell to `out` (cells,) [1]; see `pair_pressure`."""
    check_positions(position, len(radius))
    for i in range(len(radius)):
        out[i] = sum(
            pair_pressure(math.dist(position[i], position[j]), radius[i] + radius[j])
            for j in range(len(radius))
            if j != i
        )


def covering(position: Array, radius: Array, size: Array, fraction: Array, *, flat: bool) -> None:
    """Write what is left of each cell and how much of its outline is covered, both (cells,) from 0 to 1.

    `size`: 1 less the sum of `laws.covering.cap_share` over all that overlap the cell; `fraction`: the sum of
    `face_share`. Discs where `flat`, else spheres.
    """
    check_positions(position, len(radius))
    for i in range(len(radius)):
        lost = covered = 0.0
        for j in range(len(radius)):
            distance = math.dist(position[i], position[j])
            if j != i and distance < radius[i] + radius[j]:
                face = face_at(distance, radius[i], radius[j])
                lost += cap_share(face, flat)
                covered += face_share(face, flat)
        size[i], fraction[i] = max(0.0, 1.0 - lost), min(1.0, covered)
