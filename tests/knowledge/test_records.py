"""What the records themselves refuse, in Python as in files."""

import dataclasses

import pytest

from exocosm.errors import InputError
from exocosm.knowledge import (
    Axis,
    Entity,
    Evidence,
    Finding,
    Influence,
    Marker,
    Phenotype,
    RecordError,
    Reference,
    Target,
    to_plain,
)

READ = Evidence(seen="full_text", where="document text")


def refused(record_class, **fields):
    with pytest.raises(RecordError) as error:
        record_class(**fields)
    assert isinstance(error.value, InputError)
    return dict(error.value.problems)


@pytest.mark.parametrize("field", ["reference", "quote", "printed_reference"])
def test_memory_carries_no_source(field):
    fields = {"seen": "memory", "where": "textbook", "quote_licence": "x" if field == "quote" else None}
    problems = refused(Evidence, **{**fields, field: "doe 2020"})
    assert list(problems) == [field]
    assert "`seen: memory` carries no reference" in problems[field]


@pytest.mark.parametrize("field", ["where", "place"])
def test_memory_carries_no_doi_in_other_fields(field):
    problems = refused(Evidence, **{"seen": "memory", "where": "textbook", field: "see 10.1038/s41586-020-1"})
    assert "carries no DOI" in problems[field]


def test_a_quote_needs_a_licence_and_at_most_thirty_words():
    thirty = " ".join(["word"] * 30)
    assert Evidence(seen="title", where="list", quote=thirty, quote_licence="CC BY 4.0").quote == thirty
    assert "needs the licence" in refused(Evidence, seen="title", where="list", quote=thirty)["quote_licence"]
    long = refused(Evidence, seen="title", where="list", quote=thirty + " more", quote_licence="CC BY 4.0")
    assert "has 31 words; at most 30" in long["quote"]
    alone = refused(Evidence, seen="title", where="list", quote_licence="CC BY 4.0")
    assert "stands without a quote" in alone["quote_licence"]


def test_a_null_id_needs_a_reason():
    assert "needs a reason" in refused(Entity, name="circ-A", type="circRNA")["reason"]
    assert Entity(name="circ-A", type="circRNA", reason="in no database").identifier is None


def test_an_id_is_a_known_identifier_in_its_usual_spelling():
    assert "write 'hgnc:12831'" in refused(Entity, name="XRCC4", type="gene", id="HGNC:12831")["id"]
    assert "Did you mean 'hgnc'" in refused(Entity, name="XRCC4", type="gene", id="hgcn:12831")["id"]
    assert str(Entity(name="XRCC4", type="gene", id="hgnc:12831").identifier) == "hgnc:12831"


def test_a_phenotype_has_one_to_fifteen_distinct_genes():
    def phenotype(genes):
        markers = tuple(Marker(gene=name, sign=1) for name in genes)
        return {"name": "P", "reason": "made up", "definition": markers, "evidence": (READ,)}

    assert len(Phenotype(**phenotype(map(str, range(15)))).definition) == 15
    assert "found 16" in refused(Phenotype, **phenotype(map(str, range(16))))["definition"]
    assert "found 0" in refused(Phenotype, **phenotype([]))["definition"]
    assert "names 'A' 2 times" in refused(Phenotype, **phenotype("AAB"))["definition"]


def test_words_outside_a_vocabulary_are_refused_with_the_closest():
    problem = refused(Target, name="XRCC4", effect="upp")["effect"]
    assert problem == "expected one of up, down, binds, unclear; found 'upp'. Did you mean 'up'?"
    assert "found 0" in refused(Marker, gene="XRCC4", sign=0)["sign"]
    assert "level[1]" in refused(Evidence, seen="title", where="list", level=("detected", "proven"))


def test_all_problems_of_a_record_come_at_once():
    problems = refused(
        Influence, id="Bad id", kind="mechanism", source=" ", target="B", effect="x", evidence=()
    )
    assert set(problems) == {"id", "source", "effect", "evidence"}


def test_the_intermediate_of_a_sponge_chain_comes_first():
    axis = {"id": "a", "donor": "D", "cargo": "C", "recipient": "R", "evidence": (READ,)}
    through = Target(name="X", effect="up", through="M")
    assert "no earlier target" in refused(Axis, **axis, targets=(through,))["targets[0].through"]
    assert Axis(**axis, targets=(Target(name="M", effect="down"), through)).targets[1] is through


def test_systems_dois_and_pubmed_ids_have_their_form():
    influence = {"kind": "mechanism", "source": "A", "target": "B", "effect": "up", "evidence": (READ,)}
    assert "such as 'S10'" in refused(Influence, id="a", systems=("10",), **influence)["systems[0]"]
    reference = {"id": "doe-2020", "citation": "Doe", "seen_in": "list"}
    assert "10.1186" in refused(Reference, doi="https://doi.org/10.1/x", **reference)["doi"]
    assert "digits" in refused(Reference, pmid="PMC8436438", **reference)["pmid"]


def test_a_finding_needs_statements_readouts_and_evidence():
    problems = refused(
        Finding, id="f", statements=(), setup="s", manipulated="m", control="c", readouts=(), evidence=()
    )
    assert set(problems) == {"statements", "readouts", "evidence"}


def test_records_are_frozen_and_turn_into_plain_data():
    target = Target(name="XRCC4", effect="up")
    with pytest.raises(dataclasses.FrozenInstanceError):
        target.name = "other"
    assert to_plain(target) == {"name": "XRCC4", "effect": "up", "through": None}
