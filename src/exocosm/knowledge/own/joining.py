"""A person's own files join a base: what is added, and what of it meets something that is there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base import KnowledgeBase
from ..merge import Merge
from ..problems import KnowledgeFileError, Problem
from ..read import KEY_FIELDS, KnowledgeFile, Placed, knowledge_files
from .conflicts import Conflict, conflicts
from .own_files import read_own

_OWN = "+own"


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A base with a person's own files, what they brought, and the conflicts to look at."""

    base: KnowledgeBase
    files: tuple[Path, ...]
    own: tuple[Placed, ...]  # the records of the files as they joined, with their places
    added: dict[str, int]  # section, such as statements → how many records are new
    conflicts: tuple[Conflict, ...]

    def records(self, section: str) -> list[Any]:
        """Return the records of the files of one section, such as "statements"."""
        return [item.record for item in self.own if item.section == section]


def joined(base: KnowledgeBase, files: Iterable[str | Path]) -> Joined:
    """Join knowledge files, or folders with them, to a base.

    A conflict stops nothing: both sides stay, and it is listed. Only what cannot stand in one base is
    refused, such as an id or a name with two meanings.

    Raises
    ------
    KnowledgeFileError : with every problem of the files
    InputError : if a file does not exist
    """
    paths = list(dict.fromkeys(path.resolve() for path in knowledge_files(files)))
    known = _as_file(base)
    own = read_own([known], paths)
    merged = Merge([known, *own.files])
    if merged.problems:
        raise KnowledgeFileError(merged.problems)
    whole = _base_of(merged, base.version)
    placed = tuple(item for file in own.files for item in file.placed)
    return Joined(
        base=whole,
        files=tuple(paths),
        own=placed,
        added={section: _grown(section, base, whole) for section in KEY_FIELDS},
        conflicts=tuple(conflicts(base, whole, placed, own.shared)),
    )


def _base_of(merged: Merge, version: str) -> KnowledgeBase:
    sections: Any = {section: merged.records(section) for section in KEY_FIELDS}
    return KnowledgeBase(**sections, version=version if version.endswith(_OWN) else version + _OWN)


def _grown(section: str, before: KnowledgeBase, after: KnowledgeBase) -> int:
    return len(getattr(after, section)) - len(getattr(before, section))


class _Unplaced:
    """Stands where a tree does for records whose file is not at hand."""

    file = "the knowledge base"
    value = None

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def line(self, _: str) -> None:
        """Return no line."""
        return None


def _as_file(base: KnowledgeBase) -> KnowledgeFile:
    tree: Any = _Unplaced()
    placed = tuple(
        Placed(record, section, i, tree)
        for section in KEY_FIELDS
        for i, record in enumerate(getattr(base, section))
    )
    return KnowledgeFile(Path(tree.file), tree.file, placed, ())
