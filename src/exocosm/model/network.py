"""Signalling inside one kind of cell, compiled from statements: nodes, edges, and what cargo acts on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exocosm.errors import InputError

from .parameter import Parameter


@dataclass(frozen=True, kw_only=True)
class Node:
    """A molecule, complex or phenotype with an activity in (0, 1).

    `resting` is its activity b when nothing is perturbed, `tau` its response time [min]. A complex names the
    `members` it needs, nodes of the same network: the scarcest sets its level.
    """

    name: str
    kind: Literal["molecule", "phenotype"]
    entity: str
    resting: Parameter
    tau: Parameter
    members: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A signed influence of one node on another; `statements` are the ids it was compiled from."""

    source: str
    target: str
    sign: Literal[-1, 1]
    weight: Parameter
    statements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Link:
    """What cytosolic cargo acts on.

    `repression`: a miRNA lowers the production of the node `target`.
    `sponge`: an RNA binds the miRNA `target` and takes it away from its own targets.
    `drive`: a protein or other cargo raises (+1) or lowers (-1) the drive of the node `target`.
    `surface`: the same by the copies on docked vesicles, which act from outside.
    `half_effect` is K: the copies per cell at which the action is half of what it can be.
    """

    kind: Literal["repression", "sponge", "drive", "surface"]
    cargo: str
    target: str
    sign: Literal[-1, 1]
    half_effect: Parameter
    statements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Omission:
    """A statement or read-out that was left out of a network, and why."""

    subject: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Network:
    """The signalling of one cell kind.  dx/dt as in `engine.laws.signalling`; one gain g for all edges."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    links: tuple[Link, ...]
    gain: Parameter
    omissions: tuple[Omission, ...] = ()

    def __post_init__(self) -> None:
        names = [node.name for node in self.nodes]
        if len(set(names)) != len(names):
            raise InputError("Expected every node of a network once; a name stands twice.")
        known = set(names)
        for edge in self.edges:
            missing = {edge.source, edge.target} - known
            if missing:
                raise InputError(
                    f"Expected both ends of an edge among the nodes; unknown: {sorted(missing)}."
                )
        for node in self.nodes:
            if set(node.members) - known or node.name in node.members:
                raise InputError(
                    f"Expected the members of complex `{node.name}` among the other nodes, "
                    f"found {sorted(node.members)}."
                )
        phenotypes = {node.name for node in self.nodes if node.kind == "phenotype"}
        for link in self.links:
            if link.target in phenotypes:
                raise InputError(
                    f"Cargo `{link.cargo}` may not act straight on phenotype `{link.target}`: "
                    "a phenotype takes input only from the genes that define it."
                )

    def index(self, node: str) -> int:
        """Return the position of a node, or raise InputError naming the nodes there are."""
        for i, candidate in enumerate(self.nodes):
            if candidate.name == node:
                return i
        raise InputError(f"No node `{node}` in this network. Known: {sorted(n.name for n in self.nodes)}.")
