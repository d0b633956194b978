"""Vesiclepedia (microvesicles.org): cargo of vesicles of all kinds, by the makers of ExoCarta.

Tab-separated, without quoting. Heads of columns as in

* the table of experiments (release 4.1 or older, 1,254 experiments): read in the file. It differs from
  ExoCarta's by `VESICLE TYPE`;
* VESICLEPEDIA_PROTEIN_MRNA_DETAILS, _MIRNA_DETAILS and _LIPID_DETAILS 5.1 (2024): as documented in the
  public repository liuyongyan/EVDx (documentation/Vesiclepedia_Data_Structure.md), and for proteins in
  several programs that read releases 4.1 and 5.1. Not read in a file.

The cargo tables are those of ExoCarta; the name of the file tells which it is, or the user does.
"""

from __future__ import annotations

import re

from ..layout import Format
from .exocarta import LIPIDS, MIRNAS, PROTEINS, experiments

VESICLEPEDIA = Format(
    name="vesiclepedia",
    title="Vesiclepedia",
    layouts=(PROTEINS, MIRNAS, LIPIDS, experiments("VESICLE TYPE")),
    file_name=re.compile("vesiclepedia|microvesicles", re.IGNORECASE),
    release=re.compile(r"details_(\d+(?:\.\d+)?)", re.IGNORECASE),
)
