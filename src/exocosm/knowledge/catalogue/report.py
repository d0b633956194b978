"""What an import did."""

from __future__ import annotations

from dataclasses import dataclass

from .problems import Malformed


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """One import: what was read, what became of it, and under which name and version it is kept."""

    source: str
    version: int
    format: str
    layout: str
    table: str  # cargo, influence or experiment
    file: str
    sha256: str
    size: int  # [bytes]
    encoding: str
    release: str | None  # of the database, where the name of the file tells it
    licence: str | None  # as the user noted it
    rows: int  # read, the malformed ones included
    records: int  # imported
    n_malformed: int
    malformed: tuple[Malformed, ...]  # the first hundred
    duplicates: int  # records equal to an earlier one in everything, and left out
    zeros: int  # values of a matrix that were 0 or missing, and left out
    grounded: int  # names with an identifier
    ambiguous: int  # names that can mean several things, and have none
    same_as: int | None  # an earlier version of the source made from the same bytes
    seconds: float

    def __str__(self) -> str:
        counts = [f"{self.records:,} records from {self.rows:,} rows"]
        counts.append(f"{self.n_malformed:,} malformed")
        counts.append(f"{self.duplicates:,} duplicates")
        if self.zeros:
            counts.append(f"{self.zeros:,} zeros left out")
        return f"{self.source}, version {self.version}: {', '.join(counts)}."
