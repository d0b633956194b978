"""exoRBase (exorbase.org): circRNAs, lncRNAs and mRNAs in vesicles of human blood and other fluids.

Tab-separated (release 2.0) or comma-separated (annotation of release 3.0). Heads of columns as used by
published programs that read the files; not read in a file:

* COHORT_longRNAs.txt: ``Gene symbol`` (3.0: ``Gene_name``), then one column for each sample. mRNAs and
  lncRNAs stand in one table without their type, so they are recorded as RNA;
* COHORT_circRNAs.txt: ``circID``, then one column for each sample;
* longRNAs_anno: ``Gene symbol``, ``Gene type``, ``Full name``, frequencies;
* circRNAs_anno: ``circID``, ``Genomic position``, ``Strand``, ``Gene symbol``, ``circBase ID``.

No unit is recorded: the files do not say it. Each value above 0 becomes a record; zeros are counted and
left out.
"""

from __future__ import annotations

import re

from .. import values
from ..layout import Format, Layout, Samples, column

_COHORT = re.compile(r"^(.+?)_(?:circ|long)RNAs", re.IGNORECASE)
_HUMAN = {"species": "Homo sapiens", "method": "RNA sequencing"}
_GENE = column("Gene symbol", "Gene_name", "Gene name", read=values.name, needed=True)
_GENE_TYPES = {
    "protein coding gene": "mRNA",
    "protein_coding": "mRNA",
    "protein coding": "mRNA",
    "mrna": "mRNA",
    "lncrna": "lncRNA",
    "lncrna gene": "lncRNA",
    "long non-coding rna": "lncRNA",
    "long noncoding rna": "lncRNA",
}


def _gene_type(cell: str) -> str:
    """Read the type of a gene; there are many, and what is neither mRNA nor lncRNA is some RNA."""
    return _GENE_TYPES.get(cell.strip().casefold(), "RNA")


def _circbase(cell: str) -> str | None:
    found = values.text(cell)
    return f"circbase:{found}" if found is not None and found.startswith("hsa_circ_") else None


_LONG = Layout(
    name="long-rnas",
    table="cargo",
    columns={"name": _GENE},
    constants={"type": "RNA", **_HUMAN},
    samples=Samples(),
    file_name=re.compile("longRNAs", re.IGNORECASE),
    from_name={"experiment": _COHORT},
    one_per_file=True,
)
_CIRCULAR = Layout(
    name="circ-rnas",
    table="cargo",
    columns={"name": column("circID", read=values.name, needed=True)},
    constants={"type": "circRNA", **_HUMAN},
    samples=Samples(besides=("Genomic position", "Strand", "Gene symbol", "circBase ID")),
    from_name={"experiment": _COHORT},
    one_per_file=True,
)
_LONG_ANNOTATION = Layout(
    name="long-rna-annotation",
    table="cargo",
    columns={
        "name": _GENE,
        "type": column("Gene type", read=_gene_type, needed=True),
    },
    constants=_HUMAN,
)
_CIRCULAR_ANNOTATION = Layout(
    name="circ-rna-annotation",
    table="cargo",
    columns={
        "name": column("circID", read=values.name, needed=True),
        "given_id": column("circBase ID", read=_circbase),
    },
    constants={"type": "circRNA", **_HUMAN},
    marks=("Genomic position", "Strand"),
)

EXORBASE = Format(
    name="exorbase",
    title="exoRBase",
    # Annotations first: of two layouts that know as many columns, the first is taken.
    layouts=(_CIRCULAR_ANNOTATION, _LONG_ANNOTATION, _CIRCULAR, _LONG),
)
