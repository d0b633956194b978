"""The columns of a table of statements: which shape of statement fills which, and where a field stands."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Shape = Literal["axis", "claim", "mechanism", "sorting", "release", "uptake"]

_EVERY = (
    *("id", "kind", "document", "place", "cancer", "condition", "species", "reference", "doi", "pmid"),
    *("seen", "level", "where", "quote", "quote_licence", "printed_reference", "note", "system", "claim"),
    *("printed_reading", "corrected_reading", "correction_reason", "belief", "contradicted_by"),
)
_DONOR, _RECIPIENT = ("donor", "donor_id"), ("recipient", "recipient_id")
_CARGO = ("cargo", "cargo_entity", "cargo_id", "cargo_type", "cargo_level")
_TARGET = ("target", "target_effect", "target_id")
_PHENOTYPE = ("phenotype", "phenotype_effect")
_TRANSFER = (*_DONOR, *_CARGO, *_RECIPIENT, "uptake", *_TARGET, "pathway", "pathway_effect", *_PHENOTYPE)

# Shape → the columns that a row of this shape may fill.
FILLED: dict[Shape, frozenset[str]] = {
    "axis": frozenset((*_EVERY, *_TRANSFER, "mechanism")),
    "claim": frozenset((*_EVERY, *_TRANSFER, "agent", "value")),
    "mechanism": frozenset((*_EVERY, "agent", *_TARGET, "cells")),
    "sorting": frozenset((*_EVERY, "agent", *_DONOR, *_CARGO)),
    "release": frozenset((*_EVERY, "agent", *_DONOR, *_PHENOTYPE)),
    "uptake": frozenset((*_EVERY, "agent", *_RECIPIENT, *_PHENOTYPE)),
}
TABLE_COLUMNS = frozenset().union(*FILLED.values())


class Arrow(NamedTuple):
    """Where the parts of a signed influence stand: what is changed, which way, and in which cells."""

    target: str
    effect: str
    cells: str


ARROWS: dict[Shape, Arrow] = {
    "mechanism": Arrow("target", "target_effect", "cells"),
    "sorting": Arrow("cargo", "cargo_level", "donor"),
    "release": Arrow("phenotype", "phenotype_effect", "donor"),
    "uptake": Arrow("phenotype", "phenotype_effect", "recipient"),
}
# Kinds of influences that are told from claims by what their rows fill.
ARROW_SHAPES: dict[str, Shape] = {
    "sorting": "sorting",
    "release": "release",
    "biogenesis": "release",
    "uptake": "uptake",
}

# Field of a record, indices left out → column.
_COLUMN_OF = {
    "targets.name": "target",
    "targets.effect": "target_effect",
    "pathways.name": "pathway",
    "pathways.effect": "pathway_effect",
    "phenotypes.name": "phenotype",
    "phenotypes.effect": "phenotype_effect",
    "printed_cargo": "cargo",
    "topic": "agent",
    "systems": "system",
    "correction.printed": "printed_reading",
    "correction.corrected": "corrected_reading",
    "correction.reason": "correction_reason",
    "correction.source": "correction_reason",
}


def column_of(field: str, shape: Shape) -> str:
    """Return the column of a record's field, such as target_effect for ``targets[0].effect``."""
    plain = re.sub(r"\[\d+\]", "", field)
    if shape in ARROWS and plain in ("source", "target", "effect", "cells"):
        return "agent" if plain == "source" else str(getattr(ARROWS[shape], plain))
    if plain in _COLUMN_OF:
        return _COLUMN_OF[plain]
    first, _, last = plain.partition(".")
    return last if first in ("evidence", "context") and last else first
