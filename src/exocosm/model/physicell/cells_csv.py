"""PhysiCell's list of cells in a CSV, read and written.

Version 1 has no header: x, y, z, type id. Version 2 has one: x, y, z, type, then any behaviours, "volume" and
custom data ("custom:NAME"); where a line says "skip", is empty or ends early, the value of the kind holds.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from exocosm.errors import InputError, did_you_mean

from ..behaviours import out_of_bounds
from ..model import Model
from ..tissue import Placement, Start
from .notes import Note, Problems, number_in, read_lines
from .vocabulary import Unsupported, Vocabulary

Corner = tuple[float, float, float]
_SKIP = ("skip", "")
_MOST_SHOWN = 100  # problems kept of one file


@dataclass
class _Cells:
    """The cells of one kind as they are read."""

    positions: list[tuple[float, float, float]] = field(default_factory=list)
    values: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class _Column:
    """One column of values: its place in the line, and the names of what it sets."""

    index: int
    title: str
    names: tuple[str, ...]


def middle(model: Model) -> Corner:
    """Return the lower corner (x, y, z) [µm] of a domain that has 0 in its middle, as PhysiCell's have."""
    z, y, x = (-0.5 * n * model.domain.spacing.value for n in model.domain.shape)
    return x, y, z


def read_cells(
    path: Path, model: Model, *, corner: Corner | None = None, types: dict[int, str] | None = None
) -> tuple[tuple[Placement, ...], tuple[Note, ...]]:
    """Read a list of cells and return one placement for each kind there is of them, in order of appearance.

    Parameters
    ----------
    corner : lower corner of the domain (x, y, z) [µm] as the file counts; by default, 0 is in the middle
    types : type id → cell kind, for version 1; in order by default

    Returns
    -------
    placements with positions counted from the corner, and notes on columns that are left out

    Raises
    ------
    InputError : naming the line of everything that is wrong; a cell outside the domain is
    """
    path = Path(path)
    problems = Problems(path.name)
    notes: list[Note] = []
    words = Vocabulary.of(model, types)
    corner = middle(model) if corner is None else corner
    cells: dict[str, _Cells] = {}
    columns: list[_Column] | None = None
    outside: list[int] = []
    for number, text in enumerate(read_lines(path), start=1):
        if not text.strip() or text.lstrip().startswith(("//", "#")):
            continue
        try:
            fields = [one.strip() for one in next(csv.reader([text], skipinitialspace=True, strict=True), [])]
        except csv.Error as error:
            problems.add(number, f"expected fields parted by commas: {error}")
            continue
        if columns is None and fields[0].lower() == "x":
            columns = _header(number, fields, words, problems, notes)
            continue
        if len(problems.found) < _MOST_SHOWN:
            _take(number, fields, columns, model, corner, words, problems, cells, outside)
    if outside:
        problems.add(outside[0], _say_outside(outside, model, corner))
    problems.refuse()
    return tuple(_placement(kind, group, path.name) for kind, group in cells.items()), tuple(notes)


def _header(
    number: int, fields: list[str], words: Vocabulary, problems: Problems, notes: list[Note]
) -> list[_Column]:
    if [one.lower() for one in fields[:4]] not in (["x", "y", "z", "type"], ["x", "y", "z", "cell_type"]):
        problems.add(number, f"expected a header that starts with x,y,z,type, found {','.join(fields[:4])!r}")
    columns = []
    for index, title in enumerate(fields[4:], start=4):
        if title == "volume":
            columns.append(_Column(index, title, (title,)))
            continue
        try:
            columns.append(_Column(index, title, words.behaviour(title)))
        except Unsupported as reason:
            notes.append(_left_out(problems.file, number, title, str(reason)))
        except ValueError as error:
            # Lists come with columns such as custom:GFP that their models lack, and leave them empty.
            if title.startswith("custom:"):
                notes.append(_left_out(problems.file, number, title, str(error)))
            else:
                problems.add(number, str(error), f"column {index + 1}")
    return columns


def _left_out(file: str, line: int, title: str, reason: str) -> Note:
    return Note(
        kind="not supported", subject=f"column {title!r}", reason=f"{reason}; the column is left out",
        place=f"{file}, line {line}",
    )  # fmt: skip


def _take(
    number: int, fields: list[str], columns: list[_Column] | None, model: Model, corner: Corner,
    words: Vocabulary, problems: Problems, cells: dict[str, _Cells], outside: list[int],
) -> None:  # fmt: skip
    """Add the cell of one line."""
    if len(fields) < 4:
        problems.add(number, f"expected x, y, z and type, found {len(fields)} columns")
        return
    before = len(problems.found)
    position = _position(number, fields, model, corner, problems, outside)
    kind = _kind(number, fields[3], columns is not None, words, model, problems)
    values = {}
    for column in columns or ():
        if column.index < len(fields) and fields[column.index].lower() not in _SKIP:
            values.update(_value(number, fields[column.index], column, kind, model, words, problems))
    if len(problems.found) == before:
        group = cells.setdefault(kind, _Cells())
        group.positions.append(position)
        group.values.append(values)


