"""Scorecards that were computed before, kept in the user's cache folder by everything they depend on."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from exocosm import __version__, provenance
from exocosm.durable import replace_whole

# What a score rests on, besides the content of the knowledge base.
_SOURCES = ("findings", "assembly", "engine", "knowledge", "model")
_SUFFIXES = {".py", ".yaml", ".tsv"}


def cache_folder() -> Path:
    """Return where scorecards are kept: a folder in the user's cache folder; it need not exist."""
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        folder = Path(os.environ["LOCALAPPDATA"])
    elif os.environ.get("XDG_CACHE_HOME"):
        folder = Path(os.environ["XDG_CACHE_HOME"])
    else:
        folder = Path.home() / ".cache"
    return folder / "exocosm" / "scorecards"


def key_of(knowledge: str, asked: Mapping[str, Any]) -> str:
    """Return the name of a scorecard: a hash of the base's hash, what was asked, version and sources.

    `asked` holds whatever changes the result, in what JSON knows.
    """
    return provenance.sha256_of_json(
        {"knowledge": knowledge, "asked": dict(asked), "version": __version__, "sources": _sources_hash()}
    )


def load(key: str) -> dict[str, Any] | None:
    """Return the record that is kept under a key; None without one, or where its file is not as it was."""
    from exocosm.findings import FORMAT

    try:
        kept = json.loads(_file(key).read_text(encoding="utf-8"))
        record = kept["record"]
        whole = kept["key"] == key and kept["sha256"] == provenance.sha256_of_json(record)
        return dict(record) if whole and record["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def save(key: str, record: Mapping[str, Any]) -> None:
    """Keep a record, in what JSON knows, under a key; where nothing can be written, nothing is kept."""
    kept = {"key": key, "sha256": provenance.sha256_of_json(record), "record": record}
    with suppress(OSError):
        _file(key).parent.mkdir(parents=True, exist_ok=True)
        replace_whole(_file(key), lambda part: part.write_text(json.dumps(kept), encoding="utf-8"))


def _file(key: str) -> Path:
    return cache_folder() / f"{key}.json"


def _sources_hash() -> str:
    root = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    for package in _SOURCES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in _SUFFIXES:
                found.update(f"{path.relative_to(root).as_posix()}\0".encode())
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
