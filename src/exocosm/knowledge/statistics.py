"""What a knowledge base holds, in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from .base import KnowledgeBase
from .roles import roles_of
from .statement import Statement


def counts(kb: KnowledgeBase) -> dict[str, dict[str, int]]:
    """Return tables of counts: title → what → number, the most frequent first."""
    statements = kb.statements
    transfers = kb.axes
    return {
        "in all": {
            "statements": len(statements),
            "entities": len(kb.entities),
            "references": len(kb.references),
            "documents": len(kb.documents),
            "phenotypes with a definition": len(kb.phenotypes),
            "findings": len(kb.findings),
            "corrections of the documents": sum(s.correction is not None for s in statements),
            "contradicted statements": sum(bool(kb.contradictions(s.id)) for s in statements),
            "transfers without a stated mechanism": sum(axis.mechanism == "not stated" for axis in transfers),
        },
        "kind": _ordered(s.kind for s in statements),
        "document": _ordered(d for s in statements for d in {e.document for e in s.evidence} if d),
        "best reading": _ordered(_best_reading({e.seen for e in s.evidence}) for s in statements),
        "cargo type of transfers": _ordered(cargo_type(kb, axis) for axis in transfers),
        "recipient of transfers": _ordered(axis.recipient for axis in transfers),
        "cancer": _ordered(s.context.cancer for s in statements if s.context.cancer),
        "system": _ordered(system for s in statements for system in s.systems),
    }


def cargo_type(kb: KnowledgeBase, statement: Statement) -> str:
    """Return what kind of molecule the cargo is in the vesicle; "not named" for whole vesicles.

    Where the record does not say, a gene, complex or family stands for its protein.
    """
    cargo = roles_of(statement).cargo
    if cargo is None:
        return "not named"
    said = getattr(statement, "cargo_type", None)
    kind = kb.entity(cargo).type
    return said or {"gene": "protein", "complex": "protein", "family": "protein", "chemical": "other"}.get(
        kind, kind
    )


def _best_reading(seen: set[str]) -> str:
    order = ("full_text", "abstract", "title", "database_row", "memory")
    return next(word for word in order if word in seen)


def _ordered(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(words).most_common())
