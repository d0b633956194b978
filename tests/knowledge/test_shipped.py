"""What must hold for the curated data."""

import os

import pytest

from exocosm.knowledge import check_quotes, shortcuts, validate


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


def test_quotes_are_literal(shipped):
    folder = os.environ.get("EXOCOSM_DOCUMENTS")
    if not folder:
        pytest.skip(
            "set EXOCOSM_DOCUMENTS to a folder with the texts of the documents to compare quotes with them"
        )
    assert [str(problem) for problem in check_quotes(shipped, folder)] == []
