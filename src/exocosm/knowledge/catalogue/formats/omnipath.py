"""OmniPath (omnipathdb.org) and the signed networks made from it for CARNIVAL and COSMOS.

* Interactions of the web service, tab-separated: ``source``, ``target`` (accessions of UniProt),
  ``source_genesymbol``, ``target_genesymbol`` where they were asked for, ``is_directed``,
  ``is_stimulation``, ``is_inhibition``, ``consensus_direction``, ``consensus_stimulation``,
  ``consensus_inhibition``, ``sources``, ``references``, ``type`` and more; as quoted in the tests of the
  public project OntoWeaver (a download of 2024 or later). Not read in a file.
* Networks ``source``, ``interaction``, ``target`` with 1 and -1 (CARNIVAL tutorial 2021, COSMOS 2024): read
  in files.

The sign is that of the consensus where it is clear, else that of all resources together where that is
clear. An interaction that both stimulates and inhibits, or has no direction, is kept without a sign;
`effect` says which.
"""

from __future__ import annotations

from .. import values
from ..layout import Format, Layout, column, columns

_SIGNS = (
    ("is_directed",),
    ("consensus_stimulation",),
    ("consensus_inhibition",),
    ("is_stimulation",),
    ("is_inhibition",),
)


def _effect(*cells: str) -> str | None:
    """Say in words what the resources report."""
    directed, *flags = [values.flag(cell) for cell in cells]
    up, down = _clear(flags[:2]) or _clear(flags[2:]) or (bool(flags[2]), bool(flags[3]))
    words = " and ".join(word for word, said in (("stimulation", up), ("inhibition", down)) if said) or None
    return words if directed is not False else "without direction"


def _sign(*cells: str) -> int | None:
    return {"stimulation": 1, "inhibition": -1}.get(_effect(*cells) or "")


def _clear(flags: list[bool | None]) -> tuple[bool, bool] | None:
    """Return the pair where exactly one of stimulation and inhibition is said, else None."""
    up, down = (bool(flag) for flag in flags)
    return (up, down) if up != down else None


_INTERACTIONS = Layout(
    name="interactions",
    table="influence",
    columns={
        "source": columns(("source_genesymbol", "source"), ("source",), read=values.first_name, needed=True),
        "target": columns(("target_genesymbol", "target"), ("target",), read=values.first_name, needed=True),
        "source_given_id": column("source", read=values.uniprot),
        "target_given_id": column("target", read=values.uniprot),
        "sign": columns(*_SIGNS, read=_sign),
        "effect": columns(*_SIGNS, read=_effect),
        "relation": column("type"),
        "species": column("ncbi_tax_id_target", "organism", "ncbi_tax_id", read=values.species),
        "confidence": column("dorothea_level", "curation_effort"),
        "method": column("sources"),
        "reference": column("references"),
    },
    marks=("is_stimulation", "is_inhibition"),
    one_per_file=True,
)
_NETWORK = Layout(
    name="network",
    table="influence",
    columns={
        "source": column("source", read=values.name, needed=True),
        "target": column("target", read=values.name, needed=True),
        "sign": column("interaction", read=values.sign),
        "effect": column("interaction", read=values.raw, needed=True),
    },
    one_per_file=True,
)

OMNIPATH = Format(name="omnipath", title="OmniPath", layouts=(_INTERACTIONS, _NETWORK))
