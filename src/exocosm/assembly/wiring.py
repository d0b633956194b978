"""What is wired to what inside one cell: by name, before any number is put in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import networkx as nx

from exocosm.model import Omission

from .members import complex_members
from .selection import Signed


@dataclass(frozen=True)
class Wiring:
    """Nodes and signed arrows of one cell, in a fixed order.

    `changing` are the nodes that a start can reach and that matter for what is read; the others stay at rest,
    and are there because they share the weight of a changing node's inputs. Arrows lead to changing nodes.
    """

    nodes: tuple[str, ...]
    arrows: tuple[Signed, ...]  # by target, then source
    changing: frozenset[str]
    unreached: tuple[str, ...]  # read, but without a directed path from a start

    @cached_property
    def complexes(self) -> dict[str, tuple[str, ...]]:
        """Changing nodes that are complexes, with their members."""
        return {name: members for name in self.nodes if name in self.changing if (members := self._members(name))}

    def _members(self, name: str) -> tuple[str, ...]:
        return tuple(member for member in complex_members(name) if member in self.nodes)


def wire(arrows: Iterable[Signed], starts: Collection[str], read: Collection[str]) -> Wiring:
    """Keep what can carry a change from the `starts` to what is `read` or to another start.

    Nodes that no start can reach stay at rest for ever, and nodes from which nothing that matters can be
    reached do not matter: both are left out, except that unreached nodes with an arrow into the kept part
    stay as constants, since they share the weight of their target's inputs. The result is exactly that of
    the whole.
    """
    arrows = tuple(arrows)
    graph = nx.DiGraph((arrow.source, arrow.target) for arrow in arrows)
    graph.add_edges_from((member, name) for name in tuple(graph) for member in complex_members(name))
    graph.add_nodes_from((*starts, *read))
    reached = set(starts).union(*(nx.descendants(graph, start) for start in starts))
    shown = {*read, *starts}
    leading = shown.union(*(nx.ancestors(graph, name) for name in shown))
    changing = reached & leading
    constants = {source for name in changing for source in graph.predecessors(name)} - changing
    return Wiring(
        nodes=tuple(sorted(changing | constants | shown)),
        arrows=tuple(
            sorted((a for a in arrows if a.target in changing), key=lambda a: (a.target, a.source))
        ),
        changing=frozenset(changing),
        unreached=tuple(name for name in read if name not in reached),
    )


def omitted(wiring: Wiring) -> tuple[Omission, ...]:
    """Say of what is read and cannot be reached that it stays at rest."""
    reason = "no directed path from the delivered cargo: stays at rest"
    return tuple(Omission(subject=name, reason=reason) for name in wiring.unreached)
