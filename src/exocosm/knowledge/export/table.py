"""Knowledge base → tab-separated table, one row per statement."""

from __future__ import annotations

import csv
from typing import TextIO

from ..base import KnowledgeBase
from .rows import COLUMNS, rows

LOSES = (
    "the evidence of a statement is folded into one row: which quote and level belongs to which "
    "paper; "
    "intermediates of chains (`through`); entities' synonyms; phenotype definitions; findings"
)


def write(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write the table with a header line; cells that hold a quotation mark are quoted as CSV does."""
    writer = csv.DictWriter(stream, COLUMNS, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(kb, quotes=quotes))
