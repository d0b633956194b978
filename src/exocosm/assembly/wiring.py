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
shrinks to 2 · 0.3 · 0.7 = 0.42 of its log-odds with every step. How the limit came about, with the scores in
view, stands in decision 51."""

_FAR = float("inf")


@dataclass(frozen=True)
class Wiring:
    """Nodes and signed arrows of one cell, in a fixed order.

    `changing` are the nodes that a start can change and that matter for what is read; the others stay at
    rest. Arrows lead to changing nodes.
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


def wire(arrows: Iterable[Signed], starts: Collection[str], read: Collection[str]) -> Wiring:
    """Keep what can carry a change from the `starts` to what is `read` or to another start.

    Nodes that no start can reach stay at rest for ever, and nodes from which nothing that matters can be
    reached do not matter: both are left out, except that unreached nodes with an arrow into the kept part
    stay as constants, since they share the weight of their target's inputs. The result is exactly that of
    the whole.
    """
    arrows = tuple(arrows)
    graph = _graph(arrows, (*starts, *read))
    shown = {*read, *starts}
    changing = _distances(graph, starts).keys() & _distances(graph.reverse(copy=False), shown).keys()
    constants = {source for name in changing for source in graph.predecessors(name)} - changing
    return _wiring((a for a in arrows if a.target in changing), changing, changing | constants | shown, read)


def wire_paths(
    arrows: Iterable[Signed], starts: Collection[str], read: Collection[str], most_steps: int = MOST_STEPS
) -> Wiring:
    """Keep the directed paths of at most `most_steps` arrows from the `starts` to what is `read`.

    What lies on no such path is no part of the question and takes no share of a node's inputs. That a complex
    depends on its members is one more step; members that are on no path stay at rest.
    """
    arrows = tuple(arrows)
    graph = _graph(arrows, (*starts, *read))
    after, before = _distances(graph, starts), _distances(graph.reverse(copy=False), read)
    kept = [a for a in arrows if after.get(a.source, _FAR) + 1 + before.get(a.target, _FAR) <= most_steps]
    on_path = {name for name in graph if after.get(name, _FAR) + before.get(name, _FAR) <= most_steps}
    changing = on_path & {
        *starts,
        *(arrow.target for arrow in kept),
        *(n for n in on_path if complex_members(n)),
    }
    members = {member for name in changing for member in complex_members(name)}
    return _wiring(kept, changing, changing | members | {*starts, *read}, read)


def _graph(arrows: tuple[Signed, ...], nodes: Iterable[str]) -> nx.DiGraph:
    graph = nx.DiGraph((arrow.source, arrow.target) for arrow in arrows)
    graph.add_edges_from((member, name) for name in tuple(graph) for member in complex_members(name))
    graph.add_nodes_from(nodes)
    return graph


def _wiring(arrows: Iterable[Signed], changing: set[str], nodes: set[str], read: Collection[str]) -> Wiring:
    return Wiring(
        nodes=tuple(sorted(nodes)),
        arrows=tuple(sorted(arrows, key=lambda arrow: (arrow.target, arrow.source))),
        changing=frozenset(changing),
        unreached=tuple(name for name in read if name not in changing),
    )


def _distances(graph: nx.DiGraph, starts: Collection[str]) -> dict[str, int]:
    """Return the least number of arrows from any of the starts to each node that can be reached."""
    layers = nx.bfs_layers(graph, list(starts)) if starts else ()
    return {name: steps for steps, layer in enumerate(layers) for name in layer}


def omitted(wiring: Wiring) -> tuple[Omission, ...]:
    """Say of what is read and cannot be reached that it stays at rest."""
    reason = "no directed path from the delivered cargo: stays at rest"
    return tuple(Omission(subject=name, reason=reason) for name in wiring.unreached)
