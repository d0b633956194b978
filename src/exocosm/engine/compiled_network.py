"""The signalling of one cell kind as plain arrays, and what has to be computed of it in a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from exocosm.errors import InputError, expect
from exocosm.model import CellKind, Link, Network

from .laws.signalling import ACTIVITY_MAX

REPRESSION, DRIVE = range(2)
_MOST_SUBSTEPS = 1000


def _none() -> np.ndarray:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class CompiledNetwork:
    """One network in compressed form.

    Edges of node i are `first[i]:first[i + 1]` in `source` and `strength` (g s w', so that the input of a
    node is the sum of strength · (x - b)). Links act on nodes (`link_kind` repression or drive), sponges
    on miRNAs; both hold cargo indices, and links by surface cargo those behind all cytosolic ones.
    """

    names: tuple[str, ...]
    resting: np.ndarray  # (nodes,)
    logit_resting: np.ndarray  # (nodes,)
    tau: np.ndarray  # (nodes,) [min]
    moving: np.ndarray  # (moving nodes,) int: those with an in-edge or a link; the others stay at rest
    first: np.ndarray  # (nodes + 1,) int
    source: np.ndarray  # (edges,) int
    strength: np.ndarray  # (edges,)
    link_kind: np.ndarray  # (links,) int
    link_cargo: np.ndarray  # (links,) int
    link_node: np.ndarray  # (links,) int
    link_sign: np.ndarray  # (links,)
    link_half: np.ndarray  # (links,) [copies]
    sponge_cargo: np.ndarray  # (sponges,) int
    sponge_mirna: np.ndarray  # (sponges,) int
    sponge_half: np.ndarray  # (sponges,) [copies]
    complex_node: np.ndarray = field(default_factory=_none)  # (complexes,) int
    complex_first: np.ndarray = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    complex_member: np.ndarray = field(default_factory=_none)  # (members of all complexes,) int

    @cached_property
    def moving_part(self) -> Part:
        """The nodes that can leave their rest when only cargo acts, and members of complexes."""
        return _part(self, np.union1d(self.moving, self.complex_member))

    @cached_property
    def whole(self) -> Part:
        """All nodes: what has to be computed when any of them may be held or driven."""
        return _part(self, np.arange(len(self.names)))


@dataclass(frozen=True)
class Part:
    """The nodes of a network that have to be computed, renumbered; the others rest and give no input.

    Edges as in the network, between rows. A row has a slot when links act on it, else -1; the links act on
    slots in their order in the network. A complex has its number in `complex_of`, other rows -1.
    """

    node: np.ndarray  # (rows,) int: which node of the network it is
    resting: np.ndarray  # (rows,)
    logit_resting: np.ndarray  # (rows,)
    tau: np.ndarray  # (rows,) [min]
    first: np.ndarray  # (rows + 1,) int
    source: np.ndarray  # (edges,) int: rows
    strength: np.ndarray  # (edges,)
    slot: np.ndarray  # (rows,) int
    link_slot: np.ndarray  # (links,) int
    n_slots: int
    complex_of: np.ndarray  # (rows,) int
    complex_first: np.ndarray  # (complexes + 1,) int
    complex_member: np.ndarray  # (members,) int: rows


def with_complexes(network: CompiledNetwork, complexes: Mapping[str, tuple[str, ...]]) -> CompiledNetwork:
    """Return the network with some nodes made complexes of others: {complex: its members}.

    A complex follows the scarcest of its members: its resting level is b times the smallest x/b of the
    members, capped. Edges and links into it act on top of that.

    Raises
    ------
    InputError : for a node that is not in the network, or a complex without members or within itself
    """
    index = {name: i for i, name in enumerate(network.names)}
    node, first, member = [], [0], []
    for name, members in complexes.items():
        for one in (name, *members):
            expect.one_of(network.names, node=one)
        if not members or name in members:
            raise InputError(f"Expected `{name}` to have members other than itself, found {members!r}.")
        node.append(index[name])
        member += [index[one] for one in members]
        first.append(len(member))
    return replace(
        network,
        moving=np.union1d(network.moving, np.array(node, dtype=np.int64)),
        complex_node=np.array(node, dtype=np.int64),
        complex_first=np.array(first, dtype=np.int64),
        complex_member=np.array(member, dtype=np.int64),
    )


def substeps(network: CompiledNetwork, dt: float) -> int:
    """Return into how many parts a step of `dt` [min] is split.

    What a node moves to is held fixed during a part, so none is longer than the shortest response time. After
    1000 of them the network is where it will stay, if it ever will; a longer step is not split further.
    """
    shortest = network.tau[network.moving].min(initial=math.inf)
    return int(min(max(1.0, math.ceil(dt / shortest - 1e-9)), _MOST_SUBSTEPS))


def masks(
    network: CompiledNetwork, n_cells: int, held: np.ndarray | None, added: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Check who is held at 0 and what is added to drives; returns both as (1 or n_cells, nodes)."""
    nodes = len(network.names)
    off = np.zeros((1, nodes), dtype=bool) if held is None else np.atleast_2d(np.asarray(held))
    drive = np.zeros((1, nodes)) if added is None else np.atleast_2d(np.asarray(added, dtype=float))
    for name, mask in (("held", off), ("added", drive)):
        if mask.shape not in ((1, nodes), (n_cells, nodes)):
            raise InputError(
                f"Expected `{name}` to have the shape ({nodes},) or ({n_cells}, {nodes}), found {mask.shape}."
            )
    if off.dtype != bool:
        raise InputError(f"Expected `held` to hold True and False, found {off.dtype}.")
    if not np.isfinite(drive).all():
        raise InputError("Expected `added` to be finite: a drive on the scale of the logit.")
    return off, drive


