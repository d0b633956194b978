"""Influences and phenotype definitions to the network of one cell kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from exocosm.errors import InputError
from exocosm.knowledge import Influence, KnowledgeBase, Phenotype
from exocosm.model import Edge, Link, Network, Node, Omission

from .parameters import parameter

_MOLECULES = ("gene", "protein", "complex")


@dataclass(frozen=True)
class _Signed:
    source: str
    target: str
    sign: int
    statements: tuple[str, ...]


def network_of(
    kb: KnowledgeBase,
    *,
    cell: str,
    counts_as: Iterable[str],
    links: tuple[Link, ...],
    read: Iterable[str],
    omissions: tuple[Omission, ...] = (),
) -> Network:
    """Compile the part of the knowledge base that can carry the links of a cell to what is read in it.

    Nodes that no link can reach stay at rest for ever, and nodes from which neither something read nor a
    direct target can be reached do not matter: both are left out, except that unreached nodes with an edge
    into the kept part stay as constants, since they share the weight of their target's inputs. The result
    is exactly that of the whole network.
    """
    read = tuple(read)
    for name in read:
        if kb.name(name) != name:
            raise InputError(f"Cannot read {name!r} in {cell!r}: write it as {kb.name(name)!r}.")
    phenotypes = {name: kb.phenotype(name) for name in read if _is_phenotype(kb, name)}
    influences, conflicts = _applicable(kb, {cell, *counts_as})
    signed = [*influences, *_definitions(phenotypes.values())]
    starts = {link.target for link in links if link.kind != "sponge"}
    kept, changing, unexplained = _kept_nodes(signed, starts, read)
    nodes = tuple(_node(kb, name, phenotypes) for name in sorted(kept))
    edges = tuple(
        _edge(item) for item in sorted(signed, key=lambda s: (s.target, s.source)) if item.target in changing
    )
    return Network(
        nodes=nodes,
        edges=edges,
        links=links,
        gain=parameter("signalling_gain", to="dimensionless"),
        omissions=(*omissions, *conflicts, *unexplained),
    )


def _is_phenotype(kb: KnowledgeBase, name: str) -> bool:
    return any(phenotype.name == name for phenotype in kb.phenotypes)


def _applicable(kb: KnowledgeBase, cells: set[str]) -> tuple[list[_Signed], list[Omission]]:
    """Collect the influences between molecules that hold in these cells, one per pair.

    A statement for the cell type outranks one for any cell. Statements of equal rank that disagree in
    sign are both left out and listed.
    """
    phenotypes = {phenotype.name for phenotype in kb.phenotypes}
    by_pair: dict[tuple[str, str], list[Influence]] = defaultdict(list)
    signed, omissions = [], []
    for statement in kb.influences:
        if statement.kind != "mechanism" or (statement.cells and not cells.intersection(statement.cells)):
            continue
        if phenotypes.intersection((statement.source, statement.target)):
            reason = f"a phenotype takes input only from the genes that define it: {statement.id}"
            omissions.append(Omission(subject=f"{statement.source} to {statement.target}", reason=reason))
        elif all(kb.entity(name).type in _MOLECULES for name in (statement.source, statement.target)):
            by_pair[statement.source, statement.target].append(statement)
    for (source, target), statements in by_pair.items():
        special = [s for s in statements if s.cells] or statements
        if len({s.effect for s in special}) > 1:
            ids = ", ".join(s.id for s in special)
            omissions.append(
                Omission(subject=f"{source} to {target}", reason=f"statements disagree in sign: {ids}")
            )
            continue
        sign = 1 if special[0].effect == "up" else -1
        signed.append(_Signed(source, target, sign, tuple(s.id for s in special)))
    return signed, omissions


def _definitions(phenotypes: Iterable[Phenotype]) -> list[_Signed]:
    return [
        _Signed(marker.gene, phenotype.name, marker.sign, (f"definition:{phenotype.name}",))
        for phenotype in phenotypes
        for marker in phenotype.definition
    ]


def _kept_nodes(
    signed: list[_Signed], starts: set[str], read: tuple[str, ...]
) -> tuple[set[str], set[str], list[Omission]]:
    graph = nx.DiGraph((item.source, item.target) for item in signed)
    graph.add_nodes_from((*starts, *read))
    reached = starts.union(*(nx.descendants(graph, start) for start in starts))
    shown = {*read, *starts}
    leading = shown.union(*(nx.ancestors(graph, name) for name in shown))
    changing = reached & leading
    constants = {item.source for item in signed if item.target in changing} - changing
    unexplained = [
        Omission(subject=name, reason="no directed path from the delivered cargo: stays at rest")
        for name in read
        if name not in reached
    ]
    return changing | constants | shown, changing, unexplained


def _node(kb: KnowledgeBase, name: str, phenotypes: dict[str, Phenotype]) -> Node:
    phenotype = phenotypes.get(name)
    identifier = phenotype.id if phenotype else kb.entity(name).id
    return Node(
        name=name,
        kind="phenotype" if phenotype else "molecule",
        entity=str(identifier or ""),
        resting=parameter("resting_present", to="dimensionless", name=f"resting:{name}"),
        tau=parameter("node_tau", to="min", name=f"tau:{name}"),
    )


def _edge(item: _Signed) -> Edge:
    return Edge(
        source=item.source,
        target=item.target,
        sign=1 if item.sign > 0 else -1,
        weight=parameter("edge_weight", to="dimensionless", name=f"weight:{item.source}>{item.target}"),
        statements=item.statements,
    )
