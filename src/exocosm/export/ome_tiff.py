"""OME-TIFF: every field as a channel, over time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from exocosm.trajectory import Trajectory

from .columns import about, require_fields
from .optional import library


def write(trajectory: Trajectory, path: Path) -> None:
    """Write the fields as (time, channel, z, y, x), single precision; channels are named with their units."""
    tifffile = library("tifffile", "ome-tiff")
    first = require_fields(trajectory)
    names = list(first.fields)
    shape = (len(trajectory.frames), len(names), *first.fields[names[0]].shape)
    z, y, x = trajectory.spacing

    def planes() -> Iterator[np.ndarray]:
        for frame in trajectory.frames:
            for name in names:
                yield from np.asarray(frame.fields[name], dtype=np.float32)

    units = [about(trajectory, "fields", name)["unit"] for name in names]
    per_frame = shape[1] * shape[2]
    metadata = {
        "axes": "TCZYX",
        "Channel": {"Name": [f"{n} [{u}]" if u else n for n, u in zip(names, units, strict=True)]},
        "Plane": {
            "DeltaT": [float(t) for t in trajectory.times for _ in range(per_frame)],
            "DeltaTUnit": ["min"] * (len(trajectory.frames) * per_frame),
        },
        **{f"PhysicalSize{axis}": size for axis, size in (("X", x), ("Y", y), ("Z", z))},
        **{f"PhysicalSize{axis}Unit": "µm" for axis in "XYZ"},
    }
    with open(path, "wb") as file:
        tifffile.imwrite(
            file, planes(), shape=shape, dtype=np.float32, ome=True, metadata=metadata,
            photometric="minisblack", bigtiff=4 * int(np.prod(shape)) > 2**31,
        )  # fmt: skip