def compile_network(kind: CellKind, cargoes: tuple[str, ...]) -> CompiledNetwork:
    """Turn the network of a cell kind into arrays. Raises InputError for what the engine cannot run."""
    network = kind.network
    resting = np.array([node.resting.value for node in network.nodes])
    if not ((resting > 0) & (resting < ACTIVITY_MAX)).all():
        raise InputError(
            f"Expected resting activities of `{kind.name}` above 0 and below {ACTIVITY_MAX:g}, "
            f"found {resting.min():g} to {resting.max():g}."
        )
    first, source, strength = _edges(network)
    acting = [link for link in network.links if link.kind != "sponge"]
    sponges = [link for link in network.links if link.kind == "sponge"]
    compiled = CompiledNetwork(
        names=tuple(node.name for node in network.nodes),
        resting=resting,
        logit_resting=np.log(resting / (1.0 - resting)),
        tau=np.array([node.tau.value for node in network.nodes]),
        moving=np.array(_moving(network), dtype=np.int64),
        first=first,
        source=source,
        strength=strength,
        link_kind=np.array([REPRESSION if k.kind == "repression" else DRIVE for k in acting], dtype=np.int64),
        link_cargo=np.array([_amount(k, cargoes) for k in acting], dtype=np.int64),
        link_node=np.array([network.index(k.target) for k in acting], dtype=np.int64),
        link_sign=np.array([float(k.sign) for k in acting]),
        link_half=np.array([k.half_effect.value for k in acting]),
        sponge_cargo=np.array([cargoes.index(k.cargo) for k in sponges], dtype=np.int64),
        sponge_mirna=np.array([cargoes.index(k.target) for k in sponges], dtype=np.int64),
        sponge_half=np.array([k.half_effect.value for k in sponges]),
    )
    complexes = {node.name: node.members for node in network.nodes if node.members}
    return with_complexes(compiled, complexes) if complexes else compiled


def _amount(link: Link, cargoes: tuple[str, ...]) -> int:
    """Column of what a link acts by: cytosolic copies of each cargo, then those at the surface."""
    return cargoes.index(link.cargo) + (len(cargoes) if link.kind == "surface" else 0)


def _moving(network: Network) -> list[int]:
    pushed = {edge.target for edge in network.edges} | {link.target for link in network.links}
    return [i for i, node in enumerate(network.nodes) if node.name in pushed]


def _edges(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Group edges by target and normalise weights: w' = w / sqrt(sum of w² over the in-edges)."""
    index = {node.name: i for i, node in enumerate(network.nodes)}
    incoming: list[list[tuple[int, float]]] = [[] for _ in network.nodes]
    for edge in network.edges:
        incoming[index[edge.target]].append((index[edge.source], edge.sign * edge.weight.value))
    first = np.zeros(len(network.nodes) + 1, dtype=np.int64)
    source: list[int] = []
    strength: list[float] = []
    for i, edges in enumerate(incoming):
        norm = math.sqrt(sum(weight * weight for _, weight in edges)) or 1.0
        for origin, weight in sorted(edges):
            source.append(origin)
            strength.append(network.gain.value * weight / norm)
        first[i + 1] = len(source)
    return first, np.array(source, dtype=np.int64), np.array(strength, dtype=float)


def _part(network: CompiledNetwork, nodes: np.ndarray) -> Part:
    row = np.full(len(network.names), -1, dtype=np.int64)
    row[nodes] = np.arange(len(nodes))
    target = np.repeat(np.arange(len(network.names)), np.diff(network.first))
    within = (row[target] >= 0) & (row[network.source] >= 0)
    counts = np.bincount(row[target[within]], minlength=len(nodes))
    linked = np.unique(network.link_node)
    slot = np.full(len(network.names), -1, dtype=np.int64)
    slot[linked] = np.arange(len(linked))
    complex_of = np.full(len(network.names), -1, dtype=np.int64)
    complex_of[network.complex_node] = np.arange(len(network.complex_node))
    return Part(
        node=np.asarray(nodes, dtype=np.int64),
        resting=network.resting[nodes],
        logit_resting=network.logit_resting[nodes],
        tau=network.tau[nodes],
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        source=row[network.source[within]],
        strength=network.strength[within],
        slot=slot[nodes],
        link_slot=slot[network.link_node],
        n_slots=len(linked),
        complex_of=complex_of[nodes],
        complex_first=network.complex_first,
        complex_member=row[network.complex_member],
    )
