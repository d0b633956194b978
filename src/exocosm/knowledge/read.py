"""Knowledge files (YAML, or tables) → records, with file, line and field of everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exocosm.errors import InputError, did_you_mean

from .compiled import CompiledTree
from .entities import Entity
from .finding import Finding
from .phenotype import Phenotype
from .problems import KnowledgeFileError, Problem
from .record import not_among, vocabularies
from .reference import Document, Reference
from .statement import Axis, Claim, Influence, Statement
from .structure import Report, structure
from .table import TABLE_ENDINGS, TableTree, table_tree
from .yaml_tree import YamlTree, read_text

Tree = YamlTree | CompiledTree | TableTree
ENDINGS = (".yaml", ".yml", *TABLE_ENDINGS)
INFLUENCE_KINDS = vocabularies(Influence)["kind"]
STATEMENT_KINDS = tuple(dict.fromkeys(("axis", *INFLUENCE_KINDS, *vocabularies(Claim)["kind"])))
_SECTIONS: dict[str, type[Any] | None] = {
    "documents": Document,
    "references": Reference,
    "entities": Entity,
    "statements": None,  # Axis, Influence or Claim
    "phenotypes": Phenotype,
    "findings": Finding,
}
KEY_FIELDS = {section: "name" if section in ("entities", "phenotypes") else "id" for section in _SECTIONS}


@dataclass(frozen=True)
class Placed:
    """A record and the place it was read from."""

    record: Any
    section: str
    index: int
    tree: Tree

    def problem(self, field: str, message: str) -> Problem:
        """Return a problem with one field of this record."""
        path = f"{self.section}[{self.index}]" + (f".{field}" if field else "")
        return _problem(self.tree, path, message)

    def __str__(self) -> str:
        line = self.tree.line(f"{self.section}[{self.index}]")
        return self.tree.file if line is None else f"{self.tree.file}:{line}"


@dataclass(frozen=True)
class KnowledgeFile:
    """The records of one file, with the problems of those that could not be built."""

    path: Path
    topic: str
    placed: tuple[Placed, ...]
    problems: tuple[Problem, ...]
    # (section, id or name) of the records that could not be built
    damaged: frozenset[tuple[str, str]] = frozenset()
    parsed: bool = True  # False when the text could not be taken apart

    def records(self, section: str) -> list[Any]:
        """Return the records of one section, such as "statements"."""
        return [item.record for item in self.placed if item.section == section]


def read_file(path: str | Path) -> KnowledgeFile:
    """Read one knowledge file.

    Names and ids are not compared with other files; `load` does that.

    Raises
    ------
    KnowledgeFileError : with every problem of the file
    """
    file = scan_file(Path(path))
    if file.problems:
        raise KnowledgeFileError(file.problems)
    return file


def scan_file(path: Path, tree: Tree | None = None) -> KnowledgeFile:
    """Read one knowledge file, or take its `tree`, and keep problems beside the records that are sound."""
    try:
        tree = tree or _tree(path)
    except KnowledgeFileError as error:
        return KnowledgeFile(path, "", (), tuple(error.problems), parsed=False)
    problems = list(tree.problems)

    def report(field: str, message: str) -> None:
        problems.append(_problem(tree, field, message))

    if not isinstance(tree.value, dict):
        report("", f"expected a mapping with topic, {', '.join(_SECTIONS)}; found {_describe(tree.value)}.")
        return KnowledgeFile(path, "", (), tuple(problems), parsed=False)
    topic = _topic(tree.value, report)
    placed: list[Placed] = []
    unsettled = tree.unsettled if isinstance(tree, TableTree) else ()
    damaged = {("entities", name) for name in unsettled}
    for section, i, item in _items(tree.value, report):
        record = _record(section, item, f"{section}[{i}]", report)
        if record is not None:
            placed.append(Placed(record, section, i, tree))
        elif isinstance(item, dict) and isinstance(item.get(KEY_FIELDS[section]), str):
            damaged.add((section, item[KEY_FIELDS[section]]))
    problems.sort(key=lambda problem: problem.line or 0)
    return KnowledgeFile(path, topic, tuple(placed), tuple(problems), frozenset(damaged))


def knowledge_files(paths: Iterable[str | Path]) -> list[Path]:
    """Return the files named, with folders replaced by the knowledge files anywhere inside them.

    Raises
    ------
    InputError : if a path does not exist, or a folder holds no such file
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix in ENDINGS and file.is_file())
            if not inside:
                raise InputError(
                    f"The folder {str(path)!r} holds no .yaml file and no table (.csv, .tsv). "
                    "Name a folder with knowledge files."
                )
            found.extend(inside)
        elif path.exists():
            found.append(path)
        else:
            raise InputError(
                f"There is no file or folder {str(path)!r}. "
                "Name a knowledge file (.yaml, .csv, .tsv) or a folder."
            )
    return list(dict.fromkeys(found))


def is_table(path: Path) -> bool:
    """Say whether a knowledge file is a table of statements."""
    return path.suffix.lower() in TABLE_ENDINGS


def _tree(path: Path) -> Tree:
    return table_tree(path) if is_table(path) else YamlTree(read_text(path), str(path))


def _problem(tree: Tree, field: str, message: str) -> Problem:
    place = tree.column(field) if isinstance(tree, TableTree) else field
    return Problem(tree.file, tree.line(field), place, message)


def _topic(data: dict[str, Any], report: Report) -> str:
    topic = data.get("topic")
    if not isinstance(topic, str) or not topic.strip():
        report("topic", "is missing: say in a few words what the file is about.")
        return ""
    return topic


def _items(data: dict[str, Any], report: Report) -> Iterator[tuple[str, int, Any]]:
    for section, items in data.items():
        if section == "topic" or (items is None and section in _SECTIONS):
            continue
        if section not in _SECTIONS:
            known = ", ".join(_SECTIONS)
            report(
                section,
                f"is no part of a knowledge file.{did_you_mean(section, ['topic', *_SECTIONS])} "
                f"Known are topic, {known}.",
            )
        elif not isinstance(items, list):
            report(section, f"expected a list, found {_describe(items)}.")
        else:
            for i, item in enumerate(items):
                yield section, i, item


def _record(section: str, item: Any, field: str, report: Report) -> Any:
    record_class = _SECTIONS[section]
    if record_class is None:
        return _statement(item, field, report)
    return structure(record_class, item, field, report)


def _statement(item: Any, field: str, report: Report) -> Statement | None:
    kind = item.get("kind") if isinstance(item, dict) else "axis"
    if not isinstance(kind, str) or kind not in STATEMENT_KINDS:
        report(f"{field}.kind", not_among(kind, STATEMENT_KINDS))
        return None
    built: Statement | None = structure(_statement_class(kind, item), item, field, report)
    return built


def _statement_class(kind: str, item: dict[str, Any]) -> type[Any]:
    """Release, sorting, uptake and biogenesis are claims, or influences where they name a `source`."""
    if kind == "axis":
        return Axis
    return Influence if kind == "mechanism" or "source" in item else Claim


def _describe(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else repr(value)
