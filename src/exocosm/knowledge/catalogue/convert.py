"""Rows of a table → records of the catalogue, in batches of columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .layout import Column, Layout, index_of, place_of, sample_places
from .problems import BadValue, MalformedRows
from .recognise import Recognised
from .schema import FILLED
from .tables import Row
from .values import amount

BATCH = 50_000  # records
_CACHED = 65_536  # cells of one column whose values are kept

_amount = lru_cache(maxsize=_CACHED)(amount)

Batch = dict[str, list[Any]]
"""Columns of the catalogue by name, all of one length; ``line`` among them."""


@dataclass
class Tally:
    """What became of the rows."""

    rows: int = 0
    records: int = 0
    zeros: int = 0  # values of a matrix that are 0 or missing, and left out
    malformed: MalformedRows = field(default_factory=MalformedRows)


@dataclass(frozen=True)
class _Step:
    """One column of the catalogue, and the cells it is read from."""

    to: str
    read: Callable[[Sequence[str]], Any]
    needed: bool
    head: str  # of the first cell, in the file

    def value(self, cells: Sequence[str]) -> Any:
        found = self.read(cells)
        if found is None and self.needed:
            raise BadValue("is empty")
        return found


def batches(table: Recognised, tally: Tally) -> Iterator[Batch]:
    """Yield the records of a table; rows that cannot be read go into the tally with their lines.

    Raises
    ------
    TableError : if the file turns out not to be readable
    """
    layout = table.layout
    steps = [_step(to, made, table.header) for to, made in layout.columns.items()]
    samples = sample_places(layout, table.header)
    constants = {**layout.constants, **_told_by_name(layout, table.table.path.name)}
    columns = [step.to for step in steps] + (["sample", "value"] if samples else [])
    for records in _chunks(_records(table, steps, samples, tally)):
        values = list(zip(*records, strict=True))
        batch = {name: list(column) for name, column in zip([*columns, "line"], values, strict=True)}
        tally.records += len(records)
        yield _completed(batch, layout, constants, len(records))


def _records(
    table: Recognised, steps: Sequence[_Step], samples: dict[int, str], tally: Tally
) -> Iterator[tuple[Any, ...]]:
    """Yield (values of the steps, [sample, value], line) of each record."""
    for line, cells in _counted(table, tally):
        try:
            values = [step.value(cells) for step in steps]
            if samples:
                yield from _melted(line, cells, values, samples, tally)
            else:
                yield (*values, line)
        except BadValue:
            _explain(line, cells, steps, samples, tally.malformed)


def _melted(
    line: int, cells: Sequence[str], values: Sequence[Any], samples: dict[int, str], tally: Tally
) -> list[tuple[Any, ...]]:
    """Return one record for each sample in which something was measured."""
    measured = [(sample, _amount(cells[place])) for place, sample in samples.items()]
    present = [(*values, sample, value, line) for sample, value in measured if value]
    tally.zeros += len(measured) - len(present)
    return present


def _counted(table: Recognised, tally: Tally) -> Iterator[Row]:
    def complain(line: int, reason: str) -> None:
        tally.rows += 1
        tally.malformed.add(line, reason)

    for row in table.table.rows(after=table.header_line, width=len(table.header), complain=complain):
        tally.rows += 1
        yield row


def _explain(
    line: int,
    cells: Sequence[str],
    steps: Sequence[_Step],
    samples: dict[int, str],
    malformed: MalformedRows,
) -> None:
    """Say which cell of a row is wrong, and how."""
    for step in steps:
        try:
            step.value(cells)
        except BadValue as problem:
            return malformed.add(line, f"`{step.head}`: {problem}")
    for place, sample in samples.items():
        try:
            amount(cells[place])
        except BadValue as problem:
            return malformed.add(line, f"`{sample}`: {problem}")
    return None


def _step(to: str, made: Column, header: Sequence[str]) -> _Step:
    places = index_of(header)
    found = tuple(place_of(part, places) for part in made.parts)
    first = next((i for i in found if i is not None), None)
    return _Step(
        to=to,
        read=_reader(found, lru_cache(maxsize=_CACHED)(made.read)),
        needed=made.needed,
        head=header[first].strip() if first is not None else made.parts[0][0],
    )


def _reader(places: Sequence[int | None], read: Callable[..., Any]) -> Callable[[Sequence[str]], Any]:
    """Return what reads the cells at `places` of a row; None stands for a column that the file lacks."""
    if len(places) > 1:
        return lambda cells: read(*("" if i is None else cells[i] for i in places))
    place = places[0]
    return (lambda cells: None) if place is None else (lambda cells: read(cells[place]))


def _told_by_name(layout: Layout, file_name: str) -> dict[str, str]:
    found = {to: pattern.search(file_name) for to, pattern in layout.from_name.items()}
    return {to: match[1] for to, match in found.items() if match is not None}


def _completed(batch: Batch, layout: Layout, constants: dict[str, Any], n: int) -> Batch:
    """Return all columns of the catalogue: constants stand where the file says nothing."""
    for to, constant in constants.items():
        if to in batch:
            batch[to] = [constant if value is None else value for value in batch[to]]
        else:
            batch[to] = [constant] * n
    for to in FILLED[layout.table]:
        batch.setdefault(to, [None] * n)
    return batch


def _chunks(records: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    chunk: list[tuple[Any, ...]] = []
    for record in records:
        chunk.append(record)
        if len(chunk) == BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
