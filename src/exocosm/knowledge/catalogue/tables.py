"""Text tables on disk, row by row, with the right line numbers whatever the line ends, quotes and packing."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from .problems import Complain, TableError

Row = tuple[int, list[str]]
"""The line a row starts on, from 1, and its cells."""

SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons"}
_LOOKED_AT = 60  # rows read to recognise a table
_LONGEST = 200  # lines a quoted cell may run over; a quote open for longer is a stray one
_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PACKED = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old kind",
    b"%PDF": "a PDF",
    b"<!DO": "a web page",
    b"<htm": "a web page",
    b"<HTM": "a web page",
}


class Table(Protocol):
    """A table that can be read from the start as often as needed."""

    path: Path
    encoding: str

    def head(self) -> list[Row]:
        """Return the first rows."""
        ...

    def rows(self, *, after: int, width: int, complain: Complain) -> Iterator[Row]:
        """Yield the rows behind line `after` that have `width` cells; complain of the others."""
        ...


class TextTable:
    """A table as text: separated by tabs, commas or semicolons, plain or gzip."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        """Look at the first bytes and lines of a file.

        Parameters
        ----------
        path : the file
        encoding : such as "latin-1"; UTF-8 by default, or what a byte order mark says

        Raises
        ------
        TableError : if it is no text, or not in this encoding
        """
        self.path = path
        start, self._is_packed = _first_bytes(path)
        self.encoding = _encoding_of(start, encoding, path)
        self.separator = self._separator()

    def head(self) -> list[Row]:
        """Return the first rows, as many cells as each has."""
        with self._lines() as lines:
            return [row for row, _ in zip(self._split(lines, None, _silent), range(_LOOKED_AT), strict=False)]

    def rows(self, *, after: int, width: int, complain: Complain) -> Iterator[Row]:
        """Yield the rows behind line `after` that have `width` cells; complain of the others.

        Empty lines are passed over. Cells behind the last column are allowed where they are empty.

        Raises
        ------
        TableError : if the file is not in its encoding, or packed data end too early
        """
        with self._lines() as lines:
            for row in self._split(lines, width, complain, after):
                fitted = _fitted(row, width, complain)
                if fitted is not None:
                    yield fitted

    def _separator(self) -> str:
        with self._lines() as lines:
            first = [text for (_, text), _ in zip(lines, range(_LOOKED_AT), strict=False) if text.strip()]
        # Comments before the header hold commas, too.
        plain = [text for text in first if not text.startswith("#")] or first
        return max(SEPARATORS, key=plain[0].count) if plain else "\t"

    @contextmanager
    def _lines(self) -> Iterator[_Lines]:
        try:
            with _opened(self.path, self._is_packed) as raw:
                yield _Lines(io.TextIOWrapper(raw, encoding=self.encoding, newline="\n"))
        except UnicodeError:
            raise TableError(self._not_decoded()) from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise TableError(f"{self.path} is damaged: {error}. Download it again.") from None

    def _not_decoded(self) -> str:
        where = ""
        with _opened(self.path, self._is_packed) as raw:
            for line, data in enumerate(raw, start=1):
                try:
                    data.decode(self.encoding)
                except UnicodeError:
                    where = f", line {line}"
                    break
        return (
            f"{self.path}{where}: the text is not {self.encoding.upper().removesuffix('-SIG')}. If it comes "
            "from Windows or an older program, it may be Latin-1: say so with `encoding='latin-1'` "
            "(--encoding latin-1)."
        )

    def _split(self, lines: _Lines, width: int | None, complain: Complain, after: int = 0) -> Iterator[Row]:
        """Yield the rows behind line `after`; `width` cells are expected where that is known."""
        separator = self.separator
        for line, text in lines:
            if line <= after or not text:
                continue
            if '"' not in text:
                yield line, text.split(separator)
                continue
            cells = self._quoted(line, text, lines, width, complain)
            if cells is not None:
                yield line, cells

    def _quoted(
        self, line: int, text: str, lines: _Lines, width: int | None, complain: Complain
    ) -> list[str] | None:
        """Return the cells of a row with quotes, which may run over several lines."""
        follow = _Follow(text, lines)
        try:
            cells = next(csv.reader(follow, delimiter=self.separator, strict=True))
            reason = ""
        except (csv.Error, StopIteration) as error:
            cells, reason = None, _quote_problem(error, follow)
        if cells is not None and (width is None or len(cells) == width or self.separator != "\t"):
            return cells
        # The databases write tabs and no quoting: a quote in a title is just that.
        literal = text.split(self.separator)
        if self.separator == "\t" and (width is None or len(literal) == width):
            follow.put_back()
            return literal
        if cells is None:
            follow.put_back()
            complain(line, reason)
        return cells


class _Lines:
    """Numbered lines without their ends; lines read too far can be put back."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._number = 0
        self._again: deque[tuple[int, str]] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._again:
            return self._again.popleft()
        text = next(self._stream)
        self._number += 1
        return self._number, text.rstrip("\r\n")

    def put_back(self, lines: Sequence[tuple[int, str]]) -> None:
        self._again.extendleft(reversed(lines))


