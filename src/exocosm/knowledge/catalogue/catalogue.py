"""The catalogue: tables of the user in one DuckDB file, beside the curated base and never mixed with it."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from exocosm import __version__
from exocosm.errors import InputError, did_you_mean

from .asking import meant_by
from .database import default_path, duckdb_module, opened, transaction
from .importing import Fingerprint, TableImport
from .problems import CatalogueError, Malformed
from .recognise import recognise
from .report import ImportReport
from .values import species as species_called

_LONGEST_NAME = 200


class Catalogue:
    """One DuckDB file with everything imported; use it in a ``with`` block.

    >>> with Catalogue("mine.duckdb") as catalogue:          # doctest: +SKIP
    ...     print(catalogue.add("EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt"))
    ...     proteins = catalogue.find(name="CD63", species="human")
    """

    def __init__(self, path: str | Path | None = None, *, read_only: bool = False) -> None:
        """Name the file; it is opened by ``with``.

        Parameters
        ----------
        path : the file; `default_path()` by default. It is made by the first import
        read_only : several programs can read at once, and only one can write
        """
        self.path = default_path() if path is None else Path(path)
        self._read_only = read_only
        self._connection: Any = None
        self._is_new = False

    def __enter__(self) -> Catalogue:
        """Open the file; the errors are those of `CatalogueError` and its kinds."""
        self._is_new = not self.path.exists()
        try:
            self._connection = opened(self.path, read_only=self._read_only)
        except BaseException:
            self._remove_if(self._is_new)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file; a new one with nothing in it is removed."""
        try:
            is_empty = self._is_new and not self._one("SELECT count(*) FROM provenance")
        except duckdb_module().Error:
            is_empty = False  # after a disk error nothing can be asked; what was committed stays
        self._connection.close()
        self._connection = None
        self._remove_if(is_empty)

    def _remove_if(self, is_empty: bool) -> None:
        if is_empty and not self._read_only:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    # Importing

    def add(
        self,
        file: str | Path,
        format: str | None = None,
        name: str | None = None,
        *,
        release: str | None = None,
        licence: str | None = None,
        encoding: str | None = None,
    ) -> ImportReport:
        """Import a table as a new version of a source: all of it, or after an error or interruption nothing.

        Rows that cannot be read are reported with their lines, and the rest is imported.

        Parameters
        ----------
        file : CSV or tab-separated text, plain or gzip, or an Excel workbook (.xlsx)
        format : as in `FORMATS`; recognised by the header if not given
        name : of the source; made from the format, or from the file, if not given
        release : of the database; read from the name of the file if not given
        licence : a note on what may be done with the data; kept, not interpreted
        encoding : of the text; UTF-8 if not given and no byte order mark says otherwise

        Raises
        ------
        FormatError : if no format fits, or several do
        TableError : if the file cannot be read, or no row of it can be used
        CatalogueError : if the catalogue cannot be written
        InputError : if there is no such file or format, or the name is empty or too long
        """
        started = time.perf_counter()
        path = _existing(file)
        table = recognise(path, format=format, encoding=encoding)
        source = _checked_name(table.default_name if name is None else name)
        file_is = Fingerprint.of(path)
        with transaction(self._open, self.path):
            number = self._one("SELECT nextval('import_number')")
            work = TableImport(self._open, number, table)
            work.insert()
            file_is.check(path)
            report = ImportReport(
                source=source,
                version=self._next_version(source),
                format=table.format.name,
                layout=table.layout.name,
                table=table.layout.table,
                file=path.name,
                sha256=file_is.sha256,
                size=file_is.size,
                encoding=table.table.encoding,
                release=table.release if release is None else release,
                licence=licence,
                rows=work.tally.rows,
                records=work.tally.records - work.duplicates,
                n_malformed=work.tally.malformed.total,
                malformed=tuple(work.tally.malformed.first),
                duplicates=work.duplicates,
                zeros=work.tally.zeros,
                grounded=work.grounded,
                ambiguous=work.ambiguous,
                same_as=self._same_as(source, file_is.sha256),
                seconds=time.perf_counter() - started,
            )
            self._note(number, report)
        return report

    def drop(self, source: str, version: int | None = None) -> int:
        """Remove a version of a source, or all its versions; return how many. Their provenance is kept.

        Raises
        ------
        InputError : if there is no such source or version
        """
        present = self._versions(source)
        chosen = [one for one in present if version in (None, one[1])]
        if not chosen:
            versions = ", ".join(str(one[1]) for one in present)
            raise InputError(f"Source {source!r} has no version {version}. It has {versions}.")
        with transaction(self._open, self.path):
            for number, _, table in chosen:
                self._open.execute(f"DELETE FROM {table} WHERE import = ?", [number])
                self._open.execute("DELETE FROM malformed WHERE import = ?", [number])
                self._open.execute("UPDATE provenance SET dropped_at = ? WHERE import = ?", [_now(), number])
        self._open.execute("CHECKPOINT")
        return len(chosen)

    # Asking

    def sources(self, *, dropped: bool = False) -> Any:
        """Return a DataFrame with one row for each version of each source, and where it comes from.

        Parameters
        ----------
        dropped : list what was dropped, too
        """
        only = "" if dropped else "WHERE dropped_at IS NULL"
        return self._frame(f'SELECT * EXCLUDE (import) FROM provenance {only} ORDER BY source, "version"')

    def malformed(self, source: str, version: int | None = None) -> tuple[Malformed, ...]:
        """Return the rows (the first hundred) that an import left out; the newest version by default.

        Raises
        ------
        InputError : if there is no such source or version
        """
        number = self._number(source, version)
        rows = self._open.execute(
            "SELECT line, reason FROM malformed WHERE import = ? ORDER BY line", [number]
        )
        return tuple(Malformed(line, reason) for line, reason in rows.fetchall())

    def find(
        self,
        *,
        name: str | None = None,
        source: str | None = None,
        species: str | None = None,
        type: str | None = None,
        version: int | None = None,
    ) -> Any:
        """Return records of cargo as a DataFrame, with what is known of their experiments.

        The newest version of each source is searched. Where the table of experiments of the same database was
        imported, the columns that begin with ``experiment_`` come from it.

        Parameters
        ----------
        name : in any case, or another name of the same thing: records with its identifier are found, too
        source : name of the source
        species : Latin name, or human, mouse, rat
        type : protein, mRNA, miRNA, ...
        version : of the source, which must be named; the newest by default

        Raises
        ------
        InputError : if there is no such source or version, or a version is asked for without a source
        """
        where, values = self._conditions("cargo", source, version, species, {"": name})
        if type is not None:
            where.append("lower(c.type) = lower(?)")
            values.append(type)
        described = ", ".join(
            f"e.{column} AS experiment_{column}"
            for column in ("sample", "vesicle", "isolation", "reference", "year")
        )
        return self._frame(
            f"""SELECT p.source, p.version, c.* EXCLUDE (import), {described}
            FROM cargo c JOIN provenance p USING (import)
            LEFT JOIN experiment e ON e.experiment = c.experiment AND e.import = (
                SELECT max(n.import) FROM newest n WHERE n.format = p.format AND n."table" = 'experiment')
            WHERE {" AND ".join(where)} ORDER BY p.source, p.version, c.line, c.sample""",
            values,
        )

    def influences(
        self,
        *,
        name: str | None = None,
        source: str | None = None,
        species: str | None = None,
        version: int | None = None,
    ) -> Any:
        """Return signed and unsigned influences and miRNA targets as a DataFrame; parameters as in `find`.

        `name` finds influences in which the thing acts or is acted upon. The column `catalogue_source`
        holds the name of the source, since `source` is what acts.
        """
        where, values = self._conditions(
            "influence", source, version, species, {"source": name, "target": name}
        )
        return self._frame(
            f"""SELECT p.source AS catalogue_source, p.version, c.* EXCLUDE (import)
            FROM influence c JOIN provenance p USING (import)
            WHERE {" AND ".join(where)} ORDER BY p.source, p.version, c.line""",
            values,
        )

    def experiments(self, *, source: str | None = None, version: int | None = None) -> Any:
        """Return descriptions of experiments and samples as a DataFrame; parameters as in `find`."""
        where, values = self._conditions("experiment", source, version, None, {})
        return self._frame(
            f"""SELECT p.source, p.version, c.* EXCLUDE (import)
            FROM experiment c JOIN provenance p USING (import)
            WHERE {" AND ".join(where)} ORDER BY p.source, p.version, c.line""",
            values,
        )

    # Inside

    @property
    def _open(self) -> Any:
        if self._connection is None:
            raise CatalogueError(
                "The catalogue is closed. Use it inside `with Catalogue(...) as catalogue:`."
            )
        return self._connection

    def _frame(self, sql: str, values: list[Any] | None = None) -> Any:
        return self._open.execute(sql, values or []).df()

    def _one(self, sql: str, values: list[Any] | None = None) -> Any:
        """Return the single value a query answers with."""
        # All rows are fetched: DuckDB refuses the next query while a result is open.
        ((value,),) = self._open.execute(sql, values or []).fetchall()
        return value

    def _next_version(self, source: str) -> int:
        # Versions that were dropped count, so that a number never means two things.
        sql = "SELECT coalesce(max(version), 0) + 1 FROM provenance WHERE source = ?"
        return int(self._one(sql, [source]))

    def _same_as(self, source: str, sha256: str) -> int | None:
        sql = "SELECT max(version) FROM provenance WHERE source = ? AND sha256 = ? AND dropped_at IS NULL"
        found = self._one(sql, [source, sha256])
        return None if found is None else int(found)

    def _note(self, number: int, report: ImportReport) -> None:
        """Write where the records come from, and what was left out."""
        known = {name: getattr(report, name) for name in _NOTED}
        row = {
            "import": number,
            **known,
            "malformed": report.n_malformed,
            "imported_at": _now(),
            "exocosm": __version__,
        }
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join("?" for _ in row)
        self._open.execute(f"INSERT INTO provenance ({names}) VALUES ({places})", list(row.values()))
        for one in report.malformed:
            self._open.execute("INSERT INTO malformed VALUES (?, ?, ?)", [number, one.line, one.reason])

    def _versions(self, source: str) -> list[tuple[int, int, str]]:
        """Return (import, version, table) of what is there of a source, the newest first."""
        sql = """SELECT import, version, "table" FROM provenance
            WHERE source = ? AND dropped_at IS NULL ORDER BY version DESC"""
        found = self._open.execute(sql, [source]).fetchall()
        if not found:
            known = self._open.execute("SELECT DISTINCT source FROM newest ORDER BY source").fetchall()
            names = [name for (name,) in known]
            raise InputError(
                f"The catalogue has no source {source!r}.{did_you_mean(source, names)} "
                f"It has {', '.join(names) or 'none at all'}."
            )
        return [(int(number), int(version), str(table)) for number, version, table in found]

    def _number(self, source: str, version: int | None) -> int:
        present = self._versions(source)
        for number, known, _ in present:
            if version in (None, known):
                return number
        versions = ", ".join(str(known) for _, known, _ in present)
        raise InputError(f"Source {source!r} has no version {version}. It has {versions}.")

    def _conditions(
        self,
        table: str,
        source: str | None,
        version: int | None,
        kept_in: str | None,
        names: dict[str, str | None],
    ) -> tuple[list[str], list[Any]]:
        """Return the conditions of a query and their values."""
        if version is not None and source is None:
            raise InputError(f"Expected `source` with `version={version}`: each source has its own versions.")
        where = [f"""c.import IN (SELECT import FROM newest WHERE "table" = '{table}')"""]
        values: list[Any] = []
        if source is not None:
            where, values = ["c.import = ?"], [self._number(source, version)]
        if kept_in is not None:
            where.append("lower(c.species) = lower(?)")
            values.append(species_called(kept_in))
        tests = []
        for column, name in names.items():
            if name is None:
                continue
            spellings, identifiers = meant_by(name)
            tests.append(f"list_contains(?, lower(c.{column or 'name'}))")
            tests.append(f"list_contains(?, c.{f'{column}_' if column else ''}id)")
            values.extend([spellings, identifiers])
        if tests:
            where.append(f"({' OR '.join(tests)})")
        return where, values


# What the table of provenance takes from the report as it is.
_NOTED = (
    "source", "version", "format", "layout", "table", "file", "sha256", "size", "encoding", "release",
    "licence", "rows", "records", "duplicates", "seconds",
)  # fmt: skip


def _existing(file: str | Path) -> Path:
    path = Path(file)
    if not path.is_file():
        raise InputError(
            f"Expected `file` to be a table on disk, found {str(file)!r}: there is no such file."
        )
    return path


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"Expected `name` to be a name of 1 to {_LONGEST_NAME} letters, found {name[:60]!r}. "
            "Try 'exocarta-5'."
        )
    return name


def _now() -> datetime:
    """Return the time in UTC, without a zone, as the catalogue keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
