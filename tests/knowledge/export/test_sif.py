"""The SIF export: three fields a line, each line once."""

import io

import networkx
from hypothesis import given
from hypothesis import strategies as st

from exocosm.knowledge import Claim, Effect, Evidence, KnowledgeBase, save_as
from exocosm.knowledge.export import sif
from exocosm.knowledge.export.edges import network


def claim(agent, kind="therapy"):
    return Claim(
        id="c",
        kind=kind,
        claim="c",
        agent=agent,
        phenotypes=(Effect(name="growth", effect="up"),),
        evidence=(Evidence(seen="memory", where="textbook"),),
    )


def of(statement):
    return KnowledgeBase(statements=(statement,))


def lines(kb):
    stream = io.StringIO()
    sif.write(kb, stream)
    return stream.getvalue().splitlines()


def test_each_line_is_source_relation_target_and_none_comes_twice(kb, tmp_path):
    (path,) = save_as(kb, "sif", tmp_path / "base.sif")
    found = path.read_text(encoding="utf-8").splitlines()
    assert found == lines(kb)
    assert "hsa-miR-151a-3p\tdown\tXRCC4" in found
    assert "glioblastoma cell\tsends\tcirc-A" in found
    assert all(line.count("\t") == 2 for line in found)
    assert len(set(found)) == len(found)


def test_another_reader_sees_the_same_graph(shipped):
    """networkx as reader: an edge list with tabs, the relation as data."""
    triples = [line.split("\t") for line in lines(shipped)]
    pairs = [f"{source}\t{target}\t{relation}" for source, relation, target in triples]
    graph = networkx.parse_edgelist(
        pairs,
        delimiter="\t",
        comments=None,
        create_using=networkx.MultiDiGraph,
        data=[("relation", str)],
    )
    wanted = network(shipped)
    assert set(graph) == {*wanted.nodes}
    signed = {(edge.source, edge.target) for edge in wanted.edges if edge.relation == "down"}
    assert signed == {(a, b) for a, b, data in graph.edges(data=True) if "down" in data["relation"]}


def test_a_question_does_not_read_like_an_answer():
    assert lines(of(claim("A", kind="open_question"))) == ["A\topen question: up\tgrowth"]


@given(name=st.text(min_size=1).filter(lambda text: text.strip()))
def test_no_name_breaks_a_line(name):
    (line,) = lines(of(claim(f"x{name}")))
    assert line.count("\t") == 2
