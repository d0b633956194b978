"""ExoCarta (exocarta.org): proteins, mRNAs, miRNAs and lipids found in exosomes, and the experiments.

Tab-separated, without quoting. Heads of columns as in

* EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt (2015): read in a part of the file;
* the table of experiments of the same release: read in the file;
* EXOCARTA_MIRNA_DETAILS and the table of lipids: `MIRNA ID`, `SPECIES` as used by published programs that
  read releases 5 and 6; the other heads as documented for the sister database Vesiclepedia 5.1. Not read in
  a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .. import values
from ..layout import Column, Format, Layout, column, columns

_TYPE = column("CONTENT TYPE", read=values.cargo_type)
_FOUND: Mapping[str, Column] = {
    "species": column("SPECIES", read=values.species),
    "experiment": column("EXPERIMENT ID", "EXPERIMENT_ID", needed=True),
    "method": column("METHODS", "METHOD"),
}
_GENE_ID = column("ENTREZ GENE ID", "ENTREZ_GENE_ID", "GENE ID", read=values.ncbi_gene)

PROTEINS = Layout(
    name="proteins",
    table="cargo",
    columns={
        # Old entries have a number of NCBI Gene and no symbol.
        "name": columns(
            ("GENE SYMBOL", "GENE_SYMBOL"), ("ENTREZ GENE ID",), read=values.first_name, needed=True
        ),
        "given_id": _GENE_ID,
        "type": column("CONTENT TYPE", read=values.cargo_type, needed=True),
        **_FOUND,
    },
)
MIRNAS = Layout(
    name="mirnas",
    table="cargo",
    columns={
        "name": column("MIRNA ID", "MIRNA_ID", "MIRNA", read=values.name, needed=True),
        "given_id": _GENE_ID,
        "type": _TYPE,
        **_FOUND,
    },
    constants={"type": "miRNA"},
)
LIPIDS = Layout(
    name="lipids",
    table="cargo",
    columns={
        "name": column("LIPID ID", "LIPID NAME", "LIPID", read=values.name, needed=True),
        "type": _TYPE,
        **_FOUND,
    },
    constants={"type": "lipid"},
)


def experiments(*marks: str) -> Layout:
    """Return the layout of the table of experiments; `marks` are columns that only one database has."""
    described: dict[str, Any] = {
        "experiment": column("EXPERIMENT ID", needed=True),
        "reference": column("PUBMED ID", "PUBMED"),
        "species": column("SPECIES", read=values.species),
        "description": column("EXPERIMENT DESCRIPTION", needed=True),
        "sample": column("SAMPLE"),
        "sample_name": column("SAMPLE NAME"),
        "method": column("METHODS"),
        "year": column("YEAR", read=values.year),
        "isolation": column("ISOLATION METHOD"),
    }
    if "VESICLE TYPE" in marks:
        described["vesicle"] = column("VESICLE TYPE")
    return Layout(name="experiments", table="experiment", columns=described, marks=marks)


EXOCARTA = Format(
    name="exocarta",
    title="ExoCarta",
    layouts=(PROTEINS, MIRNAS, LIPIDS, experiments()),
    file_name=re.compile("exocarta", re.IGNORECASE),
    release=re.compile(r"details_(\d+(?:\.\d+)?)", re.IGNORECASE),
)
