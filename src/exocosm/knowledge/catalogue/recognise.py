"""Which format a table has, told by its header, and by the name of the file where headers are alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from exocosm.errors import expect

from .formats import FORMATS
from .layout import Format, Layout, fits, fold_head, n_known
from .problems import FormatError
from .tables import Row, Table, TextTable, file_name_stem
from .workbook import Workbook, is_workbook


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A table, the layout it has, and where its rows begin."""

    table: Table
    format: Format
    layout: Layout
    header: tuple[str, ...]
    header_line: int  # rows stand behind it; 0 where there is no header
    release: str | None

    @property
    def default_name(self) -> str:
        """The name of the source where the user gives none."""
        if self.format.is_fallback:
            return file_name_stem(self.table.path)
        parts = [self.format.name]
        if len(self.format.layouts) > 1 and self.layout.name:
            parts.append(self.layout.name)
        if self.layout.one_per_file:
            parts = [self.format.name, file_name_stem(self.table.path)]
        return "-".join(parts)


def format_called(name: str) -> Format:
    """Return the format of this name.

    Raises
    ------
    InputError : if there is none
    """
    by_name = {known.name: known for known in FORMATS}
    expect.one_of(by_name, format=name)
    return by_name[name]


def recognise(
    path: Path, *, format: str | None = None, encoding: str | None = None, among: Iterable[Format] = FORMATS
) -> Recognised:
    """Open a table and tell its format, or check that it has the format named.

    Raises
    ------
    FormatError : if no format fits, or several do
    TableError : if the file cannot be read as a table
    """
    table: Table = Workbook(path) if is_workbook(path) else TextTable(path, encoding)
    head = table.head()
    formats = [format_called(format)] if format is not None else list(among)
    found = _with_header(path, head, formats, is_named=format is not None)
    if all(form.is_fallback for form, *_ in found):
        # A row of data can hold a word that heads a column of a plain table.
        found = _without_header(head, formats) or found
    form, layout, header, line = _the_one(path, head, found, formats)
    release = form.release.search(path.name) if form.release is not None else None
    return Recognised(
        table=table,
        format=form,
        layout=layout,
        header=tuple(header),
        header_line=line,
        release=release[1] if release is not None else None,
    )


_Found = tuple[Format, Layout, list[str], int]


def _with_header(
    path: Path, head: Sequence[Row], formats: Sequence[Format], *, is_named: bool
) -> list[_Found]:
    """Return what fits the first row that can be a header; before it only comments may stand."""
    for i, (line, cells) in enumerate(head):
        header = _with_row_names(cells, [row for _, row in head[i + 1 :]])
        found = [
            (form, layout, header, line)
            for form in formats
            for layout in form.layouts
            if fits(layout, header) and (is_named or _is_called(layout, path))
        ]
        if found or not cells[0].startswith("#"):
            return found
    return []


def _without_header(head: Sequence[Row], formats: Sequence[Format]) -> list[_Found]:
    if not head:
        return []
    line, cells = head[0]
    return [
        (form, layout, list(layout.headerless[: len(cells)]), line - 1)
        for form in formats
        for layout in form.layouts
        if layout.headerless and len(cells) <= len(layout.headerless) and layout.is_row(cells)
    ]


def _with_row_names(header: list[str], rows: Sequence[list[str]]) -> list[str]:
    """Return the header with a head for the names of the rows, for which R writes none."""
    if rows and all(len(row) == len(header) + 1 and row[-1].strip() for row in rows):
        return ["", *header]
    return header


def _is_called(layout: Layout, path: Path) -> bool:
    return layout.file_name is None or layout.file_name.search(path.name) is not None


def _the_one(path: Path, head: Sequence[Row], found: Sequence[_Found], formats: Sequence[Format]) -> _Found:
    """Return what fits best: a special format before a general one, then what knows most of the columns.

    The name of the file decides between formats that know equally many.
    """
    special = [one for one in found if not one[0].is_fallback] or found
    if not special:
        raise FormatError(_not_recognised(path, head, formats))
    most = max(n_known(layout, header) for _, layout, header, _ in special)
    best = [one for one in special if n_known(one[1], one[2]) == most]
    named = [one for one in best if one[0].file_name and one[0].file_name.search(path.name)]
    best = named or best
    names = sorted({form.name for form, *_ in best})
    if len(names) > 1:
        raise FormatError(
            f"{path} can be a table of {' or '.join(names)}: their columns are the same. "
            f"Say which with `format={names[0]!r}` (--format {names[0]})."
        )
    return best[0]


def _not_recognised(path: Path, head: Sequence[Row], formats: Sequence[Format]) -> str:
    shown = ", ".join(cell.strip() or "(empty)" for cell in head[0][1][:8]) if head else "nothing"
    if len(formats) > 1:
        names = ", ".join(form.name for form in formats)
        return (
            f"The format of {path} is not recognised; its first row holds: {shown}. Known are {names}. "
            "For any other table, name its columns as in plain CSV: name, type, species, sample, ..."
        )
    (form,) = formats
    wanted = " or ".join(sorted({_needs(layout) for layout in form.layouts}))
    return f"{path} is no table of {form.title}: expected columns {wanted}; its first row holds: {shown}."


def _needs(layout: Layout) -> str:
    needed = [made.parts[0][0] for made in layout.columns.values() if made.needed]
    known = {fold_head(head) for head in needed}
    return ", ".join([*needed, *(mark for mark in layout.marks if fold_head(mark) not in known)])
