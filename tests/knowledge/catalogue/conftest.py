"""The made-up tables in tables/ have the forms of the databases; nothing in them is copied."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

from exocosm.cli import main
from exocosm.knowledge import catalogue

TABLES = {
    path.name: path.read_text(encoding="utf-8") for path in Path(__file__).with_name("tables").iterdir()
}


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write one of the tables, or other text or bytes, and return its path."""

    def write(name: str, content: str | bytes | None = None) -> Path:
        content = TABLES[name] if content is None else content
        data = content if isinstance(content, bytes) else content.encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" and data[:2] != b"\x1f\x8b" else data)
        return path

    return write


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a catalogue can be."""
    return tmp_path / "catalogue.duckdb"


@pytest.fixture
def opened(place: Path):
    """An open, empty catalogue."""
    with catalogue.Catalogue(place) as found:
        yield found


@pytest.fixture
def exocosm_says(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command line; return exit code, standard output and standard error."""

    def say(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return say
