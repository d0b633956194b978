"""VTK's XML files: a cloud of points and an image per frame, and the times of both."""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from exocosm.trajectory import Frame, Trajectory

from .columns import about, activity, flat_cells, nodes

_BLOCK = 2**20  # bytes compressed at a time
_TYPES = {
    "f4": "Float32", "f8": "Float64", "i8": "Int64", "i4": "Int32", "i2": "Int16", "i1": "Int8",
    "u1": "UInt8",
}  # fmt: skip


def write(trajectory: Trajectory, path: Path) -> None:
    """Write a folder: cells_0000.vtu ..., fields_0000.vti ..., and cells.pvd and fields.pvd with times [min].

    Units stand beside every array as VTK's UNITS_LABEL.
    """
    path.mkdir()
    listed: dict[str, list[tuple[float, str]]] = {"cells": [], "fields": []}
    for i, frame in enumerate(trajectory.frames):
        name = f"cells_{i:04d}.vtu"
        (path / name).write_text(_cells(trajectory, frame), encoding="utf-8")
        listed["cells"].append((frame.time, name))
        if len(frame.fields):
            name = f"fields_{i:04d}.vti"
            (path / name).write_text(_fields(trajectory, frame), encoding="utf-8")
            listed["fields"].append((frame.time, name))
    for group, entries in listed.items():
        if entries:
            (path / f"{group}.pvd").write_text(_collection(entries), encoding="utf-8")


def _cells(trajectory: Trajectory, frame: Frame) -> str:
    n = len(frame.cells["id"])
    arrays = [_array(name, a, about(trajectory, "cells", name)["unit"]) for name, a in flat_cells(frame)]
    levels = activity(trajectory, frame)
    arrays += [_array(f"activity:{name}", levels[:, j], "1") for j, name in enumerate(nodes(trajectory))]
    points = _array("position", np.asarray(frame.cells["position"], "f4"), "µm")
    one_each = "".join(
        _array(name, array)
        for name, array in (
            ("connectivity", np.arange(n)),
            ("offsets", np.arange(1, n + 1)),
            ("types", np.ones(n, "u1")),  # 1: a vertex
        )
    )
    return _file(
        "UnstructuredGrid",
        f'<UnstructuredGrid>{_time(frame)}<Piece NumberOfPoints="{n}" NumberOfCells="{n}">'
        f"<PointData>{''.join(arrays)}</PointData><Points>{points}</Points><Cells>{one_each}</Cells>"
        "</Piece></UnstructuredGrid>",
    )


def _fields(trajectory: Trajectory, frame: Frame) -> str:
    n_z, n_y, n_x = next(iter(frame.fields.values())).shape
    extent = f"0 {n_x} 0 {n_y} 0 {n_z}"
    origin, spacing = (
        " ".join(f"{v:.9g}" for v in reversed(x)) for x in (trajectory.origin, trajectory.spacing)
    )
    arrays = "".join(
        _array(name, np.asarray(values).reshape(-1), about(trajectory, "fields", name)["unit"])
        for name, values in frame.fields.items()
    )
    return _file(
        "ImageData",
        f'<ImageData WholeExtent="{extent}" Origin="{origin}" Spacing="{spacing}">{_time(frame)}'
        f'<Piece Extent="{extent}"><CellData>{arrays}</CellData></Piece></ImageData>',
    )


def _file(kind: str, inside: str) -> str:
    return (
        f'<?xml version="1.0"?>\n<VTKFile type="{kind}" version="1.0" byte_order="LittleEndian" '
        f'header_type="UInt64" compressor="vtkZLibDataCompressor">{inside}</VTKFile>\n'
    )


def _time(frame: Frame) -> str:
    value = np.array([frame.time])
    array = _array("TimeValue", value, "min").replace("<DataArray ", '<DataArray NumberOfTuples="1" ')
    return f"<FieldData>{array}</FieldData>"


def _array(name: str, array: np.ndarray, unit: str = "") -> str:
    array = array.astype("u1") if array.dtype.kind == "b" else array
    kind = _TYPES[array.dtype.str[1:]]
    parts = f' NumberOfComponents="{array.shape[1]}"' if array.ndim == 2 else ""
    label = ""
    if unit:
        label = (
            '<InformationKey name="UNITS_LABEL" location="vtkDataArray">'
            f"{quoteattr(unit)[1:-1]}</InformationKey>"
        )
    text = _encoded(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes())
    return f'<DataArray type="{kind}" Name={quoteattr(name)}{parts} format="binary">{text}{label}</DataArray>'


def _encoded(content: bytes) -> str:
    """Return base64 of VTK's block sizes, then of the blocks, each compressed alone."""
    blocks = [content[i : i + _BLOCK] for i in range(0, len(content), _BLOCK)]
    packed = [zlib.compress(block, 6) for block in blocks]
    last = len(blocks[-1]) % _BLOCK if blocks else 0  # 0: the last block is full
    head = np.array([len(blocks), _BLOCK, last, *map(len, packed)], dtype="<u8").tobytes()
    return (base64.b64encode(head) + base64.b64encode(b"".join(packed))).decode()


def _collection(entries: list[tuple[float, str]]) -> str:
    inside = "".join(
        f'<DataSet timestep="{time:.9g}" group="" part="0" file={quoteattr(name)}/>' for time, name in entries
    )
    return (
        '<?xml version="1.0"?>\n<VTKFile type="Collection" version="1.0" byte_order="LittleEndian">'
        f"<Collection>{inside}</Collection></VTKFile>\n"
    )
