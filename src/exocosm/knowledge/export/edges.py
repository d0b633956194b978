"""Statements as typed edges: who sends what to whom and what changes. All graph formats are made of these.

An axis gives donor -sends-> cargo, cargo -taken up by-> recipient, and an arrow from the cargo to each
thing that changes; where a target lies behind an intermediate, the arrow starts there. An influence gives one
arrow. A claim gives the edges that its slots allow, with arrows from what acts. Where the source names no
cargo, the node *vesicles of <donor>* stands for it. What a claim names without saying how it goes with the
rest is tied to it by *named with*, which says no more than that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..base import KnowledgeBase
from ..statement import Axis, Change, Claim, Influence, Statement, Target

Relation = Literal["sends", "taken up by", "up", "down", "binds", "unclear", "named with"]
Value = str | int | float | tuple[str, ...]

SIGNS: dict[str, int] = {"up": 1, "down": -1}
_NOT_XML = re.compile("[^\\s\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What no format made of these edges holds.
LOST = (
    "which quote and level belongs to which paper, the place within a document and the number of a paper "
    "in it; titles of documents; the reason and ground of corrections; broader terms of entities and why "
    "one has no identifier; statements that name fewer than two things; phenotype definitions; findings"
)

# Attribute of a node → what it holds; lists are tuples.
NODE_ATTRIBUTES = {
    "name": "name used in the records",
    "type": "kind of entity; phenotype, or topic where a claim speaks of no single thing",
    "identifier": "identifier in a public table, empty where there is none",
    "synonyms": "other names",
}
# Attribute of an edge → what it holds; those from `statement` on are of the statement behind the edge.
EDGE_ATTRIBUTES = {
    "relation": "sends, taken up by, up, down, binds, unclear or named with",
    "sign": "1 for up, -1 for down, 0 for all else",
    "effect": "effect of more of what acts in the statement, which behind an intermediate can differ from "
    "the arrow",
    "part": "slot of the statement that the target stands in: targets, pathways or phenotypes",
    "in_vesicles": "1 where what changes is the level in vesicles, not in the cell",
    "statement": "id of the statement",
    "kind": "kind of the statement",
    "claim": "the statement as one sentence",
    "cancer": "cancer of the context",
    "condition": "circumstances, such as hypoxia of the donor cells",
    "species": "species of the context",
    "donor": "cells that send the vesicles",
    "recipient": "cells that take them up",
    "cells": "cells in which an influence holds; none: any",
    "cargo": "what the vesicles carry",
    "cargo_type": "kind of molecule that the cargo is in the vesicle, where it is stated",
    "cargo_level": "up, down, transferred or unknown: the cargo in these vesicles against the comparison",
    "uptake": "route or receptor of uptake",
    "mechanism": "the relation of an influence in a few words; 'not stated' where an axis names no way",
    "value": "number or range that the source states",
    "references": "cited papers as printed",
    "dois": "their DOIs, where one was read",
    "pmids": "their PMIDs, where one was read",
    "documents": "documents it was curated from",
    "where": "where each piece of evidence was read",
    "seen": "what was read: full_text, abstract, title, database_row or memory",
    "level": "how far the experiments go: detected, transferred, necessary, sufficient",
    "quotes": "exact words of the sources",
    "quote_licences": "licence of each quote",
    "printed_reading": "what the source prints, where it is read otherwise here",
    "corrected_reading": "how a misprint is read here",
    "note": "what else a reader should know",
    "belief": "0 to 1, from the evidence, lowered by contradictions",
    "contradicted_by": "ids of the statements that say the opposite",
    "systems": "systems S1 ... S20 of the product that use the statement",
}


@dataclass(frozen=True, kw_only=True)
class Node:
    """A thing that edges join."""

    name: str
    type: str  # of the entity; phenotype or topic where it is none
    identifier: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One arrow or tie, and the statement that it comes from."""

    id: str  # id of the statement, a full stop and a number
    source: str
    relation: Relation
    target: str
    statement: Statement
    effect: str = ""  # of more of what acts in the statement on `target`: up, down, binds, unclear or empty
    part: str = ""  # targets, pathways or phenotypes: the slot of the statement that the target stands in
    through: str | None = None  # the intermediate, where the arrow starts there
    in_vesicles: bool = False  # what changes is the level in vesicles

    @property
    def sign(self) -> int:
        """1 for up, -1 for down, 0 for all else; of a tie, the sign of the effect."""
        return SIGNS.get(self.effect if self.relation == "named with" else self.relation, 0)

    @property
    def is_asserted(self) -> bool:
        """False for the edges of an open question, which its source asks and does not answer."""
        return self.statement.kind != "open_question"


class Network(NamedTuple):
    """Nodes by name, in the order of names, and edges in the order of statements."""

    nodes: dict[str, Node]
    edges: list[Edge]


