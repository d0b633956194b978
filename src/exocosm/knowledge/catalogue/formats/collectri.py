"""CollecTRI and DoRothEA: transcription factors and their targets, with signs.

* CollecTRI.csv (rescued.omnipathdb.org): ``source``, ``target``, ``weight``, ``TF.category``,
  ``resources``, ``PMID``, ``sign.decision``; as required by a public program that pins the checksum of the
  file. decoupleR gives ``source``, ``target``, ``mor``. Not read in a file.
* DoRothEA: ``tf``, ``confidence``, ``target``, ``mor`` (package dorothea, 2024): read in the file.
  decoupleR gives ``source``, ``confidence``, ``target``, ``weight`` or ``mor``.

The sign is that of the weight. Where no source knew it, CollecTRI writes 1 with the decision "default
activation"; such a row is kept without a sign. `method` holds the decision.
"""

from __future__ import annotations

from .. import values
from ..layout import Format, Layout, column, columns

_EDGE = {
    "source": column("source", "tf", read=values.name, needed=True),
    "target": column("target", "target_genesymbol", read=values.name, needed=True),
    "sign": column("weight", "mor", read=values.sign),
    "effect": column("weight", "mor", needed=True),
}


def _decided(weight: str, decision: str) -> int | None:
    """Read a weight of CollecTRI; one that was given by default says nothing."""
    found = values.sign(weight)
    return None if decision.strip().casefold().startswith("default") else found


_GENES = {"source_type": "gene", "target_type": "gene", "relation": "transcription"}

_COLLECTRI = Layout(
    name="regulons",
    table="influence",
    columns={
        **_EDGE,
        "sign": columns(("weight", "mor"), ("sign.decision",), read=_decided),
        "confidence": column("resources"),
        "method": column("sign.decision"),
        "reference": column("PMID"),
    },
    constants=_GENES,
)
_DOROTHEA = Layout(
    name="regulons",
    table="influence",
    columns={**_EDGE, "confidence": column("confidence", needed=True)},
    constants=_GENES,
)

COLLECTRI = Format(name="collectri", title="CollecTRI", layouts=(_COLLECTRI,))
DOROTHEA = Format(name="dorothea", title="DoRothEA", layouts=(_DOROTHEA,))
