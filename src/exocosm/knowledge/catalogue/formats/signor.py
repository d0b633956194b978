"""SIGNOR (signor.uniroma2.it), releases 2 and 3: signed causal relations, tab-separated.

The 28 columns are those of the documentation of its interface (APIs.php), as repeated in several public
programs: ``ENTITYA`` … ``SIGNOR_ID``, ``SCORE``. Downloads come with this header; getData.php answers
without one, in the same order, and is recognised by the words of its ninth column. Not read in a file.

The names are those of human proteins also where `TAX_ID` is another species: "the proteins connected by a
causal relationship are mapped to the identifiers of their human counterparts" (user guide of SIGNOR 3.0).
Effects that begin with *up-regulates* and *down-regulates* have a sign; *form complex* and *unknown* have
none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import values
from ..layout import Format, Layout, column, columns

_COLUMNS = (
    "ENTITYA", "TYPEA", "IDA", "DATABASEA", "ENTITYB", "TYPEB", "IDB", "DATABASEB", "EFFECT", "MECHANISM",
    "RESIDUE", "SEQUENCE", "TAX_ID", "CELL_DATA", "TISSUE_DATA", "MODULATOR_COMPLEX", "TARGET_COMPLEX",
    "MODIFICATIONA", "MODASEQ", "MODIFICATIONB", "MODBSEQ", "PMID", "DIRECT", "NOTES", "ANNOTATOR",
    "SENTENCE", "SIGNOR_ID", "SCORE",
)  # fmt: skip
_EFFECTS = {
    **dict.fromkeys(
        ("up-regulates", "up-regulates activity", "up-regulates quantity",
         "up-regulates quantity by expression", "up-regulates quantity by stabilization"),
        1,
    ),
    **dict.fromkeys(
        ("down-regulates", "down-regulates activity", "down-regulates quantity",
         "down-regulates quantity by repression", "down-regulates quantity by destabilization"),
        -1,
    ),
    "form complex": None,
    "unknown": None,
}  # fmt: skip
_TYPES = {
    "protein": "protein",
    "proteinfamily": "family",
    "protein family": "family",
    "complex": "complex",
    "chemical": "chemical",
    "smallmolecule": "chemical",
    "small molecule": "chemical",
    "mirna": "miRNA",
    "lncrna": "lncRNA",
    "ncrna": "RNA",
    "phenotype": "process",
}


def _type(cell: str) -> str | None:
    found = values.text(cell)
    return None if found is None else _TYPES.get(found.casefold(), "other")


def _identifier(identifier: str, database: str) -> str | None:
    """Return the identifier with its database before it, as `exocosm.identifiers` writes them."""
    known = database.strip().casefold()
    if known == "uniprot":
        return values.uniprot(identifier)
    if known == "chebi":
        return f"CHEBI:{identifier.strip().removeprefix('CHEBI:')}"
    found = values.text(identifier)
    return None if found is None else f"{known}:{found}"


def _is_row(fields: Sequence[str]) -> bool:
    return len(fields) >= 22 and fields[8].strip().casefold() in _EFFECTS


_RELATIONS = Layout(
    name="relations",
    table="influence",
    columns={
        "source": column("ENTITYA", read=values.name, needed=True),
        "source_type": column("TYPEA", read=_type),
        "source_given_id": columns(("IDA",), ("DATABASEA",), read=_identifier),
        "target": column("ENTITYB", read=values.name, needed=True),
        "target_type": column("TYPEB", read=_type),
        "target_given_id": columns(("IDB",), ("DATABASEB",), read=_identifier),
        "effect": column("EFFECT", needed=True),
        "sign": column(
            "EFFECT", read=values.one_of_words(_EFFECTS, "an effect such as up-regulates activity")
        ),
        "relation": column("MECHANISM"),
        "species": column("TAX_ID", read=values.species),
        "confidence": column("SCORE"),
        "reference": column("PMID"),
    },
    headerless=_COLUMNS,
    is_row=_is_row,
    is_human=True,
)

SIGNOR = Format(
    name="signor",
    title="SIGNOR",
    layouts=(_RELATIONS,),
    release=re.compile(r"((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*_?20\d\d)", re.IGNORECASE),
)
