"""Models from files: a model's own JSON, or settings of PhysiCell with what they name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from exocosm.errors import InputError

if TYPE_CHECKING:
    from exocosm.model import Model, physicell


def load_model(path: Path) -> tuple[Model, tuple[physicell.Note, ...]]:
    """Read a model from ``.json`` or PhysiCell's settings in ``.xml``, with notes on what is not in it."""
    from exocosm.model import Model, physicell

    if not path.is_file():
        more = "; it is a folder" if path.is_dir() else ""
        raise InputError(f"There is no file {str(path)!r}{more}.")
    suffix = path.suffix.lower()
    if suffix == ".json":
        return Model.load(path), ()
    if suffix == ".xml":
        return physicell.read_settings(path)
    raise InputError(f"Expected a model in .json or PhysiCell's settings in .xml, found {path.name!r}.")


def new_file(path: Path) -> Path:
    """Return the path of a file to be written; one that exists is never overwritten."""
    if path.exists():
        raise InputError(f"{str(path)!r} exists already. Name another file; nothing was overwritten.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"There is no folder {str(path.absolute().parent)!r} to write to.")
    return path


def print_notes(notes: Sequence[physicell.Note]) -> None:
    """Print notes, grouped by what they mean for a result."""
    for kind in ("not understood", "not supported", "differs", "assumed", "not needed"):
        for note in notes:
            if note.kind == kind:
                print(f"  {note}")


def describe(model: Model) -> list[str]:
    """Say in a few lines what a model holds."""
    z, y, x = model.domain.shape
    rules = sum(len(kind.rules) for kind in model.cell_kinds)
    cells = sum(placement.count for placement in model.placements)
    names = ", ".join(kind.name for kind in model.cell_kinds)
    lines = [
        f"model {model.name}: {x} x {y} x {z} voxels of {model.domain.spacing.value:g} um",
        f"  {len(model.cell_kinds)} cell kinds: {names}",
        f"  {len(model.fields)} fields: {', '.join(field.name for field in model.fields) or 'none'}",
        f"  {cells} cells at the start, {rules} rules",
    ]
    if model.vesicle_kinds:
        lines.append(f"  {len(model.vesicle_kinds)} vesicle classes, {len(model.cargoes)} cargoes")
    return lines
