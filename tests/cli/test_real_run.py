"""The commands with the real laboratory behind them: small, but nothing is replaced."""

import json
from pathlib import Path

import pytest
import yaml

from exocosm.cli import main
from exocosm.cli.studies import SHIPPED
from exocosm.experiment import load_study, studies

SMALL = ["--set", "duration=1 h", "--set", "record_every=30 min", "--replicates", "1", "--quiet"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a small run: a shipped study, copied and cut down to two arms as a user would."""
    place = tmp_path_factory.mktemp("run")
    study = yaml.safe_load((SHIPPED / "gbm-hypoxia-macrophage.yaml").read_text(encoding="utf-8"))
    study["arms"] = study["arms"][:2]
    del study["titration"]
    (place / "my-study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    words = ["run", str(place / "my-study.yaml"), *SMALL, "--seed", "3", "--threads", "1"]
    assert main([*words, "--out", str(place / "first")]) == 0
    return place / "first"


def test_the_folder_says_what_was_run(folder):
    assert json.loads((folder / "status.json").read_text())["state"] == "done"
    study = yaml.safe_load((folder / "study.yaml").read_text())
    assert (study["duration"], study["seed"], study["replicates"]) == ("1 h", 3, 1)
    assert (folder / "report.html").stat().st_size > 1000


def test_the_file_in_the_folder_runs_again_to_the_same_bits_on_other_threads(folder, tmp_path, exocosm_says):
    words = ["run", str(folder / "study.yaml"), "--threads", "2", "--json", "--out", str(tmp_path / "second")]
    code, out, _ = exocosm_says(*words)
    assert code == 0
    assert json.loads(out)["seed"] == 3
    name = Path("tables") / "readouts.csv"
    assert (tmp_path / "second" / name).read_bytes() == (folder / name).read_bytes()


def test_the_report_can_be_written_again(folder, exocosm_says):
    (folder / "report.html").unlink()
    code, out, _ = exocosm_says("report", str(folder), "--json")
    assert code == 0
    assert Path(json.loads(out)["report"]).is_file()


def test_every_shipped_study_is_listed_shown_and_can_be_loaded(exocosm_says, tmp_path):
    listed = json.loads(exocosm_says("studies", "list", "--json")[1])["studies"]
    assert [study["name"] for study in listed] == [study.name for study in studies()]
    assert {"gbm-hypoxia-macrophage", "gbm-tmz-transfer"} <= {study["name"] for study in listed}
    for study in listed:
        assert all(study.values())
        (tmp_path / "copy.yaml").write_text(
            exocosm_says("studies", "show", study["name"])[1], encoding="utf-8"
        )
        assert load_study(tmp_path / "copy.yaml", {}).name == study["name"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gbm-hypoxia-macrophag"], "gbm-hypoxia-macrophage"),
        (["no-such-file.yaml"], "no-such-file.yaml"),
        (["gbm-hypoxia-macrophage", "--set", "duration=24"], "duration"),
        (["gbm-hypoxia-macrophage", "--set", "duration=24 parsec"], "parsec"),
        (["gbm-hypoxia-macrophage", "--set", "durration=24 h"], "durration"),
    ],
)
def test_what_cannot_be_run_is_said_and_leaves_nothing(words, said, exocosm_says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = exocosm_says("run", *words)
    assert (code, out) == (2, "")
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_doctor_is_content(exocosm_says):
    code, out, _ = exocosm_says("doctor", "--json")
    assert code == 0, out
