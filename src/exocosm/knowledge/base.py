"""KnowledgeBase: find, filter and count statements; every question returns a knowledge base."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from exocosm import __version__
from exocosm.errors import InputError, did_you_mean, expect

from .entities import Entity
from .finding import Finding
from .merge import Merge, synonyms_by_name
from .names import NameIndex, UnknownNameError, suggest
from .phenotype import Phenotype
from .problems import KnowledgeFileError
from .read import STATEMENT_KINDS, KnowledgeFile, knowledge_files, scan_file
from .record import strings, to_plain, vocabularies
from .reference import Document, Reference
from .statement import Axis, Evidence, Influence, Statement

DATA = Path(__file__).resolve().parent / "data"
_NO_KNOWLEDGE_FILES = frozenset({"priors.yaml"})  # parameters.py reads it
_Record = TypeVar("_Record")


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """Statements with the entities, sources, phenotypes and findings that belong to them; never changed.

    All lists are in the order of ids or names. A selection (`find`, `about`, `subset`) keeps the records that
    its statements name, and still understands every name of the base it came from.
    """

    statements: tuple[Statement, ...] = ()
    entities: tuple[Entity, ...] = ()
    references: tuple[Reference, ...] = ()
    documents: tuple[Document, ...] = ()
    phenotypes: tuple[Phenotype, ...] = ()
    findings: tuple[Finding, ...] = ()
    version: str = ""
    _whole: KnowledgeBase | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.statements)

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._statement_by_id

    def __repr__(self) -> str:
        return (
            f"KnowledgeBase({len(self.statements)} statements, {len(self.entities)} entities, "
            f"{len(self.references)} references, {len(self.phenotypes)} phenotypes, "
            f"{len(self.findings)} findings)"
        )

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The statements that are transfers."""
        return tuple(statement for statement in self.statements if isinstance(statement, Axis))

    @property
    def influences(self) -> tuple[Influence, ...]:
        """The statements that are signed influences."""
        return tuple(statement for statement in self.statements if isinstance(statement, Influence))

    # Looking up one record

    def statement(self, identifier: str) -> Statement:
        """Return the statement with this id, or raise UnknownNameError with the closest ids."""
        return _look_up(self._statement_by_id, identifier, "statement")

    def finding(self, identifier: str) -> Finding:
        """Return the finding with this id, or raise UnknownNameError with the closest ids."""
        return _look_up({finding.id: finding for finding in self.findings}, identifier, "finding")

    def reference(self, identifier: str) -> Reference:
        """Return the cited paper with this id, or raise UnknownNameError with the closest ids."""
        return _look_up(self._reference_by_id, identifier, "reference")

    def document(self, identifier: str) -> Document:
        """Return the document with this id, or raise UnknownNameError with the known ids."""
        return _look_up({document.id: document for document in self.documents}, identifier, "document")

    def entity(self, name: str) -> Entity:
        """Return the entity that goes by `name`: its name in any case, or a synonym.

        Raises
        ------
        UnknownNameError : with the closest names
        AmbiguousNameError : if several entities go by it, or it is a miRNA name without strand, of which the
            base knows strands, and no synonym
        """
        found = self._names.one(name)
        entity = self._whole_base._entity_by_name.get(found)
        if entity is None:
            raise UnknownNameError(f"{found!r} is a phenotype, not an entity. Use `phenotype({found!r})`.")
        return entity

    def phenotype(self, name: str) -> Phenotype:
        """Return the phenotype that goes by `name`, in any case, or raise UnknownNameError."""
        by_name = self._whole_base._phenotype_by_name
        matches = [known for known in self._names.matches(name) if known in by_name]
        return _look_up(by_name, matches[0] if len(matches) == 1 else name, "phenotype")

    def name(self, name: str) -> str:
        """Return the name used in the statements for an entity or phenotype; errors as `entity`."""
        return self._names.one(name)

    def names_meant(self, name: str) -> set[str]:
        """Return all names meant: one, or the strands of a miRNA named without strand; errors as `entity`."""
        return self._names.every(name)

    # Selecting statements

    def find(
        self,
        *,
        donor: str | None = None,
        cargo: str | None = None,
        recipient: str | None = None,
        target: str | None = None,
        pathway: str | None = None,
        phenotype: str | None = None,
        cancer: str | None = None,
        condition: str | None = None,
        kind: str | None = None,
        document: str | None = None,
        seen: str | None = None,
        text: str | None = None,
    ) -> KnowledgeBase:
        """Return the statements that match everything asked.

        Names are found in any case and through synonyms. Strands of a miRNA are never merged:
        ``miR-151a-3p`` does not find ``miR-151a-5p``, while the name without strand, ``miR-151a``, finds
        both, even where it is a synonym of one.

        Parameters
        ----------
        donor, cargo, recipient, pathway, phenotype : names in axes
        target : name of a molecule changed by an axis, or target of an influence
        cancer : name of the cancer in the context, whole
        condition : words that occur in the condition of the context
        kind : axis, mechanism, release, sorting, uptake or biogenesis
        document : id of a document that one piece of evidence comes from
        seen : full_text, abstract, title, database_row or memory: at least one piece of evidence was read so
        text : words that occur anywhere in the statement, in any case

        Raises
        ------
        UnknownNameError, AmbiguousNameError, InputError : if a word asked for is not known
        """
        found: list[Statement] = list(self.statements)
        axis_names = {
            "donor": donor,
            "cargo": cargo,
            "recipient": recipient,
            "pathways": pathway,
            "phenotypes": phenotype,
        }
        for part, asked in axis_names.items():
            if asked is not None:
                meant = self._names.every(asked)
                found = [
                    s for s in found if isinstance(s, Axis) and not meant.isdisjoint(_part_names(s, part))
                ]
        if target is not None:
            meant = self._names.every(target)
            found = [s for s in found if not meant.isdisjoint(_target_names(s))]
        if cancer is not None:
            folds = self._cancers(cancer)
            found = [
                s for s in found if s.context.cancer is not None and s.context.cancer.casefold() in folds
            ]
        if condition is not None:
            fold = condition.casefold()
            found = [s for s in found if fold in (s.context.condition or "").casefold()]
        if kind is not None:
            expect.one_of(STATEMENT_KINDS, kind=kind)
            found = [s for s in found if s.kind == kind]
        if document is not None:
            self._whole_base.document(document)
            found = [s for s in found if any(evidence.document == document for evidence in s.evidence)]
        if seen is not None:
            expect.one_of(vocabularies(Evidence)["seen"], seen=seen)
            found = [s for s in found if any(evidence.seen == seen for evidence in s.evidence)]
        if text is not None:
            fold = text.casefold()
            found = [s for s in found if any(fold in part.casefold() for part in strings(s))]
        return self._select(found)

    def about(self, name: str) -> KnowledgeBase:
        """Return the statements that name this entity or phenotype in any role; errors as `find`."""
        meant = self._names.every(name)
        return self._select(s for s in self.statements if any(part in meant for _, part in s.names()))

    def subset(self, identifiers: Iterable[str], *, phenotypes: Iterable[str] = ()) -> KnowledgeBase:
        """Return the statements with these ids and what they name, with further `phenotypes` by name.

        Raises
        ------
        UnknownNameError : if an id or phenotype is not known
        """
        chosen = {self.statement(identifier).id for identifier in identifiers}
        extra = {self.phenotype(name).name for name in phenotypes}
        return self._select((s for s in self.statements if s.id in chosen), extra)

    # The content as a whole

    def to_records(self) -> dict[str, Any]:
        """Return plain dictionaries and lists in the shape of a knowledge file; fields left out are null."""
        return {
            "topic": "selection of the knowledge base",
            "documents": to_plain(self.documents),
            "references": to_plain(self.references),
            "entities": to_plain(self.entities),
            "statements": to_plain(self.statements),
            "phenotypes": to_plain(self.phenotypes),
            "findings": to_plain(self.findings),
        }

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the content, in hexadecimal; the order and the names of the files do not matter."""
        content = json.dumps(self.to_records(), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(content.encode("ascii")).hexdigest()

    # Indices

    @cached_property
    def _names(self) -> NameIndex:
        if self._whole is not None:
            return self._whole._names
        return NameIndex(synonyms_by_name(self.entities, self.phenotypes))

    @property
    def _whole_base(self) -> KnowledgeBase:
        return self if self._whole is None else self._whole

    @cached_property
    def _statement_by_id(self) -> dict[str, Statement]:
        return {statement.id: statement for statement in self.statements}

    @cached_property
    def _reference_by_id(self) -> dict[str, Reference]:
        return {reference.id: reference for reference in self.references}

    @cached_property
    def _entity_by_name(self) -> dict[str, Entity]:
        return {entity.name: entity for entity in self.entities}

    @cached_property
    def _phenotype_by_name(self) -> dict[str, Phenotype]:
        return {phenotype.name: phenotype for phenotype in self.phenotypes}

    def _cancers(self, cancer: str) -> set[str]:
        # A cancer of the contexts need not be an entity; where it is, its synonyms are understood.
        known = {s.context.cancer for s in self._whole_base.statements if s.context.cancer}
        meant = {name.casefold() for name in self._names.matches(cancer)} | {cancer.casefold()}
        if not meant & {name.casefold() for name in known}:
            raise InputError(
                f"No statement is about the cancer {cancer!r}.{did_you_mean(cancer, known)} "
                f"Known are {', '.join(sorted(known))}."
            )
        return meant

    def _select(self, statements: Iterable[Statement], phenotypes: Iterable[str] = ()) -> KnowledgeBase:
        chosen = tuple(statements)
        ids = {statement.id for statement in chosen}
        findings = tuple(finding for finding in self.findings if ids.issuperset(finding.statements))
        named = {name for record in (*chosen, *findings) for _, name in record.names()} | set(phenotypes)
        whole = self._whole_base
        defined = tuple(phenotype for phenotype in whole.phenotypes if phenotype.name in named)
        named.update(name for phenotype in defined for _, name in phenotype.names())
        evidence = [item for record in (*chosen, *findings, *defined) for item in record.evidence]
        cited = {item.reference for item in evidence}
        curated = {item.document for item in evidence}
        return KnowledgeBase(
            statements=chosen,
            entities=tuple(entity for entity in whole.entities if entity.name in named),
            references=tuple(reference for reference in whole.references if reference.id in cited),
            documents=tuple(document for document in whole.documents if document.id in curated),
            phenotypes=defined,
            findings=findings,
            version=self.version,
            _whole=whole,
        )


def load(*paths: str | Path, shipped: bool = True) -> KnowledgeBase:
    """Load the curated data, and with them the users' own files or folders.

    Parameters
    ----------
    paths : knowledge files (YAML), or folders searched for them
    shipped : False reads `paths` alone

    Raises
    ------
    KnowledgeFileError : with every problem of every file: syntax, fields, doubles, conflicts, names and ids
        that are not defined
    """
    files = scan(paths, shipped=shipped)
    merged = Merge(files)
    if merged.problems:
        raise KnowledgeFileError(merged.problems)
    own = any(DATA not in file.path.parents for file in files)
    return KnowledgeBase(
        statements=merged.records("statements"),
        entities=merged.records("entities"),
        references=merged.records("references"),
        documents=merged.records("documents"),
        phenotypes=merged.records("phenotypes"),
        findings=merged.records("findings"),
        version=__version__ + ("+own" if own else ""),
    )


def scan(paths: Iterable[str | Path], *, shipped: bool = True) -> list[KnowledgeFile]:
    """Read knowledge files, the shipped ones first, each once; problems stay with the files."""
    given = [path.resolve() for path in knowledge_files(paths)]
    files = [path for path in shipped_files() if path not in given] if shipped else []
    return [scan_file(path) for path in [*files, *given]]


def shipped_files() -> list[Path]:
    """Return the curated files that come with the package."""
    return sorted(path for path in DATA.rglob("*.yaml") if path.name not in _NO_KNOWLEDGE_FILES)


def _part_names(axis: Axis, part: str) -> set[str]:
    value = getattr(axis, part)
    return {value} if isinstance(value, str) else {effect.name for effect in value}


def _target_names(statement: Statement) -> set[str]:
    if isinstance(statement, Influence):
        return {statement.target}
    return {target.name for target in statement.targets}


def _look_up(records: Mapping[str, _Record], key: str, noun: str) -> _Record:
    if key not in records:
        raise UnknownNameError(f"No {noun} is called {key!r}.{suggest(key, records)}")
    return records[key]
