"""The formats by name."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exocosm.durable import replace_whole
from exocosm.errors import InputError, expect
from exocosm.trajectory import Trajectory


@dataclass(frozen=True)
class Format:
    """A format: the module that writes it, what `PATH` is, and what is in it."""

    module: str
    path: str
    content: str


FORMATS = {
    "openvt": Format("openvt", "a file .csv", "living cells in the plane, as OpenVT compares models"),
    "vtk": Format("vtk", "a folder", "cells as points, fields as images, for ParaView"),
    "ome-tiff": Format("ome_tiff", "a file .ome.tif", "fields over time, for microscopy software"),
    "ome-zarr": Format("ome_zarr", "a folder .zarr", "fields over time, OME-NGFF 0.5"),
    "anndata": Format("anndata", "a file .h5ad or a folder .zarr", "cells over time, with lineage"),
    "parquet": Format("parquet", "a folder", "tables of cells, fields, lineage and books"),
}


def write(trajectory: Trajectory, format: str, path: Path, **options: Any) -> Path:
    """Write a trajectory in another program's format and return where it is.

    Parameters
    ----------
    format : one of `FORMATS`
    path : a new file or folder; it is whole or not there
    options : as the `write` of the format's module takes them

    Raises
    ------
    InputError : for an unknown format, a path in use, a trajectory that the format cannot hold, or a
        library that is not installed
    """
    expect.one_of(FORMATS, format=format)
    path = Path(path)
    if path.exists():
        raise InputError(f"Expected `path` to be new, found {str(path)!r}. Nothing was overwritten.")
    module = importlib.import_module(f".{FORMATS[format].module}", __package__)
    if check := getattr(module, "check", None):
        check(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(path, lambda part: module.write(trajectory, part, **options))
    return path
