"""The KGX export, read as its tools read it: tabs, no quoting, lists by vertical bars."""

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.knowledge import Claim, Effect, Evidence, KnowledgeBase, save_as
from exocosm.knowledge.export import kgx
from exocosm.knowledge.export.edges import Node, network, printable

CURIE = re.compile(r"[A-Za-z][A-Za-z0-9._]*:[A-Za-z0-9._/()-]+")
# Classes and predicates of Biolink Model 4.4.6, and the values of its enumerations, that are used here.
CATEGORIES = {
    *("Gene", "Protein", "MicroRNA", "NoncodingRNAProduct", "Transcript", "RNAProduct", "NucleicAcidEntity"),
    *("ChemicalEntity", "SmallMolecule", "Drug", "MacromolecularComplex", "ProteinFamily", "Virus"),
    *("OrganismTaxon", "CellularComponent", "Cell", "GrossAnatomicalStructure", "Disease"),
    *("BiologicalProcess", "PhenotypicFeature", "Phenomenon", "Procedure", "Dataset", "NamedThing"),
}
PREDICATES = {"produces", "located_in", "affects", "directly_physically_interacts_with", "related_to"}
LEVELS = {"knowledge_assertion", "not_provided"}


def read(path):
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE)


@pytest.fixture(scope="module")
def tables(shipped, tmp_path_factory):
    nodes, edges = save_as(shipped, "kgx", tmp_path_factory.mktemp("kgx") / "base.tsv")
    assert (nodes.name, edges.name) == ("base_nodes.tsv", "base_edges.tsv")
    return read(nodes), read(edges)


def test_nodes_have_unique_curies_and_biolink_categories(tables):
    nodes, _ = tables
    assert list(nodes.columns) == list(kgx.NODE_COLUMNS)
    assert nodes.id.is_unique
    assert all(CURIE.fullmatch(curie) for curie in nodes.id)
    assert set(nodes.category.str.removeprefix("biolink:")) <= CATEGORIES
    assert set(kgx._CATEGORIES.values()) <= CATEGORIES


def test_edges_join_known_nodes_with_biolink_predicates(shipped, tables):
    nodes, edges = tables
    assert list(edges.columns) == list(kgx.EDGE_COLUMNS)
    assert len(edges) == len(network(shipped).edges)
    assert edges.id.is_unique
    assert {*edges.subject, *edges.object} == {*nodes.id}
    assert set(edges.predicate.str.removeprefix("biolink:")) <= PREDICATES
    assert set(edges.knowledge_level) <= LEVELS


def test_signs_survive_as_qualifiers_except_for_open_questions(tables):
    _, edges = tables
    asked = edges.kind == "open_question"
    assert set(edges[asked].predicate) == {"biolink:related_to"}
    directions = edges[~asked].object_direction_qualifier
    wanted = edges[~asked].relation.map({"up": "increased", "down": "decreased"}).fillna("")
    assert (directions == wanted).all()
    assert ((edges.qualified_predicate == "biolink:causes") == (edges.object_direction_qualifier != "")).all()


def test_identifiers_are_written_as_biolink_does(kb, tmp_path):
    nodes, edges = map(read, save_as(kb, "kgx", tmp_path / "base.tsv"))
    ids = dict(zip(nodes.name, nodes.id, strict=True))
    assert (ids["STAT3"], ids["hsa-miR-151a-3p"]) == ("HGNC:11364", "mirbase:MIMAT0000757")
    assert ids["glioblastoma cell"] == "exocosm:glioblastoma-cell"
    row = edges.set_index("id").loc["exocosm:axis-151a-3p.3"]
    assert (row.subject, row.object) == (ids["hsa-miR-151a-3p"], "HGNC:12831")
    assert (row.object_aspect_qualifier, row.object_direction_qualifier) == (
        "activity_or_abundance",
        "decreased",
    )
    assert (
        row.anatomical_context_qualifier,
        row.disease_context_qualifier,
        row.species_context_qualifier,
    ) == (
        "CL:0000235",
        "MONDO:0018177",
        "NCBITaxon:9606",
    )
    assert row.publications == "doi:10.1000/review.1"
    assert row.original_predicate == "exocosm:down"


def test_what_nobody_looked_up_is_no_assertion(kb, tmp_path):
    edges = read(save_as(kb, "kgx", tmp_path / "base.tsv")[1]).set_index("statement")
    assert edges.loc["mech-stat3-mrc1"].knowledge_level == "not_provided"
    assert edges.loc["axis-151a-5p"].knowledge_level.iloc[0] == "knowledge_assertion"


def test_two_names_of_one_identifier_are_one_node(records, write, tmp_path):
    from exocosm.knowledge import load

    one, two = (Node(name=name, type="gene", identifier="hgnc:1") for name in ("A", "B"))
    assert kgx.curies([one, two]) == {"A": "HGNC:1", "B": "HGNC:1"}
    assert kgx._joined(kgx._node_row(one, "HGNC:1"), kgx._node_row(two, "HGNC:1")) == ("B",)
    nodes = read(save_as(load(write(records), shipped=False), "kgx", tmp_path / "base.tsv")[0])
    assert nodes.id.is_unique


def test_names_that_look_alike_get_curies_of_their_own():
    found = kgx.curies([Node(name=name, type="circRNA") for name in ("circ A", "circ-A", "circ*A", "β")])
    assert len(set(found.values())) == 4
    assert found["circ A"] == "exocosm:circ-A"
    assert all(CURIE.fullmatch(curie) for curie in found.values())


def test_quotes_can_be_left_out(kb, tmp_path):
    quote = kb.statement("axis-151a-3p").evidence[0].quote
    for quotes in (True, False):
        text = save_as(kb, "kgx", tmp_path / "base.tsv", quotes=quotes)[1].read_text(encoding="utf-8")
        assert (quote in text) is quotes


@given(name=st.text(min_size=1).filter(printable), synonym=st.text())
def test_any_text_stays_in_its_cell(name, synonym):
    claim = Claim(
        id="c",
        kind="therapy",
        claim="c",
        agent=name,
        note=synonym,
        phenotypes=(Effect(name="an effect", effect="down"),),
        evidence=(Evidence(seen="memory", where="textbook"),),
    )
    kb = KnowledgeBase(statements=(claim,))
    for write, columns in ((kgx.write_nodes, kgx.NODE_COLUMNS), (kgx.write_edges, kgx.EDGE_COLUMNS)):
        stream = io.StringIO()
        write(kb, stream)
        rows = [line.split("\t") for line in stream.getvalue().split("\n")[:-1]]
        assert {len(row) for row in rows} == {len(columns)}
        assert "|" not in rows[1][columns.index("name" if "name" in columns else "note")]


def test_an_interruption_replaces_neither_of_the_two_files(kb, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    folder = tmp_path / "written"
    folder.mkdir()
    for file in save_as(kb, "kgx", folder / "base.tsv"):
        file.write_text("before")
    monkeypatch.setattr(kgx, "_edge_row", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_as(kb, "kgx", folder / "base.tsv")
    found = {file.name: file.read_text() for file in folder.iterdir()}
    assert found == {"base_nodes.tsv": "before", "base_edges.tsv": "before"}
