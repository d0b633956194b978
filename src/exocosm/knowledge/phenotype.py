"""Phenotypes: cell states defined by a few marker or effector genes from a consensus source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .evidence import Evidence
from .record import FieldProblem, blank, check, identifier_problems

MAX_MARKERS = 15


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A gene of a phenotype's definition: sign 1 if it is high in the phenotype, -1 if it is low."""

    gene: str
    sign: Literal[1, -1]

    def __post_init__(self) -> None:
        check(self, blank(self, "gene"))


@dataclass(frozen=True, kw_only=True)
class Phenotype:
    """A phenotype node; it takes input only from its definition, never from cargo."""

    name: str
    definition: tuple[Marker, ...]
    evidence: tuple[Evidence, ...]
    id: str | None = None
    reason: str | None = None  # why there is no identifier
    cells: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(
            self,
            [*blank(self, "name"), *identifier_problems(self.id, self.reason), *self._definition_problems()],
        )

    def _definition_problems(self) -> Iterator[FieldProblem]:
        if not self.evidence:
            yield "evidence", "a phenotype needs at least one piece of evidence: the consensus source."
        if not 1 <= len(self.definition) <= MAX_MARKERS:
            yield "definition", f"expected 1 to {MAX_MARKERS} genes, found {len(self.definition)}."
        for gene, count in Counter(marker.gene for marker in self.definition).items():
            if count > 1:
                yield "definition", f"names {gene!r} {count} times. Name each gene once."

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every entity named."""
        for i, cell in enumerate(self.cells):
            yield f"cells[{i}]", cell
        for i, marker in enumerate(self.definition):
            yield f"definition[{i}].gene", marker.gene
