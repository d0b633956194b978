"""``exocosm resume`` apart from what it resumes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import exocosm.experiment
from exocosm.errors import InputError
from exocosm.experiment import RunResult


@pytest.fixture
def resumed(laboratory, monkeypatch):
    """A run folder cut off in the middle; going on with it ends in the state asked for."""
    folder = Path("runs/mine")
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text("name: tiny-study\n")
    (folder / "status.json").write_text('{"state": "running"}')
    calls = []

    def resume(place, *, progress, **asked):
        calls.append(asked)
        progress(2, 2, "arm two")
        (place / "status.json").write_text('{"state": "done"}')
        return RunResult(folder=place, state=laboratory.state)

    monkeypatch.setattr(exocosm.experiment, "resume", resume)
    return calls


def test_a_resumed_run_ends_with_its_report(resumed, exocosm_says):
    code, out, _ = exocosm_says("resume", "runs/mine", "--threads", "2")
    assert code == 0
    assert Path("runs/mine/report.html").is_file()
    assert "Report:" in out
    assert resumed == [{"threads": 2, "other_machine": False}]


def test_nothing_to_resume_is_one_line_and_no_error(resumed, exocosm_says):
    exocosm_says("resume", "runs/mine", "--quiet")
    code, out, err = exocosm_says("resume", "runs/mine", "--quiet")
    assert (code, err) == (0, "")
    assert out == f"nothing to resume: the run in {Path('runs/mine')} is done.\n"
    assert json.loads(exocosm_says("resume", "runs/mine", "--json")[1])["state"] == "done"


def test_an_interruption_says_how_to_go_on(resumed, laboratory, exocosm_says):
    laboratory.state = "interrupted"
    code, _, err = exocosm_says("resume", "runs/mine", "--quiet")
    assert code == 130
    assert "exocosm resume runs/mine" in err


def test_a_refusal_is_one_line(resumed, monkeypatch, exocosm_says):
    def refuse(*_, **__):
        raise InputError("made by Exocosm 0.0.1.")

    monkeypatch.setattr(exocosm.experiment, "resume", refuse)
    code, out, err = exocosm_says("resume", "runs/mine")
    assert (code, out, err) == (2, "", "exocosm: made by Exocosm 0.0.1.\n")