class _Link(NamedTuple):
    """An edge before it has an id."""

    source: str
    relation: Relation
    target: str
    effect: str = ""
    part: str = ""
    through: str | None = None
    in_vesicles: bool = False


def network(kb: KnowledgeBase) -> Network:
    """Return all statements as edges, with the nodes that they join."""
    vesicles = frozenset(entity.name for entity in kb.entities if entity.type == "vesicle")
    edges = [edge for statement in kb.statements for edge in edges_of(statement, vesicles)]
    node = _node_maker(kb, edges)
    named = sorted({name for edge in edges for name in (edge.source, edge.target)})
    return Network({name: node(name) for name in named}, edges)


def edges_of(statement: Statement, vesicles: Container[str] = ()) -> list[Edge]:
    """Return the edges of one statement; none where it names fewer than two things.

    `vesicles` are names of kinds of vesicles: where one of them acts, it is what the donor sends.
    """
    if isinstance(statement, Axis):
        links = list(_axis_links(statement))
    elif isinstance(statement, Influence):
        links = [_influence_link(statement)]
    else:
        links = _claim_links(statement, vesicles)
    return [
        Edge(id=f"{statement.id}.{number}", statement=statement, **link._asdict())
        for number, link in enumerate(links, start=1)
    ]


def whole_vesicles(donor: str) -> str:
    """Name the node that stands for all vesicles of a donor, where no cargo is named."""
    return f"vesicles of {donor}"


def attributes(kb: KnowledgeBase, edge: Edge, *, quotes: bool = True) -> dict[str, Value]:
    """Return the attributes of an edge, all of them and in the order of EDGE_ATTRIBUTES.

    `quotes=False` leaves the quoted words of the sources and their licences empty.
    """
    found: dict[str, Value] = {
        "relation": edge.relation,
        "sign": edge.sign,
        "effect": edge.effect,
        "part": edge.part,
        "in_vesicles": int(edge.in_vesicles),
        **_of_statement(kb, edge.statement),
        **_of_evidence(kb, edge.statement, quotes=quotes),
    }
    return {name: found[name] for name in EDGE_ATTRIBUTES}


def printable(text: str) -> str:
    """Put a text on one line and drop the characters that XML 1.0 cannot hold."""
    return " ".join(_NOT_XML.sub("", text).split())


# Statements → links


def _axis_links(axis: Axis) -> Iterator[_Link]:
    carrier = axis.cargo or whole_vesicles(axis.donor)
    yield _Link(axis.donor, "sends", carrier)
    yield _Link(carrier, "taken up by", axis.recipient)
    yield from _changes(axis, carrier)


def _influence_link(influence: Influence) -> _Link:
    part = {"mechanism": "targets", "sorting": "targets"}.get(influence.kind, "phenotypes")
    return _Link(
        influence.source,
        influence.effect,
        influence.target,
        effect=influence.effect,
        part=part,
        in_vesicles=influence.kind == "sorting",
    )


def _claim_links(claim: Claim, vesicles: Container[str]) -> list[_Link]:
    actor = claim.agent or claim.topic
    carrier = _carrier(claim, vesicles)
    links = []
    if claim.donor and carrier:
        links.append(_Link(claim.donor, "sends", carrier))
    if carrier and claim.recipient:
        links.append(_Link(carrier, "taken up by", claim.recipient))
    if actor and claim.cargo and actor != claim.cargo:
        links.append(_actor_and_cargo(claim, actor, claim.cargo))
    cause = actor or carrier or claim.donor
    if cause:
        links.extend(_changes(claim, cause))
    return [*links, *_ties(claim, cause, links)]


def _carrier(claim: Claim, vesicles: Container[str]) -> str | None:
    """Return what goes from donor to recipient: the cargo, the kind of vesicle named, or all vesicles."""
    if claim.cargo is not None:
        return claim.cargo
    if claim.agent in vesicles:
        return claim.agent
    if claim.donor is None:
        return None
    # What raises the release of vesicles is the donor, not its vesicles.
    acts_alone = not (claim.agent or claim.topic or claim.kind in ("release", "biogenesis"))
    return whole_vesicles(claim.donor) if claim.recipient or (acts_alone and _changed(claim)) else None


def _actor_and_cargo(claim: Claim, actor: str, cargo: str) -> _Link:
    # Only a claim about sorting says that what acts moves the level of the cargo.
    if claim.kind == "sorting" and claim.cargo_level in ("up", "down"):
        level: Change = "up" if claim.cargo_level == "up" else "down"
        return _Link(actor, level, cargo, effect=level, part="targets", in_vesicles=True)
    return _Link(actor, "named with", cargo)


