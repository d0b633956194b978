"""OpenVT: one CSV of living cells in the plane, with the header that the group's comparisons use."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from exocosm.errors import InputError, expect
from exocosm.trajectory import Trajectory
from exocosm.units import convert

HEADER = ("simID", "time", "cellID", "cellType", "x", "y")


def write(
    trajectory: Trajectory,
    path: Path,
    *,
    simulation: str | None = None,
    time_unit: str = "h",
    diameter: float | None = None,
) -> None:
    """Write living cells of a flat run; lengths in cell diameters.

    Parameters
    ----------
    simulation : simID; the name of the model when None
    time_unit : unit of the column `time`
    diameter : [µm] the length of 1; the mean diameter of the living cells of the first frame when None

    Raises
    ------
    InputError : for cells at different heights, which the format cannot hold
    """
    diameter = _mean_diameter(trajectory) if diameter is None else diameter
    expect.positive(diameter=diameter)
    scale = float(convert(1.0, "min", time_unit))
    name = str(trajectory.attributes.get("model", "run")) if simulation is None else simulation
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        for frame in trajectory.frames:
            alive = np.flatnonzero(frame.cells["alive"])
            position = np.asarray(frame.cells["position"], dtype=float)[alive]
            if alive.size and np.ptp(position[:, 2]) > 0:
                raise InputError("OpenVT holds cells in a plane; this run is three-dimensional. Try 'vtk'.")
            for i, (x, y, _) in zip(alive, position / diameter, strict=True):
                kind = trajectory.kinds[frame.cells["kind"][i]]
                rows.writerow(
                    (
                        name,
                        f"{frame.time * scale:.9g}",
                        int(frame.cells["id"][i]),
                        kind,
                        f"{x:.9g}",
                        f"{y:.9g}",
                    )
                )


def _mean_diameter(trajectory: Trajectory) -> float:
    cells = trajectory.frames[0].cells
    if not cells["alive"].any():
        raise InputError("No living cell to take a diameter from. Give `diameter` in µm.")
    return 2.0 * float(np.mean(cells["radius"][cells["alive"]], dtype=float))
