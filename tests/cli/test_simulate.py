"""`exocosm simulate` and `exocosm model`: files in, folders and tables out."""

from __future__ import annotations

import csv
import json
import os
import signal
from pathlib import Path

import pytest

from exocosm.model import Model
from exocosm.trajectory import Trajectory

from ..model.physicell.small import project


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Path:
    """The settings of a small project, in an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return project(tmp_path)


def test_a_project_of_physicell_runs_and_leaves_a_folder(exocosm_says, settings, tmp_path):
    code, out, err = exocosm_says(
        "simulate", str(settings), "--duration", "24 min", "--record-every", "12 min", "--seed", "3",
        "--threads", "1", "--out", "result",
    )  # fmt: skip
    assert code == 0, err
    assert "After 0.4 h:" in out and "Folder: result" in out
    folder = tmp_path / "result"
    assert {path.name for path in folder.iterdir()} == {
        "model.json", "trajectory.zarr", "books.csv", "cells.csv", "provenance.json", "notes.txt",
        "last_frame.png",
    }  # fmt: skip
    assert Trajectory.load(folder / "trajectory.zarr").times.tolist() == [0.0, 12.0, 24.0]
    rows = list(csv.DictReader((folder / "cells.csv").read_text().splitlines()))
    assert (rows[0]["kind"], rows[0]["time_min"], rows[0]["custom:onco"]) == ("tumour", "24.0", "2.0")
    record = json.loads((folder / "provenance.json").read_text())
    assert (record["seed"], record["state"], record["model_file"]) == (3, "done", "PhysiCell_settings.xml")
    assert Model.load(folder / "model.json").name == "small_project"


def test_the_saved_model_runs_to_the_same_cells(exocosm_says, settings, tmp_path):
    assert exocosm_says("model", "convert", str(settings), "model.json")[0] == 0
    for model, out in ((str(settings), "a"), ("model.json", "b")):
        code, said, _ = exocosm_says("simulate", model, "--duration", "12 min", "--out", out, "--quiet")
        assert (code, said) == (0, f"{out}\n")
    assert (tmp_path / "a" / "cells.csv").read_bytes() == (tmp_path / "b" / "cells.csv").read_bytes()


def test_ctrl_c_keeps_the_frames_so_far_and_resume_goes_on(exocosm_says, settings, tmp_path, monkeypatch):
    import exocosm.engine

    simulate = exocosm.engine.simulate

    def interrupted(model, *, progress, **how):
        def once(time):
            progress(time)
            if time == 12.0:
                os.kill(os.getpid(), signal.SIGINT)

        return simulate(model, progress=once, **how)

    words = ("simulate", str(settings), "--duration", "36 min", "--record-every", "6 min", "--json")
    assert exocosm_says(*words, "--out", "whole")[0] == 0
    monkeypatch.setattr(exocosm.engine, "simulate", interrupted)
    code, out, err = exocosm_says(*words, "--out", "half")
    assert code == 130
    assert "interrupted at 0.3 h. `exocosm resume half` goes on." in err
    assert json.loads(out)["state"] == "interrupted"
    assert Trajectory.load(tmp_path / "half" / "trajectory.zarr").times.tolist() == [0.0, 6.0, 12.0, 18.0]
    code, out, err = exocosm_says("resume", "half")
    assert code == 0, err
    assert not (tmp_path / "half" / "checkpoints").exists()
    for name in ("cells.csv", "books.csv"):
        assert (tmp_path / "half" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert exocosm_says("resume", "half")[0] == 0  # it is done: the same again


def test_a_run_killed_before_its_first_checkpoint_starts_again(exocosm_says, settings, tmp_path):
    assert exocosm_says("simulate", str(settings), "--duration", "12 min", "--out", "whole")[0] == 0
    record = json.loads((tmp_path / "whole" / "provenance.json").read_text())
    before = (tmp_path / "whole" / "cells.csv").read_bytes()
    (tmp_path / "whole" / "provenance.json").write_text(json.dumps(record | {"state": "running"}))
    (tmp_path / "whole" / "cells.csv").unlink()
    assert exocosm_says("resume", "whole", "--quiet")[0] == 0
    assert (tmp_path / "whole" / "cells.csv").read_bytes() == before
    (tmp_path / "whole" / "provenance.json").write_text("{")
    code, _, err = exocosm_says("resume", "whole")
    assert code == 2 and "Could not read what was asked" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.json", "--duration", "1 h"], "There is no file"),
        (["SETTINGS", "--duration", "1"], "`--duration`"),
        (["SETTINGS", "--duration", "7 min"], "multiple of the cell step"),
        (["SETTINGS", "--duration", "1 h", "--record-every", "0 h"], "`--record-every` above 0"),
        (["SETTINGS"], "--duration"),
        (["cells.csv", "--duration", "1 h"], "Expected a model in .json"),
    ],
)
def test_bad_words_end_in_a_line_and_leave_nothing(words, said, exocosm_says, settings, tmp_path):
    (tmp_path / "cells.csv").write_text("")
    words = [str(settings) if word == "SETTINGS" else word for word in words]
    code, _, err = exocosm_says("simulate", *words, "--out", "none")
    assert code == 2
    assert said in err and "Traceback" not in err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"format": "exocosm-model-1", "name": 3}', "Could not read a model"),
        ("no json", "Could not read a model"),
    ],
)
def test_a_file_that_is_no_model_is_refused(content, said, exocosm_says, tmp_path):
    (tmp_path / "bad.json").write_text(content)
    code, _, err = exocosm_says("model", "check", str(tmp_path / "bad.json"))
    assert code == 2
    assert said in err


def test_check_says_what_was_understood_and_what_not(exocosm_says, settings):
    code, out, _ = exocosm_says("model", "check", str(settings))
    assert code == 0
    assert "2 cell kinds: tumour, killer" in out and "3 cells at the start, 2 rules" in out
    assert "differs: lengths of steps" in out
    code, out, _ = exocosm_says("model", "check", str(settings), "--json")
    assert code == 0 and json.loads(out)["notes"]


def test_check_tells_rules_from_cells(exocosm_says, settings):
    config = settings.parent
    _, out, _ = exocosm_says("model", "check", str(config / "cell_rules.csv"), "--model", str(settings))
    assert "rules of PhysiCell" in out and "killer: 1 rules" in out
    _, out, _ = exocosm_says("model", "check", str(config / "cells.csv"), "--model", str(settings))
    assert "a list of cells" in out and "tumour: 2 cells, own apoptosis, custom:onco" in out
    code, _, err = exocosm_says("model", "check", str(config / "cells.csv"))
    assert code == 2 and "--model MODEL" in err
    (config / "cell_rules.csv").write_text("tumor,oxygen,increases,apoptosis,1,5,4,0\n")
    code, _, err = exocosm_says("model", "check", str(settings))
    assert code == 2 and "cell_rules.csv, line 1, column 1 (cell type): no cell type 'tumor'" in err


def test_convert_writes_tables_and_never_over_a_file(exocosm_says, settings, tmp_path):
    for name in ("cell_rules.csv", "cells.csv"):
        assert exocosm_says("model", "convert", str(settings), name)[0] == 0
    assert (
        (tmp_path / "cell_rules.csv").read_text().startswith("tumour,oxygen,increases,cycle entry,0.003333,")
    )
    assert (tmp_path / "cells.csv").read_text().startswith("x,y,z,type,")
    code, _, err = exocosm_says("model", "convert", str(settings), "cells.csv")
    assert code == 2 and "nothing was overwritten" in err
    code, _, err = exocosm_says("model", "convert", str(settings), "table.csv")
    assert code == 2 and "--table rules" in err


def test_strict_fails_where_something_would_be_lost(exocosm_says, settings, tmp_path):
    text = settings.read_text().replace("</PhysiCell_settings>", "<surprise/></PhysiCell_settings>")
    settings.write_text(text)
    code, _, err = exocosm_says("model", "convert", str(settings), "model.json", "--strict")
    assert code == 2 and "not understood: surprise" in err
    assert not (tmp_path / "model.json").exists()
