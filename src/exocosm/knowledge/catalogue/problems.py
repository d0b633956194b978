"""What can go wrong with users' tables and with the catalogue, in words for the user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from exocosm.errors import InputError

KEPT = 100  # rows described one by one; the rest are counted


class TableError(InputError):
    """A table of the user cannot be read, or nothing in it can be used."""


class FormatError(TableError):
    """It is not clear, or not known, in which format a table is."""


class CatalogueError(InputError):
    """The catalogue cannot be opened, read or written; what was in it is still there."""


class CatalogueInUseError(CatalogueError):
    """Another program is writing to the catalogue."""


class BadValue(ValueError):
    """A cell that cannot be what its column says; the message goes into the report."""


@dataclass(frozen=True)
class Malformed:
    """One row that was not imported."""

    line: int  # of the file, from 1; of the sheet in a workbook
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass
class MalformedRows:
    """The rows that were not imported: all are counted, the first are described."""

    first: list[Malformed] = field(default_factory=list)
    total: int = 0

    def add(self, line: int, reason: str) -> None:
        """Count a row, and keep it if there is room."""
        self.total += 1
        if len(self.first) < KEPT:
            self.first.append(Malformed(line, reason))


Complain = Callable[[int, str], None]
"""Called with the line and what is wrong with the row there."""
