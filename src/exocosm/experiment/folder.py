"""The run folder: written piece by piece, each file whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exocosm.durable import replace_whole
from exocosm.errors import InputError
from exocosm.model import Model
from exocosm.trajectory import Trajectory

if TYPE_CHECKING:
    import pandas as pd


def prepare(folder: Path) -> None:
    """Make the folder; one that holds anything is never written to.

    Raises
    ------
    InputError : if the folder is in use or cannot be written
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"Folder {str(folder)!r} is in use. Name a new one; nothing was overwritten.")
        (folder / "tables").mkdir()
        (folder / "frames").mkdir()
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise InputError(
            f"Cannot write to {str(folder)!r}: {error.strerror}. Choose another folder."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a text file."""
    replace_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file as it is, and the folder it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(path, lambda temporary: temporary.write_bytes(content))


def write_json(path: Path, record: Any) -> None:
    """Write a JSON file."""
    write_text(path, json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def write_yaml(path: Path, record: Any) -> None:
    """Write a YAML file, keys in the order given."""
    import yaml

    write_text(path, yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=120))


def write_model(path: Path, model: Model) -> None:
    """Write a model as JSON."""
    replace_whole(path, model.save)


def write_frames(path: Path, trajectory: Trajectory) -> None:
    """Write the frames of a run as a zarr group."""
    replace_whole(path, trajectory.save)


def write_table(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write a table as CSV and as Parquet."""
    write_text(folder / "tables" / f"{name}.csv", table.to_csv(index=False))
    path = folder / "tables" / f"{name}.parquet"
    replace_whole(path, lambda temporary: table.to_parquet(temporary, index=False))
