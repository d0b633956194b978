"""Knowledge base → GraphML, for Cytoscape, Gephi, yEd, igraph and networkx.

Each statement becomes one or more edges of a directed multigraph; lists are texts separated by " | ".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from ..base import KnowledgeBase
from .edges import LOST, Node, Value, attributes, network, printable

if TYPE_CHECKING:
    import networkx

LOSES = f"{LOST}; lists become one text"


def write(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write the graph as XML."""
    import networkx

    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    for line in networkx.generate_graphml(graph(kb, quotes=quotes)):
        stream.write(line + "\n")


def graph(kb: KnowledgeBase, *, quotes: bool = True) -> networkx.MultiDiGraph:
    """Return a networkx graph; the keys of edges are their ids, attributes that are empty are left out."""
    import networkx

    found = networkx.MultiDiGraph(name="Exocosm knowledge base", version=kb.version, sha256=kb.sha256)
    nodes, edges = network(kb)
    for node in nodes.values():
        found.add_node(printable(node.name), **_plain(_of_node(node)))
    for edge in edges:
        ends = printable(edge.source), printable(edge.target)
        found.add_edge(*ends, key=edge.id, **_plain(attributes(kb, edge, quotes=quotes)))
    return found


def _of_node(node: Node) -> dict[str, Value]:
    return {
        "name": node.name,
        "type": node.type,
        "identifier": node.identifier,
        "synonyms": node.synonyms,
    }


def _plain(values: dict[str, Value]) -> dict[str, str | int | float]:
    """Turn lists into texts and leave out what is empty; numbers stay numbers."""
    found: dict[str, str | int | float] = {}
    for name, value in values.items():
        if isinstance(value, tuple):
            value = " | ".join(value)
        if isinstance(value, str):
            value = printable(value)
        if value != "":
            found[name] = value
    return found
