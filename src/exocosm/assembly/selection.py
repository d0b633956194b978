"""Which statements hold inside a cell, how much weight each has, and why the others were left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from exocosm.knowledge import Influence, KnowledgeBase, Phenotype
from exocosm.model import Omission

from .members import spelt_out

MOLECULES = ("gene", "protein", "complex", "family")


@dataclass(frozen=True)
class Signed:
    """A signed influence of one molecule on another, and the statements it rests on.

    `weight` multiplies the prior of its weight: the highest belief in one of its statements.
    """

    source: str
    target: str
    sign: int
    statements: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Selection:
    """The influences that hold in a cell, one per pair of molecules, and what was left out.

    `elsewhere` are statements about other things than molecules of a network, such as the targets of miRNAs:
    what they say enters by the cargo that acts, if at all.
    """

    influences: tuple[Signed, ...]
    omissions: tuple[Omission, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """The cell that statements are selected for: its lineage, the nearest first, and where it is."""

    lineage: tuple[str, ...]
    cancer: str | None = None
    condition: str | None = None


@lru_cache(maxsize=128)
def select(
    kb: KnowledgeBase, circumstances: Circumstances, without: frozenset[str] = frozenset()
) -> Selection:
    """Select the mechanism statements of a base that hold under some circumstances, `without` those ids.

    A statement for the cell type outranks one for any cell. One about another cancer or another condition
    is left out. Statements of equal rank that disagree in sign count by their belief: the stronger side is
    taken with what it has more, and two sides of equal strength are both left out. A family is spelt out
    into its members. A phenotype takes input only from its definition, and only molecules act on molecules.
    """
    by_pair: dict[tuple[str, str], list[Influence]] = defaultdict(list)
    omissions: list[Omission] = []
    elsewhere: list[str] = []
    phenotypes = {phenotype.name for phenotype in kb.phenotypes}
    types = {entity.name: entity.type for entity in kb.entities}
    for statement in kb.influences:
        if statement.kind != "mechanism" or not _of_cell(statement, circumstances.lineage):
            continue
        names = {statement.source, statement.target}
        if not names & phenotypes and any(types.get(name) not in MOLECULES for name in names):
            elsewhere.append(statement.id)
            continue
        if reason := _reason_against(statement, circumstances, phenotypes, without):
            omissions.append(Omission(subject=f"{statement.source} to {statement.target}", reason=reason))
            continue
        for source in spelt_out(statement.source):
            for target in spelt_out(statement.target):
                if source != target:
                    by_pair[source, target].append(statement)
    signed = []
    for (source, target), statements in by_pair.items():
        one, disagreement = _agreed(kb, source, target, statements)
        if one is not None:
            signed.append(one)
        if disagreement is not None:
            omissions.append(disagreement)
    return Selection(tuple(signed), tuple(omissions), tuple(elsewhere))


def definitions(phenotypes: Iterable[Phenotype]) -> list[Signed]:
    """Return the influences of the genes that define phenotypes on them, all of one weight."""
    return [
        Signed(marker.gene, phenotype.name, marker.sign, (f"definition:{phenotype.name}",))
        for phenotype in phenotypes
        for marker in phenotype.definition
    ]


def _of_cell(statement: Influence, lineage: tuple[str, ...]) -> bool:
    return not statement.cells or bool(set(lineage).intersection(statement.cells))


def _reason_against(
    statement: Influence,
    circumstances: Circumstances,
    phenotypes: set[str],
    without: frozenset[str],
) -> str:
    """Say why a statement does not enter, or nothing."""
    if statement.id in without:
        return f"left out on request: {statement.id}"
    if phenotypes.intersection((statement.source, statement.target)):
        return f"a phenotype takes input only from the genes that define it: {statement.id}"
    for word in ("cancer", "condition"):
        stated, here = getattr(statement.context, word), getattr(circumstances, word)
        if stated is not None and stated != here:
            return f"holds for the {word} {stated!r}: {statement.id}"
    return ""


def _agreed(
    kb: KnowledgeBase, source: str, target: str, statements: list[Influence]
) -> tuple[Signed | None, Omission | None]:
    """Join the statements on one pair; where they disagree the stronger side has what is left over."""
    special = [s for s in statements if s.cells] or statements
    beliefs = _beliefs(kb)
    sides = {sign: [s for s in special if (s.effect == "up") == (sign > 0)] for sign in (1, -1)}
    strength = {sign: max((beliefs[s.id] for s in side), default=0.0) for sign, side in sides.items()}
    sign = 1 if strength[1] >= strength[-1] else -1
    ids = tuple(s.id for s in sides[sign])
    if not sides[-sign]:
        return Signed(source, target, sign, ids, strength[sign]), None
    against = Omission(
        subject=f"{source} to {target}",
        reason=f"statements disagree in sign: {', '.join(s.id for s in special)}",
    )
    left = strength[sign] - strength[-sign]
    return (Signed(source, target, sign, ids, left) if left > 0.0 else None), against


@lru_cache(maxsize=8)
def _beliefs(kb: KnowledgeBase) -> dict[str, float]:
    return {statement.id: kb.belief(statement.id) for statement in kb.influences}
