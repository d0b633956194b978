"""Knowledge base → CX2, for Cytoscape, Cytoscape Web and NDEx.

Written after the *Cytoscape Exchange Format Specification (Version 2)* of cytoscape.org: a list of a
descriptor, metadata with the number of elements of each aspect, declarations of all attributes before the
aspects that use them, the aspects, and a status.
"""

from __future__ import annotations

import json
from typing import Any, TextIO

from ..base import KnowledgeBase
from .edges import EDGE_ATTRIBUTES, LOST, NODE_ATTRIBUTES, Value, attributes, network, printable

LOSES = f"{LOST}; there is no layout and no visual style"

_NUMBERS = {"sign": "integer", "in_vesicles": "integer", "belief": "double"}
_NETWORK = ("name", "description", "version", "sha256")
_LISTS = frozenset(
    ("synonyms", "cells", "references", "dois", "pmids", "documents", "where", "seen", "level", "quotes")
    + ("quote_licences", "contradicted_by", "systems")
)
# The names that readers of CX look for, where they differ from those used elsewhere.
_CX_NAMES = {"relation": "interaction", "identifier": "represents"}


def write(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write the network as one JSON list."""
    json.dump(document(kb, quotes=quotes), stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def document(kb: KnowledgeBase, *, quotes: bool = True) -> list[dict[str, Any]]:
    """Return the CX2 document as plain lists and dictionaries."""
    aspects: dict[str, list[dict[str, Any]]] = {
        "attributeDeclarations": [_declarations()],
        "networkAttributes": [
            {
                "name": "Exocosm knowledge base",
                "description": f"Not in this file: {LOSES}.",
                "version": kb.version,
                "sha256": kb.sha256,
            }
        ],
        **_elements(kb, quotes=quotes),
    }
    counts = [{"name": name, "elementCount": len(elements)} for name, elements in aspects.items()]
    return [
        {"CXVersion": "2.0", "hasFragments": False},
        {"metaData": counts},
        *({name: elements} for name, elements in aspects.items()),
        {"status": [{"error": "", "success": True}]},
    ]


def _declarations() -> dict[str, dict[str, dict[str, str]]]:
    return {
        "networkAttributes": {name: {"d": "string"} for name in _NETWORK},
        "nodes": {_CX_NAMES.get(name, name): {"d": _type(name)} for name in NODE_ATTRIBUTES},
        "edges": {_CX_NAMES.get(name, name): {"d": _type(name)} for name in EDGE_ATTRIBUTES},
    }


def _type(name: str) -> str:
    return "list_of_string" if name in _LISTS else _NUMBERS.get(name, "string")


def _elements(kb: KnowledgeBase, *, quotes: bool) -> dict[str, list[dict[str, Any]]]:
    found, edges = network(kb)
    numbers = {name: number for number, name in enumerate(found)}
    nodes = [
        {"id": numbers[name], "v": _plain({key: getattr(node, key) for key in NODE_ATTRIBUTES})}
        for name, node in found.items()
    ]
    links = [
        {
            "id": number,
            "s": numbers[edge.source],
            "t": numbers[edge.target],
            "v": _plain(attributes(kb, edge, quotes=quotes)),
        }
        for number, edge in enumerate(edges)
    ]
    return {"nodes": nodes, "edges": links}


def _plain(values: dict[str, Value]) -> dict[str, Any]:
    """Leave out what is empty: CX2 knows no null."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, tuple):
            plain: Any = [printable(text) for text in value]
        else:
            plain = printable(value) if isinstance(value, str) else value
        if plain not in ("", []):
            found[_CX_NAMES.get(name, name)] = plain
    return found
