"""The CX2 export against the rules of the specification of cytoscape.org, version 2."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.knowledge import Claim, Effect, Evidence, KnowledgeBase, save_as
from exocosm.knowledge.export import cx2
from exocosm.knowledge.export.edges import NODE_ATTRIBUTES, network, printable

# Data types of the specification, as the Python types that JSON gives for them.
TYPES = {"string": str, "integer": int, "double": float, "long": int, "boolean": bool}


@pytest.fixture(scope="module")
def document(shipped, tmp_path_factory):
    (path,) = save_as(shipped, "cx2", tmp_path_factory.mktemp("cx2") / "base.cx2")
    return json.loads(path.read_text(encoding="utf-8"))


def aspects(document):
    found = {}
    for block in document[2:-1]:
        ((name, elements),) = block.items()
        assert name not in found, "without fragments each aspect comes once"
        found[name] = elements
    return found


def fits(value, kind):
    if kind.startswith("list_of_"):
        return isinstance(value, list) and all(fits(one, kind.removeprefix("list_of_")) for one in value)
    return type(value) is TYPES[kind]


def test_descriptor_first_status_last_and_declarations_before_their_use(document):
    assert document[0] == {"CXVersion": "2.0", "hasFragments": False}
    assert document[-1] == {"status": [{"error": "", "success": True}]}
    assert list(aspects(document)) == ["attributeDeclarations", "networkAttributes", "nodes", "edges"]


def test_metadata_count_the_elements(document):
    counts = {entry["name"]: entry["elementCount"] for entry in document[1]["metaData"]}
    assert counts == {name: len(elements) for name, elements in aspects(document).items()}


def test_ids_are_unique_numbers_and_ends_exist(document):
    found = aspects(document)
    for name in ("nodes", "edges"):
        ids = [element["id"] for element in found[name]]
        assert len(set(ids)) == len(ids)
        assert all(type(number) is int for number in ids)
    ids = {node["id"] for node in found["nodes"]}
    assert all({edge["s"], edge["t"]} <= ids for edge in found["edges"])


def test_every_value_is_declared_and_of_the_declared_type(document):
    found = aspects(document)
    (declared,) = found["attributeDeclarations"]
    elements = {
        "networkAttributes": found["networkAttributes"],
        "nodes": [node["v"] for node in found["nodes"]],
        "edges": [edge["v"] for edge in found["edges"]],
    }
    for aspect, values in elements.items():
        for element in values:
            for name, value in element.items():
                assert fits(value, declared[aspect][name]["d"]), (aspect, name, value)
                assert value not in ("", [], None)


def test_nodes_edges_and_signs_are_those_of_the_base(shipped, document):
    found, wanted = aspects(document), network(shipped)
    names = {node["id"]: node["v"]["name"] for node in found["nodes"]}
    assert set(names.values()) == {printable(name) for name in wanted.nodes}
    assert len(NODE_ATTRIBUTES) == len(found["attributeDeclarations"][0]["nodes"])
    assert [
        (names[edge["s"]], edge["v"]["interaction"], names[edge["t"]], edge["v"]["sign"])
        for edge in found["edges"]
    ] == [(printable(edge.source), edge.relation, printable(edge.target), edge.sign) for edge in wanted.edges]


def test_quotes_can_be_left_out(kb):
    quote = kb.statement("axis-151a-3p").evidence[0].quote
    assert quote in json.dumps(cx2.document(kb))
    assert quote not in json.dumps(cx2.document(kb, quotes=False))


@given(name=st.text(min_size=1).filter(printable))
def test_any_name_comes_back(name):
    claim = Claim(
        id="c",
        kind="therapy",
        claim="c",
        agent=name,
        phenotypes=(Effect(name="an effect", effect="down"),),
        evidence=(Evidence(seen="memory", where="textbook"),),
    )
    stream = io.StringIO()
    cx2.write(KnowledgeBase(statements=(claim,)), stream)
    found = aspects(json.loads(stream.getvalue()))
    assert {node["v"]["name"] for node in found["nodes"]} == {printable(name), "an effect"}
