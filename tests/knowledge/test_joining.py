"""A person's own files beside a base: what they add, and each conflict by name and place."""

import pytest
import yaml

from exocosm.errors import InputError
from exocosm.knowledge import KnowledgeFileError, load
from exocosm.knowledge.own.joining import joined
from exocosm.knowledge.own.template import template
from exocosm.knowledge.own.write_yaml import knowledge_yaml

from .conftest import MEMORY, mechanism

TITLE = "Vesicles carry a molecule from one cell to another"


def own(**sections):
    return {"topic": "own", **sections}


@pytest.fixture
def join(kb, write):
    """Join records, or the text of a file, to the small base."""

    def join_records(content, name="own.yaml"):
        return joined(kb, [write(content, name)])

    return join_records


def the_conflict(found, kind):
    (conflict,) = found.conflicts
    assert conflict.kind == kind
    assert ":" in conflict.place
    return conflict


def test_records_join_and_are_counted(kb, join):
    entity = {"name": "PTEN", "type": "gene", "id": "hgnc:9588"}
    found = join(own(entities=[entity], statements=[mechanism("own-1", "STAT3", "PTEN", "down")]))
    assert found.added == {
        "documents": 0, "references": 0, "entities": 1, "statements": 1, "phenotypes": 0, "findings": 0
    }  # fmt: skip
    assert found.conflicts == ()
    assert [statement.id for statement in found.records("statements")] == ["own-1"]
    assert len(found.base) == len(kb) + 1
    assert found.base.version == kb.version
    assert found.base.entity("PTEN").id == "hgnc:9588"


def test_joining_gives_the_base_that_loading_gives(records, kb, write):
    base = write(records, "base.yaml")
    table = write(
        "kind,agent,target,target_effect,seen,where\nmechanism,STAT3,IL-6,up,memory,notes\n", "t.csv"
    )
    other = write(own(statements=[mechanism("own-1", "STAT3", "XRCC4", "down")]), "own.yaml")
    assert joined(kb, [table, other]).base.sha256 == load(base, table, other, shipped=False).sha256
    assert joined(kb, []).base.sha256 == kb.sha256


def test_a_base_of_the_package_is_marked_as_joined(shipped, write):
    found = joined(shipped, [write(own(statements=[mechanism("own-1", "STAT3", "PTEN", "down")]))])
    assert found.base.version == shipped.version + "+own"
    assert joined(found.base, []).base.version == found.base.version


@pytest.mark.parametrize(
    ("reference", "said"), [("doe-2020", "the same paper (doe-2020)"), ("roe-2021", "other sources")]
)
def test_a_statement_that_is_there_already_is_listed(records, join, reference, said):
    again = {**records["statements"][0], "id": "own-151a", "phenotypes": [], "claim": "in other words"}
    again["evidence"] = [{"seen": "abstract", "where": "abstract", "reference": reference}]
    conflict = the_conflict(join(own(statements=[again])), "same statement")
    assert (conflict.name, conflict.meets) == ("own-151a", ("axis-151a-3p",))
    assert said in conflict.message


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": "glioblastoma cell"},
        {"cargo": "circ-A"},
        {"targets": [{"name": "MRC1", "effect": "down"}]},
    ],
)
def test_another_cell_cargo_or_target_is_another_statement(records, join, change):
    other = {**records["statements"][0], "id": "own-151a", **change}
    assert join(own(statements=[other])).conflicts == ()


def test_claims_that_name_nothing_are_compared_by_their_words(records, join):
    doubt = {**records["statements"][-1], "id": "own-doubt"}
    assert the_conflict(join(own(statements=[doubt])), "same statement").meets == ("therapy-doubt",)
    assert join(own(statements=[{**doubt, "claim": "Whether they cure is open."}])).conflicts == ()


