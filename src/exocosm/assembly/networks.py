"""Influences and phenotype definitions to the network of one cell kind."""

from __future__ import annotations

from collections.abc import Iterable

from exocosm.errors import InputError
from exocosm.knowledge import KnowledgeBase, Phenotype
from exocosm.model import Edge, Link, Network, Node, Omission, Parameter

from .parameters import parameter
from .selection import Circumstances, Signed, definitions, select
from .wiring import omitted, wire


def network_of(
    kb: KnowledgeBase,
    *,
    circumstances: Circumstances,
    links: tuple[Link, ...],
    read: Iterable[str],
    omissions: tuple[Omission, ...] = (),
) -> Network:
    """Compile the part of the knowledge base that can carry the links of a cell to what is read in it."""
    read = tuple(read)
    for name in read:
        if kb.name(name) != name:
            cell = circumstances.lineage[0]
            raise InputError(f"Cannot read {name!r} in {cell!r}: write it as {kb.name(name)!r}.")
    known = {phenotype.name: phenotype for phenotype in kb.phenotypes}
    phenotypes = {name: known[name] for name in read if name in known}
    selection = select(kb, circumstances)
    starts = {link.target for link in links if link.kind != "sponge"}
    wiring = wire([*selection.influences, *definitions(phenotypes.values())], starts, read)
    return Network(
        nodes=tuple(_node(kb, name, phenotypes, wiring.complexes.get(name, ())) for name in wiring.nodes),
        edges=tuple(_edge(arrow) for arrow in wiring.arrows),
        links=links,
        gain=parameter("signalling_gain", to="dimensionless"),
        omissions=(*omissions, *selection.omissions, *omitted(wiring)),
    )


def _node(kb: KnowledgeBase, name: str, phenotypes: dict[str, Phenotype], members: tuple[str, ...]) -> Node:
    phenotype = phenotypes.get(name)
    return Node(
        name=name,
        kind="phenotype" if phenotype else "molecule",
        entity=str((phenotype.id if phenotype else kb.identifier_of(name)) or ""),
        resting=resting_level(name),
        tau=response_time(name),
        members=members,
    )


def _edge(arrow: Signed) -> Edge:
    return Edge(
        source=arrow.source,
        target=arrow.target,
        sign=1 if arrow.sign > 0 else -1,
        weight=edge_weight(arrow),
        statements=arrow.statements,
    )


def resting_level(node: str) -> Parameter:
    """Return the resting activity of a node: present, as long as no source says otherwise."""
    return parameter("resting_present", to="dimensionless", name=f"resting:{node}")


def response_time(node: str) -> Parameter:
    """Return the response time of a node [min]."""
    return parameter("node_tau", to="min", name=f"tau:{node}")


def edge_weight(arrow: Signed) -> Parameter:
    """Return the weight of an influence, before the inputs of its target are scaled to one length."""
    return parameter(
        "edge_weight",
        to="dimensionless",
        factor=arrow.weight,
        name=f"weight:{arrow.source}>{arrow.target}",
        why="times the belief in the statement",
    )
