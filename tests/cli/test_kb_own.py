"""Files of one's own on the command line: begun, checked, joined, and taking part in every question."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
import yaml

from exocosm import knowledge

PAGE = Path(__file__).resolve().parents[2] / "docs" / "knowledge" / "own.md"

STATEMENTS = """\
topic: test
statements:
  - id: own-up
    kind: mechanism
    source: TERF2IP
    target: BTG2
    effect: up
    evidence: [{seen: memory, where: notes}]
"""
TABLE = """\
kind,donor,cargo,recipient,target,target_effect,phenotype,phenotype_effect,cancer,seen,where
axis,glioblastoma cell,PD-L1,neutrophil,BTG2,up,proliferation,up,glioblastoma,memory,notes
"""
ID = "mine-cd274-neutrophil-btg2"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(STATEMENTS)
    (tmp_path / "mine.csv").write_text(TABLE)
    return tmp_path


@pytest.mark.parametrize("name", ["begin.yaml", "begin.csv"])
def test_a_new_file_is_valid_as_it_stands_and_never_replaced_unasked(exocosm_says, folder, name):
    code, out, _ = exocosm_says("kb", "new", name, "--kind", "biomarker")
    assert code == 0
    assert f"exocosm kb validate {name}" in out
    assert exocosm_says("kb", "validate", name)[0] == 0
    (folder / name).write_text("mine")
    code, _, err = exocosm_says("kb", "new", name)
    assert code == 2
    assert "--force" in err
    assert (folder / name).read_text() == "mine"
    assert exocosm_says("kb", "new", name, "--force")[0] == 0
    assert "axis" in (folder / name).read_text()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["a.yaml", "--kind", "axes"], "Did you mean 'axis'"),
        (["a.txt"], ".yaml, .csv or .tsv"),
        (["none/a.yaml"], "no folder 'none'"),
    ],
)
def test_a_new_file_needs_a_kind_an_ending_and_a_folder(exocosm_says, folder, asked, said):
    code, _, err = exocosm_says("kb", "new", *asked)
    assert code == 2
    assert said in err
    assert not (folder / "a.yaml").exists()


def test_validate_takes_tables(exocosm_says, folder):
    assert exocosm_says("kb", "validate", "mine.csv", "own.yaml")[0] == 0
    (folder / "bad.csv").write_text(TABLE.replace("neutrophil", "neutrofil"))
    code, out, _ = exocosm_says("kb", "validate", "bad.csv")
    assert code == 2
    assert f"{folder / 'bad.csv'}:2: recipient: " in out
    assert "'neutrophil'" in out


def test_merge_lists_what_joins_and_every_conflict(exocosm_says, folder):
    opposite = STATEMENTS.replace("own-up", "own-down").replace("effect: up", "effect: down")
    (folder / "more.yaml").write_text(opposite)
    code, out, err = exocosm_says("kb", "merge", "mine.csv", "own.yaml", "more.yaml")
    assert code == 0
    assert ID in out
    assert "contradiction\town-up\tsays the opposite of own-down" in out
    assert err == "New: 3 statements. 1 conflict.\n"
    code, out, _ = exocosm_says("kb", "merge", "mine.csv", "own.yaml", "more.yaml", "--json")
    found = json.loads(out)
    assert code == found["exit_code"] == 0
    assert found["added"]["statements"] == 3
    assert [conflict["kind"] for conflict in found["conflicts"]] == ["contradiction"]
    assert found["conflicts"][0]["place"].endswith("own.yaml:3")


def test_merge_refuses_files_with_problems(exocosm_says, folder):
    (folder / "bad.csv").write_text(TABLE.replace("memory", "memry"))
    code, out, err = exocosm_says("kb", "merge", "mine.csv", "bad.csv", "-o", "out.yaml")
    assert code == 2
    assert f"{folder / 'bad.csv'}:2: seen: " in out
    assert "nothing was joined" in err
    assert not (folder / "out.yaml").exists()
    record = json.loads(exocosm_says("kb", "merge", "bad.csv", "--json")[1])
    assert (record["valid"], record["exit_code"]) == (False, 2)
    assert [problem["line"] for problem in record["problems"]] == [2]


def test_merge_writes_one_clean_file_that_gives_the_same_base(exocosm_says, folder):
    code, _, err = exocosm_says("kb", "merge", "mine.csv", "own.yaml", "-o", "out.yaml")
    assert code == 0
    assert "Written to out.yaml" in err
    content = yaml.safe_load((folder / "out.yaml").read_text(encoding="utf-8"))
    assert [statement["id"] for statement in content["statements"]] == [ID, "own-up"]
    assert knowledge.load("out.yaml").sha256 == knowledge.load("mine.csv", "own.yaml").sha256
    assert exocosm_says("kb", "validate", "out.yaml")[0] == 0


@pytest.mark.parametrize("name", ["own.yaml", "out.csv"])
def test_merge_writes_neither_over_what_it_reads_nor_another_format(exocosm_says, folder, name):
    before = (folder / "own.yaml").read_text()
    code, _, err = exocosm_says("kb", "merge", "own.yaml", "-o", name)
    assert code == 2
    assert name in err
    assert (folder / "own.yaml").read_text() == before
    assert not (folder / "out.csv").exists()


def test_own_files_take_part_in_every_question(exocosm_says, folder):
    both = ("--with", "mine.csv", "--with", "own.yaml")

    def say(*words):
        code, out, err = exocosm_says("kb", *words, *both)
        assert (code, err if "conflict" in err else "") == (0, "")
        return out

    assert ID in say("search", "--recipient", "neutrophil")
    assert ID in say("show", "CD274")
    whole = json.loads(say("stats", "--json"))["in all"]["statements"]
    assert whole == len(knowledge.load()) + 2
    say("export", "--target", "BTG2", "--format", "tsv", "-o", "out.tsv")
    rows = csv.DictReader(io.StringIO((folder / "out.tsv").read_text(encoding="utf-8")), delimiter="\t")
    assert {"own-up", ID} <= {row["id"] for row in rows}
    way = STATEMENTS.replace("own-up", "own-way").replace("BTG2", "MRC1").replace("TERF2IP", "BTG2")
    (folder / "way.yaml").write_text(way)
    assert "BTG2" in say("paths", "BTG2", "M2 polarisation", "--with", "way.yaml")
    assert ID in say("near", "neutrophil")
    assert ID in say("compare", "glioblastoma", "glioma")
    (folder / "gap.csv").write_text(TABLE.replace("PD-L1", ""))
    assert "no cargo named\tgap-glioblastoma-cell-neutrophil-btg2" in say("gaps", "--with", "gap.csv")


def test_a_question_says_that_there_are_conflicts(exocosm_says, folder):
    (folder / "more.yaml").write_text(STATEMENTS.replace("own-up", "own-again"))
    files = ("--with", "own.yaml", "--with", "more.yaml")
    code, out, err = exocosm_says("kb", "search", "--target", "BTG2", *files, "--json")
    assert code == 0
    assert json.loads(out)["found"] >= 2
    assert "1 conflict with the knowledge base: `exocosm kb merge own.yaml more.yaml` lists them." in err


def test_a_bad_file_of_ones_own_stops_a_question(exocosm_says, folder):
    (folder / "bad.yaml").write_text(STATEMENTS.replace("BTG2", "nobody"))
    code, out, err = exocosm_says("kb", "search", "--with", "bad.yaml")
    assert (code, out) == (2, "")
    assert "bad.yaml:6" in err
    assert exocosm_says("kb", "stats", "--with", "none.yaml")[0] == 2


# The page of the documentation, done as printed


def steps(text):
    """Yield (file, content) for each file that the page shows and ("", command) for each command."""
    for match in re.finditer(
        r"(?:`(?P<file>[\w.-]+)`:\n\n)?```(?P<kind>\w+)\n(?P<code>.*?)```", text, re.DOTALL
    ):
        if match["file"]:
            yield match["file"], match["code"]
        elif match["kind"] == "console":
            yield from (("", line[2:]) for line in match["code"].splitlines() if line.startswith("$ "))


def test_the_page_of_the_documentation_works_as_printed(exocosm_says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = 0
    for file, content in steps(PAGE.read_text(encoding="utf-8")):
        if file:
            (tmp_path / file).write_text(content, encoding="utf-8")
        elif not content.startswith("exocosm run"):
            words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', content.partition("#")[0])]
            code, out, err = exocosm_says(*words[1:])
            assert code == 0, (content, out, err)
            done += 1
    assert done >= 8
