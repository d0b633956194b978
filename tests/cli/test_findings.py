"""`exocosm findings`: a scorecard as a page, a table, a record and a few lines; computed once, then kept."""

from __future__ import annotations

import csv
import json
import os
import signal
from pathlib import Path

import pytest

from exocosm import findings, knowledge, report
from exocosm.cli import scorecard_cache
from exocosm.cli.scorecard_table import COLUMNS, write_table

QUICK = ("findings", "--system", "S7", "--draws", "8", "--shuffles", "0")


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch) -> Path:
    """An empty cache, and an empty folder that is the current one; returns where scorecards are kept."""
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(tmp_path / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path / "cache" / "exocosm" / "scorecards"


@pytest.fixture(scope="module")
def shipped():
    return knowledge.load()


@pytest.fixture(autouse=True)
def loaded_once(shipped, monkeypatch) -> None:
    """Reading the knowledge base is tested elsewhere."""
    monkeypatch.setattr(knowledge, "load", lambda: shipped)


@pytest.fixture
def computed(monkeypatch) -> list[dict]:
    """What `scorecard` was asked for, call by call; it scores no case, and its page is not drawn."""
    calls: list[dict] = []
    real = findings.scorecard

    def fake(vocabulary, cases, setting, *, beside, shuffles, progress):
        calls.append({"cases": len(cases), "draws": setting.draws, "beside": beside, "shuffles": shuffles})
        progress(1, 1, "verdicts")
        return real(vocabulary, (), setting, beside=False)

    def page(record, path):
        path.write_text(json.dumps(record), encoding="utf-8")
        return path

    monkeypatch.setattr(findings, "scorecard", fake)
    monkeypatch.setattr(report, "write_scorecard", page)
    return calls


def test_a_system_is_scored_and_leaves_page_table_and_record(exocosm_says):
    code, out, err = exocosm_says(*QUICK)
    assert code == 0, err
    folder = Path("runs/findings-S7")
    assert {path.name for path in folder.iterdir()} == {
        "scorecard.json", "scorecard.tsv", "scorecard.html"
    }  # fmt: skip
    record = json.loads((folder / "scorecard.json").read_text(encoding="utf-8"))
    assert record["format"] == findings.FORMAT
    assert record["setting"]["draws"] == 8 and record["about"]["findings"] == "S7"
    table = (folder / "scorecard.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
    assert [row["id"] for row in rows] == [row["id"] for row in record["read_outs"]]
    assert [row["verdict"] for row in rows] == [row["verdict"] for row in record["read_outs"]]
    assert len(out.splitlines()) <= 15
    assert f"{len(rows)} read-outs scored" in out
    assert out.splitlines()[-1] == f"Page: {folder / 'scorecard.html'}"
    assert "verdicts" in err and "at the four-fold dose" in err


def test_json_is_one_object_with_the_whole_record(exocosm_says):
    code, out, err = exocosm_says(*QUICK, "--no-beside", "--json", "--out", "mine")
    said = json.loads(out)
    assert (code, err, said["state"], said["exit_code"]) == (0, "", "done", 0)
    assert said["page"] == str(Path("mine") / "scorecard.html") and Path(said["page"]).is_file()
    assert said["beside"] == {} and said["read_outs"]


def test_quiet_prints_only_where_the_page_is(exocosm_says):
    assert exocosm_says(*QUICK, "--no-beside", "--quiet", "--out", "mine") == (
        0, f"{Path('mine') / 'scorecard.html'}\n", ""
    )  # fmt: skip


def test_a_system_without_a_case_in_scope_is_no_error(exocosm_says):
    code, out, _ = exocosm_says("findings", "--system", "S5", "--draws", "8")
    assert code == 0
    assert "0 cases with 0 read-outs scored, 2 out of scope" in out and "Nulls: not computed" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--system", "s10"), "Did you mean 'S10'?"),
        (("--system", "S99"), "Expected `system` to be one of"),
        (("--draws", "0"), "expected a number from 1"),
        (("--draws", "many"), "expected a whole number"),
        (("--shuffles", "-1"), "expected a number from 0"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(exocosm_says, words, said):
    code, out, err = exocosm_says("findings", *words)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
    assert not list(Path().iterdir())


def test_a_folder_in_use_is_left_as_it_is(exocosm_says, computed):
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years of work")
    code, _, err = exocosm_says("findings", "--out", "mine")
    assert code == 2 and "in use" in err
    assert not computed
    assert [path.name for path in Path("mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_interruption_ends_cleanly(exocosm_says, monkeypatch, stop, kept):
    def interrupted(*_, **__):
        os.kill(os.getpid(), stop)
        raise AssertionError("the signal came late")

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(findings, "scorecard", interrupted)
    try:
        code, out, err = exocosm_says("findings", "--system", "S7")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (code, out) == (130, "")
    assert err == "exocosm: interrupted.\n"
    assert not list(Path("runs").iterdir()) and not kept.exists()


def test_defaults_are_those_that_were_fixed_before_the_first_score(exocosm_says, computed):
    assert exocosm_says("findings", "--quiet")[0] == 0
    assert [(one["draws"], one["beside"], one["shuffles"]) for one in computed] == [(200, True, 1999)]


def test_a_second_call_takes_the_record_that_was_kept(exocosm_says, computed, kept):
    for out in ("a", "b"):
        assert exocosm_says(*QUICK, "--quiet", "--out", out)[0] == 0
    assert len(computed) == 1 and len(list(kept.iterdir())) == 1
    for name in ("scorecard.json", "scorecard.tsv", "scorecard.html"):
        assert Path("a", name).read_bytes() == Path("b", name).read_bytes()


@pytest.mark.parametrize(
    "other", [("--draws", "9"), ("--shuffles", "1"), ("--no-beside",), ("--system", "S16")]
)
def test_what_changes_the_result_is_computed_anew(exocosm_says, computed, other):
    assert exocosm_says(*QUICK, "--quiet")[0] == 0
    assert exocosm_says(*QUICK, *other, "--quiet")[0] == 0
    assert len(computed) == 2


def test_keys_depend_on_knowledge_version_and_sources(monkeypatch):
    first = scorecard_cache.key_of("a", {"draws": 8})
    assert first == scorecard_cache.key_of("a", {"draws": 8})
    assert first != scorecard_cache.key_of("b", {"draws": 8})
    monkeypatch.setattr(scorecard_cache, "__version__", "99")
    versioned = scorecard_cache.key_of("a", {"draws": 8})
    monkeypatch.setattr(scorecard_cache, "_sources_hash", lambda: "other")
    assert len({first, versioned, scorecard_cache.key_of("a", {"draws": 8})}) == 3


def test_a_changed_source_or_term_changes_the_hash_of_the_sources(tmp_path, monkeypatch):
    package = tmp_path / "exocosm"
    for name in ("cli/scorecard_cache.py", "findings/score.py", "findings/terms/terms.yaml"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("one")
    monkeypatch.setattr(scorecard_cache, "__file__", str(package / "cli" / "scorecard_cache.py"))
    seen = {scorecard_cache._sources_hash()}
    for name in ("findings/score.py", "findings/terms/terms.yaml"):
        (package / name).write_text("two")
        seen.add(scorecard_cache._sources_hash())
    assert len(seen) == 3
    (package / "cli" / "scorecard_cache.py").write_text("two")
    assert scorecard_cache._sources_hash() in seen


def damages(text: str) -> dict[str, str]:
    kept = json.loads(text)
    return {
        "empty": "",
        "cut off": text[: len(text) // 2],
        "no object": "[1, 2]",
        "deep": "[" * 100_000,
        "edited": json.dumps(kept | {"record": kept["record"] | {"verdicts": {"reproduced": 10**6}}}),
        "of another key": json.dumps(kept | {"key": "0" * 64}),
        "no record": json.dumps({"key": kept["key"]}),
        "not finite": json.dumps(kept | {"record": {"x": float("nan")}}),
    }


@pytest.mark.parametrize("damage", list(damages('{"record": {}, "key": ""}')))
def test_a_damaged_or_foreign_file_is_ignored_and_replaced(damage, exocosm_says, computed, kept):
    assert exocosm_says(*QUICK, "--quiet", "--out", "a")[0] == 0
    (file,) = kept.iterdir()
    whole = file.read_text(encoding="utf-8")
    file.write_text(damages(whole)[damage], encoding="utf-8")
    assert exocosm_says(*QUICK, "--quiet", "--out", "b")[0] == 0
    assert len(computed) == 2
    assert file.read_text(encoding="utf-8") == whole
    assert Path("a/scorecard.json").read_bytes() == Path("b/scorecard.json").read_bytes()


def test_bytes_that_are_no_text_are_ignored(exocosm_says, computed, kept):
    assert exocosm_says(*QUICK, "--quiet")[0] == 0
    next(kept.iterdir()).write_bytes(b"\xff\xfe\x00")
    assert exocosm_says(*QUICK, "--quiet")[0] == 0
    assert len(computed) == 2


def test_without_a_cache_folder_the_command_works_all_the_same(exocosm_says, computed, kept):
    kept.parents[1].write_text("a file where the folder should be")
    assert exocosm_says(*QUICK, "--quiet")[0] == 0
    assert len(computed) == 1


def test_the_table_is_safe_in_a_spreadsheet_and_keeps_its_columns(tmp_path):
    row = {
        "id": "=cmd()", "donor": "+a", "cargo": "@b", "recipient": "-c", "term": "a\tb\nc", "node": None,
        "inputs": [{"node": "PTEN", "sign": -1, "why": "direct target"}], "effect": -1, "class": "anti",
        "stand_in": True, "target_defines_node": False, "verdict": "contradicted", "why_not": "",
        "agrees": 0.0, "disagrees": 1.0, "median_effect": -0.25, "weight": 1 / 3,
    }  # fmt: skip
    text = write_table({"read_outs": [row]}, tmp_path / "t.tsv").read_text(encoding="utf-8")
    head, line = (one.split("\t") for one in text.splitlines())
    assert tuple(head) == COLUMNS
    assert line == [
        "'=cmd()", "'+a", "'@b", "'-c", "PTEN down (direct target)", "a b c", "", "down", "anti", "yes", "no",
        "contradicted", "", "0", "1", "-0.25", "0.333333",
    ]  # fmt: skip
