"""Parquet: tables of cells, fields, lineage and books; unit and meaning in the metadata of each column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from exocosm.errors import expect
from exocosm.trajectory import Frame, Trajectory

from .columns import about, activity, flat_cells, lineage, nodes


def write(trajectory: Trajectory, path: Path, *, fields: str = "wide") -> None:
    """Write a folder with cells, fields, lineage and books as .parquet, frame by frame.

    Parameters
    ----------
    fields : "wide", a column per field, or "long", a row per field and voxel
    """
    expect.one_of(("wide", "long"), fields=fields)
    path.mkdir()
    of_fields = _wide if fields == "wide" else _long
    for name, rows in (("cells", _cells), ("fields", of_fields)):
        writer = None
        for i, frame in enumerate(trajectory.frames):
            if name == "fields" and not len(frame.fields):
                continue
            table = _table(rows(trajectory, i, frame))
            writer = writer or _writer(path / f"{name}.parquet", table.schema)
            writer.write_table(table)
        if writer is not None:
            writer.close()
    _write(path / "lineage.parquet", {n: (a, _LINEAGE[n]) for n, a in lineage(trajectory).items()})
    if trajectory.books:
        names = dict.fromkeys(key for account in trajectory.books for key in account)
        books = {n: (np.array([a.get(n) for a in trajectory.books]), _described("", "")) for n in names}
        _write(path / "books.parquet", books)


Columns = dict[str, tuple[Any, dict[str, str]]]


def _described(unit: str, meaning: str) -> dict[str, str]:
    return {"unit": unit, "meaning": meaning}


_LINEAGE = {
    "id": _described("", "number of the cell"),
    "parent": _described("", "id of the cell it came from, -1 for a founder"),
    "birth": _described("min", "time of the division it came from, 0 for a founder"),
    "kind": _described("", "cell kind"),
    "first_seen": _described("min", "first frame that shows it"),
    "last_seen": _described("min", "last frame that shows it"),
}


def _moment(i: int, frame: Frame, n: int) -> Columns:
    return {
        "frame": (np.full(n, i, "i4"), _described("", "number of the frame")),
        "time": (np.full(n, frame.time), _described("min", "time of the frame")),
    }


def _cells(trajectory: Trajectory, i: int, frame: Frame) -> Columns:
    columns = _moment(i, frame, len(frame.cells["id"]))
    for name, array in flat_cells(frame):
        shown = np.array(trajectory.kinds, dtype=object)[array] if name == "kind" else array
        columns[name] = (shown, about(trajectory, "cells", name))
    for axis, letter in enumerate("xyz"):
        values = np.asarray(frame.cells["position"])[:, axis]
        columns[letter] = (values, _described("µm", f"{letter} of the centre"))
    levels = activity(trajectory, frame)
    for j, node in enumerate(nodes(trajectory)):
        columns[f"activity:{node}"] = (levels[:, j], _described("1", f"activity of {node}, 0 to 1"))
    return columns


def _voxels(trajectory: Trajectory, i: int, frame: Frame) -> Columns:
    shape = next(iter(frame.fields.values())).shape
    columns = _moment(i, frame, int(np.prod(shape)))
    for axis, index in zip("zyx", np.indices(shape), strict=True):
        at = "zyx".index(axis)
        centre = trajectory.origin[at] + (index.reshape(-1) + 0.5) * trajectory.spacing[at]
        columns[axis] = (centre, _described("µm", f"{axis} of the middle of the voxel"))
    return columns


def _wide(trajectory: Trajectory, i: int, frame: Frame) -> Columns:
    columns = _voxels(trajectory, i, frame)
    for name, values in frame.fields.items():
        columns[name] = (np.asarray(values).reshape(-1), about(trajectory, "fields", name))
    return columns


def _long(trajectory: Trajectory, i: int, frame: Frame) -> Columns:
    names = list(frame.fields)
    columns: Columns = {
        key: (np.tile(values, len(names)), said)
        for key, (values, said) in _voxels(trajectory, i, frame).items()
    }
    n = frame.fields[names[0]].size
    units = [about(trajectory, "fields", name)["unit"] for name in names]
    columns["field"] = (np.repeat(np.array(names, dtype=object), n), _described("", "name of the field"))
    columns["unit"] = (np.repeat(np.array(units, dtype=object), n), _described("", "unit of the value"))
    stacked = np.concatenate([np.asarray(frame.fields[name]).reshape(-1) for name in names])
    columns["value"] = (stacked, _described("", "in the unit of the row"))
    return columns


def _table(columns: Columns) -> Any:
    import pyarrow as pa

    arrays, declared = [], []
    for name, (values, said) in columns.items():
        array = (
            pa.array(values, type=pa.string()) if np.asarray(values).dtype.kind in "OU" else pa.array(values)
        )
        arrays.append(array)
        declared.append(pa.field(name, array.type, metadata=said))
    return pa.Table.from_arrays(arrays, schema=pa.schema(declared))


def _writer(path: Path, schema: Any) -> Any:
    from pyarrow import parquet

    return parquet.ParquetWriter(path, schema)


def _write(path: Path, columns: Columns) -> None:
    table = _table(columns)
    with _writer(path, table.schema) as writer:
        writer.write_table(table)
