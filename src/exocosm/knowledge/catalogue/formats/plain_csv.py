"""Plain tables of the user's own, separated by commas, semicolons or tabs, with the columns below.

* cargo: ``name``, and any of ``type``, ``id``, ``species``, ``sample``, ``experiment``, ``method``,
  ``reference``, ``value``, ``unit``;
* influences: ``source``, ``target``, ``sign`` (1, -1, up, down, ...), and any of ``source_type``,
  ``target_type``, ``source_id``, ``target_id``, ``relation``, ``species``, ``confidence``, ``method``,
  ``reference``.

Names without a species are taken to be human. Further columns are left out.
"""

from __future__ import annotations

from .. import values
from ..layout import Format, Layout, column

_REFERENCE = column("reference", "references", "pmid", "pubmed", "doi")
_METHOD = column("method", "methods")

_CARGO = Layout(
    name="cargo",
    table="cargo",
    columns={
        "name": column(
            "name", "cargo", "entity", "gene symbol", "symbol", "gene", "protein", "miRNA",
            read=values.name, needed=True,
        ),
        "given_id": column("id", "identifier"),
        "type": column("type", "kind", "cargo type", read=values.cargo_type),
        "species": column("species", "organism", read=values.species),
        "sample": column("sample", "source", "tissue", "cell"),
        "experiment": column("experiment", "experiment id", "study"),
        "method": _METHOD,
        "reference": _REFERENCE,
        "value": column("value", "amount", "expression", read=values.number),
        "unit": column("unit"),
    },
)  # fmt: skip
_INFLUENCES = Layout(
    name="influences",
    table="influence",
    columns={
        "source": column("source", "regulator", read=values.name, needed=True),
        "target": column("target", read=values.name, needed=True),
        "sign": column("sign", "effect", "direction", read=values.sign),
        "effect": column("sign", "effect", "direction", read=values.raw, needed=True),
        "source_type": column("source type", read=values.cargo_type),
        "target_type": column("target type", read=values.cargo_type),
        "source_given_id": column("source id"),
        "target_given_id": column("target id"),
        "relation": column("relation", "kind"),
        "species": column("species", "organism", read=values.species),
        "confidence": column("confidence", "score"),
        "method": _METHOD,
        "reference": _REFERENCE,
    },
)

PLAIN = Format(name="csv", title="plain CSV", layouts=(_INFLUENCES, _CARGO), is_fallback=True)