def test_two_of_ones_own_meet_once(join):
    twins = [mechanism(f"own-{i}", "STAT3", "XRCC4", "down") for i in (1, 2)]
    assert the_conflict(join(own(statements=twins)), "same statement").meets == ("own-2",)


def test_a_contradiction_is_listed_and_stops_nothing(kb, join):
    found = join(own(statements=[mechanism("own-1", "STAT3", "MRC1", "down")]))
    conflict = the_conflict(found, "contradiction")
    assert (conflict.name, conflict.meets) == ("own-1", ("mech-stat3-mrc1",))
    assert "belief" in conflict.message
    assert found.base.belief("mech-stat3-mrc1") < kb.belief("mech-stat3-mrc1")


@pytest.fixture
def with_paper(records):
    """The small base with one more paper that has a DOI, a PMID and a telling title."""
    records["references"].append(
        {"id": "poe-2019", "citation": f"Poe E. {TITLE}. J. 2019;1:2.", "seen_in": "list", "doi": "10.1/A",
         "pmid": "7"}
    )  # fmt: skip
    return records


@pytest.mark.parametrize("fields", [{"doi": "10.1/a"}, {"pmid": "7"}, {"id": "poe-2019", "doi": "10.1/A"}])
def test_a_paper_of_the_base_counts_once(with_paper, write, fields):
    base = load(write(with_paper, "base.yaml"), shipped=False)
    mine = {"id": "mine", "citation": "Poe, 2019", "seen_in": "page", **fields}
    evidence = [{"seen": "abstract", "where": "abstract", "reference": mine["id"]}]
    statement = {**mechanism("own-1", "STAT3", "XRCC4", "down"), "evidence": evidence}
    found = joined(base, [write(own(references=[mine], statements=[statement]))])
    conflict = the_conflict(found, "same paper")
    assert (conflict.name, conflict.meets) == (mine["id"], ("poe-2019",))
    assert found.base.statement("own-1").evidence[0].reference == "poe-2019"
    assert found.base.references == base.references


def test_a_paper_with_the_title_of_another_is_listed_and_kept(with_paper, write):
    base = load(write(with_paper, "base.yaml"), shipped=False)
    mine = {"id": "mine", "citation": f"Poe E, et al. {TITLE.lower()}. (2019)", "seen_in": "page"}
    found = joined(base, [write(own(references=[mine]))])
    assert the_conflict(found, "same paper").meets == ("poe-2019",)
    assert found.base.reference("mine").citation == mine["citation"]


def test_an_id_means_ones_own_paper_only_where_it_is_given(with_paper, write):
    base = load(write(with_paper, "base.yaml"), shipped=False)
    mine = {"id": "doe-2020", "citation": "Poe, 2019", "seen_in": "page", "doi": "10.1/A"}
    evidence = [{"seen": "abstract", "where": "abstract", "reference": "doe-2020"}]
    one, two = (
        {**mechanism(name, "STAT3", target, "down"), "evidence": evidence}
        for name, target in (("one", "XRCC4"), ("two", "NFKB1"))
    )
    files = [
        write(own(references=[mine], statements=[one]), "one.yaml"),
        write(own(statements=[two]), "two.yaml"),
    ]
    found = joined(base, files).base
    assert [found.statement(name).evidence[0].reference for name in ("one", "two")] == [
        "poe-2019",
        "doe-2020",
    ]


@pytest.mark.parametrize(
    ("entity", "meets", "said"),
    [
        ({"name": "CD206", "type": "protein", "id": "uniprot:P22897"}, "MRC1", "has a name of 'MRC1' there"),
        (
            {"name": "Hypoxia", "type": "condition", "id": None, "reason": "own"},
            "hypoxia",
            "a name of 'hypoxia'",
        ),
        (
            {"name": "phagocyte", "type": "cell_type", "id": "CL:0000235"},
            "macrophage",
            "has the identifier of",
        ),
    ],
)
def test_an_entity_described_differently_is_listed(join, entity, meets, said):
    conflict = the_conflict(join(own(entities=[entity])), "entity")
    assert (conflict.name, conflict.meets) == (entity["name"], (meets,))
    assert said in conflict.message


