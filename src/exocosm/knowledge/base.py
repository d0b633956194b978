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

from .belief import belief, contradictions
from .compiled import DATA, compiled_trees
from .entities import Entity
from .evidence import Evidence
from .finding import Finding
from .grounding import AmbiguousGroundingError, ground
from .merge import Merge, synonyms_by_name
from .names import NameIndex, UnknownNameError, suggest
from .own.own_files import read_own
from .phenotype import Phenotype
from .problems import KnowledgeFileError
from .query import StatementIndex, Test
from .read import STATEMENT_KINDS, KnowledgeFile, knowledge_files, scan_file
from .record import to_plain, vocabularies
from .reference import Document, Reference
from .statement import Axis, Claim, Influence, Statement

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
    def claims(self) -> tuple[Claim, ...]:
        """The statements that are neither transfers nor signed influences."""
        return tuple(statement for statement in self.statements if isinstance(statement, Claim))

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
        found = self._one(name)
        entity = self._whole_base._entity_by_name.get(found)
        if entity is None:
            raise UnknownNameError(f"{found!r} is a phenotype, not an entity. Use `phenotype({found!r})`.")
        return entity

    def lineage(self, name: str) -> tuple[str, ...]:
        """Return an entity's name and the names of everything broader that it is, the nearest first."""
        return tuple(dict.fromkeys([name, *self._whole_base._broader(name)]))

    def identifier_of(self, name: str) -> str:
        """Return the identifier of the entity or phenotype with exactly this name, or an empty string."""
        whole = self._whole_base
        record = whole._entity_by_name.get(name) or whole._phenotype_by_name.get(name)
        return (record.id or "") if record is not None else ""

    def phenotype(self, name: str) -> Phenotype:
        """Return the phenotype that goes by `name`, in any case, or raise UnknownNameError."""
        by_name = self._whole_base._phenotype_by_name
        matches = [known for known in self._names.matches(name) if known in by_name]
        return _look_up(by_name, matches[0] if len(matches) == 1 else name, "phenotype")

    def name(self, name: str) -> str:
        """Return the name used in the statements for an entity or phenotype; errors as `entity`."""
        return self._one(name)

    def names_meant(self, name: str) -> set[str]:
        """Return all names meant: one, or the strands of a miRNA named without strand; errors as `entity`."""
        return self._every(name)

    # Selecting statements

    def find(
        self,
        *,
        agent: str | None = None,
        donor: str | None = None,
        cargo: str | None = None,
        recipient: str | None = None,
        target: str | None = None,
        pathway: str | None = None,
        phenotype: str | None = None,
        cancer: str | None = None,
        condition: str | None = None,
        evidence: str | None = None,
        kind: str | None = None,
        system: str | None = None,
        document: str | None = None,
        seen: str | None = None,
        text: str | None = None,
    ) -> KnowledgeBase:
        """Return the statements that match everything asked.

        Names are found in any case and through synonyms, and a broad name finds the narrower ones:
        ``macrophage`` finds M2 macrophages. Strands of a miRNA are never merged: ``miR-151a-3p`` does not
        find ``miR-151a-5p``, while the name without strand, ``miR-151a``, finds both, even where it is a
        synonym of one.

        Parameters
        ----------
        agent : what acts in an influence or claim: a gene, drug, condition, procedure
        donor, cargo, recipient, target, pathway, phenotype : names in these roles
        cancer : name of the cancer in the context
        condition : words that occur in the condition of the context
        evidence : detected, transferred, necessary or sufficient: an experiment goes so far
        kind : axis, mechanism, release, sorting, uptake, biogenesis, marker, therapy ...
        system : S1 ... S20, the system of the product that uses the statement
        document : id of a document that one piece of evidence comes from
        seen : full_text, abstract, title, database_row or memory: at least one piece of evidence was read so
        text : words that occur anywhere in the statement, in any order and case; "in quotes" stay together

        Raises
        ------
        UnknownNameError, AmbiguousNameError, InputError : if a word asked for is not known
        """
        named = {
            "agent": agent,
            "donor": donor,
            "cargo": cargo,
            "recipient": recipient,
            "target": target,
            "pathway": pathway,
            "phenotype": phenotype,
        }
        index = self._whole_base._index
        tests = [index.has_name(role, self._meant(name)) for role, name in named.items() if name is not None]
        if cancer is not None:
            tests.append(self._of_cancer(cancer))
        if condition is not None:
            tests.append(_has_condition(condition))
        tests.extend(self._of_source(evidence=evidence, document=document, seen=seen))
        if kind is not None:
            expect.one_of(STATEMENT_KINDS, kind=kind)
            tests.append(lambda statement: statement.kind == kind)
        if system is not None:
            expect.one_of([f"S{number}" for number in range(1, 21)], system=system)
            tests.append(lambda statement: system in statement.systems)
        if text is not None:
            tests.append(index.has_words(text))
        return self._select(s for s in self.statements if all(test(s) for test in tests))

    def about(self, name: str) -> KnowledgeBase:
        """Return the statements that name this entity or phenotype in any role; errors as `find`."""
        meant = self._every(name)
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

    # Belief

    def belief(self, identifier: str) -> float:
        """Return the belief in a statement, 0 to 1, lowered by contradictions in the whole base."""
        against = self._whole_base._contradictions.get(identifier, ())
        return belief(self.statement(identifier), against)

    def contradictions(self, identifier: str) -> tuple[Statement, ...]:
        """Return the statements of the whole base that say the opposite of this one."""
        return self._whole_base._contradictions.get(self.statement(identifier).id, ())

    @cached_property
    def _contradictions(self) -> dict[str, tuple[Statement, ...]]:
        return contradictions(self.statements)

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

    # Names: those of the records first, then those of the shipped table of identifiers

    def _one(self, name: str) -> str:
        try:
            return self._names.one(name)
        except UnknownNameError as unknown:
            return self._by_table(name, unknown)

    def _every(self, name: str) -> set[str]:
        try:
            return self._names.every(name)
        except UnknownNameError as unknown:
            return {self._by_table(name, unknown)}

    def _by_table(self, name: str, unknown: UnknownNameError) -> str:
        """Find the entity with the identifier that `name` has in the table: PD-L1 is CD274."""
        known = self._whole_base._name_by_identifier
        try:
            found = known.get(ground(name).id)
        except AmbiguousGroundingError as ambiguous:
            # Never a guess, even where the records speak of one of its meanings only.
            if any(meaning.id in known for meaning in ambiguous.meanings):
                raise
            raise unknown from None
        except InputError:
            raise unknown from None  # the closest names of the records help more than those of the table
        if found is None:
            raise unknown
        return found

    @cached_property
    def _name_by_identifier(self) -> dict[str, str]:
        # An entity stands before a phenotype, and the first name before later ones.
        found = {phenotype.id: phenotype.name for phenotype in self.phenotypes if phenotype.id}
        found.update({entity.id: entity.name for entity in reversed(self.entities) if entity.id})
        return found

    # Indices

    @cached_property
    def _names(self) -> NameIndex:
        if self._whole is not None:
            return self._whole._names
        return NameIndex(synonyms_by_name(self.entities, self.phenotypes))

    @cached_property
    def _index(self) -> StatementIndex:
        return StatementIndex(self.statements, self._names)

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

    def _meant(self, name: str) -> set[str]:
        """Names meant by `name`, with everything narrower."""
        return {narrow for meant in self._every(name) for narrow in self._whole_base._narrower(meant)}

    def _narrower(self, name: str) -> Iterator[str]:
        yield name
        for narrow in self._direct_narrower.get(name, ()):
            yield from self._narrower(narrow)

    def _broader(self, name: str) -> Iterator[str]:
        entity = self._entity_by_name.get(name)
        for broad in entity.is_a if entity is not None else ():
            yield broad
            yield from self._broader(broad)

    @cached_property
    def _direct_narrower(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entity in self.entities:
            for broad in entity.is_a:
                found.setdefault(broad, []).append(entity.name)
        return found

    def _of_cancer(self, cancer: str) -> Test:
        # A cancer of the contexts need not be an entity; where it is, synonyms and narrower names count.
        known = {s.context.cancer for s in self._whole_base.statements if s.context.cancer}
        matches = self._names.matches(cancer)
        meant = {cancer} | {n for match in matches for n in self._whole_base._narrower(match)}
        folds = {name.casefold() for name in meant}
        if not folds & {name.casefold() for name in known}:
            raise InputError(
                f"No statement is about the cancer {cancer!r}.{did_you_mean(cancer, known)} "
                f"Known are {', '.join(sorted(known))}."
            )
        return lambda statement: (statement.context.cancer or "").casefold() in folds

    def _of_source(self, *, evidence: str | None, document: str | None, seen: str | None) -> list[Test]:
        tests: list[Test] = []
        if document is not None:
            self._whole_base.document(document)
            tests.append(lambda s: any(piece.document == document for piece in s.evidence))
        if evidence is not None:
            expect.one_of(vocabularies(Evidence)["level"], evidence=evidence)
            tests.append(lambda s: any(evidence in piece.level for piece in s.evidence))
        if seen is not None:
            expect.one_of(vocabularies(Evidence)["seen"], seen=seen)
            tests.append(lambda s: any(piece.seen == seen for piece in s.evidence))
        return tests

    def _select(self, statements: Iterable[Statement], phenotypes: Iterable[str] = ()) -> KnowledgeBase:
        chosen = tuple(statements)
        ids = {statement.id for statement in chosen}
        findings = tuple(finding for finding in self.findings if ids.issuperset(finding.statements))
        named = {name for record in (*chosen, *findings) for _, name in record.names()} | set(phenotypes)
        whole = self._whole_base
        defined = tuple(phenotype for phenotype in whole.phenotypes if phenotype.name in named)
        named.update(name for phenotype in defined for _, name in phenotype.names())
        named.update(broad for name in tuple(named) for broad in whole._broader(name))
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
    paths : knowledge files (YAML, or tables of statements: CSV, TSV), or folders searched for them
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
    trees = compiled_trees(tuple(files)) if len(files) == len(shipped_files()) else {}
    found = [scan_file(path, trees.get(path)) for path in files]
    curated = [scan_file(path) for path in given if DATA in path.parents]
    own = read_own([*found, *curated], [path for path in given if DATA not in path.parents])
    return [*found, *curated, *own.files]


def shipped_files() -> list[Path]:
    """Return the curated files that come with the package."""
    return sorted(path for path in DATA.rglob("*.yaml") if path.name not in _NO_KNOWLEDGE_FILES)


def _has_condition(condition: str) -> Test:
    fold = condition.casefold()
    return lambda statement: fold in (statement.context.condition or "").casefold()


def _look_up(records: Mapping[str, _Record], key: str, noun: str) -> _Record:
    if key not in records:
        raise UnknownNameError(f"No {noun} is called {key!r}.{suggest(key, records)}")
    return records[key]
