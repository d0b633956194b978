"""What is wired to what inside one cell: by name, before any number is put in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from exocosm.model import Omission

from .members import complex_members
from .selection import Signed

MOST_STEPS = 4
"""Length of the longest path that is assembled. At the central gain of 2 and the usual rest of 0.3 a change
shrinks to 2 · 0.3 · 0.7 = 0.42 of its log-odds with every step: after the fifth, that of a halved production
(0.89) would be 0.01 and below anything that counts."""

_FAR = float("inf")


@dataclass(frozen=True)
class Wiring:
    """Nodes and signed arrows of one cell, in a fixed order.

    `changing` are the nodes on paths from a start to what is read; the others stay at rest.
    """

    nodes: tuple[str, ...]
    arrows: tuple[Signed, ...]  # by target, then source
    changing: frozenset[str]
    unreached: tuple[str, ...]  # read, but without a directed path from a start

    @cached_property
    def complexes(self) -> dict[str, tuple[str, ...]]:
        """Changing nodes that are complexes, with their members."""
        return {
            name: members for name in self.nodes if name in self.changing if (members := self._members(name))
        }

    def _members(self, name: str) -> tuple[str, ...]:
        return tuple(member for member in complex_members(name) if member in self.nodes)


def wire(
    arrows: Iterable[Signed],
    starts: Collection[str],
    read: Collection[str],
    *,
    most_steps: int | None = MOST_STEPS,
) -> Wiring:
    """Keep the directed paths of at most `most_steps` arrows from the `starts` to what is `read`.

    None keeps paths of any length. What lies on no such path is no part of the question and takes no share
    of a node's inputs. A complex depends on its members, which is one more step; members that are on no path
    stay at rest.
    """
    arrows = tuple(arrows)
    graph = nx.DiGraph((arrow.source, arrow.target) for arrow in arrows)
    graph.add_edges_from((member, name) for name in tuple(graph) for member in complex_members(name))
    graph.add_nodes_from((*starts, *read))
    after = _distances(graph, starts)
    before = _distances(graph.reverse(copy=False), read)
    longest = float("inf") if most_steps is None else most_steps
    kept = tuple(
        arrow
        for arrow in arrows
        if after.get(arrow.source, _FAR) + 1 + before.get(arrow.target, _FAR) <= longest
    )
    changing = {*starts, *(arrow.target for arrow in kept)}
    changing |= {
        name
        for name in graph
        if after.get(name, _FAR) + before.get(name, _FAR) <= longest
        and any(member in changing for member in complex_members(name))
    }
    members = {member for name in changing for member in complex_members(name)}
    return Wiring(
        nodes=tuple(sorted(changing | members | {*starts, *read})),
        arrows=tuple(sorted(kept, key=lambda arrow: (arrow.target, arrow.source))),
        changing=frozenset(changing),
        unreached=tuple(name for name in read if name not in changing),
    )


def _distances(graph: nx.DiGraph, starts: Collection[str]) -> dict[str, float]:
    """Return the least number of arrows from any of the starts to each node that can be reached."""
    return {} if not starts else dict(nx.multi_source_dijkstra_path_length(graph, set(starts)))


def omitted(wiring: Wiring) -> tuple[Omission, ...]:
    """Say of what is read and cannot be reached that it stays at rest."""
    reason = "no directed path from the delivered cargo: stays at rest"
    return tuple(Omission(subject=name, reason=reason) for name in wiring.unreached)
