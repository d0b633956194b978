"""Knowledge base → SIF: one line per edge, source, relation and target separated by tabs.

The form is that of the Cytoscape manual (Supported Network File Formats): since the file holds tabs, blanks
belong to the names; doubles are ignored by readers and not written.
"""

from __future__ import annotations

from typing import TextIO

from ..base import KnowledgeBase
from .edges import Edge, network, printable

LOSES = (
    "everything but names and relations: evidence, quotes, papers, context (cancer, condition, species, and "
    "the cells in which an arrow holds), cargo levels, belief, notes, identifiers and kinds of things, and "
    "which statement an edge comes from; statements that say the same become one line; statements that name "
    "fewer than two things; phenotype definitions; findings"
)


def write(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write each edge once; the format holds no quotes."""
    for line in dict.fromkeys(_line(edge) for edge in network(kb).edges):
        stream.write(line + "\n")


def _line(edge: Edge) -> str:
    # A question must not read like an answer where nothing else stands beside the relation.
    asked = "" if edge.is_asserted else "open question: "
    place = " in vesicles" if edge.in_vesicles else ""
    return "\t".join((printable(edge.source), f"{asked}{edge.relation}{place}", printable(edge.target)))
