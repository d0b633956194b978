"""The folder that ``exocosm simulate`` leaves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from exocosm.model import Model, physicell
    from exocosm.trajectory import Frame, Trajectory


def write_folder(
    folder: Path,
    model: Model,
    trajectory: Trajectory,
    notes: Sequence[physicell.Note],
    *,
    state: str,
    settings: dict[str, Any],
) -> None:
    """Write trajectory, model, notes, books, cells, provenance, and a figure of the last frame."""
    import pandas as pd

    from exocosm import provenance

    model.save(folder / "model.json")
    trajectory.save(folder / "trajectory.zarr")
    if notes:
        (folder / "notes.txt").write_text("".join(f"{note}\n" for note in notes), encoding="utf-8")
    books = pd.DataFrame(list(trajectory.books)) if trajectory.books else pd.DataFrame(columns=["name"])
    books.to_csv(folder / "books.csv", index=False)
    cells_table(trajectory).to_csv(folder / "cells.csv", index=False)
    last = trajectory.frames[-1]
    if not model.domain.well_mixed and (last.fields or len(last.cells["id"])):
        _draw(folder / "last_frame.png", trajectory, last)
    model_record = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    record = provenance.collect(
        **settings, state=state, simulated_min=last.time, model_sha256=provenance.sha256_of_json(model_record)
    )
    text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "provenance.json").write_text(text + "\n", encoding="utf-8")


def cells_table(trajectory: Trajectory) -> pd.DataFrame:
    """Return one row per frame and cell: time [min], kind, position [um], and every number kept of a cell."""
    import pandas as pd

    return pd.concat([_of_frame(trajectory, frame) for frame in trajectory.frames], ignore_index=True)


def _of_frame(trajectory: Trajectory, frame: Frame) -> pd.DataFrame:
    import pandas as pd

    position = frame.cells["position"]
    columns: dict[str, Any] = {
        "time_min": frame.time,
        "id": frame.cells["id"],
        "kind": [trajectory.kinds[k] for k in frame.cells["kind"]],
        **{axis: position[:, i] for i, axis in enumerate("xyz")},
    }
    rest = {
        name: array for name, array in frame.cells.items() if array.ndim == 1 and name not in ("id", "kind")
    }
    return pd.DataFrame(columns | rest)


def _draw(path: Path, trajectory: Trajectory, frame: Frame) -> None:
    from exocosm import plot

    figure = plot.tissue(
        [(f"{frame.time / 60:g} h", frame)],
        kinds=trajectory.kinds,
        spacing=trajectory.spacing,
        origin=trajectory.origin,
        width=6.5,
    )
    figure.savefig(path, dpi=150)
