"""Which arrows are assembled: all that can matter, or paths of a few steps."""

import networkx as nx
import numpy as np
import pytest

from exocosm.assembly import Signed, spelt_out, wire, wire_paths


def arrows(*pairs):
    return [Signed(a, b, 1, (f"{a}{b}",)) for a, b in pairs]


def test_paths_of_few_steps_are_kept_and_constants_are_not():
    """S-A-R has two steps, S-B-C-D-E-R five; K never changes and would take a share of A's inputs."""
    known = arrows("SA", "AR", "SB", "BC", "CD", "DE", "ER", "KA", "AX")
    found = wire_paths(known, ["S"], ["R"])
    assert {(a.source, a.target) for a in found.arrows} == {("S", "A"), ("A", "R")}
    assert found.nodes == ("A", "R", "S") and found.unreached == ()
    longer = wire_paths(known, ["S"], ["R"], 5)
    assert {"B", "C", "D", "E"} < set(longer.nodes) and "K" not in longer.nodes
    whole = wire(known, ["S"], ["R"])
    assert {"B", "K"} < set(whole.nodes) and "X" not in whole.nodes


def test_what_lies_too_far_is_not_reached():
    found = wire_paths(arrows("SA", "AB", "BC", "CD", "DR"), ["S"], ["R"])
    assert found.unreached == ("R",) and found.arrows == ()


@pytest.mark.parametrize("seed", range(8))
def test_every_arrow_lies_on_a_walk_of_at_most_so_many_steps(seed):
    rng = np.random.default_rng(seed)
    pairs = {(a, b) for a, b in rng.choice(list("SABCDEFR"), size=(18, 2)) if a != b}
    found = wire_paths(arrows(*(a + b for a, b in pairs)), ["S"], ["R"], 3)
    graph = nx.DiGraph(pairs)
    graph.add_nodes_from("SR")
    expected = {
        (a, b)
        for a, b in pairs
        if nx.has_path(graph, "S", a)
        and nx.has_path(graph, b, "R")
        and nx.shortest_path_length(graph, "S", a) + 1 + nx.shortest_path_length(graph, b, "R") <= 3
    }
    assert {(a.source, a.target) for a in found.arrows} == expected


def test_a_complex_depends_on_its_members_and_a_family_is_spelt_out():
    found = wire_paths(arrows(("S", "RELA"), ("NF-kB", "R")), ["S"], ["R"])
    assert found.complexes == {"NF-kB": ("NFKB1", "RELA")}
    assert found.unreached == ()
    assert spelt_out("TGF-beta") == ("TGFB1", "TGFB2", "TGFB3") and spelt_out("NF-kB") == ("NF-kB",)
