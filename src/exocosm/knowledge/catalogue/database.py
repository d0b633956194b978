"""Opening DuckDB files, and its errors in words for the user."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from exocosm import __version__
from exocosm.errors import InputError

from . import schema
from .problems import CatalogueError, CatalogueInUseError

# Nothing is fetched from the network; a sort that needs more memory goes to a file beside the catalogue.
_SETTINGS = {
    "memory_limit": "1GB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def default_path() -> Path:
    """Return where the catalogue is kept: $EXOCOSM_CATALOGUE, or a file in the user's data folder."""
    asked = os.environ.get("EXOCOSM_CATALOGUE")
    if asked:
        return Path(asked).expanduser()
    if sys.platform == "win32" and os.environ.get("APPDATA"):
        folder = Path(os.environ["APPDATA"])
    elif os.environ.get("XDG_DATA_HOME"):
        folder = Path(os.environ["XDG_DATA_HOME"])
    else:
        folder = Path.home() / ".local" / "share"
    return folder / "exocosm" / "catalogue.duckdb"


def duckdb_module() -> Any:
    """Return the module duckdb.

    Raises
    ------
    InputError : if it is not installed
    """
    try:
        import duckdb
    except ImportError:
        raise InputError(
            'The catalogue of imported files needs DuckDB. Install it with: pip install "exocosm[kb]"'
        ) from None
    return duckdb


def opened(path: Path, *, read_only: bool) -> Any:
    """Return a connection to a catalogue; a new file gets its tables.

    Raises
    ------
    CatalogueInUseError : if another program has it open
    CatalogueError : if it is no catalogue, or its place cannot be used
    InputError : if DuckDB is not installed
    """
    duckdb = duckdb_module()
    if read_only and not path.exists():
        raise CatalogueError(f"There is no catalogue at {path}. Import a file first: exocosm kb import FILE.")
    try:
        if not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        _check_bytes(path)
        connection = duckdb.connect(str(path), read_only=read_only, config=_SETTINGS)
    except OSError as error:
        raise CatalogueError(
            f"There can be no catalogue at {path}: {error.strerror}. Name another place."
        ) from None
    except duckdb.Error as error:
        raise _not_opened(error, path) from None
    try:
        _check(connection, path, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: Any, path: Path) -> Iterator[None]:
    """Keep everything done inside, or, after any error or interruption, nothing of it.

    Raises
    ------
    CatalogueError : if DuckDB cannot write
    """
    duckdb = duckdb_module()
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        with suppress(duckdb.Error):  # DuckDB may have ended the transaction itself
            connection.execute("ROLLBACK")
        if isinstance(error, MemoryError) or _is_of_the_disk(error, duckdb):
            raise CatalogueError(_not_written(error, path)) from None
        raise


def _check_bytes(path: Path) -> None:
    """Refuse a file that is no database: of a CSV file, DuckDB would make one in memory."""
    if path.suffix.lower() in (".csv", ".tsv", ".json", ".parquet", ".gz"):
        raise CatalogueError(f"{path} is named like a table, not like a catalogue. Name it catalogue.duckdb.")
    if not path.is_file():
        return
    with path.open("rb") as stream:
        start = stream.read(12)
    if start and start[8:] != b"DUCK":
        raise CatalogueError(
            f"{path} is no catalogue of Exocosm. Name another file; this one was not touched."
        )


def _check(connection: Any, path: Path, *, read_only: bool) -> None:
    """Make the tables of a new file; refuse a database of another program or of a later Exocosm."""
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables and not read_only:
        with transaction(connection, path):
            for statement in schema.statements():
                values = {"made_by": __version__} if "$made_by" in statement else None
                connection.execute(statement, values)
        return
    if "exocosm_catalogue" not in tables:
        raise CatalogueError(f"{path} is a DuckDB database, but no catalogue of Exocosm. Name another file.")
    ((version, made_by),) = connection.execute("SELECT version, made_by FROM exocosm_catalogue").fetchall()
    if version > schema.VERSION:
        raise CatalogueError(
            f"{path} was made by Exocosm {made_by}, and this one ({__version__}) cannot read it. "
            "Update Exocosm."
        )


def _is_of_the_disk(error: BaseException, duckdb: Any) -> bool:
    """Whether an error comes from the machine; any other would be a defect, and is not explained away."""
    if isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException)):
        return True
    return isinstance(error, duckdb.TransactionException) and "write" in str(error)


def _not_opened(error: Exception, path: Path) -> CatalogueError:
    said = str(error)
    if "lock" in said or "different configuration" in said:
        process = re.search(r"PID (\d+)", said)
        by = f" (process {process[1]})" if process else ""
        return CatalogueInUseError(
            f"The catalogue {path} is in use by another program{by}. Try again when it is done."
        )
    if "not a valid DuckDB" in said:
        return CatalogueError(
            f"{path} is no catalogue of Exocosm. Name another file; this one was not touched."
        )
    return CatalogueError(f"The catalogue {path} cannot be opened: {_first_line(said)}. Name another place.")


def _not_written(error: BaseException, path: Path) -> str:
    said = str(error)
    if isinstance(error, MemoryError) or "Out of Memory" in said or "failed to allocate" in said:
        return f"There is not enough memory for this import. The catalogue {path} is as it was."
    return (
        f"The catalogue {path} could not be written ({_first_line(said)}). It is as it was before. "
        "See whether the disk is full or read-only."
    )


def _first_line(said: str) -> str:
    first = said.strip().splitlines()[0] if said.strip() else "no reason given"
    return re.sub(r"^(IO|Catalog|Fatal|TransactionContext) Error: ", "", first).rstrip(".")