class _Follow:
    """The line of a row, then those that follow it, for as long as a quoted cell needs them."""

    def __init__(self, text: str, lines: _Lines) -> None:
        self._first: str | None = text
        self._lines = lines
        self.taken: list[tuple[int, str]] = []

    def __iter__(self) -> _Follow:
        return self

    def __next__(self) -> str:
        if self._first is not None:
            text, self._first = self._first, None
            return text + "\n"
        if len(self.taken) >= _LONGEST:
            raise StopIteration
        self.taken.append(next(self._lines))
        return self.taken[-1][1] + "\n"

    def put_back(self) -> None:
        self._lines.put_back(self.taken)
        self.taken = []


def file_name_stem(path: Path) -> str:
    """Return the name of a file without the endings of its kind and packing."""
    name = path.name
    for ending in (".gz", ".txt", ".tsv", ".csv", ".xlsx"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name or path.name


def _fitted(row: Row, width: int, complain: Complain) -> Row | None:
    line, cells = row
    if not cells[0].strip() and not any(cell.strip() for cell in cells):
        return None  # a blank row, as spreadsheets write it
    if len(cells) == width:
        return row
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) == width:
        return line, cells
    complain(line, f"expected {width} columns, found {len(cells)}")
    return None


def _quote_problem(error: Exception, follow: _Follow) -> str:
    if isinstance(error, csv.Error) and "expected after" in str(error):
        return "text follows a closing quote"
    if isinstance(error, csv.Error) and "field larger" in str(error):
        return "a cell is longer than 131,072 letters"
    if isinstance(error, csv.Error) and "new-line" in str(error):
        return "a line break stands in the middle of the row"
    return f"a quote is opened and not closed within {len(follow.taken) + 1} lines"


def _first_bytes(path: Path) -> tuple[bytes, bool]:
    """Return the first bytes of the text, and whether it is packed with gzip."""
    with path.open("rb") as raw:
        start = raw.read(4)
    is_packed = start[:2] == _GZIP
    try:
        with _opened(path, is_packed) as unpacked:
            return unpacked.read(1 << 16), is_packed
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TableError(f"{path} is damaged: {error}. Download it again.") from None


@contextmanager
def _opened(path: Path, is_packed: bool) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        yield gzip.GzipFile(fileobj=raw) if is_packed else raw  # type: ignore[misc]


def _encoding_of(start: bytes, asked: str | None, path: Path) -> str:
    if not start.strip():
        raise TableError(f"{path} is empty. Give a table with a header and rows.")
    kind = next((kind for magic, kind in _PACKED.items() if start.startswith(magic)), None)
    if kind is not None:
        raise TableError(
            f"{path} is {kind}. Give the table in it as text (CSV or tab-separated), plain or gzip."
        )
    marked = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if start.startswith(mark)), None)
    if marked is None and b"\0" in start:
        raise TableError(f"{path} is no text. Give a table as text (CSV or tab-separated), plain or gzip.")
    if b"\n" not in start and b"\r" in start:
        raise TableError(f"{path} has the line ends of old Macintosh programs. Save it again as plain CSV.")
    try:
        return marked or codecs.lookup(asked or "utf-8").name
    except LookupError:
        raise TableError(f"No text encoding is called {asked!r}. Try 'utf-8' or 'latin-1'.") from None


def _silent(line: int, reason: str) -> None:
    """Rows that cannot be split are reported when the table is read, not when it is looked at."""
