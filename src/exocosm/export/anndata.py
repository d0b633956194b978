"""AnnData: one row per cell and frame, with its lineage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from exocosm.errors import InputError, expect
from exocosm.trajectory import Trajectory

from .columns import about, activity, flat_cells, lineage, nodes
from .optional import library


def check(path: Path) -> None:
    """Raise InputError unless the name says which of the two ways to store it is meant."""
    if path.suffix not in (".h5ad", ".zarr"):
        raise InputError(f"Expected `path` to end in .h5ad or .zarr, found {path.name!r}.")


def write(trajectory: Trajectory, path: Path, *, x: str = "activity") -> None:
    """Write `X` (cells of all frames, nodes or cargoes), `obs`, `obsm["spatial"]` [µm] and `uns`.

    Parameters
    ----------
    x : "activity" of the network nodes (NaN where a kind has none) or "cargo" copies in the cytosol

    `uns["exocosm"]["columns"]` gives unit and meaning of every column, `uns["lineage"]` one row per cell.
    """
    expect.one_of(("activity", "cargo"), x=x)
    library("anndata", "anndata")
    made = _table(trajectory, x)
    # The name under which it is written has an ending of its own; the final name is known from `check`.
    if ".zarr" in path.name:
        made.write_zarr(str(path))
    else:
        made.write_h5ad(path)


def _table(trajectory: Trajectory, x: str) -> Any:
    import anndata
    import pandas as pd

    frames = list(trajectory.frames)
    cargoes = [name for name in frames[0].cells if name.startswith("cargo:")]
    variables = (
        list(nodes(trajectory)) if x == "activity" else [name.removeprefix("cargo:") for name in cargoes]
    )
    values, positions, tables = [], [], []
    for i, frame in enumerate(frames):
        if x == "activity":
            values.append(activity(trajectory, frame))
        else:
            columns = [np.asarray(frame.cells[name], "f4") for name in cargoes]
            values.append(
                np.column_stack(columns) if columns else np.zeros((len(frame.cells["id"]), 0), "f4")
            )
        positions.append(np.asarray(frame.cells["position"], "f4"))
        tables.append(pd.DataFrame({"frame": i, "time": frame.time, **dict(flat_cells(frame))}))
    obs = pd.concat(tables, ignore_index=True)
    obs["kind"] = pd.Categorical.from_codes(obs["kind"], categories=list(trajectory.kinds))
    obs.index = pd.Index([f"{i}:{c}" for i, c in zip(obs["frame"], obs["id"], strict=True)], dtype=object)
    said = {name: about(trajectory, "cells", name) for name in obs.columns}
    said["frame"] = {"unit": "", "meaning": "number of the frame"}
    said["time"] = {"unit": "min", "meaning": "time of the frame"}
    unit = "1" if x == "activity" else "copies"
    var = pd.DataFrame({"unit": unit, "quantity": x}, index=pd.Index(variables, dtype=object))
    family = pd.DataFrame(lineage(trajectory))
    family.index = family.index.astype(str)
    known = {
        name: trajectory.attributes[name]
        for name in ("model", "seed", "device")
        if name in trajectory.attributes
    }
    about_x = {"X": {"unit": unit, "meaning": x}, "spatial": {"unit": "µm", "meaning": "centre (x, y, z)"}}
    # "/" would make a group inside the file.
    described = {name.replace("/", "|"): entry for name, entry in (said | about_x).items()}
    obs.columns = [name.replace("/", "|") for name in obs.columns]
    noted: dict[str, Any] = {"exocosm": {"columns": described, **known}, "lineage": family}
    return anndata.AnnData(
        X=np.concatenate(values).astype("f4"),
        obs=obs,
        var=var,
        obsm={"spatial": np.concatenate(positions)},
        uns=noted,
    )
