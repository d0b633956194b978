"""miRTarBase: targets of miRNAs by experiment.

* Release of 2013, as tab-separated text with the heads R makes (``Species..miRNA.``): read in the file;
* releases 8 and 9 (MTI.xlsx, hsa_MTI.xlsx, or the same as CSV): ``miRTarBase ID``, ``miRNA``, ``Species
  (miRNA)``, ``Target Gene``, ``Target Gene (Entrez ID)`` (older: ``Target Gene (Entrez Gene ID)``),
  ``Species (Target Gene)``, ``Experiments``, ``Support Type``, ``References (PMID)``; as quoted in the
  documentation of several public programs. Not read in a file.

miRTarBase prints no sign. A *functional* interaction is read as the miRNA lowering its target; a
*non-functional* one is kept without a sign, since the experiment saw no effect. `effect` holds the words as
they are printed.
"""

from __future__ import annotations

import re

from .. import values
from ..layout import Format, Layout, column

_SUPPORT = {
    "functional mti": -1,
    "functional mti (weak)": -1,
    "non-functional mti": None,
    "non-functional mti (weak)": None,
}
_SUPPORT_TYPE = "Support Type"

_TARGETS = Layout(
    name="targets",
    table="influence",
    columns={
        "source": column("miRNA", read=values.name, needed=True),
        "target": column("Target Gene", read=values.name, needed=True),
        "target_given_id": column(
            "Target Gene (Entrez ID)", "Target Gene (Entrez Gene ID)", "Target.ID", read=values.ncbi_gene
        ),
        "species": column("Species (Target Gene)", read=values.species),
        "effect": column(_SUPPORT_TYPE),
        "sign": column(
            _SUPPORT_TYPE, read=values.one_of_words(_SUPPORT, "a support type such as Functional MTI")
        ),
        "method": column("Experiments"),
        "reference": column("References (PMID)"),
    },
    constants={"source_type": "miRNA", "target_type": "gene", "relation": "miRNA target"},
    marks=("miRTarBase ID",),
)

MIRTARBASE = Format(
    name="mirtarbase",
    title="miRTarBase",
    layouts=(_TARGETS,),
    release=re.compile(r"mirtarbase[ _-]?(?:release)?[ _-]?v?(\d+(?:\.\d+)?)", re.IGNORECASE),
)