def test_a_synonym_that_becomes_ambiguous_is_listed(join):
    entity = {"name": "PTEN", "type": "gene", "id": "hgnc:9588", "synonyms": ["repairer", "own word"]}
    conflict = the_conflict(join(own(entities=[entity])), "synonym")
    assert (conflict.name, conflict.meets) == ("PTEN", ("XRCC4",))
    assert "'repairer' now may mean 'PTEN' and 'XRCC4'" in conflict.message


def test_a_synonym_that_is_a_name_of_the_base_goes_on_to_mean_that(join):
    entity = {"name": "PTEN", "type": "gene", "id": "hgnc:9588", "synonyms": ["stat3"]}
    found = join(own(entities=[entity]))
    assert "is the name of 'STAT3'" in the_conflict(found, "synonym").message
    assert found.base.entity("stat3").name == "STAT3"


def test_more_synonyms_of_a_known_entity_are_no_conflict(join):
    entity = {"name": "XRCC4", "type": "gene", "id": "hgnc:12831", "synonyms": ["mender", "repairer"]}
    found = join(own(entities=[entity]))
    assert found.conflicts == ()
    assert found.base.entity("mender").name == "XRCC4"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (own(statements=[mechanism("mech-stat3-mrc1", "STAT3", "MRC1", "up")]),
         "'mech-stat3-mrc1' is defined a second time; the first is at the knowledge base. "),
        (own(entities=[{"name": "STAT3", "type": "gene", "id": "hgnc:1"}]), "'STAT3' is gene hgnc:1 here"),
        (own(statements=[mechanism("own-1", "STAT3", "nothing", "up")]), "'nothing' is no entity"),
        ("topic: [", "is not valid YAML"),
    ],
)  # fmt: skip
def test_what_cannot_stand_in_one_base_is_refused(join, content, message):
    with pytest.raises(KnowledgeFileError) as error:
        join(content)
    assert message in str(error.value)


def test_a_file_that_is_not_there_is_refused(kb, tmp_path):
    with pytest.raises(InputError, match="There is no file or folder"):
        joined(kb, [tmp_path / "none.yaml"])


# Writing what joined, and files to begin with


def test_records_written_in_the_canonical_form_read_back_equal(records, kb, write):
    sections = {name: getattr(kb, name) for name in records if name != "topic"}
    text = knowledge_yaml("again", sections)
    again = load(write(text, "again.yaml"), shipped=False)
    assert again.sha256 == kb.sha256
    assert knowledge_yaml("again", {name: getattr(again, name) for name in sections}) == text
    statement = yaml.safe_load(text)["statements"][0]
    assert list(statement)[:4] == ["id", "kind", "donor", "cargo"]
    assert "note" not in statement


@pytest.mark.parametrize("ending", ["yaml", "csv", "tsv"])
@pytest.mark.parametrize("kind", ["axis", "mechanism", "release", "sorting", "uptake", "biomarker", "size"])
def test_a_template_joins_the_shipped_base_as_it_stands(shipped, tmp_path, kind, ending):
    path = tmp_path / f"My notes.{ending}"
    path.write_text(template(path, kind), encoding="utf-8")
    found = joined(shipped, [path])
    (statement,) = found.records("statements")
    assert statement.kind == kind
    assert statement.id.startswith("my-notes-")
    assert statement.evidence[0].seen == MEMORY["seen"]
    assert found.added["entities"] == found.added["references"] == 0


def test_a_template_needs_a_known_kind_and_ending(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'axis'"):
        template(tmp_path / "a.yaml", "axes")
    with pytest.raises(InputError, match=r"ends in \.yaml, \.csv or \.tsv"):
        template(tmp_path / "a.xlsx", "axis")
