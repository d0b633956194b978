"""The GraphML export, read back by networkx and by a plain XML reader."""

import io
import xml.etree.ElementTree as ElementTree

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.knowledge import Claim, Effect, Evidence, KnowledgeBase, save_as
from exocosm.knowledge.export import graphml
from exocosm.knowledge.export.edges import EDGE_ATTRIBUTES, network, printable

SPACE = "{http://graphml.graphdrawing.org/xmlns}"


@pytest.fixture(scope="module")
def read_back(shipped, tmp_path_factory):
    (path,) = save_as(shipped, "graphml", tmp_path_factory.mktemp("graphml") / "base.graphml")
    return networkx.read_graphml(path)


def test_nodes_edges_and_signs_are_read_back(shipped, read_back):
    wanted = network(shipped)
    assert read_back.is_multigraph() and read_back.is_directed()
    assert set(read_back) == {printable(name) for name in wanted.nodes}
    found = {
        key: (a, data["relation"], b, data["sign"])
        for a, b, key, data in read_back.edges(keys=True, data=True)
    }
    assert found == {
        edge.id: (printable(edge.source), edge.relation, printable(edge.target), edge.sign)
        for edge in wanted.edges
    }


def test_attributes_keep_their_types_and_hold_nothing_empty(shipped, read_back):
    assert read_back.graph["sha256"] == shipped.sha256
    for *_, data in read_back.edges(data=True):
        assert set(data) <= {*EDGE_ATTRIBUTES, "id"}
        assert isinstance(data["belief"], float) and isinstance(data["sign"], int)
        assert "" not in data.values()
        assert data["belief"] == round(shipped.belief(data["statement"]), 4)


def test_quotes_can_be_left_out(kb):
    quote = kb.statement("axis-151a-3p").evidence[0].quote
    with_quotes, without = io.StringIO(), io.StringIO()
    graphml.write(kb, with_quotes)
    graphml.write(kb, without, quotes=False)
    assert quote in with_quotes.getvalue()
    assert quote not in without.getvalue()


@given(name=st.text(min_size=1).filter(printable), note=st.text(min_size=1).filter(printable))
def test_any_name_and_note_come_back(name, note):
    claim = Claim(
        id="c",
        kind="therapy",
        claim="c",
        agent=name,
        note=note,
        phenotypes=(Effect(name="an effect", effect="down"),),
        evidence=(Evidence(seen="memory", where="textbook"),),
    )
    stream = io.StringIO()
    graphml.write(KnowledgeBase(statements=(claim,)), stream)
    root = ElementTree.fromstring(stream.getvalue().encode())
    keys = {key.get("id"): key.get("attr.name") for key in root.iter(f"{SPACE}key")}
    (edge,) = root.iter(f"{SPACE}edge")
    values = {keys[data.get("key")]: data.text for data in edge.iter(f"{SPACE}data")}
    assert (edge.get("source"), values["note"]) == (printable(name), printable(note))