def _changes(statement: Axis | Claim, cause: str) -> Iterator[_Link]:
    effects = {target.name: target.effect for target in reversed(statement.targets)}
    for target in statement.targets:
        if target.through is None:
            yield _Link(cause, target.effect, target.name, target.effect, "targets")
        else:
            arrow = _arrow_behind(target, effects[target.through])
            yield _Link(target.through, arrow, target.name, target.effect, "targets", target.through)
    for part, changed in (("pathways", statement.pathways), ("phenotypes", statement.phenotypes)):
        for one in changed:
            yield _Link(cause, one.effect, one.name, one.effect, part)


def _arrow_behind(target: Target, on_intermediate: Change) -> Change:
    """Return what the intermediate does to a target, given what more cargo does to both."""
    if target.effect not in SIGNS:
        return target.effect
    product = SIGNS[target.effect] * SIGNS.get(on_intermediate, 0)
    return {1: "up", -1: "down", 0: "unclear"}[product]  # type: ignore[return-value]


def _ties(claim: Claim, cause: str | None, links: list[_Link]) -> Iterator[_Link]:
    """Tie what no other edge reaches to what acts, or to the first thing named."""
    reached = {name for link in links for name in (link.source, link.target)}
    named = list(dict.fromkeys(name for _, name in claim.names()))
    anchor = cause or (named[0] if named else "")
    if links and anchor not in reached:
        yield _Link(anchor, "named with", links[0].target)
    effects: dict[str, tuple[str, str]] = {name: (part, effect) for part, name, effect in _changed(claim)}
    for name in named:
        if name not in (anchor, *reached):
            part, effect = effects.get(name, ("", ""))
            yield _Link(anchor, "named with", name, effect, part)


def _changed(claim: Claim) -> list[tuple[str, str, Change]]:
    return [
        *(("targets", target.name, target.effect) for target in claim.targets),
        *(("pathways", pathway.name, pathway.effect) for pathway in claim.pathways),
        *(("phenotypes", phenotype.name, phenotype.effect) for phenotype in claim.phenotypes),
    ]


# Names → nodes


def _node_maker(kb: KnowledgeBase, edges: list[Edge]) -> Callable[[str], Node]:
    entities = {entity.name: entity for entity in kb.entities}
    phenotypes = {phenotype.name: phenotype for phenotype in kb.phenotypes}
    topics = {edge.statement.topic for edge in edges if isinstance(edge.statement, Claim)}

    def node(name: str) -> Node:
        entity, phenotype = entities.get(name), phenotypes.get(name)
        identifier = (entity and entity.id) or (phenotype and phenotype.id) or ""
        if entity is not None:
            return Node(name=name, type=entity.type, identifier=identifier, synonyms=entity.synonyms)
        kind = "phenotype" if phenotype is not None else "topic" if name in topics else "vesicle"
        return Node(name=name, type=kind, identifier=identifier)

    return node


# Statement → attributes


def _of_statement(kb: KnowledgeBase, statement: Statement) -> dict[str, Value]:
    context, correction = statement.context, statement.correction
    return {
        "statement": statement.id,
        "kind": statement.kind,
        "claim": statement.claim or "",
        "cancer": context.cancer or "",
        "condition": context.condition or "",
        "species": context.species or "",
        **_slots(statement),
        "printed_reading": correction.printed if correction else "",
        "corrected_reading": correction.corrected if correction else "",
        "note": statement.note or "",
        "belief": round(kb.belief(statement.id), 4),
        "contradicted_by": tuple(other.id for other in kb.contradictions(statement.id)),
        "systems": statement.systems,
    }


def _slots(statement: Statement) -> dict[str, Value]:
    def slot(name: str) -> str:
        return str(getattr(statement, name, None) or "")

    influence = isinstance(statement, Influence)
    return {
        "donor": slot("donor"),
        "recipient": slot("recipient"),
        "cells": statement.cells if isinstance(statement, Influence) else (),
        "cargo": slot("printed_cargo") or slot("cargo"),
        "cargo_type": slot("cargo_type"),
        "cargo_level": slot("cargo_level") if slot("cargo") else "",
        "uptake": slot("uptake"),
        "mechanism": slot("relation") if influence else slot("mechanism").removeprefix("stated"),
        "value": slot("value"),
    }


def _of_evidence(kb: KnowledgeBase, statement: Statement, *, quotes: bool) -> dict[str, Value]:
    evidence = statement.evidence
    papers = [kb.reference(name) for name in _once(piece.reference for piece in evidence)]
    quoted = {piece.quote: piece.quote_licence or "" for piece in evidence if piece.quote and quotes}
    return {
        "references": tuple(paper.citation for paper in papers),
        "dois": tuple(paper.doi for paper in papers if paper.doi),
        "pmids": tuple(paper.pmid for paper in papers if paper.pmid),
        "documents": _once(piece.document for piece in evidence),
        "where": _once(piece.where for piece in evidence),
        "seen": _once(piece.seen for piece in evidence),
        "level": _once(level for piece in evidence for level in piece.level),
        "quotes": tuple(quoted),
        "quote_licences": tuple(quoted.values()),
    }


def _once(values: Iterator[str | None] | Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
