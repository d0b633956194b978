"""Statements as typed edges: nothing stated is lost, nothing is invented, signs survive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.knowledge import Axis, Claim, Effect, Evidence, Influence, Target, load
from exocosm.knowledge.export import edges as module
from exocosm.knowledge.export.edges import EDGE_ATTRIBUTES, attributes, edges_of, network, printable

MEMORY = (Evidence(seen="memory", where="textbook"),)


def arrows(statement, vesicles=()):
    return [(edge.source, edge.relation, edge.target) for edge in edges_of(statement, vesicles)]


def axis(**more):
    return Axis(id="an-axis", donor="donor", recipient="recipient", evidence=MEMORY, **more)


def claim(kind="therapy", **more):
    return Claim(id="a-claim", kind=kind, claim="It is so.", evidence=MEMORY, **more)


def test_a_transfer_runs_from_donor_through_cargo_to_what_changes(kb):
    assert arrows(kb.statement("axis-151a-3p")) == [
        ("glioblastoma cell", "sends", "hsa-miR-151a-3p"),
        ("hsa-miR-151a-3p", "taken up by", "macrophage"),
        ("hsa-miR-151a-3p", "down", "XRCC4"),
        ("hsa-miR-151a-3p", "up", "STAT3"),
        ("hsa-miR-151a-3p", "up", "M2 polarisation"),
    ]


def test_behind_an_intermediate_the_arrow_starts_there_with_its_own_sign(kb):
    """circ-A lowers the miRNA and raises STAT3; so the miRNA lowers STAT3."""
    last = edges_of(kb.statement("axis-sponge"))[-1]
    assert (last.source, last.relation, last.target) == ("hsa-miR-151a-3p", "down", "STAT3")
    assert (last.effect, last.sign, last.through) == ("up", -1, "hsa-miR-151a-3p")


@pytest.mark.parametrize(
    ("on_intermediate", "on_target", "arrow"),
    [
        ("up", "up", "up"),
        ("up", "down", "down"),
        ("down", "down", "up"),
        ("binds", "up", "unclear"),
        ("unclear", "down", "unclear"),
        ("down", "binds", "binds"),
        ("down", "unclear", "unclear"),
    ],
)
def test_the_arrow_behind_an_intermediate_is_what_both_effects_imply(on_intermediate, on_target, arrow):
    chain = axis(
        cargo="cargo",
        targets=(Target(name="A", effect=on_intermediate), Target(name="B", effect=on_target, through="A")),
    )
    assert arrows(chain)[-1] == ("A", arrow, "B")
    assert edges_of(chain)[-1].effect == on_target


def test_whole_vesicles_of_a_donor_are_one_node():
    assert arrows(axis(phenotypes=(Effect(name="growth", effect="up"),), mechanism="not stated")) == [
        ("donor", "sends", "vesicles of donor"),
        ("vesicles of donor", "taken up by", "recipient"),
        ("vesicles of donor", "up", "growth"),
    ]


def test_an_influence_is_one_arrow_and_sorting_is_marked():
    sorting = Influence(id="s", kind="sorting", source="A", target="miR", effect="down", evidence=MEMORY)
    (edge,) = edges_of(sorting)
    assert (edge.source, edge.relation, edge.target, edge.in_vesicles) == ("A", "down", "miR", True)


def test_a_claim_gives_arrows_from_what_acts_and_ties_the_rest():
    found = arrows(
        claim(agent="drug", donor="cell", cargo="RNA", phenotypes=(Effect(name="growth", effect="down"),))
    )
    assert found == [("cell", "sends", "RNA"), ("drug", "named with", "RNA"), ("drug", "down", "growth")]
    release = (Effect(name="vesicle release", effect="up"),)
    assert arrows(claim(agent="drug", donor="cell", phenotypes=release)) == [
        ("drug", "up", "vesicle release"),
        ("drug", "named with", "cell"),
    ]
    assert arrows(claim("release", donor="cell", phenotypes=release)) == [("cell", "up", "vesicle release")]
    assert arrows(claim(agent="exosome", donor="cell", recipient="lung"), {"exosome"}) == [
        ("cell", "sends", "exosome"),
        ("exosome", "taken up by", "lung"),
    ]
    assert arrows(claim(agent="drug", donor="cell", recipient="lung")) == [
        ("cell", "sends", "vesicles of cell"),
        ("vesicles of cell", "taken up by", "lung"),
        ("drug", "named with", "vesicles of cell"),
    ]
    assert arrows(claim("sorting", agent="gene", cargo="RNA", cargo_level="down")) == [
        ("gene", "down", "RNA")
    ]
    changed = (Target(name="A", effect="up"), Target(name="B", effect="down"))
    (tie,) = edges_of(claim(targets=changed))
    assert (tie.source, tie.relation, tie.target, tie.sign) == ("A", "named with", "B", -1)


def test_a_statement_that_names_one_thing_gives_no_edge(kb):
    assert [edges_of(kb.statement(name)) for name in ("size-exosome", "therapy-doubt")] == [[], []]


def test_an_open_question_is_not_asserted():
    question = claim("open_question", agent="A", phenotypes=(Effect(name="growth", effect="up"),))
    assert [edge.is_asserted for edge in edges_of(question)] == [False]


def test_every_name_of_the_shipped_base_is_joined_and_none_is_invented(shipped):
    joined = {}
    for edge in network(shipped).edges:
        joined.setdefault(edge.statement.id, set()).update((edge.source, edge.target))
    for statement in shipped:
        named = {name for field, name in statement.names() if not field.startswith("cells")}
        if len(named) > 1:
            assert named <= joined[statement.id], statement.id
        donor, topic = getattr(statement, "donor", None), getattr(statement, "topic", None)
        stood_for = {topic, module.whole_vesicles(donor or "")}
        assert joined.get(statement.id, set()) <= named | stood_for, statement.id


def test_every_change_of_the_shipped_base_keeps_its_sign(shipped):
    effects = {}
    for edge in network(shipped).edges:
        effects.setdefault(edge.statement.id, []).append((edge.part, edge.target, edge.effect))
        if edge.through is None and edge.relation in ("up", "down"):
            assert edge.relation == edge.effect
    for statement in shipped:
        if isinstance(statement, Influence):
            assert [effect for _, _, effect in effects[statement.id]] == [statement.effect]
            continue
        for part in ("targets", "pathways", "phenotypes"):
            for changed in getattr(statement, part):
                if statement.id in effects:
                    assert (part, changed.name, changed.effect) in effects[statement.id], statement.id


def test_attributes_are_those_documented_and_quotes_can_be_left_out(kb):
    edge = edges_of(kb.statement("axis-151a-3p"))[2]
    found = attributes(kb, edge)
    assert list(found) == list(EDGE_ATTRIBUTES)
    assert found["quotes"] == ("vesicles of tumour cells carry miR-151a-3p",)
    assert (found["cancer"], found["condition"], found["seen"]) == (
        "glioblastoma",
        "hypoxia of the donor",
        ("full_text",),
    )
    bare = attributes(kb, edge, quotes=False)
    assert bare == found | {"quotes": (), "quote_licences": ()}


def test_nodes_carry_identifier_and_synonyms(kb):
    nodes = network(kb).nodes
    assert (nodes["STAT3"].type, nodes["STAT3"].identifier) == ("gene", "hgnc:11364")
    assert nodes["macrophage"].synonyms == ("TAM",)
    assert (nodes["M2 polarisation"].type, nodes["M2 polarisation"].identifier) == ("phenotype", "")
    assert list(nodes) == sorted(nodes)


def test_a_topic_is_a_node_where_it_acts(records, write):
    records["statements"][-1]["phenotypes"] = [{"name": "survival", "effect": "unclear"}]
    found = network(load(write(records), shipped=False).subset(["therapy-doubt"]))
    assert [node.type for node in found.nodes.values()] == ["topic", "process"]


@given(st.text())
def test_printable_text_is_one_line_of_xml_characters(text):
    found = printable(text)
    assert found == printable(found)
    assert found.split() == found.split(" ") or found == ""
    assert all(0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0xFFFD or ord(c) >= 0x10000 for c in found)
