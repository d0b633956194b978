"""The shipped YAML as one JSON file, written when the package is built, because JSON parses ten times faster.

The records are checked the same way whichever text they come from. A change to any YAML file makes the
compiled file stale; it is then not used, and loading takes as long as the YAML does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from .yaml_tree import YamlTree, read_text

DATA = Path(__file__).resolve().parent / "data"
COMPILED = DATA / "compiled.json"


class CompiledTree:
    """The plain data of one shipped file; its lines are looked up in the YAML only when a problem asks."""

    def __init__(self, path: Path, value: Any) -> None:
        """Hold the data of the file at `path`."""
        self.file = str(path)
        self.value = value
        self.problems: list[Any] = []

    def line(self, field: str) -> int | None:
        """Return the line of `field` in the YAML file."""
        return YamlTree(read_text(Path(self.file)), self.file).line(field)


def write(files: Iterable[Path], to: Path = COMPILED) -> None:
    """Compile YAML files without problems into one JSON file.

    Raises
    ------
    KnowledgeFileError : if a file cannot be read as YAML
    """
    files = list(files)
    trees = {_name(path): YamlTree(read_text(path), str(path)).value for path in files}
    content = {"digest": digest(files), "trees": trees}
    to.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def digest(files: Iterable[Path]) -> str:
    """SHA-256 over names and bytes of the files, in hexadecimal."""
    total = hashlib.sha256()
    for path in files:
        total.update(f"{_name(path)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def compiled_trees(files: tuple[Path, ...]) -> dict[Path, CompiledTree]:
    """Return the compiled trees of these files, or nothing when they were compiled from other bytes."""
    content = _content()
    if content is None or content["digest"] != digest(files):
        return {}
    return {path: CompiledTree(path, content["trees"][_name(path)]) for path in files}


@cache
def _content() -> Any:
    try:
        return json.loads(COMPILED.read_bytes())
    except (OSError, ValueError):
        return None  # not built, or damaged: the YAML itself is always there


def _name(path: Path) -> str:
    return path.relative_to(DATA).as_posix() if path.is_relative_to(DATA) else str(path)
