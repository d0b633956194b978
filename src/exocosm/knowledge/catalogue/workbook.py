"""Excel workbooks (.xlsx), read as tables: the first sheet, by the standard library alone."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from .problems import Complain, TableError
from .tables import Row

_LOOKED_AT = 60
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_LAST_COLUMN = 16_384


def is_workbook(path: Path) -> bool:
    """Say whether a file is an Excel workbook, by what is in it."""
    with path.open("rb") as raw:
        if raw.read(4) != b"PK\x03\x04":
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return False


class Workbook:
    """The first sheet of a workbook; lines are its rows. Numbers come as Excel stores them."""

    encoding = "xlsx"

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._archive() as archive:
            self._sheet = _first_sheet(archive)
            self._texts = _shared_texts(archive)

    def head(self) -> list[Row]:
        """Return the first rows that hold anything."""
        return [row for row, _ in zip(self._all_rows(), range(_LOOKED_AT), strict=False)]

    def rows(self, *, after: int, width: int, complain: Complain) -> Iterator[Row]:
        """Yield the rows behind row `after`, filled up to `width` cells; complain of longer ones."""
        for line, cells in self._all_rows():
            if line <= after:
                continue
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if len(cells) > width:
                complain(line, f"expected {width} columns, found {len(cells)}")
            else:
                # A sheet does not store the empty cells at the end of a row.
                yield line, cells + [""] * (width - len(cells))

    def _all_rows(self) -> Iterator[Row]:
        with self._archive() as archive, archive.open(self._sheet) as sheet:
            for line, element in enumerate(_elements(sheet, "row"), start=1):
                cells = self._cells(element)
                if any(cell.strip() for cell in cells):
                    yield int(element.get("r", line)), cells

    def _cells(self, row: ElementTree.Element) -> list[str]:
        cells: list[str] = []
        for cell in row.iter(f"{_MAIN}c"):
            place = _column_of(cell.get("r"), len(cells))
            cells.extend([""] * (place - len(cells)))
            cells.append(self._text(cell))
        return cells

    def _text(self, cell: ElementTree.Element) -> str:
        if cell.get("t") == "inlineStr":
            return "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
        value = cell.findtext(f"{_MAIN}v") or ""
        return self._texts[int(value)] if cell.get("t") == "s" and value else value

    @contextmanager
    def _archive(self) -> Iterator[zipfile.ZipFile]:
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield archive
        except (
            zipfile.BadZipFile,
            zlib.error,
            KeyError,
            IndexError,
            ElementTree.ParseError,
            EOFError,
        ) as error:
            raise TableError(
                f"{self.path} cannot be read as a workbook ({error}). Save the sheet as CSV and import that."
            ) from None


def _first_sheet(archive: zipfile.ZipFile) -> str:
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    first = workbook.find(f"{_MAIN}sheets/{_MAIN}sheet")
    wanted = first.get(_LINK) if first is not None else None
    target = next((link.get("Target", "") for link in links if link.get("Id") == wanted), "")
    if not target:
        raise KeyError("it has no sheet")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    with archive.open("xl/sharedStrings.xml") as stream:
        return [
            "".join(part.text or "" for part in item.iter(f"{_MAIN}t")) for item in _elements(stream, "si")
        ]


def _elements(stream: IO[bytes], tag: str) -> Iterator[ElementTree.Element]:
    """Yield the elements called `tag`; each is emptied once the next one is asked for."""
    parents: list[ElementTree.Element] = []
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if element.tag == _MAIN + tag:
            yield element
            parents[-1].clear()


def _column_of(reference: str | None, following: int) -> int:
    """Return the place of a cell from its reference, such as 27 from "AB12"."""
    letters = re.match(r"[A-Z]{1,3}", reference or "")
    if letters is None:
        return following
    place = 0
    for letter in letters[0]:
        place = 26 * place + ord(letter) - ord("A") + 1
    if not following < place <= _LAST_COLUMN:
        raise KeyError(f"cell {reference} stands where no cell can be")
    return place - 1
