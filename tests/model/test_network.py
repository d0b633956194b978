"""Networks: what may stand in one, and what may not."""

import pytest

from exocosm.errors import InputError
from exocosm.model import Edge, Link, Network, Node, chosen


def number(name: str, value: float):
    return chosen(name, value, "", why="test")


def node(name: str, kind: str = "molecule") -> Node:
    return Node(name=name, kind=kind, entity="", resting=number("b", 0.3), tau=number("tau", 60.0))


def edge(source: str, target: str) -> Edge:
    return Edge(source=source, target=target, sign=1, weight=number("w", 1.0), statements=("s1",))


def link(kind: str, cargo: str, target: str) -> Link:
    half = number("K", 100.0)
    return Link(kind=kind, cargo=cargo, target=target, sign=-1, half_effect=half, statements=("s2",))


def network(nodes, edges=(), links=()) -> Network:
    return Network(nodes=tuple(nodes), edges=tuple(edges), links=tuple(links), gain=number("gain", 2.0))


def test_nodes_are_found_by_name():
    made = network([node("PTEN"), node("growth", "phenotype")], [edge("PTEN", "growth")])
    assert [made.index(name) for name in ("PTEN", "growth")] == [0, 1]
    with pytest.raises(InputError, match=r"`AKT1`.*\['PTEN', 'growth'\]"):
        made.index("AKT1")


def test_a_name_stands_once():
    with pytest.raises(InputError, match="twice"):
        network([node("PTEN"), node("PTEN")])


@pytest.mark.parametrize("ends", [("AKT1", "PTEN"), ("PTEN", "AKT1")])
def test_both_ends_of_an_edge_are_nodes(ends):
    with pytest.raises(InputError, match="AKT1"):
        network([node("PTEN")], [edge(*ends)])


@pytest.mark.parametrize("kind", ["repression", "drive", "sponge"])
def test_cargo_never_acts_straight_on_a_phenotype(kind):
    nodes = [node("PTEN"), node("growth", "phenotype")]
    network(nodes, links=[link(kind, "miR-21", "PTEN")])
    with pytest.raises(InputError, match="`miR-21` may not act straight on phenotype `growth`"):
        network(nodes, links=[link(kind, "miR-21", "growth")])
