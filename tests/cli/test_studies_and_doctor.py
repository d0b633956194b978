import json
from pathlib import Path

import pytest

import exocosm.cli.doctor
import exocosm.cli.studies
import exocosm.knowledge


def test_studies_are_listed(laboratory, exocosm_says):
    code, out, _ = exocosm_says("studies", "list")
    assert code == 0
    assert out.splitlines()[1].split("\t") == ["tiny-study", "A [bold] title", "S4, S10", "dish", "1 min"]
    (study,) = json.loads(exocosm_says("studies", "list", "--json")[1])["studies"]
    assert study["systems"] == ["S4", "S10"]


def test_the_file_of_a_study_is_printed_as_it_is(laboratory, exocosm_says, monkeypatch):
    Path("tiny-study.yaml").write_text("name: tiny-study  # comments stay\n")
    monkeypatch.setattr(exocosm.cli.studies, "SHIPPED", Path())
    assert exocosm_says("studies", "show", "tiny-study") == (0, "name: tiny-study  # comments stay\n", "")
    assert json.loads(exocosm_says("studies", "show", "tiny-study", "--json")[1])["name"] == "tiny-study"


def test_an_unknown_study_is_bad_input(laboratory, exocosm_says):
    code, _, err = exocosm_says("studies", "show", "tiny-studi")
    assert code == 2
    assert "Did you mean 'tiny-study'" in err


def test_doctor_finds_everything_in_order(laboratory, exocosm_says):
    code, out, _ = exocosm_says("doctor", "--json")
    record = json.loads(out)
    assert code == 0
    assert record["ok"]
    found = {check["name"]: check["detail"] for check in record["checks"]}
    assert f"{len(exocosm.knowledge.load().statements)} statements" in found["knowledge base"]
    assert found["studies"] == "tiny-study"
    assert "GiB" in found["memory"]
    assert record["versions"]["exocosm"] == exocosm.__version__
    assert list(Path().iterdir()) == []


def test_doctor_says_what_is_broken_and_looks_at_the_rest(laboratory, exocosm_says, monkeypatch):
    def broken():
        raise ValueError("line 3 is upside down")

    monkeypatch.setattr(exocosm.knowledge, "load", broken)
    code, out, _ = exocosm_says("doctor")
    assert code == 1
    assert "FAIL  knowledge base  ValueError: line 3 is upside down" in out
    assert "ok    studies" in out


def test_memory_is_that_of_the_machine_or_less(laboratory):
    assert 2**28 < exocosm.cli.doctor.installed_memory() < 2**50


@pytest.mark.parametrize(("limit", "expected"), [("max\n", None), ("1073741824\n", 2**30)])
def test_the_limit_of_a_container_counts(monkeypatch, limit, expected):
    whole = exocosm.cli.doctor.installed_memory()
    monkeypatch.setattr(Path, "read_text", lambda self, *args: limit)
    found = exocosm.cli.doctor.installed_memory()
    assert found == expected if expected else found >= whole
