"""Knowledge base → KGX, two tab-separated files of nodes and edges in the terms of the Biolink Model.

Written after the *KGX Specification* (biolink.github.io/kgx) and checked against Biolink Model 4.4.6: lists
are separated by "|", cells are never quoted. A change is *affects*, with *causes*, an aspect and a direction
as qualifiers; the predicates that Biolink lacks stand in `original_predicate` and `relation`. Who wrote a
record is not stated in it, so `agent_type` is *not_provided*.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import TextIO

from ..base import KnowledgeBase
from .edges import (
    EDGE_ATTRIBUTES,
    LOST,
    SIGNS,
    Edge,
    Network,
    Node,
    Value,
    attributes,
    network,
    printable,
)

LOSES = (
    f"{LOST}; names of one identifier become one node; 'sends' and 'taken up by' become produces and "
    "located_in, and an open question becomes related_to, with our own words in further columns; a vertical "
    "bar within a text becomes a broken one"
)

NODE_COLUMNS = ("id", "category", "name", "synonym", "entity_type", "provided_by")
_QUALIFIED = ("qualified_predicate", "object_aspect_qualifier", "object_direction_qualifier")
_CONTEXT = ("anatomical_context_qualifier", "disease_context_qualifier", "species_context_qualifier")
_ORIGIN = ("knowledge_level", "agent_type", "primary_knowledge_source")
# The quotes and the belief stand under the names that Biolink has for them.
_BIOLINK_NAMES = {"quotes": "supporting_text", "belief": "has_confidence_score"}
OWN_COLUMNS = tuple(_BIOLINK_NAMES.get(name, name) for name in EDGE_ATTRIBUTES)
EDGE_COLUMNS = (
    *("id", "category", "subject", "predicate", "object", *_QUALIFIED, *_CONTEXT, "publications", *_ORIGIN),
    *("original_predicate", *OWN_COLUMNS),
)

_SOURCE = "infores:exocosm"
_VESICLE = "GO:1903561"  # extracellular vesicle

_CATEGORIES = {
    "gene": "Gene",
    "protein": "Protein",
    "miRNA": "MicroRNA",
    "lncRNA": "NoncodingRNAProduct",
    "circRNA": "NoncodingRNAProduct",
    "mRNA": "Transcript",
    "RNA": "RNAProduct",
    "DNA": "NucleicAcidEntity",
    "lipid": "ChemicalEntity",
    "metabolite": "SmallMolecule",
    "chemical": "ChemicalEntity",
    "drug": "Drug",
    "complex": "MacromolecularComplex",
    "family": "ProteinFamily",
    "virus": "Virus",
    "organism": "OrganismTaxon",
    "vesicle": "CellularComponent",
    "cell_type": "Cell",
    "tissue": "GrossAnatomicalStructure",
    "disease": "Disease",
    "process": "BiologicalProcess",
    "phenotype": "PhenotypicFeature",
    "condition": "Phenomenon",
    "procedure": "Procedure",
    "resource": "Dataset",
}
# Kinds of things whose activity or abundance can change; of a process there is only a direction.
_MOLECULES = frozenset(
    ("gene", "protein", "miRNA", "lncRNA", "circRNA", "mRNA", "RNA", "DNA", "lipid", "metabolite", "chemical")
    + ("drug", "complex", "family")
)
_PREDICATES = {
    "sends": "produces",
    "taken up by": "located_in",
    "up": "affects",
    "down": "affects",
    "unclear": "affects",
    "binds": "directly_physically_interacts_with",
    "named with": "related_to",
}
_DIRECTIONS = {"up": "increased", "down": "decreased"}
_PREFIXES = {
    "hgnc": "HGNC",
    "mgi": "MGI",
    "ncbigene": "NCBIGene",
    "ensembl": "ENSEMBL",
    "uniprot": "UniProtKB",
    "rnacentral": "RNACENTRAL",
    "reactome": "REACT",
    "kegg.pathway": "KEGG.PATHWAY",
    "wikipathways": "WIKIPATHWAYS",
    "mesh": "MESH",
    "drugbank": "DRUGBANK",
    "pubchem.compound": "PUBCHEM.COMPOUND",
}
_TAXA = {"human": "NCBITaxon:9606", "mouse": "NCBITaxon:10090", "rat": "NCBITaxon:10116"}


def write_nodes(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write the file of nodes; it holds no quotes."""
    found = network(kb)
    rows: dict[str, dict[str, Value]] = {}
    for name, curie in curies(found.nodes.values()).items():
        row = _node_row(found.nodes[name], curie)
        if curie in rows:
            # Two names of one identifier are one node; the first name stays, the others become synonyms.
            row = {**rows[curie], "synonym": _joined(rows[curie], row)}
        rows[curie] = row
    _write_table(stream, NODE_COLUMNS, rows.values())


