"""What every exported column is: unit and meaning, as the run declared them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from exocosm.errors import InputError
from exocosm.trajectory import Frame, Trajectory


def about(trajectory: Trajectory, group: str, name: str) -> dict[str, str]:
    """Return unit and meaning of an array of "cells" or "fields"; empty for a run that declared none."""
    declared = trajectory.attributes.get("arrays", {}).get(group, {}).get(name, {})
    return {"unit": str(declared.get("unit", "")), "meaning": str(declared.get("meaning", ""))}


def nodes(trajectory: Trajectory) -> tuple[str, ...]:
    """Return the network nodes of all kinds, each once."""
    return tuple(dict.fromkeys(name for names in trajectory.nodes.values() for name in names))


def activity(trajectory: Trajectory, frame: Frame) -> np.ndarray:
    """Return the activity of every node (cells, nodes), NaN where a kind has no such node."""
    columns = {name: i for i, name in enumerate(nodes(trajectory))}
    out = np.full((len(frame.cells["id"]), len(columns)), np.nan, dtype=np.float32)
    if "activity" in frame.cells:
        for k, kind in enumerate(trajectory.kinds):
            mine = frame.cells["kind"] == k
            names = trajectory.nodes.get(kind, ())
            out[np.ix_(mine, [columns[name] for name in names])] = frame.cells["activity"][mine, : len(names)]
    return out


def flat_cells(frame: Frame) -> Iterator[tuple[str, np.ndarray]]:
    """Go through the arrays of one number per cell."""
    for name in frame.cells:
        if frame.cells[name].ndim == 1:
            yield name, frame.cells[name]


def lineage(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """Return one row per cell that any frame shows: id, parent, birth, kind, first and last time seen [min].

    A run recorded before births were kept gives the time of the first frame that shows the cell.
    """
    rows: dict[int, list[Any]] = {}
    for frame in trajectory.frames:
        ids, parents, kinds = (frame.cells[name].tolist() for name in ("id", "parent", "kind"))
        births = frame.cells["birth"].tolist() if "birth" in frame.cells else [frame.time] * len(ids)
        for i, parent, birth, kind in zip(ids, parents, births, kinds, strict=True):
            row = rows.setdefault(i, [i, parent, birth, trajectory.kinds[kind], frame.time, frame.time])
            row[5] = frame.time
    ordered = [rows[i] for i in sorted(rows)]
    names = ("id", "parent", "birth", "kind", "first_seen", "last_seen")
    types: tuple[Any, ...] = ("i8", "i8", "f8", object, "f8", "f8")
    return {
        name: np.array([row[c] for row in ordered], dtype=dtype)
        for c, (name, dtype) in enumerate(zip(names, types, strict=True))
    }


def require_fields(trajectory: Trajectory) -> Frame:
    """Return the first frame; raises InputError for a run without fields."""
    if not len(trajectory.frames) or not len(trajectory.frames[0].fields):
        raise InputError("This run holds no fields to export.")
    return trajectory.frames[0]
