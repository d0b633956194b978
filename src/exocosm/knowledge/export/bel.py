"""Knowledge base → BEL 2.1 script, one group of lines for each piece of evidence.

Read for this form: the language reference 2.1.0 of bel.bio (functions, signatures and relations), its
enhancement proposal BEP-0005 (namespaces by pattern) and the annotation pages of the BEL community. There

* ``tloc(<abundance>, fromLoc(), toLoc())`` takes every kind of cargo, ``sec()`` only proteins, complexes and
  general abundances, so that a transfer of RNA needs ``tloc()``: from the donor, or from extracellular
  vesicles, to the recipient, or to extracellular vesicles. It is written as raising the cargo at its goal,
  because a term that stands alone has no evidence in most readers;
* names and identifiers exclude each other (``HGNC:391``; the form with both, ``hgnc:391 ! AKT1``, is of 2.2),
  so that the names stand in a comment above each line;
* ``=|`` says that two molecules touch. It is written where a miRNA lowers a target with no intermediate
  between them, and where another RNA lowers a miRNA so; ``->`` and ``-|`` leave open how.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TextIO

from ..base import KnowledgeBase
from ..evidence import Evidence
from .edges import SIGNS, Edge, Network, Value, attributes, network, printable

LOSES = (
    "names of what has an identifier, which stand in comments only, and synonyms; the direction of "
    "'unclear' and 'named with', which become associations, as do the signs of open questions; the "
    "difference between 'sends' and 'taken up by'; whether what changes is a target, a pathway or a "
    "phenotype; the effect of more cargo where an intermediate turns it round; titles of documents beside "
    "a cited paper and the number of a paper in them; the reason and ground of corrections; broader terms "
    "of entities and why one has no identifier; statements that name fewer than two things; phenotype "
    "definitions; findings"
)

_VESICLE = "GO:1903561"  # extracellular vesicle
_FUNCTIONS = {
    "gene": "p",
    "protein": "p",
    "family": "p",
    "complex": "complex",
    "miRNA": "m",
    "lncRNA": "r",
    "circRNA": "r",
    "mRNA": "r",
    "RNA": "r",
    "snRNA": "r",
    "DNA": "g",
    "cell_type": "pop",
    "organism": "pop",
    "disease": "path",
    "process": "bp",
    "phenotype": "bp",
    "condition": "bp",
    "procedure": "bp",
    "topic": "bp",
}  # all else: a()
_ABUNDANCES = frozenset(("a", "p", "r", "m", "g", "pop", "complex"))
_RNAS = frozenset(("lncRNA", "circRNA", "mRNA", "RNA"))
_ARROWS = {"up": "->", "down": "-|"}
_DIRECT_ARROWS = {"up": "=>", "down": "=|"}

# Annotation → attribute of an edge, the same for all edges of a statement.
_ANNOTATIONS = {
    "Statement": "statement",
    "Kind": "kind",
    "Claim": "claim",
    "Cancer": "cancer",
    "Condition": "condition",
    "Species": "species",
    "Donor": "donor",
    "Recipient": "recipient",
    "Cell": "cells",
    "CargoLevel": "cargo_level",
    "Uptake": "uptake",
    "Mechanism": "mechanism",
    "Value": "value",
    "PrintedReading": "printed_reading",
    "CorrectedReading": "corrected_reading",
    "Note": "note",
    "Belief": "belief",
    "ContradictedBy": "contradicted_by",
    "System": "systems",
}
_EVIDENCE_ANNOTATIONS = ("Seen", "Level", "Document", "Place", "Where", "QuoteLicence")


class _Line(NamedTuple):
    """A BEL statement, and the names that its identifiers stand for."""

    bel: str
    names: str


def write(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write the script: header, definitions, and the groups in the order of statements."""
    found = network(kb)
    terms = _Terms(found)
    groups = [group for edges in _by_statement(found.edges) for group in _groups(kb, edges, terms, quotes)]
    for line in (*_header(kb), "", *terms.definitions(), *_annotation_definitions(), *groups):
        stream.write(line + "\n")


