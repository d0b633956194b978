"""What the page of the knowledge base holds: plain dictionaries and lists, without anything empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exocosm.identifiers import Identifier
from exocosm.knowledge import (
    Axis,
    Claim,
    Correction,
    Entity,
    Evidence,
    Influence,
    KnowledgeBase,
    Phenotype,
    Roles,
    Statement,
    Target,
    cargo_type,
    roles_of,
)

from .knowledge_words import SEEN, group_of, kind_word, system_words
from .links import link, pubmed

Edge = tuple[str, str, int]  # source, target, sign: 1 raises, -1 lowers, 0 carries or acts without a sign
_SIGN = {"up": 1, "down": -1}


def page_content(kb: KnowledgeBase) -> dict[str, Any]:
    """Return everything the page shows: statements, and what they name and cite by name and id."""
    return {
        "names": {name: _filled(record) for name, record in _names(kb).items()},
        "references": {
            reference.id: _filled(
                {"citation": reference.citation, "url": link(reference.doi) or pubmed(reference.pmid)}
            )
            for reference in kb.references
        },
        "documents": {
            document.id: _filled(
                {
                    "title": document.title + (f" ({document.year})" if document.year else ""),
                    "licence": document.licence,
                    "url": link(document.doi),
                }
            )
            for document in kb.documents
        },
        "words": {
            "kind": {kind: kind_word(kind) for kind in sorted({s.kind for s in kb.statements})},
            "seen": SEEN,
            "system": {
                name: system_words(name) for name in sorted({n for s in kb.statements for n in s.systems})
            },
        },
        "statements": [statement_content(kb, statement) for statement in kb.statements],
    }


def statement_content(kb: KnowledgeBase, statement: Statement) -> dict[str, Any]:
    """Return one statement by roles, with its belief, evidence and the edges it draws."""
    roles = roles_of(statement)
    context = statement.context
    return _filled(
        {
            "id": statement.id,
            "kind": statement.kind,
            "claim": statement.claim,
            "agent": roles.agent,
            "topic": getattr(statement, "topic", None),
            "donors": list(roles.donors),
            "cargo": roles.cargo,
            "printed_cargo": getattr(statement, "printed_cargo", None),
            "cargo_type": _cargo_type(kb, statement, roles),
            "level": _SIGN.get(roles.cargo_level),
            "recipients": list(roles.recipients),
            "uptake": roles.uptake,
            "changes": [_change(target) for target in (*roles.targets, *roles.pathways, *roles.phenotypes)],
            "relation": getattr(statement, "relation", None),
            "cells": list(roles.cells),
            "value": str(statement.value) if isinstance(statement, Claim) and statement.value else None,
            "silent": isinstance(statement, Axis) and statement.mechanism == "not stated",
            "cancer": context.cancer,
            "species": context.species,
            "condition": context.condition,
            "systems": list(statement.systems),
            "correction": _correction(statement.correction),
            "note": statement.note,
            "belief": round(kb.belief(statement.id), 2),
            "against": [other.id for other in kb.contradictions(statement.id)],
            "evidence": [_evidence(piece) for piece in statement.evidence],
            "edges": list(dict.fromkeys(edges(statement))),
        }
    )


def edges(statement: Statement) -> Iterator[Edge]:
    """Yield the arrows of a statement: who sends what to whom, and what changes.

    Effects stand in the records as those of more cargo, also behind an intermediate; an arrow out of an
    intermediate is signed so that the chain comes to that effect.
    """
    roles = roles_of(statement)
    if isinstance(statement, Influence):
        yield statement.source, statement.target, _SIGN[statement.effect]
        return
    yield from _transfer_edges(statement, roles)
    actor = roles.agent or roles.cargo or next(iter(roles.donors), None)
    if actor is None:
        return
    effect = {target.name: _SIGN.get(target.effect, 0) for target in roles.targets}
    for target in roles.targets:
        if target.through is None:
            yield actor, target.name, effect[target.name]
        else:
            yield target.through, target.name, effect[target.name] * effect[target.through]
    for changed in (*roles.pathways, *roles.phenotypes):
        yield actor, changed.name, _SIGN.get(changed.effect, 0)


def _transfer_edges(statement: Statement, roles: Roles) -> Iterator[Edge]:
    sent = (roles.cargo,) if roles.cargo else ()
    # Whole vesicles: the arrow goes from cell to cell.
    for donor in roles.donors:
        for what in sent or roles.recipients:
            yield donor, what, 0
    for what in sent:
        for recipient in roles.recipients:
            yield what, recipient, 0
        if roles.agent:
            yield roles.agent, what, _SIGN.get(roles.cargo_level, 0) if statement.kind == "sorting" else 0


def _names(kb: KnowledgeBase) -> dict[str, dict[str, Any]]:
    """Return what is known of each name; a process that is an entity may have a definition as well."""
    entities = {entity.name: _entity(entity) for entity in kb.entities}
    phenotypes = {phenotype.name: _phenotype(phenotype) for phenotype in kb.phenotypes}
    return {
        name: {**phenotypes.get(name, {}), **entities.get(name, {})} for name in {**entities, **phenotypes}
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return {
        "type": entity.type.replace("_", " "),
        "group": group_of(entity.type),
        "id": entity.id,
        "url": entity.identifier.url() if entity.identifier else None,
        "reason": entity.reason if entity.id is None else None,
        "synonyms": list(entity.synonyms),
        "broader": list(entity.is_a),
    }


def _phenotype(phenotype: Phenotype) -> dict[str, Any]:
    markers = [f"{marker.gene} {'high' if marker.sign > 0 else 'low'}" for marker in phenotype.definition]
    return {
        "type": "phenotype",
        "group": "behaviour",
        "id": phenotype.id,
        "url": Identifier.parse(phenotype.id).url() if phenotype.id else None,
        "reason": phenotype.reason if phenotype.id is None else None,
        "definition": ", ".join(markers),
    }


def _cargo_type(kb: KnowledgeBase, statement: Statement, roles: Roles) -> str | None:
    if isinstance(statement, Axis) or (isinstance(statement, Claim) and roles.cargo):
        return cargo_type(kb, statement)
    if roles.cargo is None:
        return None
    return next((entity.type for entity in kb.entities if entity.name == roles.cargo), None)


def _change(change: Any) -> list[str]:
    """Return name and effect, and the intermediate where there is one."""
    through = change.through if isinstance(change, Target) else None
    return [change.name, change.effect, *([through] if through else [])]


def _correction(correction: Correction | None) -> dict[str, str] | None:
    if correction is None:
        return None
    return {
        "printed": correction.printed,
        "corrected": correction.corrected,
        "reason": correction.reason,
        "source": correction.source,
    }


def _evidence(piece: Evidence) -> dict[str, Any]:
    return _filled(
        {
            "seen": piece.seen,
            "level": list(piece.level),
            "quote": piece.quote,
            "licence": piece.quote_licence,
            "reference": piece.reference,
            "document": piece.document,
            "place": piece.place,
            "printed": piece.printed_reference,
            "where": piece.where,
            "url": link(piece.where),
        }
    )


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty; a belief of zero stays."""
    return {
        key: value
        for key, value in record.items()
        if value is not None and value is not False and value not in ("", [])
    }
