"""Statements: what a source says of vesicles and of molecules, with its evidence.

There are three shapes. An *axis* is one transfer. An *influence* is one signed arrow. A *claim* is anything
else that a source says: a marker, a size, a therapy, an open question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from exocosm.errors import InputError

from .evidence import Context, Correction, Evidence, Quantity
from .record import FieldProblem, blank, check

Direction = Literal["up", "down"]
Change = Literal["up", "down", "binds", "unclear"]
CargoType = Literal[
    "miRNA",
    "lncRNA",
    "circRNA",
    "mRNA",
    "protein",
    "DNA",
    "lipid",
    "metabolite",
    "snRNA",
    "drug",
    "virus",
    "RNA",
    "other",
]
CargoLevel = Literal["up", "down", "transferred", "unknown"]
InfluenceKind = Literal["mechanism", "release", "sorting", "uptake", "biogenesis"]
ClaimKind = Literal[
    "biogenesis",
    "sorting",
    "release",
    "uptake",
    "marker",
    "size",
    "organotropism",
    "niche",
    "immune",
    "irradiation",
    "therapy",
    "biomarker",
    "isolation",
    "database",
    "cell_biology",
    "open_question",
]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A molecule changed in the recipient; `through` names the intermediate of a chain.

    `binds` is contact without a stated change; `unclear` is a change whose sign the source leaves open.
    """

    name: str
    effect: Change
    through: str | None = None

    def __post_init__(self) -> None:
        check(self, blank(self, "name", "through"))


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A pathway or phenotype changed in the recipient."""

    name: str
    effect: Change

    def __post_init__(self) -> None:
        check(self, blank(self, "name"))


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A transfer: a donor sends a cargo in vesicles to a recipient, where things change.

    Effects are those of more cargo, also where `cargo_level` says that the vesicles carry less of it.
    """

    id: str
    donor: str
    recipient: str
    evidence: tuple[Evidence, ...]
    cargo: str | None = None  # None: whole vesicles, the source names no cargo
    printed_cargo: str | None = None  # as printed, where the name leaves out what `cargo` says (a strand)
    cargo_type: CargoType | None = None  # what kind of molecule it is in the vesicle
    kind: Literal["axis"] = "axis"
    cargo_level: CargoLevel = "unknown"  # in vesicles, against the stated comparison
    uptake: str | None = None  # route or receptor, when stated
    targets: tuple[Target, ...] = ()  # direct targets first
    pathways: tuple[Effect, ...] = ()
    phenotypes: tuple[Effect, ...] = ()
    mechanism: Literal["stated", "not stated"] = "stated"  # of the way from cargo to phenotype
    claim: str | None = None  # one sentence in the curator's words
    context: Context = Context()
    systems: tuple[str, ...] = ()
    correction: Correction | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        check(
            self,
            [
                *blank(self, "donor", "cargo", "printed_cargo", "recipient", "claim"),
                *_statement_problems(self),
                *_through_problems(self.targets),
                *self._mechanism_problems(),
            ],
        )

    @property
    def carried(self) -> str:
        """The cargo; InputError where the source names none."""
        if self.cargo is None:
            raise InputError(f"Axis {self.id!r} names no cargo: its source speaks of whole vesicles.")
        return self.cargo

    def _mechanism_problems(self) -> Iterator[FieldProblem]:
        """No way from cargo to phenotype without molecules, unless the record says so."""
        if self.phenotypes and not (self.targets or self.pathways) and self.mechanism == "stated":
            yield (
                "mechanism",
                "a phenotype changes but no target or pathway is named: name them, or write 'not stated'.",
            )

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every entity or phenotype named."""
        yield "donor", self.donor
        if self.cargo is not None:
            yield "cargo", self.cargo
        yield "recipient", self.recipient
        yield from _changed_names(self)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a source says that is no transfer and no signed arrow; slots of an axis are used as they apply."""

    id: str
    kind: ClaimKind
    claim: str  # one sentence in the curator's words
    evidence: tuple[Evidence, ...]
    agent: str | None = None  # what acts or is spoken of: a gene, drug, condition, procedure, kind of vesicle
    topic: str | None = None  # in words, where no single thing with a name acts
    donor: str | None = None
    cargo: str | None = None
    printed_cargo: str | None = None
    cargo_type: CargoType | None = None
    cargo_level: CargoLevel = "unknown"
    recipient: str | None = None
    uptake: str | None = None
    targets: tuple[Target, ...] = ()
    pathways: tuple[Effect, ...] = ()
    phenotypes: tuple[Effect, ...] = ()
    value: Quantity | None = None
    context: Context = Context()
    systems: tuple[str, ...] = ()
    correction: Correction | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        texts = ("claim", "agent", "topic", "donor", "cargo", "printed_cargo", "recipient")
        check(self, [*blank(self, *texts), *_statement_problems(self), *_through_problems(self.targets)])

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every entity or phenotype named."""
        for field in ("agent", "donor", "cargo", "recipient"):
            name = getattr(self, field)
            if name is not None:
                yield field, name
        yield from _changed_names(self)


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
    claim: str | None = None  # one sentence in the curator's words
    cells: tuple[str, ...] = ()  # cell types where it holds; () = any
    context: Context = Context()
    systems: tuple[str, ...] = ()
    correction: Correction | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        check(self, [*blank(self, "source", "target", "claim"), *_statement_problems(self)])

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every entity or phenotype named."""
        yield "source", self.source
        yield "target", self.target
        for i, cell in enumerate(self.cells):
            yield f"cells[{i}]", cell


Statement = Axis | Influence | Claim


def _statement_problems(statement: Statement) -> Iterator[FieldProblem]:
    yield from id_problems(statement.id)
    if not statement.evidence:
        yield "evidence", "a statement needs at least one piece of evidence."
    for i, system in enumerate(statement.systems):
        if not re.fullmatch(r"S\d{1,2}", system):
            yield f"systems[{i}]", f"expected a system such as 'S10', found {system!r}."


def _through_problems(targets: tuple[Target, ...]) -> Iterator[FieldProblem]:
    named = [target.name for target in targets]
    for i, target in enumerate(targets):
        if target.through is not None and target.through not in named[:i]:
            yield (
                f"targets[{i}].through",
                f"{target.through!r} is no earlier target of this record. List the intermediate before it.",
            )


def _changed_names(statement: Any) -> Iterator[tuple[str, str]]:
    for i, target in enumerate(statement.targets):
        yield f"targets[{i}].name", target.name
        if target.through is not None:
            yield f"targets[{i}].through", target.through
    for part in ("pathways", "phenotypes"):
        for i, effect in enumerate(getattr(statement, part)):
            yield f"{part}[{i}].name", effect.name


def id_problems(identifier: str) -> Iterator[FieldProblem]:
    """Check that a record's own id is kebab-case."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identifier):
        yield (
            "id",
            f"expected lower-case words joined by hyphens, such as 'mech-ikk-nfkbia'; found {identifier!r}.",
        )
