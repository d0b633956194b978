"""Genes of the donor that release, loading or production depends on, from the statements that say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from exocosm.knowledge import Influence, KnowledgeBase
from exocosm.model import Control, Step

from .parameters import parameter

# Steps of release that genes work at. Fusion: Ostrowski et al. 2010, doi:10.1038/ncb2000. Ceramide:
# Trajkovic et al. 2008, doi:10.1126/science.1153124. ESCRT and its partners: Colombo et al. 2013,
# doi:10.1242/jcs.128868; Baietti et al. 2012, doi:10.1038/ncb2502. A gene that is not listed acts on
# formation as a whole.
GENE_STEPS: dict[str, Step] = {
    **dict.fromkeys(("RAB27A", "RAB27B"), "fusion"),
    "SMPD3": "ceramide",
    **dict.fromkeys(("HGS", "STAM", "TSG101", "PDCD6IP", "SDCBP", "VPS4A", "VPS4B", "CHMP4C"), "escrt"),
}

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
        step=GENE_STEPS.get(gene, "release") if target == "vesicle release" else "release",
    )