def write_edges(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write the file of edges."""
    found = network(kb)
    ids = curies([*found.nodes.values(), *_context_nodes(kb, found)])
    rows = (_edge_row(kb, edge, found, ids, quotes=quotes) for edge in found.edges)
    _write_table(stream, EDGE_COLUMNS, rows)


def curies(nodes: Iterable[Node]) -> dict[str, str]:
    """Return a CURIE for the name of each node: its identifier, or ``exocosm:`` and the name in plain signs.

    Two names that look alike in plain signs are told apart by a short hash of the name.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for node in nodes:
        if node.name in found:
            continue
        curie = _biolink_curie(node.identifier) if node.identifier else _local_curie(node.name)
        if not node.identifier and curie in taken:
            curie += "-" + hashlib.sha256(node.name.encode()).hexdigest()[:8]
        taken.add(curie)
        found[node.name] = curie
    return found


def _local_curie(name: str) -> str:
    slug = re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-")
    return f"exocosm:{slug or 'unnamed'}"


def _biolink_curie(identifier: str) -> str:
    prefix, _, accession = identifier.partition(":")
    return f"{_PREFIXES.get(prefix, prefix)}:{accession}"


def _node_row(node: Node, curie: str) -> dict[str, Value]:
    category = _CATEGORIES.get(node.type, "NamedThing")
    if node.type == "phenotype" and curie.startswith("GO:"):
        category = "BiologicalProcess"
    return {
        "id": curie,
        "category": (f"biolink:{category}",),
        "name": node.name,
        "synonym": node.synonyms,
        "entity_type": node.type,
        "provided_by": (_SOURCE,),
    }


def _joined(one: Mapping[str, Value], other: Mapping[str, Value]) -> tuple[str, ...]:
    names = [*_listed(one["synonym"]), str(other["name"]), *_listed(other["synonym"])]
    return tuple(dict.fromkeys(name for name in names if name != one["name"]))


def _listed(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _edge_row(
    kb: KnowledgeBase, edge: Edge, found: Network, ids: dict[str, str], *, quotes: bool
) -> dict[str, Value]:
    own = attributes(kb, edge, quotes=quotes)
    relation = edge.relation.replace(" ", "_")
    return {
        **{_BIOLINK_NAMES.get(name, name): value for name, value in own.items()},
        "id": f"exocosm:{edge.id}",
        "category": ("biolink:Association",),
        "subject": ids[edge.source],
        "object": ids[edge.target],
        "original_predicate": f"exocosm:{relation}",
        **_predicate(edge, found.nodes[edge.target]),
        **_context(edge, ids),
        "publications": _publications(kb, edge),
        "knowledge_level": _knowledge_level(edge),
        "agent_type": "not_provided",
        "primary_knowledge_source": _SOURCE,
    }


def _predicate(edge: Edge, target: Node) -> dict[str, Value]:
    if not edge.is_asserted:
        return {"predicate": "biolink:related_to"}
    row: dict[str, Value] = {"predicate": f"biolink:{_PREDICATES[edge.relation]}"}
    if edge.relation in SIGNS:
        row["qualified_predicate"] = "biolink:causes"
        row["object_direction_qualifier"] = _DIRECTIONS[edge.relation]
        if edge.in_vesicles:
            row["object_aspect_qualifier"] = "abundance"
        elif target.type in _MOLECULES:
            row["object_aspect_qualifier"] = "activity_or_abundance"
    return row


def _context(edge: Edge, ids: dict[str, str]) -> dict[str, Value]:
    context = edge.statement.context
    places = tuple(ids[cell] for cell in _cells(edge))
    return {
        "anatomical_context_qualifier": (*places, _VESICLE) if edge.in_vesicles else places,
        "disease_context_qualifier": ids[context.cancer] if context.cancer else "",
        "species_context_qualifier": _TAXA.get(context.species or "", ""),
    }


def _cells(edge: Edge) -> tuple[str, ...]:
    """Return the cells in which an arrow holds: the recipient, or those that an influence names."""
    cells: tuple[str, ...] = getattr(edge.statement, "cells", ())
    recipient: str | None = getattr(edge.statement, "recipient", None)
    return (recipient,) if recipient and edge.part else cells


def _context_nodes(kb: KnowledgeBase, found: Network) -> list[Node]:
    """Cells and cancers that stand in no edge but are named as its context."""
    entities = {entity.name: entity for entity in kb.entities}
    named = [name for edge in found.edges for name in (*_cells(edge), edge.statement.context.cancer) if name]
    return [
        Node(name=name, type="", identifier=(entities[name].id or "") if name in entities else "")
        for name in sorted(set(named))
    ]


def _publications(kb: KnowledgeBase, edge: Edge) -> tuple[str, ...]:
    """One CURIE for each cited paper and each document that was curated."""
    found = []
    for piece in edge.statement.evidence:
        if piece.reference is not None:
            paper = kb.reference(piece.reference)
            found.append(f"PMID:{paper.pmid}" if paper.pmid else f"doi:{paper.doi}" if paper.doi else "")
        if piece.document is not None:
            doi = kb.document(piece.document).doi
            found.append(f"doi:{doi}" if doi else "")
    return tuple(dict.fromkeys(curie for curie in found if curie))


def _knowledge_level(edge: Edge) -> str:
    read = any(piece.seen != "memory" for piece in edge.statement.evidence)
    return "knowledge_assertion" if read and edge.is_asserted else "not_provided"


def _write_table(stream: TextIO, columns: tuple[str, ...], rows: Iterable[Mapping[str, Value]]) -> None:
    stream.write("\t".join(columns) + "\n")
    for row in rows:
        stream.write("\t".join(_cell(row.get(column, "")) for column in columns) + "\n")


def _cell(value: Value) -> str:
    texts = value if isinstance(value, tuple) else (str(value),)
    return "|".join(printable(text).replace("|", "¦") for text in texts)
