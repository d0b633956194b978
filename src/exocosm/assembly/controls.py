"""Genes of the donor that release, loading or production depends on, from the statements that say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from exocosm.knowledge import Influence, KnowledgeBase
from exocosm.model import Control

from .parameters import parameter

_GENES = ("gene", "protein", "complex", "family")


def release_controls(kb: KnowledgeBase, lineage: tuple[str, ...]) -> tuple[Control, ...]:
    """Return the genes that raise or lower the number of vesicles a cell of this lineage releases."""
    return _controls(kb, "release", "vesicle release", lineage)


def loading_controls(kb: KnowledgeBase, cargo: str, lineage: tuple[str, ...]) -> tuple[Control, ...]:
    """Return the genes that pack a cargo into vesicles of this lineage, or keep it out."""
    return _controls(kb, "sorting", cargo, lineage)


def production_controls(kb: KnowledgeBase, cargo: str, lineage: tuple[str, ...]) -> tuple[Control, ...]:
    """Return the genes that make a donor of this lineage produce more or less of a cargo."""
    return _controls(kb, "mechanism", cargo, lineage)


def _controls(
    kb: KnowledgeBase, kind: Literal["release", "sorting", "mechanism"], target: str, lineage: tuple[str, ...]
) -> tuple[Control, ...]:
    by_gene: dict[str, list[Influence]] = {}
    for statement in _influences(kb, kind, target, lineage):
        by_gene.setdefault(statement.source, []).append(statement)
    return tuple(
        _control(gene, target, found)
        for gene, found in sorted(by_gene.items())
        # Sources that disagree in sign give no direction to build on.
        if len({statement.effect for statement in found}) == 1
    )


def _influences(kb: KnowledgeBase, kind: str, target: str, lineage: tuple[str, ...]) -> Iterator[Influence]:
    for statement in kb.influences:
        if statement.kind != kind or statement.target != target:
            continue
        if statement.cells and not set(lineage).intersection(statement.cells):
            continue
        if kb.entity(statement.source).type in _GENES:
            yield statement


def _control(gene: str, target: str, found: list[Influence]) -> Control:
    return Control(
        gene=gene,
        sign=1 if found[0].effect == "up" else -1,
        share=parameter(
            "donor_control_share", to="dimensionless", at_most=1.0, name=f"control_share:{gene}>{target}"
        ),
        statements=tuple(statement.id for statement in found),
    )