def quoted(text: str) -> str:
    """Write a text as a BEL string: one line, quotation marks and backslashes escaped."""
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Terms:
    """BEL terms of the nodes of a network; keeps count of the namespaces that were used."""

    def __init__(self, found: Network) -> None:
        self.nodes = found.nodes
        self.prefixes: set[str] = set()

    def function(self, name: str, edge: Edge) -> str:
        """Return the BEL function of a thing; of a cargo the kind of molecule that is in the vesicle."""
        statement = edge.statement
        kind = getattr(statement, "cargo_type", None) if name == getattr(statement, "cargo", None) else None
        return _FUNCTIONS.get(kind if kind not in (None, "other") else self.nodes[name].type, "a")

    def term(self, name: str, edge: Edge, *, place: str = "", function: str = "") -> str:
        """Return the term of a thing, with `place` as its location."""
        where = f", loc({place})" if place else ""
        return f"{function or self.function(name, edge)}({self.value(name)}{where})"

    def value(self, name: str) -> str:
        """Return the namespace and value of a thing: its identifier, or its name in the namespace EXOCOSM."""
        node = self.nodes[name]
        prefix, _, accession = (node.identifier or f"exocosm:{name}").partition(":")
        return self._value(prefix, accession)

    def vesicle(self) -> str:
        """Return the location of what is in extracellular vesicles."""
        return self._value(*_VESICLE.split(":"))

    def definitions(self) -> Iterator[str]:
        """Define the namespaces used."""
        for prefix in sorted(self.prefixes):
            yield f'DEFINE NAMESPACE {prefix} AS PATTERN ".+"'

    def _value(self, prefix: str, value: str) -> str:
        keyword = re.sub(r"\W", "_", prefix).upper()
        self.prefixes.add(keyword)
        return f"{keyword}:{value if re.fullmatch(r'[A-Za-z0-9_]+', value, re.ASCII) else quoted(value)}"


# Header


def _header(kb: KnowledgeBase) -> Iterator[str]:
    yield 'SET DOCUMENT Name = "Exocosm knowledge base"'
    yield f"SET DOCUMENT Version = {quoted(kb.version or '0.0.0')}"
    yield f"SET DOCUMENT Description = {quoted(f'BEL 2.1. Content sha256:{kb.sha256}. Not in it: {LOSES}.')}"
    yield 'SET DOCUMENT Authors = "The Exocosm developers"'
    yield 'SET DOCUMENT ContactInfo = "see the documentation of Exocosm"'
    yield 'SET DOCUMENT Licenses = "CC BY 4.0; quoted words keep the licence given beside them"'


def _annotation_definitions() -> Iterator[str]:
    for name in (*_ANNOTATIONS, *_EVIDENCE_ANNOTATIONS):
        yield f'DEFINE ANNOTATION {name} AS PATTERN ".+"'


# Groups


def _by_statement(edges: Iterable[Edge]) -> list[list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.statement.id, []).append(edge)
    return list(found.values())


def _groups(kb: KnowledgeBase, edges: list[Edge], terms: _Terms, quotes: bool) -> Iterator[str]:
    """Write all lines of a statement once for each piece of its evidence."""
    lines = [*_transfer(edges, terms), *(_line(edge, terms) for edge in edges if _is_change(edge))]
    values = attributes(kb, edges[0], quotes=quotes)
    for piece in edges[0].statement.evidence:
        yield ""
        yield f"SET Citation = {_citation(kb, piece)}"
        yield f"SET SupportingText = {quoted(_support(piece, quotes))}"
        yield from _annotations(values, piece, quotes)
        for line in lines:
            yield f"# {line.names}"
            yield line.bel
        yield "UNSET ALL"


def _citation(kb: KnowledgeBase, piece: Evidence) -> str:
    kind, title, key = "Other", piece.where, piece.where
    if piece.reference is not None:
        paper = kb.reference(piece.reference)
        kind, title, key = "Other", paper.citation, paper.id
        if paper.pmid or paper.doi:
            kind, key = ("PubMed", paper.pmid) if paper.pmid else ("DOI", str(paper.doi))
    elif piece.document is not None:
        document = kb.document(piece.document)
        kind, title, key = ("DOI" if document.doi else "Other"), document.title, document.doi or document.id
    return "{" + ", ".join(quoted(part) for part in (kind, title, key)) + "}"


