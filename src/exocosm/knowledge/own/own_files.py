"""The files that a person adds to a base: tables read with what the base knows, and papers shared with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..entities import Entity
from ..merge import synonyms_by_name
from ..names import NameIndex
from ..problems import KnowledgeFileError
from ..read import KEY_FIELDS, KnowledgeFile, Placed, is_table, scan_file
from ..reference import Reference
from ..table.read_table import Known, table_tree


@dataclass(frozen=True)
class SharedPaper:
    """A reference of a file that is a paper of the base."""

    placed: Placed  # as the file gives it
    known: Reference  # as the base does; the statements of the file now cite this


@dataclass(frozen=True)
class OwnFiles:
    """Files as they join a base, and the papers that they had under a record of their own."""

    files: tuple[KnowledgeFile, ...] = ()
    shared: tuple[SharedPaper, ...] = ()


def read_own(known: Sequence[KnowledgeFile], paths: Iterable[Path]) -> OwnFiles:
    """Read files that join `known` ones; problems stay with the files.

    A table knows the names and papers of all files before it. A reference with the DOI or PMID of a known
    paper gives way to the record there, so that the paper counts once.
    """
    paths = list(paths)
    files = [scan_file(path) for path in paths if not is_table(path)]
    for path in filter(is_table, paths):
        files.append(_scan_table(path, [*known, *files]))
    shared = tuple(_shared_papers(known, files))
    taken = {reference.id for reference in _records(known, "references")}
    return OwnFiles(tuple(_citing(file, shared, taken) for file in files), shared)


def _scan_table(path: Path, known: list[KnowledgeFile]) -> KnowledgeFile:
    try:
        tree = table_tree(path, _known_of(known))
    except KnowledgeFileError as error:
        return KnowledgeFile(path, "", (), tuple(error.problems), parsed=False)
    return scan_file(path, tree)


def _known_of(files: list[KnowledgeFile]) -> Known:
    entities: dict[str, Entity] = {}
    for entity in _records(files, "entities"):
        first = entities.get(entity.name, entity)
        synonyms = tuple(dict.fromkeys([*first.synonyms, *entity.synonyms]))
        entities[entity.name] = replace(first, synonyms=synonyms)
    damaged = {name: () for file in files for section, name in file.damaged if KEY_FIELDS[section] == "name"}
    names = synonyms_by_name(entities.values(), _records(files, "phenotypes"))
    return Known(
        index=NameIndex({**damaged, **names}),
        entities=entities,
        references=tuple(_records(files, "references")),
        statements=frozenset(statement.id for statement in _records(files, "statements")),
    )


def _records(files: Iterable[KnowledgeFile], section: str) -> Iterator[Any]:
    for file in files:
        yield from file.records(section)


def _shared_papers(known: Sequence[KnowledgeFile], own: list[KnowledgeFile]) -> Iterator[SharedPaper]:
    if not known or not any(file.records("references") for file in own):
        return
    of_key = {key: known_one for known_one in _records(known, "references") for key in _keys(known_one)}
    for file in own:
        for item in file.placed:
            if item.section == "references":
                found = next((of_key[key] for key in _keys(item.record) if key in of_key), None)
                if found is not None and found != item.record:
                    yield SharedPaper(item, found)


def _keys(reference: Reference) -> Iterator[tuple[str, str]]:
    if reference.doi:
        yield "doi", reference.doi.casefold()
    if reference.pmid:
        yield "pmid", reference.pmid


def _citing(file: KnowledgeFile, shared: Iterable[SharedPaper], taken: set[str]) -> KnowledgeFile:
    """Let a file cite the base's records; an id taken there means a file's own paper in that file only."""
    gone = {id(paper.placed) for paper in shared}
    new_id = {
        paper.placed.record.id: paper.known.id
        for paper in shared
        if paper.placed in file.placed or paper.placed.record.id not in taken
    }
    if not new_id:
        return file
    kept = (item for item in file.placed if id(item) not in gone)
    return replace(file, placed=tuple(_with_new_ids(item, new_id) for item in kept))


def _with_new_ids(item: Placed, new_id: dict[str, str]) -> Placed:
    evidence = getattr(item.record, "evidence", ())
    if not any(piece.reference in new_id for piece in evidence):
        return item
    changed: Any = tuple(
        replace(piece, reference=new_id.get(piece.reference, piece.reference)) for piece in evidence
    )
    return replace(item, record=replace(item.record, evidence=changed))
