"""What must hold for the curated data."""

import os
import re
import time

import pytest

from exocosm.knowledge import check_citations, check_quotes, ground, load, shortcuts, validate
from exocosm.knowledge.record import strings


def test_shipped_data_have_no_problems():
    assert [str(problem) for problem in validate()] == []


def test_no_influence_acts_straight_on_a_phenotype(shipped):
    assert shortcuts(shipped) == []


def test_statements_findings_and_phenotypes_are_there(shipped):
    assert shipped.axes
    assert shipped.influences
    assert shipped.findings
    assert shipped.phenotypes


def test_every_name_resolves_to_itself(shipped):
    for entity in shipped.entities:
        assert shipped.entity(entity.name) is entity


@pytest.fixture
def documents():
    folder = os.environ.get("EXOCOSM_DOCUMENTS")
    if not folder:
        pytest.skip("set EXOCOSM_DOCUMENTS to a folder with the texts of the documents to compare with them")
    return folder


def test_quotes_are_literal(shipped, documents):
    assert [str(problem) for problem in check_quotes(shipped, documents)] == []


def test_reference_numbers_lead_to_the_papers_recorded(shipped, documents):
    assert [str(problem) for problem in check_citations(shipped, documents)] == []


def test_a_quote_is_short(shipped):
    quotes = [(s.id, e.quote) for s in shipped for e in s.evidence if e.quote]
    assert [identifier for identifier, quote in quotes if len(quote.split()) > 30] == []


def test_every_statement_has_evidence_and_every_entity_an_identifier_or_a_reason(shipped):
    assert [s.id for s in shipped if not s.evidence] == []
    assert [e.name for e in shipped.entities if not (e.id or e.reason)] == []


def test_no_way_from_cargo_to_phenotype_without_molecules_unless_said(shipped):
    silent = [axis for axis in shipped.axes if axis.phenotypes and not (axis.targets or axis.pathways)]
    assert silent
    assert {axis.mechanism for axis in silent} == {"not stated"}


def test_a_paper_cited_by_two_documents_is_one_reference(shipped):
    dois = [reference.doi.casefold() for reference in shipped.references if reference.doi]
    assert len(dois) == len(set(dois))
    both = [s for s in shipped if {"tam-mirna-2022", "glioma-sev-2022"} <= {e.document for e in s.evidence}]
    assert both
    for statement in both:
        assert len({e.reference for e in statement.evidence if e.reference}) < len(statement.evidence)


def test_a_phenotype_and_the_entity_of_its_name_have_one_identifier(shipped):
    entities = {entity.name: entity for entity in shipped.entities}
    both = [
        (phenotype, entities[phenotype.name])
        for phenotype in shipped.phenotypes
        if phenotype.name in entities
    ]
    assert [phenotype.name for phenotype, entity in both if phenotype.id != entity.id] == []


def test_identifiers_of_rnas_are_those_of_the_shipped_table(shipped):
    wrong = []
    for entity in shipped.entities:
        if entity.type == "miRNA" and entity.id is not None:
            grounded = ground(entity.name, types=["miRNA"])
            if grounded.id != entity.id:
                wrong.append((entity.name, entity.id, grounded.id))
    assert wrong == []


def test_loading_and_asking_are_quick(shipped):
    """Generous bounds on the processor's time; the figures are in benchmarks/results."""
    start = time.process_time()
    load()
    loaded = time.process_time()
    shipped.find(text="hypoxia", cargo="hsa-miR-21-5p")
    assert loaded - start < 5.0
    assert time.process_time() - loaded < 2.0


def test_notes_speak_of_the_matter_and_not_of_how_they_were_made(shipped):
    talk = re.compile(
        r"\b(reading [AB]|both readings|part 00|by contract|next record|record before)\b|\.yaml|: \{", re.I
    )
    written = [
        (s.id, text) for s in shipped for text in (s.note, s.claim, s.correction and s.correction.reason)
    ]
    assert [identifier for identifier, text in written if text and talk.search(text)] == []


def test_no_record_names_a_place_on_somebodys_machine(shipped):
    here = re.compile(r"(^|[\s('\"])(/tmp|/home|/work|/Users|[A-Z]:\\)[/\w]")
    written = [
        text
        for record in (*shipped.statements, *shipped.phenotypes, *shipped.references)
        for text in strings(record)
    ]
    assert [text for text in written if here.search(text)] == []