def _support(piece: Evidence, quotes: bool) -> str:
    if piece.quote and quotes:
        return piece.quote
    return f"Not quoted here. Read: {piece.seen.replace('_', ' ')}; {piece.where}"


def _annotations(values: dict[str, Value], piece: Evidence, quotes: bool) -> Iterator[str]:
    found: dict[str, Value] = {name: values[key] for name, key in _ANNOTATIONS.items()}
    found |= {
        "Seen": piece.seen,
        "Level": piece.level,
        "Document": piece.document or "",
        "Place": piece.place or "",
        "Where": piece.where,
        "QuoteLicence": (piece.quote_licence or "") if quotes else "",
    }
    for name, value in found.items():
        if isinstance(value, tuple) and value:
            yield f"SET {name} = {{{', '.join(quoted(text) for text in value)}}}"
        elif value and not isinstance(value, tuple):
            yield f"SET {name} = {quoted(str(value))}"


# Lines


def _is_change(edge: Edge) -> bool:
    return edge.relation not in ("sends", "taken up by")


def _transfer(edges: list[Edge], terms: _Terms) -> Iterator[_Line]:
    """Write sending and taking up as one translocation; vesicles stand for the end that is not named."""
    sends = next((edge for edge in edges if edge.relation == "sends"), None)
    taken = next((edge for edge in edges if edge.relation == "taken up by"), None)
    edge = sends or taken
    if edge is None:
        return
    cargo = sends.target if sends else edge.source
    start = terms.value(sends.source) if sends else terms.vesicle()
    goal = terms.value(taken.target) if taken else terms.vesicle()
    moved = terms.term(cargo, edge)
    arrow = "->" if edge.is_asserted else "--"
    there = terms.term(cargo, edge, place=goal)
    ends = (sends.source if sends else "vesicles", taken.target if taken else "vesicles")
    names = printable(f"{ends[0]} sends {cargo} to {ends[1]}")
    yield _Line(f"tloc({moved}, fromLoc({start}), toLoc({goal})) {arrow} {there}", names)


def _line(edge: Edge, terms: _Terms) -> _Line:
    source = terms.term(edge.source, edge)
    target = terms.term(edge.target, edge, place=terms.vesicle() if edge.in_vesicles else "")
    names = printable(f"{edge.source} {edge.relation} {edge.target}")
    if edge.is_asserted and edge.relation == "binds" and _can_bind(edge, terms):
        members = ", ".join(_member(name, edge, terms) for name in (edge.source, edge.target))
        return _Line(f"complex({members})", names)
    if edge.is_asserted and edge.relation in SIGNS:
        arrows = _DIRECT_ARROWS if _is_direct(edge, terms) else _ARROWS
        return _Line(f"{source} {arrows[edge.relation]} {target}", names)
    return _Line(f"{source} -- {target}", names)


def _is_direct(edge: Edge, terms: _Terms) -> bool:
    """A miRNA that lowers a target, or another RNA that lowers a miRNA, with nothing named between them."""
    if edge.part != "targets" or edge.relation != "down" or edge.in_vesicles:
        return False
    if edge.through is not None or edge.statement.kind != "axis":
        return False
    source, target = terms.nodes[edge.source].type, terms.nodes[edge.target].type
    return source == "miRNA" or (source in _RNAS and target == "miRNA")


def _can_bind(edge: Edge, terms: _Terms) -> bool:
    return {terms.function(name, edge) for name in (edge.source, edge.target)} <= _ABUNDANCES


def _member(name: str, edge: Edge, terms: _Terms) -> str:
    # A complex within complex() is not allowed; a() is the general abundance.
    function = terms.function(name, edge)
    return terms.term(name, edge, function="a" if function == "complex" else function)
