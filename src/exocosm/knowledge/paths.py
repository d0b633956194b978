"""How a cargo can reach a phenotype: chains of axis targets, influences and phenotype definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from exocosm.errors import InputError

from .base import KnowledgeBase
from .statement import Axis, Influence

if TYPE_CHECKING:
    import networkx

_SIGN = {"up": 1, "down": -1}


@dataclass(frozen=True)
class Step:
    """One arrow: more `source` means more (sign 1) or less (sign -1) `target`."""

    source: str
    target: str
    sign: Literal[1, -1]
    kind: Literal["transfer", "influence", "definition"]
    statements: tuple[str, ...]  # ids; empty for a phenotype definition


@dataclass(frozen=True)
class SignedPath:
    """A chain of steps from a cargo to a phenotype."""

    steps: tuple[Step, ...]

    @property
    def sign(self) -> int:
        """Sign of the whole chain: 1 if more cargo means more of the phenotype."""
        return prod(step.sign for step in self.steps)

    @property
    def names(self) -> tuple[str, ...]:
        """All names along the chain, the cargo first."""
        return (self.steps[0].source, *(step.target for step in self.steps))

    @property
    def statements(self) -> tuple[str, ...]:
        """Ids of all statements used, in the order of the chain, each once."""
        return tuple(dict.fromkeys(identifier for step in self.steps for identifier in step.statements))

    def __str__(self) -> str:
        arrows = "".join(f" {'->' if step.sign > 0 else '-|'} {step.target}" for step in self.steps)
        return self.steps[0].source + arrows


def paths(
    kb: KnowledgeBase, cargo: str, phenotype: str, cell: str | None = None, limit: int = 10
) -> list[SignedPath]:
    """Find chains from a cargo to a phenotype, shortest first; no name occurs twice in a chain.

    The arrows are the targets of axes (cargo to target, or intermediate to target in a sponge chain), the
    mechanisms and the genes of phenotype definitions. What an axis says of pathways and phenotypes is a claim
    to be explained and no arrow; release, sorting, uptake and biogenesis move vesicles, not activities, and
    are none either.
    Two statements of opposite sign about the same pair make two chains.

    Parameters
    ----------
    cargo, phenotype : names in any case, or synonyms; of a miRNA without strand both strands are followed
    cell : recipient cell; only axes to it are used, and mechanisms and phenotypes that hold in it or in any
        cell. What holds for a broader cell (endothelial cell) holds for a narrower one as well
    limit : at most so many chains are returned

    Raises
    ------
    UnknownNameError, AmbiguousNameError : if a name is not known, or the phenotype has no definition
    """
    if limit < 1:
        raise InputError(f"Expected `limit` to be 1 or more, found {limit!r}.")
    goal = kb.phenotype(phenotype).name
    sources = sorted(kb.names_meant(cargo))
    graph = _graph(kb, None if cell is None else frozenset(kb.lineage(kb.name(cell))))
    found = [path for source in sources for path in islice(_chains(graph, source, goal), limit)]
    found.sort(key=lambda path: len(path.steps))
    return found[:limit]


def shortcuts(kb: KnowledgeBase) -> list[Influence]:
    """Return the influences that act straight on a phenotype; there should be none.

    A phenotype is what has a definition, or what an axis names as one.
    """
    phenotypes = {phenotype.name for phenotype in kb.phenotypes}
    phenotypes.update(effect.name for axis in kb.axes for effect in axis.phenotypes)
    return [influence for influence in kb.influences if influence.target in phenotypes]


# A base never changes, so its graphs are made once: for all cells, and for each cell that was asked about.
_graphs: WeakKeyDictionary[KnowledgeBase, dict[frozenset[str] | None, networkx.DiGraph]] = WeakKeyDictionary()


def _graph(kb: KnowledgeBase, cells: frozenset[str] | None) -> networkx.DiGraph:
    made = _graphs.setdefault(kb, {})
    if cells not in made:
        made[cells] = _made_graph(kb, cells)
    return made[cells]


def _made_graph(kb: KnowledgeBase, cells: frozenset[str] | None) -> networkx.DiGraph:
    import networkx

    grouped: dict[tuple[str, str], dict[tuple[str, int], list[str]]] = {}
    for source, target, sign, kind, statements in _arrows(kb, cells):
        grouped.setdefault((source, target), {}).setdefault((kind, sign), []).extend(statements)
    graph = networkx.DiGraph()
    for (source, target), signs in sorted(grouped.items()):
        steps = [
            Step(source, target, sign, kind, tuple(dict.fromkeys(ids)))  # type: ignore[arg-type]
            for (kind, sign), ids in sorted(signs.items())
        ]
        graph.add_edge(source, target, steps=steps)
    return graph


def _arrows(
    kb: KnowledgeBase, cells: frozenset[str] | None
) -> Iterator[tuple[str, str, int, str, tuple[str, ...]]]:
    def holds_in(named: tuple[str, ...]) -> bool:
        return cells is None or not named or not cells.isdisjoint(named)

    for statement in kb.statements:
        if isinstance(statement, Axis):
            if holds_in((statement.recipient,)):
                yield from _axis_arrows(statement)
        elif isinstance(statement, Influence) and statement.kind == "mechanism" and holds_in(statement.cells):
            yield statement.source, statement.target, _SIGN[statement.effect], "influence", (statement.id,)
    for phenotype in kb.phenotypes:
        if holds_in(phenotype.cells):
            for marker in phenotype.definition:
                yield marker.gene, phenotype.name, marker.sign, "definition", ()


def _axis_arrows(axis: Axis) -> Iterator[tuple[str, str, int, str, tuple[str, ...]]]:
    # Effects in an axis are those of more cargo, also on what lies behind an intermediate.
    effect = {target.name: _SIGN[target.effect] for target in axis.targets if target.effect in _SIGN}
    if axis.cargo is None:
        return
    for target in axis.targets:
        if target.name not in effect or (target.through is not None and target.through not in effect):
            continue
        if target.through is None:
            yield axis.cargo, target.name, effect[target.name], "transfer", (axis.id,)
        else:
            sign = effect[target.name] * effect[target.through]
            yield target.through, target.name, sign, "transfer", (axis.id,)


def _chains(graph: networkx.DiGraph, source: str, goal: str) -> Iterator[SignedPath]:
    import networkx

    if source not in graph or goal not in graph:
        return
    try:
        for nodes in networkx.shortest_simple_paths(graph, source, goal):
            for steps in product(
                *(graph.edges[pair]["steps"] for pair in zip(nodes, nodes[1:], strict=False))
            ):
                yield SignedPath(steps)
    except networkx.NetworkXNoPath:
        return
