"""One table on its way into the catalogue: rows read, names grounded, records written, duplicates removed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import schema
from .convert import Batch, Tally, batches
from .grounder import AMBIGUOUS, Grounder
from .problems import TableError
from .recognise import Recognised


@dataclass
class TableImport:
    """One table on its way into the catalogue, inside a transaction."""

    connection: Any
    number: int
    table: Recognised
    tally: Tally = field(default_factory=Tally)
    duplicates: int = 0
    grounded: int = 0
    ambiguous: int = 0

    def insert(self) -> None:
        """Read the rows, ground the names and write the records; duplicates are removed at the end."""
        grounder = Grounder()
        for batch in self._batches():
            grounder.add_identifiers(batch, self._to, is_human=self.table.layout.is_human)
            self._write(batch)
        if not self.tally.records:
            raise TableError(_nothing(self.table, self.tally))
        self._remove_duplicates()
        self._count_names()

    @property
    def _to(self) -> str:
        return self.table.layout.table

    def _batches(self) -> Iterator[Batch]:
        return batches(self.table, self.tally)

    def _count_names(self) -> None:
        for prefix in schema.GROUNDED[self._to]:
            ((grounded, ambiguous),) = self.connection.execute(
                f"""SELECT count({prefix}id), count(*) FILTER ({prefix}id_how = '{AMBIGUOUS}')
                FROM {self._to} WHERE import = {self.number}"""
            ).fetchall()
            self.grounded += grounded
            self.ambiguous += ambiguous

    def _write(self, batch: Batch) -> None:
        import pyarrow as pa

        kinds = schema.ARROW[self._to]
        columns = [name for name in schema.table_columns(self._to) if name != "import"]
        arrow = pa.table({name: pa.array(batch[name], kinds.get(name, "string")) for name in columns})
        self.connection.register("batch", arrow)
        try:
            names = ", ".join(f'"{name}"' for name in columns)
            self.connection.execute(
                f"INSERT INTO {self._to} (import, {names}) SELECT {self.number}, {names} FROM batch"
            )
        finally:
            self.connection.unregister("batch")

    def _remove_duplicates(self) -> None:
        """Keep the first of the records that are equal in all but the line."""
        columns = ", ".join(f'"{name}"' for name in schema.FILLED[self._to] if name != "line")
        mine = (
            f"SELECT rowid AS place, hash({columns}) AS mark, * FROM {self._to} WHERE import = {self.number}"
        )
        # Hashes find the few candidates in little memory; the values themselves decide.
        ((removed,),) = self.connection.execute(
            f"""DELETE FROM {self._to} WHERE rowid IN (
                WITH mine AS ({mine})
                SELECT place FROM mine
                WHERE mark IN (SELECT mark FROM mine GROUP BY mark HAVING count(*) > 1)
                QUALIFY row_number() OVER (PARTITION BY {columns} ORDER BY line) > 1)"""
        ).fetchall()
        self.duplicates = int(removed)


@dataclass(frozen=True)
class Fingerprint:
    """What tells whether a file is still the same."""

    sha256: str
    size: int
    changed: int

    @staticmethod
    def of(path: Path) -> Fingerprint:
        """Read the whole file."""
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        known = path.stat()
        return Fingerprint(sha256, known.st_size, known.st_mtime_ns)

    def check(self, path: Path) -> None:
        """Raise TableError if the file was changed since."""
        known = path.stat()
        if (known.st_size, known.st_mtime_ns) != (self.size, self.changed):
            raise TableError(f"{path} was changed while it was read. Import it again.")


def _nothing(table: Recognised, tally: Tally) -> str:
    if not tally.rows:
        return f"{table.table.path} has a header and no rows. Nothing was imported."
    if not tally.malformed.total:
        return f"{table.table.path} holds nothing but zeros. Nothing was imported."
    first = "; ".join(str(one) for one in tally.malformed.first[:3])
    return (
        f"None of the {tally.rows:,} rows of {table.table.path} could be read as {table.format.title}. "
        f"Nothing was imported. The first: {first.removesuffix('.')}."
    )
