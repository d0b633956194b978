import json

import pytest

from exocosm import knowledge


@pytest.fixture(scope="module")
def base():
    return knowledge.load()


def test_search_finds_what_the_knowledge_base_finds(exocosm_says, base):
    code, out, err = exocosm_says("kb", "search", "--cargo", "miR-1246")
    expected = [statement.id for statement in base.find(cargo="hsa-miR-1246").statements]
    assert code == 0
    assert expected
    assert [line.split("\t")[0] for line in out.splitlines()] == ["id", *expected]
    assert f"{len(expected)} statement" in err


def test_search_as_json_holds_whole_records(exocosm_says, base):
    code, out, _ = exocosm_says("kb", "search", "--kind", "axis", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["found"] == len(base.axes) == len(found["statements"])
    by_id = {record["id"]: record for record in found["statements"]}
    axis = base.axes[0]
    assert by_id[axis.id]["donor"] == axis.donor
    assert len(by_id[axis.id]["evidence"]) == len(axis.evidence)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("donor", "glioblastoma cell"),
        ("recipient", "macrophage"),
        ("target", "TERF2IP"),
        ("phenotype", "M2 polarisation"),
        ("cancer", "glioma"),
        ("kind", "mechanism"),
        ("document", "glioma-sev-2022"),
        ("seen", "full_text"),
    ],
)
def test_each_option_narrows_the_search(exocosm_says, base, option, value):
    code, out, _ = exocosm_says("kb", "search", f"--{option}", value, "--json")
    assert code == 0
    assert 0 < json.loads(out)["found"] == len(base.find(**{option: value}).statements) < len(base.statements)


def test_words_and_options_are_joined_by_and(exocosm_says):
    words, kind, both = (
        {
            record["id"]
            for record in json.loads(exocosm_says("kb", "search", *asked, "--json")[1])["statements"]
        }
        for asked in (["hypoxia"], ["--kind", "sorting"], ["hypoxia", "--kind", "sorting"])
    )
    assert both
    assert both == words & kind


def test_limit_shows_some_and_counts_all(exocosm_says, base):
    _, out, err = exocosm_says("kb", "search", "--limit", "3")
    assert len(out.splitlines()) == 4
    assert f"{len(base.statements)} statements found; {len(base.statements) - 3} more" in err


def test_nothing_found_is_no_error(exocosm_says):
    code, out, err = exocosm_says("kb", "search", "no such words anywhere")
    assert code == 0
    assert len(out.splitlines()) == 1
    assert err == "0 statements found.\n"


@pytest.mark.parametrize(
    "asked",
    [
        ["--kind", "axes"],
        ["--seen", "dream"],
        ["--cargo", "miR-99999"],
        ["--cancer", "moon"],
        ["--limit", "0"],
    ],
)
def test_unknown_words_are_bad_input(exocosm_says, asked):
    code, out, err = exocosm_says("kb", "search", *asked)
    assert (code, out) == (2, "")
    assert asked[1] in err


def test_show_gives_the_card_of_a_name(exocosm_says, base):
    assert exocosm_says("kb", "show", "miR-1246") == (0, knowledge.card(base, "miR-1246") + "\n", "")


def test_show_gives_one_statement_by_its_id(exocosm_says, base):
    identifier = base.axes[0].id
    code, out, _ = exocosm_says("kb", "show", identifier)
    assert code == 0
    assert f"[{identifier}]" in out
    assert out.count("    [") == 1


def test_show_as_json_holds_the_sources_too(exocosm_says, base):
    record = json.loads(exocosm_says("kb", "show", "hsa-miR-1246", "--json")[1])
    assert [statement["id"] for statement in record["statements"]] == [
        s.id for s in base.about("hsa-miR-1246")
    ]
    assert record["references"]


def test_show_suggests_a_name(exocosm_says):
    code, _, err = exocosm_says("kb", "show", "TERF2PI")
    assert code == 2
    assert "TERF2IP" in err


GOOD = """\
topic: test
statements:
  - id: mech-test
    kind: mechanism
    source: STAT3
    target: TERF2IP
    effect: up
    evidence: [{seen: memory, where: nowhere}]
"""


def test_validate_accepts_a_sound_file(exocosm_says, tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD)
    code, out, _ = exocosm_says("kb", "validate", str(tmp_path / "good.yaml"))
    assert code == 0
    assert "no problems" in out


def test_validate_names_line_and_remedy(exocosm_says, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(GOOD.replace("effect: up", "effect: upp").replace("TERF2IP", "TERF2PI"))
    code, out, _ = exocosm_says("kb", "validate", str(bad))
    assert code == 2
    assert f"{bad}:7: " in out
    code, out, _ = exocosm_says("kb", "validate", str(bad), "--json")
    record = json.loads(out)
    assert code == record["exit_code"] == 2
    assert not record["valid"]
    assert 7 in [problem["line"] for problem in record["problems"]]


def test_validate_of_a_file_that_is_not_there_is_bad_input(exocosm_says, tmp_path):
    code, out, err = exocosm_says("kb", "validate", str(tmp_path / "none.yaml"))
    assert code == 2
    assert "none.yaml" in out + err
