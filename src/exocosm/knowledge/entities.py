"""Entities: the molecules, cells, diseases and processes that statements speak of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from exocosm.identifiers import Identifier

from .record import blank, check, identifier_problems

EntityType = Literal[
    "gene",
    "protein",
    "miRNA",
    "lncRNA",
    "circRNA",
    "mRNA",
    "DNA",
    "RNA",
    "lipid",
    "metabolite",
    "drug",
    "chemical",
    "complex",
    "family",
    "virus",
    "organism",
    "vesicle",
    "cell_type",
    "tissue",
    "disease",
    "process",
    "condition",
    "procedure",
    "resource",
]

# What vesicles carry as a rule; used to tell cargo from conditions, processes and cells.
CARGO_TYPES = frozenset(
    {"gene", "protein", "miRNA", "lncRNA", "circRNA", "mRNA", "DNA", "RNA", "lipid", "metabolite", "drug"}
    | {"chemical", "complex", "family", "virus"}
)


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A thing with one name used everywhere, its identifier and the other names it goes by."""

    name: str
    type: EntityType
    id: str | None = None  # CURIE such as "mirbase:MIMAT0005898"
    synonyms: tuple[str, ...] = ()
    is_a: tuple[str, ...] = ()  # broader entities, by name: an M2 macrophage is a macrophage
    reason: str | None = None  # why there is no identifier

    def __post_init__(self) -> None:
        check(self, [*blank(self, "name"), *identifier_problems(self.id, self.reason)])

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every other entity named."""
        for i, name in enumerate(self.is_a):
            yield f"is_a[{i}]", name

    @property
    def identifier(self) -> Identifier | None:
        """The identifier in its parts, or None."""
        return None if self.id is None else Identifier.parse(self.id)
