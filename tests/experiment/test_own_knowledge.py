"""A study with knowledge files of its own: they take part, are kept, and run again from the folder."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest
import yaml

from exocosm.errors import InputError
from exocosm.experiment import load_study, run
from exocosm.model import Model

module = sys.modules["exocosm.experiment.run"]

AXIS = {
    "id": "own-mir-1246-macrophage",
    "kind": "axis",
    "donor": "glioblastoma cell",
    "cargo": "hsa-miR-1246",
    "cargo_level": "up",
    "recipient": "macrophage",
    "targets": [{"name": "TERF2IP", "effect": "down"}],
    "evidence": [{"seen": "memory", "where": "notes"}],
}
TABLE = """\
kind,agent,target,target_effect,cells,seen,where
mechanism,TERF2IP,MRC1,down,macrophage,memory,notes
"""
MECHANISM = "mine-terf2ip-mrc1"


@pytest.fixture(scope="module")
def record(tissue_record):
    """A tiny study on an axis of the user's own."""
    made = tissue_record()
    made.update(axes=[AXIS["id"]], knowledge=["own/axes.yaml", "mine.csv"], duration="30 min", replicates=1)
    made["readouts"] = [
        readout for readout in made["readouts"] if readout["name"] in ("terf2ip", "m2-programme")
    ]
    made["readouts"][0]["statements"] = [AXIS["id"]]
    made.pop("titration")
    return made


def write_study(folder: Path, record: dict) -> Path:
    (folder / "own").mkdir()
    statements = {"topic": "own", "statements": [AXIS]}
    (folder / "own" / "axes.yaml").write_text(yaml.safe_dump(statements), encoding="utf-8")
    (folder / "mine.csv").write_text(TABLE, encoding="utf-8")
    (folder / "tiny.yaml").write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
    return folder / "tiny.yaml"


@pytest.fixture
def study_file(tmp_path, record) -> Path:
    return write_study(tmp_path, record)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, record) -> Path:
    place = tmp_path_factory.mktemp("own")
    return run(load_study(write_study(place, record)), out=place / "run", threads=1).folder


def test_paths_are_relative_to_the_study_file(study_file, monkeypatch):
    monkeypatch.chdir(study_file.parent / "own")
    study = load_study(study_file)
    assert study.knowledge == (study_file.parent / "own" / "axes.yaml", study_file.parent / "mine.csv")
    assert load_study("gbm-hypoxia-macrophage").knowledge == ()


def test_own_statements_are_in_the_model_and_kept_with_the_run(folder):
    kept = json.loads((folder / "statements.json").read_text())
    assert {AXIS["id"], MECHANISM} <= {statement["id"] for statement in kept["statements"]}
    model = Model.load(folder / "model.json")
    (macrophage,) = (kind for kind in model.cell_kinds if kind.name == "macrophage")
    assert any(AXIS["id"] in link.statements for link in macrophage.network.links)
    assert any(MECHANISM in edge.statements for edge in macrophage.network.edges)


def test_the_run_folder_keeps_the_files_and_names_them_with_their_hash(folder):
    kept = json.loads((folder / "provenance.json").read_text())["knowledge"]
    assert kept["version"].endswith("+own")
    assert [(file["named"], file["file"]) for file in kept["own"]] == [
        ("own/axes.yaml", "knowledge/axes.yaml"),
        ("mine.csv", "knowledge/mine.csv"),
    ]
    for file in kept["own"]:
        assert hashlib.sha256((folder / file["file"]).read_bytes()).hexdigest() == file["sha256"]
    assert (folder / "knowledge" / "mine.csv").read_text() == TABLE
    assert yaml.safe_load((folder / "study.yaml").read_text())["knowledge"] == [
        "knowledge/axes.yaml",
        "knowledge/mine.csv",
    ]


def test_the_folder_runs_again_to_the_same_bytes_wherever_it_is(folder, tmp_path):
    moved = folder.rename(tmp_path / "moved")
    again = run(load_study(moved / "study.yaml"), out=tmp_path / "again", threads=1).folder
    moved.rename(folder)
    for name in ("tables/readouts.csv", "study.yaml", "statements.json", "knowledge/mine.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
    one, two = (json.loads((place / "provenance.json").read_text()) for place in (folder, again))
    assert one["study_sha256"] == two["study_sha256"]
    assert one["knowledge"]["sha256"] == two["knowledge"]["sha256"]


def test_two_files_of_one_name_are_both_kept(study_file, record, tmp_path):
    (tmp_path / "own" / "mine.csv").write_text(TABLE.replace("TERF2IP,MRC1", "STAT3,PTEN"), encoding="utf-8")
    names = [*record["knowledge"], "own/mine.csv"]
    study_file.write_text(yaml.safe_dump({**record, "knowledge": names}, sort_keys=False), encoding="utf-8")
    kept = run(load_study(study_file), out=tmp_path / "run", threads=1).folder
    again = load_study(kept / "study.yaml")
    assert [path.read_text().count("STAT3,PTEN") for path in again.knowledge] == [0, 0, 1]
    assert [path.name for path in again.knowledge] == ["axes.yaml", "mine.csv", "mine.csv"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["none.yaml"], r"`knowledge\[0\]`: there is no file .*none.yaml.*relative to the folder"),
        (["own"], r"there is no file"),
        (["mine.csv", "own/../mine.csv"], r"`knowledge\[1\]` names .* a second time"),
        ("mine.csv", "is not of type 'array'"),
    ],
)
def test_a_missing_file_is_refused_when_the_study_is_read(study_file, record, names, said):
    study_file.write_text(yaml.safe_dump({**record, "knowledge": names}, sort_keys=False), encoding="utf-8")
    with pytest.raises(InputError, match=f"(?s){said}"):
        load_study(study_file)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.replace("MRC1", "nothing such"), "mine.csv:2: target: .*nothing such"),
        (TABLE.replace("kind,", "kid,"), "mine.csv:1: kid: is no column"),
    ],
)
def test_a_broken_file_is_refused_before_anything_is_written(study_file, tmp_path, monkeypatch, table, said):
    study = load_study(study_file)
    monkeypatch.setattr(module, "execute_all", lambda *_: pytest.fail("something was run"))
    (tmp_path / "mine.csv").write_text(table, encoding="utf-8")
    with pytest.raises(InputError, match=f"(?s)knowledge` of study 'tiny-tissue' cannot be used.*{said}"):
        run(study, out=tmp_path / "run", threads=1)
    assert not (tmp_path / "run").exists()


def test_a_setting_names_files_too(study_file):
    study = load_study(study_file, {"knowledge": "[own/axes.yaml]"})
    assert [path.name for path in study.knowledge] == ["axes.yaml"]


def test_a_study_without_files_of_its_own_says_nothing_of_them(tissue, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "execute_all", lambda *_: None)
    kept = run(tissue, out=tmp_path / "run", threads=1).folder
    assert "own" not in json.loads((kept / "provenance.json").read_text())["knowledge"]
    assert not (kept / "knowledge").exists()
    assert "knowledge" not in yaml.safe_load((kept / "study.yaml").read_text())
