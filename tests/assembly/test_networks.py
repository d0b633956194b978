"""Statements to networks: exactly those that hold in the cell, pruned without changing any activity."""

from __future__ import annotations

import numpy as np
import pytest

from exocosm.assembly import assemble
from exocosm.assembly.links import links_of
from exocosm.assembly.networks import network_of
from exocosm.assembly.selection import Circumstances, definitions, select
from exocosm.errors import InputError
from exocosm.experiment import load_study, studies


def network(kb, read=("state",), cell="macrophage", counts_as=(), axes=None):
    links, omissions = links_of(kb, kb.axes if axes is None else axes)
    around = Circumstances(lineage=(cell, *counts_as))
    return network_of(kb, circumstances=around, links=links, read=read, omissions=omissions)


def edges(found):
    return {(edge.source, edge.target, edge.sign) for edge in found.edges}


def test_what_the_cargo_reaches_and_what_is_read_stay_and_the_rest_goes(base, mechanism, axis):
    kb = base(
        axis("P", ("A", "up")),
        mechanism("A", "B", "up"),
        mechanism("B", "F", "down"),
        mechanism("C", "F", "up"),  # never moves, but shares the weight of F's inputs
        mechanism("D", "C", "up"),  # acts on a node that never moves
        mechanism("B", "E", "up"),  # leads nowhere that is read
    )
    found = network(kb)
    assert {node.name for node in found.nodes} == {"A", "B", "C", "F", "G", "state"}
    assert edges(found) == {
        ("A", "B", 1), ("B", "F", -1), ("C", "F", 1), ("F", "state", 1), ("G", "state", -1),
    }  # fmt: skip
    assert found.omissions == ()


def test_what_no_cargo_reaches_is_said_to_stay_at_rest(base, axis):
    (omission,) = network(base(axis("P", ("A", "up"))), read=("D",)).omissions
    assert (omission.subject, omission.reason) == (
        "D",
        "no directed path from the delivered cargo: stays at rest",
    )


def test_statements_that_contradict_each_other_are_left_out_and_listed(base, mechanism, axis):
    kb = base(axis("P", ("A", "up")), mechanism("A", "F", "up"), mechanism("A", "F", "down", 2))
    found = network(kb)
    assert ("A", "F") not in {(s, t) for s, t, _ in edges(found)}
    reasons = {omission.subject: omission.reason for omission in found.omissions}
    assert reasons["A to F"] == "statements disagree in sign: mech-a-f-1, mech-a-f-2"


def test_what_is_known_of_the_cell_outranks_what_holds_anywhere(base, mechanism, axis):
    kb = base(
        axis("P", ("A", "up")),
        mechanism("A", "F", "up"),
        mechanism("A", "F", "down", 2, cells=["macrophage"]),
        mechanism("A", "F", "up", 3, cells=["donor"]),
    )
    (edge,) = (e for e in network(kb).edges if e.target == "F")
    assert (edge.sign, edge.statements) == (-1, ("mech-a-f-2",))
    (edge,) = (e for e in network(kb, cell="recipient").edges if e.target == "F")
    assert (edge.sign, edge.statements) == (1, ("mech-a-f-1",))
    (edge,) = (e for e in network(kb, cell="recipient", counts_as=["macrophage"]).edges if e.target == "F")
    assert edge.sign == -1


@pytest.mark.parametrize("pair", [("A", "state"), ("P", "state")])
def test_an_influence_straight_on_a_phenotype_is_listed_and_not_used(base, mechanism, axis, pair):
    kb = base(axis("P", ("A", "up")), mechanism(*pair, "up"))
    found = network(kb)
    assert edges(found) == set()  # nothing but that influence would lead from A to the phenotype
    assert (
        "only from the genes that define it"
        in {o.subject: o.reason for o in found.omissions}[f"{pair[0]} to state"]
    )


