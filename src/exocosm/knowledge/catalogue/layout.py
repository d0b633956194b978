"""How a format is declared: which columns a table has, and where each goes in the catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from . import values

TableName = Literal["cargo", "influence", "experiment"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """Where one column of the catalogue comes from: one column of the file, or several read together."""

    parts: tuple[tuple[str, ...], ...]  # for each column of the file its spellings in the releases
    read: Callable[..., Any]  # the cells, one for each part → value or None; see `values`
    needed: bool = False  # the first part must be in the file, and no row may leave the value open


def column(*names: str, read: Callable[[str], Any] = values.text, needed: bool = False) -> Column:
    """Declare a column that goes by one of `names` in the file."""
    return Column(parts=(names,), read=read, needed=needed)


def columns(*parts: Sequence[str], read: Callable[..., Any], needed: bool = False) -> Column:
    """Declare a column made of several in the file; a part that the file lacks is read as an empty cell."""
    return Column(parts=tuple(tuple(part) for part in parts), read=read, needed=needed)


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The columns of a matrix that hold one sample each: a row becomes one record for each value above 0."""

    names: re.Pattern[str] = re.compile(r".+", re.DOTALL)  # what the head of such a column looks like
    besides: tuple[str, ...] = ()  # columns that are no samples, whatever they look like


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One kind of table of a database."""

    name: str
    table: TableName
    columns: Mapping[str, Column]
    constants: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[str, ...] = ()  # further columns by which the table is told from others
    samples: Samples | None = None
    file_name: re.Pattern[str] | None = None  # must match, unless the user names the format
    from_name: Mapping[str, re.Pattern[str]] = field(
        default_factory=dict
    )  # constants told by the file's name
    headerless: tuple[str, ...] = ()  # the columns, where a release comes without a header
    is_row: Callable[[Sequence[str]], bool] = lambda fields: False  # does the first row look like this table
    is_human: bool = False  # the names are those of human genes, whatever the column of the species says
    one_per_file: bool = False  # a release has many such files; the source is named after the file


@dataclass(frozen=True, kw_only=True)
class Format:
    """The tables of one database."""

    name: str
    title: str
    layouts: tuple[Layout, ...]
    file_name: re.Pattern[str] | None = None  # tells formats with equal tables apart
    release: re.Pattern[str] | None = None  # finds the release in the name of the file
    is_fallback: bool = False  # tried after all others


def fold_head(head: str) -> str:
    """Return the form under which heads of columns are compared: letters and digits, in lower case.

    R writes ``Species..miRNA.`` for ``Species (miRNA)``; both become ``speciesmirna``.
    """
    return "".join(letter for letter in head.casefold() if letter.isalnum())


def index_of(header: Sequence[str]) -> dict[str, int]:
    """Return the place of each column by its folded head; of two alike the first counts."""
    places: dict[str, int] = {}
    for i, head in enumerate(header):
        places.setdefault(fold_head(head), i)
    return places


def place_of(part: Sequence[str], places: Mapping[str, int]) -> int | None:
    """Return where the column with one of the spellings `part` stands, or None."""
    return next((places[fold_head(head)] for head in part if fold_head(head) in places), None)


def fits(layout: Layout, header: Sequence[str]) -> bool:
    """Say whether a header has what the layout needs."""
    places = index_of(header)
    needed = [made.parts[0] for made in layout.columns.values() if made.needed]
    if any(place_of(part, places) is None for part in [*needed, *((mark,) for mark in layout.marks)]):
        return False
    return layout.samples is None or bool(sample_places(layout, header))


def n_known(layout: Layout, header: Sequence[str]) -> int:
    """Return how many columns of the file the layout uses."""
    places = index_of(header)
    used = {place_of(part, places) for made in layout.columns.values() for part in made.parts}
    return len(used - {None})


def sample_places(layout: Layout, header: Sequence[str]) -> dict[int, str]:
    """Return place and name of each column that holds a sample."""
    if layout.samples is None:
        return {}
    places = index_of(header)
    parts = [part for made in layout.columns.values() for part in made.parts]
    parts += [(head,) for head in layout.samples.besides]
    taken = {place_of(part, places) for part in parts}
    rest = {i: head.strip() for i, head in enumerate(header) if i not in taken and head.strip()}
    alike = all(layout.samples.names.fullmatch(head) for head in rest.values())
    return rest if alike else {}
