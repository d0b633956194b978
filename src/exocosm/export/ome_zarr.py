"""OME-Zarr (OME-NGFF 0.5): every field as a channel, over time, at one resolution."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from exocosm.trajectory import Trajectory

from .columns import about, require_fields

_AXES = "tczyx"


def write(trajectory: Trajectory, path: Path) -> None:
    """Write the fields as (time, channel, z, y, x), single precision.

    Frames lie at equal distances but for the last one, so exact times are kept beside the image, under the
    attribute "exocosm", with unit and meaning of every channel.
    """
    import zarr

    first = require_fields(trajectory)
    names = list(first.fields)
    space = first.fields[names[0]].shape
    root = zarr.open_group(str(path), mode="w-", zarr_format=3)
    shape = (len(trajectory.frames), len(names), *space)
    array = root.create_array(
        "0", shape=shape, chunks=(1, 1, *_chunk(space)), dtype="f4", dimension_names=list(_AXES)
    )
    for i, frame in enumerate(trajectory.frames):
        for c, name in enumerate(names):
            array[i, c] = np.asarray(frame.fields[name], dtype=np.float32)
    root.attrs.update(_attributes(trajectory, names))


def _attributes(trajectory: Trajectory, names: list[str]) -> dict:
    times = trajectory.times
    interval = float(times[1] - times[0]) if len(times) > 1 else 1.0
    begin = float(times[0]) if len(times) else 0.0
    axes = [{"name": "t", "type": "time", "unit": "minute"}, {"name": "c", "type": "channel"}]
    axes += [{"name": axis, "type": "space", "unit": "micrometer"} for axis in "zyx"]
    scale = [interval, 1.0, *map(float, trajectory.spacing)]
    middle = [o + s / 2.0 for o, s in zip(trajectory.origin, trajectory.spacing, strict=True)]
    placed = [
        {"type": "scale", "scale": scale},
        {"type": "translation", "translation": [begin, 0.0, *map(float, middle)]},
    ]
    columns = {name: about(trajectory, "fields", name) for name in names}
    image = {
        "name": str(trajectory.attributes.get("model", "run")),
        "axes": axes,
        "datasets": [{"path": "0", "coordinateTransformations": placed}],
    }
    return {
        "ome": {"version": "0.5", "multiscales": [image]},
        "exocosm": {"channels": names, "columns": columns, "times_min": [float(t) for t in times]},
    }


def _chunk(space: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(min(size, limit) for size, limit in zip(space, (16, 256, 256), strict=True))