def test_no_shipped_statement_leads_from_cargo_straight_to_a_phenotype(shipped):
    phenotypes = {p.name for p in shipped.phenotypes} | {e.name for a in shipped.axes for e in a.phenotypes}
    assert [s.id for s in shipped.influences if s.target in phenotypes] == []


def test_a_read_out_by_another_name_is_refused_with_the_right_one(shipped):
    with pytest.raises(InputError, match="'CD206'.*'MRC1'"):
        network(shipped, read=("CD206",), axes=())
    with pytest.raises(InputError, match="Did you mean 'STAT3'"):
        network(shipped, read=("STAT33",), axes=())


def activities(nodes, in_edges, drives, hours=40, dt=12.0, gain=2.5):
    """Brute force: x relaxes to sigmoid(logit b + g Σ s w' (x - b) + u), every node for itself."""
    b = {n: 0.2 + 0.6 * (sum(map(ord, n)) % 97) / 97.0 for n in nodes}
    tau = {n: 60.0 + 5.0 * (sum(map(ord, n)) % 89) for n in nodes}
    x = dict(b)
    for _ in range(int(hours * 60 / dt)):
        new = {}
        for n in nodes:
            into = sorted(in_edges.get(n, ()))
            norm = np.sqrt(sum(w * w for _, _, w in into)) or 1.0
            total = drives.get(n, 0.0)
            for source, sign, w in into:
                total += gain * sign * w / norm * (x[source] - b[source])
            aim = 1.0 / (1.0 + np.exp(-(np.log(b[n] / (1.0 - b[n])) + total)))
            new[n] = aim + (x[n] - aim) * np.exp(-dt / tau[n])
        x = new
    return x


def compared(kb, found, cell, lineage):
    """Largest difference between the pruned network and the one with all influences, in all that is shown."""
    phenotypes = [kb.phenotype(n.name) for n in found.nodes if n.kind == "phenotype"]
    selection = select(kb, Circumstances(lineage=(cell, *lineage)))
    signed = [*selection.influences, *definitions(phenotypes)]
    names = {s.source for s in signed} | {s.target for s in signed} | {n.name for n in found.nodes}

    def weight(source, target):
        return 0.5 + (sum(map(ord, source + ">" + target)) % 31) / 20.0

    whole, pruned = {}, {}
    for s in signed:
        whole.setdefault(s.target, []).append((s.source, s.sign, weight(s.source, s.target)))
    for e in found.edges:
        pruned.setdefault(e.target, []).append((e.source, e.sign, weight(e.source, e.target)))
    drives = {link.target: 0.9 * link.sign for link in found.links if link.kind != "sponge"}
    a, b = activities(names, whole, drives), activities({n.name for n in found.nodes}, pruned, drives)
    at_rest = activities(names, whole, {}, hours=0)
    assert max(abs(a[link] - at_rest[link]) for link in drives) > 1e-2
    return max(abs(a[n.name] - b[n.name]) for n in found.nodes)


@pytest.mark.parametrize("study", [info.name for info in studies()])
def test_pruning_a_shipped_network_changes_no_activity(shipped, study):
    model = assemble(shipped, load_study(study).scenario)
    for kind in model.cell_kinds:
        if kind.network.links:
            lineage = shipped.lineage(kind.name)[1:]
            assert compared(shipped, kind.network, kind.name, lineage) < 1e-12


@pytest.mark.parametrize("seed", range(12))
def test_pruning_changes_no_activity_whatever_the_statements(base, mechanism, axis, seed):
    rng = np.random.default_rng(seed)
    possible = [(a, b) for a in "ABCDEFG" for b in "ABCDEFG" if a != b]
    chosen = rng.permutation(len(possible))[: rng.integers(4, 16)]
    kb = base(
        axis("P", (str(rng.choice(list("ABCDE"))), "up")),
        *(mechanism(*possible[i], str(rng.choice(["up", "down"]))) for i in chosen),
    )
    read = ("state", "E")
    assert compared(kb, network(kb, read), "macrophage", ()) < 1e-12
