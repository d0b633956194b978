"""EVmiRNA 2.0 (Guo laboratory): miRNAs in vesicles by small RNA sequencing, three files for each project.

Comma-separated. Read in the files of project PRJDB2585, in the public repository liuyongyan/EVDx:

* PROJECT_expression.csv: ``miRNA``, then one column for each run (DRR…, SRR…, ERR…). The repository says
  that the values are TPM; the file does not, so no unit is recorded;
* PROJECT_expression_count.csv: the same with counts of reads, by its name; not read in a file;
* PROJECT_metadata.csv: what the runs are. Its `Project_Title` is often the species.

Each value above 0 becomes a record; zeros are counted and left out.
"""

from __future__ import annotations

import re

from .. import values
from ..layout import Format, Layout, Samples, column

_PROJECT = re.compile(r"(PRJ[A-Z]{2}\d+)")
_HUMAN = {"species": "Homo sapiens"}  # "curated small RNA-seq of human vesicles"; all names are hsa-

_EXPRESSION = Layout(
    name="expression",
    table="cargo",
    columns={"name": column("miRNA", read=values.name, needed=True)},
    constants={"type": "miRNA", **_HUMAN, "method": "small RNA sequencing"},
    samples=Samples(names=re.compile(r"[SED]RR\d+")),
    from_name={"experiment": _PROJECT, "unit": re.compile(r"expression_(count)", re.IGNORECASE)},
    one_per_file=True,
)
_RUNS = Layout(
    name="runs",
    table="experiment",
    columns={
        "experiment": column("Run", needed=True),
        "description": column("Project_Description"),
        "sample": column("Source"),
        "sample_name": column("BioProject", needed=True),
        "condition": column("disease"),
        "vesicle": column("EV_type", needed=True),
        "isolation": column("EV isolated method", "EV_isolated_method"),
        "reference": column("URL"),
    },
    constants=_HUMAN,
    one_per_file=True,
)

EVMIRNA = Format(name="evmirna", title="EVmiRNA", layouts=(_EXPRESSION, _RUNS))