def _position(
    number: int, fields: list[str], model: Model, corner: Corner, problems: Problems, outside: list[int]
) -> tuple[float, float, float]:
    size = [n * model.domain.spacing.value for n in model.domain.shape[::-1]]
    found = []
    for axis, text, low, length in zip("xyz", fields, corner, size, strict=False):
        try:
            given = number_in(text)
        except ValueError as error:
            problems.add(number, str(error), axis)
            continue
        if not low <= given <= low + length:
            outside.append(number)
        found.append(given - low)
    x, y, z = found if len(found) == 3 else (0.0, 0.0, 0.0)
    return x, y, z


def _say_outside(lines: list[int], model: Model, corner: Corner) -> str:
    size = [n * model.domain.spacing.value for n in model.domain.shape[::-1]]
    axes = zip("xyz", corner, size, strict=True)
    box = ", ".join(f"{axis} from {low:g} to {low + length:g}" for axis, low, length in axes)
    lines = list(dict.fromkeys(lines))
    more = f"; so do {len(lines) - 1} more cells, the next on line {lines[1]}" if len(lines) > 1 else ""
    return f"the cell lies outside the domain ({box} um){more}"


def _kind(number: int, text: str, by_name: bool, words: Vocabulary, model: Model, problems: Problems) -> str:
    names = [kind.name for kind in model.cell_kinds]
    if text in names and by_name:
        return text
    try:
        value = number_in(text)
    except ValueError:
        what = "cell type" if by_name else "type id (a list with names needs the header x,y,z,type)"
        problems.add(number, f"no {what} {text!r} in this model.{did_you_mean(text, names)}", "column 4")
        return ""
    if value not in words.types:
        problems.add(
            number, f"no cell type with id {text} in this model; ids: {sorted(words.types)}", "column 4"
        )
        return ""
    return words.types[int(value)]


def _value(
    number: int, text: str, column: _Column, kind: str, model: Model, words: Vocabulary, problems: Problems
) -> dict[str, float]:
    where = f"column {column.index + 1} ({column.title})"
    try:
        value = number_in(text)
    except ValueError as error:
        problems.add(number, f"{error} (or 'skip')", where)
        return {}
    if column.title == "volume":
        if value <= 0:
            problems.add(number, f"expected a volume above 0, found {text}", where)
        return {"volume": value}
    for name in column.names:
        if problem := out_of_bounds(name, value, words.behaviours):
            problems.add(number, f"expected {name!r} {problem}", where)
    if column.title.startswith("custom:") and kind:
        data = {f"custom:{datum.name}" for datum in model.cell_kind(kind).custom}
        if column.names[0] not in data:
            problems.add(number, f"cells of kind {kind!r} carry no custom datum {column.names[0]!r}", where)
    return dict.fromkeys(column.names, value)


def _placement(kind: str, group: _Cells, file: str) -> Placement:
    names = dict.fromkeys(name for values in group.values for name in values)
    return Placement(
        kind=kind,
        pattern="given",
        count=len(group.positions),
        positions=tuple(group.positions),
        starts=tuple(Start(of=name, values=tuple(v.get(name) for v in group.values)) for name in names),
        source=file,
    )


def write_cells(
    model: Model, path: Path, *, corner: Corner | None = None, strict: bool = False
) -> tuple[Note, ...]:
    """Write the cells that a model places at given positions, as version 2; lengths to a billionth of a um.

    Returns what a list cannot hold: cells that are laid out when a run starts. With `strict` any such loss
    raises InputError, and nothing is written.
    """
    corner = middle(model) if corner is None else corner
    losses = [
        Note(kind="not supported", subject=f"{one.count} cells of {one.kind} ({one.pattern})",
             reason="laid out when a run starts; they have no positions to list")
        for one in model.placements if one.pattern != "given" and one.count > 0
    ]  # fmt: skip
    given = [one for one in model.placements if one.pattern == "given"]
    losses += [
        Note(kind="not supported", subject=f"cell type {kind!r}", reason="PhysiCell reads no commas in names")
        for kind in dict.fromkeys(one.kind for one in given) if "," in kind
    ]  # fmt: skip
    if strict and losses:
        raise InputError("A list of cells cannot hold all of this model:\n" + "\n".join(map(str, losses)))
    names = list(dict.fromkeys(start.of for one in given for start in one.starts))
    lines = [",".join(_quoted(name) for name in ("x", "y", "z", "type", *names))]
    for placement in given:
        columns = {start.of: start.values for start in placement.starts}
        for i, position in enumerate(placement.positions):
            place = [repr(round(p + low, 9) + 0.0) for p, low in zip(position, corner, strict=True)]
            values = [columns[name][i] if name in columns else None for name in names]
            words = ["skip" if value is None else repr(value) for value in values]
            lines.append(",".join([*place, _quoted(placement.kind), *words]))
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return tuple(losses)


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name
