"""Statements: what a source says of vesicles (axes) and of molecules (influences), with its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .record import FieldProblem, blank, check

Direction = Literal["up", "down"]
CargoLevel = Literal["up", "down", "transferred", "unknown"]
InfluenceKind = Literal["mechanism", "release", "sorting", "uptake", "biogenesis"]
EvidenceLevel = Literal["detected", "transferred", "necessary", "sufficient"]
Seen = Literal["full_text", "abstract", "title", "database_row", "memory"]

MAX_QUOTE_WORDS = 30
_DOI = re.compile(r"10\.\d{4,9}/\S")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The support of one statement: where it stands, what was read, and how far the experiment goes."""

    seen: Seen  # what the curator actually read
    where: str  # where it was read: document, address, table and row
    document: str | None = None  # id of a document, or None when the source is not one of them
    place: str | None = None  # section, table or page heading
    reference: str | None = None  # id of the cited paper
    printed_reference: str | None = None  # its number as printed
    quote: str | None = None  # exact, at most 30 words
    quote_licence: str | None = None  # licence of the quoted source
    level: tuple[EvidenceLevel, ...] = ()

    def __post_init__(self) -> None:
        check(self, [*blank(self, "where"), *self._quote_problems(), *self._memory_problems()])

    def _quote_problems(self) -> Iterator[FieldProblem]:
        if self.quote is None:
            if self.quote_licence is not None:
                yield "quote_licence", "stands without a quote: give the quote, or null for both."
            return
        words = len(self.quote.split())
        if not words:
            yield "quote", "is empty: quote the source, or write null."
        if words > MAX_QUOTE_WORDS:
            yield "quote", f"has {words} words; at most {MAX_QUOTE_WORDS} may be quoted. Shorten it."
        if not self.quote_licence:
            yield "quote_licence", "a quote needs the licence of its source, such as 'CC BY 4.0'."

    def _memory_problems(self) -> Iterator[FieldProblem]:
        if self.seen != "memory":
            return
        for name in ("reference", "printed_reference", "quote"):
            if getattr(self, name) is not None:
                yield name, "`seen: memory` carries no reference, DOI or quote: nothing was read. Write null."
        for name in ("where", "place"):
            if _DOI.search(getattr(self, name) or ""):
                yield name, "`seen: memory` carries no DOI: nothing was read. Leave it out."


@dataclass(frozen=True, kw_only=True)
class Context:
    """The circumstances under which a statement was found to hold; None where the source does not say."""

    cancer: str | None = None
    species: str | None = None
    condition: str | None = None  # such as hypoxia, irradiation 5 Gy

    def __post_init__(self) -> None:
        check(self, blank(self, "cancer", "species", "condition"))


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A misprint of the source: what is printed, how it is read here, why, and on what ground."""

    printed: str
    corrected: str
    reason: str
    source: str

    def __post_init__(self) -> None:
        check(self, blank(self, "printed", "corrected", "reason", "source"))


@dataclass(frozen=True, kw_only=True)
class Target:
    """A molecule changed in the recipient; `through` names the intermediate of a sponge chain."""

    name: str
    effect: Direction
    through: str | None = None

    def __post_init__(self) -> None:
        check(self, blank(self, "name", "through"))


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A pathway or phenotype changed in the recipient."""

    name: str
    effect: Direction

    def __post_init__(self) -> None:
        check(self, blank(self, "name"))


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A transfer: a donor sends a cargo in vesicles to a recipient, where things change.

    Effects are those of more cargo, also where `cargo_level` says that the vesicles carry less of it.
    """

    id: str
    donor: str
    cargo: str
    recipient: str
    evidence: tuple[Evidence, ...]
    kind: Literal["axis"] = "axis"
    cargo_level: CargoLevel = "unknown"  # in vesicles, against the stated comparison
    uptake: str | None = None  # route or receptor, when stated
    targets: tuple[Target, ...] = ()  # direct targets first
    pathways: tuple[Effect, ...] = ()
    phenotypes: tuple[Effect, ...] = ()
    context: Context = Context()
    systems: tuple[str, ...] = ()
    correction: Correction | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        check(
            self,
            [
                *blank(self, "donor", "cargo", "recipient"),
                *_statement_problems(self),
                *self._through_problems(),
            ],
        )

    def _through_problems(self) -> Iterator[FieldProblem]:
        named = [target.name for target in self.targets]
        for i, target in enumerate(self.targets):
            if target.through is not None and target.through not in named[:i]:
                yield (
                    f"targets[{i}].through",
                    f"{target.through!r} is no earlier target of this axis. List the intermediate before it.",
                )

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every entity or phenotype named."""
        yield "donor", self.donor
        yield "cargo", self.cargo
        yield "recipient", self.recipient
        for i, target in enumerate(self.targets):
            yield f"targets[{i}].name", target.name
            if target.through is not None:
                yield f"targets[{i}].through", target.through
        for part in ("pathways", "phenotypes"):
            for i, effect in enumerate(getattr(self, part)):
                yield f"{part}[{i}].name", effect.name


@dataclass(frozen=True, kw_only=True)
class Influence:
    """A signed influence: more activity of `source` moves the activity of `target` up or down."""

    id: str
    kind: InfluenceKind
    source: str
    target: str
    effect: Direction
    evidence: tuple[Evidence, ...]
    relation: str | None = None  # a few words: phosphorylates for degradation
    cells: tuple[str, ...] = ()  # cell types where it holds; () = any
    context: Context = Context()
    systems: tuple[str, ...] = ()
    correction: Correction | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        check(self, [*blank(self, "source", "target"), *_statement_problems(self)])

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every entity or phenotype named."""
        yield "source", self.source
        yield "target", self.target
        for i, cell in enumerate(self.cells):
            yield f"cells[{i}]", cell


Statement = Axis | Influence


def _statement_problems(statement: Statement) -> Iterator[FieldProblem]:
    yield from id_problems(statement.id)
    if not statement.evidence:
        yield "evidence", "a statement needs at least one piece of evidence."
    for i, system in enumerate(statement.systems):
        if not re.fullmatch(r"S\d{1,2}", system):
            yield f"systems[{i}]", f"expected a system such as 'S10', found {system!r}."


def id_problems(identifier: str) -> Iterator[FieldProblem]:
    """Check that a record's own id is kebab-case."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identifier):
        yield (
            "id",
            f"expected lower-case words joined by hyphens, such as 'mech-ikk-nfkbia'; found {identifier!r}.",
        )
