"""Small studies from file to folder, and every way in which a run can be cut short."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from exocosm.errors import InputError
from exocosm.experiment import load_study, run
from exocosm.model import Model
from exocosm.trajectory import Trajectory

module = sys.modules["exocosm.experiment.run"]

FILES = ["model.json", "provenance.json", "statements.json", "status.json", "study.yaml"]
TABLES = ["books", "dose", "effects", "parameters", "readouts", "remarks"]


def status(folder: Path) -> dict:
    return json.loads((folder / "status.json").read_text())


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / f"{name}.csv")


@pytest.fixture(scope="module")
def tissue_file(tmp_path_factory, tissue_record) -> Path:
    path = tmp_path_factory.mktemp("tissue") / "tiny.yaml"
    path.write_text(yaml.safe_dump(tissue_record(), sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tissue_folder(tissue_file) -> Path:
    return run(load_study(tissue_file), out=tissue_file.parent / "run", threads=1).folder


@pytest.fixture(scope="module")
def dish_folder(tmp_path_factory, dish_record) -> Path:
    place = tmp_path_factory.mktemp("dish")
    (place / "tiny.yaml").write_text(yaml.safe_dump(dish_record(), sort_keys=False), encoding="utf-8")
    return run(load_study(place / "tiny.yaml"), out=place / "run", threads=2).folder


def test_a_tissue_run_leaves_everything_that_is_promised(tissue_folder):
    assert sorted(p.name for p in tissue_folder.iterdir()) == sorted([*FILES, "frames", "tables"])
    assert sorted(p.name for p in (tissue_folder / "tables").iterdir()) == sorted(
        f"{name}.{end}" for name in TABLES for end in ("csv", "parquet")
    )
    assert status(tissue_folder) == {"state": "done", "message": "", "runs_done": 11, "runs_total": 11}
    for name in TABLES:
        parquet = pd.read_parquet(tissue_folder / "tables" / f"{name}.parquet")
        assert len(parquet) == len(table(tissue_folder, name))
        assert (len(parquet) > 0) == (name != "remarks")  # nothing went wrong that had to be said
    assert Model.load(tissue_folder / "model.json").name == "tiny-tissue"
    provenance = json.loads((tissue_folder / "provenance.json").read_text())
    assert provenance["draws"]["used"] and provenance["finished"]
    for arm in ("control", "gw4869", "add-back"):
        frames = Trajectory.load(tissue_folder / "frames" / f"{arm}.zarr")
        assert frames.times.tolist() == [0.0, 30.0, 60.0]


def test_the_books_of_every_run_close(tissue_folder, dish_folder):
    for folder in (tissue_folder, dish_folder):
        books = table(folder, "books")
        assert len(books)
        assert books["residual"].abs().max() <= 1e-9


def test_the_control_is_shown_as_level_0_of_the_titration(tissue_folder):
    rows = table(tissue_folder, "readouts")
    key = ["replicate", "time_h", "readout", "cell", "unit", "value"]
    control = rows[(rows["series"] == "arms") & (rows["arm"] == "control")][key].reset_index(drop=True)
    zero = rows[(rows["series"] == "titration") & (rows["level"] == 0)][key].reset_index(drop=True)
    pd.testing.assert_frame_equal(control, zero)
    assert not rows.duplicated(["series", "arm", "level", "replicate", "time_h", "readout"]).any()


def test_statements_of_model_and_read_outs_are_kept_with_the_run(tissue_folder):
    kept = json.loads((tissue_folder / "statements.json").read_text())
    ids = {statement["id"] for statement in kept["statements"]}
    assert {"gbm-mir-1246-macrophage-terf2ip", "release-hypoxia-vesicle-release"} <= ids
    assert "M2 polarisation" in {phenotype["name"] for phenotype in kept["phenotypes"]}


def test_every_number_is_listed_with_its_source(tissue_folder):
    rows = table(tissue_folder, "parameters")
    assert rows["source"].str.len().min() > 0
    assert rows["name"].is_unique
    assert rows["used_by"].str.len().min() > 0


@pytest.mark.parametrize("threads", [1, 2])
def test_the_kept_study_runs_again_to_the_same_bytes(tissue_folder, tmp_path, threads):
    again = run(load_study(tissue_folder / "study.yaml"), out=tmp_path / "again", threads=threads).folder
    for name in ("readouts", "effects", "books", "dose"):
        path = Path("tables") / f"{name}.csv"
        assert (again / path).read_bytes() == (tissue_folder / path).read_bytes(), name


def test_a_dish_run_fits_an_ic50_to_every_arm_and_the_control_is_level_0(dish_folder):
    assert status(dish_folder)["runs_done"] == 3 * 5 * 2
    fits = table(dish_folder, "ic50").set_index(["arm", "replicate"])
    assert set(fits.index) == {
        (arm, r) for arm in ("no-vesicles", "all-cargo", "mimic-0", "mimic-10000") for r in range(2)
    }
    columns = ["ic50", "hill", "top", "fitted"]
    pd.testing.assert_frame_equal(
        fits.loc["no-vesicles", columns], fits.loc["mimic-0", columns], check_names=False
    )
    assert fits["fitted"].any()
    shifts = table(dish_folder, "ic50_shift")
    assert list(shifts["arm"]) == ["all-cargo", "mimic-10000"]
    dose = table(dish_folder, "dose")
    assert len(dose) == 4
    assert set(dose["delivered"]) == {1e5}
    assert list((dish_folder / "frames").iterdir()) == []


def test_more_drug_leaves_fewer_cells(dish_folder):
    rows = table(dish_folder, "readouts")
    last = rows[(rows["readout"] == "living-cells") & (rows["time_h"] == 36.0)]
    cells = last.groupby("level")["value"].mean()
    assert cells[10000.0] < 0.7 * cells[0.0]


def test_settings_reach_runs_doses_and_the_list_of_parameters(tissue_file, tmp_path):
    settings = {"parameters.endosomal_escape": "0.25", "replicates": "1", "duration": "12 min"}
    study = load_study(tissue_file, settings)
    folder = run(study, out=tmp_path / "set", threads=1).folder
    listed = table(folder, "parameters").set_index("name").loc["endosomal_escape"]
    assert (listed["value"], listed["prior"]) == (0.25, "set by the user")
    other = run(
        load_study(tissue_file, {**settings, "parameters.endosomal_escape": "0.125"}),
        out=tmp_path / "other",
        threads=1,
    ).folder
    ratio = table(other, "dose")["needed"] / table(folder, "dose")["needed"]
    assert ratio.to_numpy() == pytest.approx(2.0)


def test_a_folder_in_use_is_refused_and_untouched(tissue_file, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="in use"):
        run(load_study(tissue_file), out=tmp_path, threads=1)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("settings", "arguments", "said"),
    [
        ({}, {"threads": 0}, "`threads`"),
        ({}, {"replicates": 0}, "`replicates`"),
        ({}, {"seed": -1}, "`seed`"),
        ({"parameters.endosomal_escape": "-1"}, {}, "`endosomal_escape` not to be negative"),
        ({"parameters.endosomal_escape": "2"}, {}, "at most 1"),
        ({"parameters.endosomal_escap": "0.1"}, {}, "Did you mean 'endosomal_escape'"),
        ({"axes": "[gbm-mir-1246-macrophage-terf2]"}, {}, "gbm-mir-1246-macrophage-terf2ip"),
        ({"readouts.4.of": "hsa-miR-1247"}, {}, "Did you mean 'hsa-miR-1246'"),
        ({"readouts.5.of": "TERF2P"}, {}, "TERF2IP"),
        ({"readouts.5.statements": "[no-such]"}, {}, "terf2ip.*no-such"),
        ({"arms.1.treatments.0.cells": "[yeast]"}, {}, "yeast"),
        ({"titration.cargo": "MIF"}, {}, "`MIF`"),
        ({"titration.recipient": "yeast"}, {}, "`yeast`"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_is_written(
    tissue_file, tmp_path, settings, arguments, said
):
    with pytest.raises(InputError, match=said):
        run(load_study(tissue_file, settings), out=tmp_path / "out", **{"threads": 1, **arguments})
    assert not (tmp_path / "out").exists()


SHORT = {"duration": "12 min", "replicates": "2"}


def stop_after(number):
    def progress(done, total, what):
        if done == number:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interruption_keeps_what_was_finished(tissue_file, tmp_path, threads):
    out = tmp_path / "cut"
    result = run(load_study(tissue_file, SHORT), out=out, threads=threads, progress=stop_after(3))
    assert result.state == "interrupted"
    said = status(out)
    assert (said["state"], said["runs_done"], said["runs_total"]) == ("interrupted", 3, 11)
    rows = table(out, "readouts")
    assert np.isfinite(rows["value"]).any()
    assert {"readouts.csv", "effects.csv", "dose.csv"} <= {p.name for p in (out / "tables").iterdir()}


def test_a_dish_run_cut_short_keeps_its_tables(dish_record, load, tmp_path):
    out = tmp_path / "cut"
    assert run(load(dish_record()), out=out, threads=1, progress=stop_after(7)).state == "interrupted"
    assert set(table(out, "ic50")["arm"]) == {"no-vesicles", "mimic-0"}


def test_an_interruption_before_the_first_run_leaves_no_table(tissue_file, tmp_path):
    out = tmp_path / "cut"
    with pytest.raises(KeyboardInterrupt):
        run(load_study(tissue_file, SHORT), out=out, threads=1, progress=stop_after(0))
    assert status(out)["state"] == "interrupted"
    assert "readouts.csv" not in {p.name for p in (out / "tables").iterdir()}


def half(path: Path) -> None:
    if path.suffix == ".part" and "zarr" in path.name:
        path.mkdir()
        (path / "zarr.json").write_bytes(b"{")
    else:
        path.write_bytes(b"half")


WRITES = {
    "study": (Path, "write_text", "study.yaml"),
    "model": (Path, "write_text", "model.json"),
    "parameters": (pd.DataFrame, "to_parquet", "parameters"),
    "frames": (os, "replace", "gw4869.zarr"),
    "readouts": (Path, "write_text", "readouts.csv"),
    "effects": (pd.DataFrame, "to_parquet", "effects"),
    "provenance": (os, "replace", "provenance.json"),
}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
@pytest.mark.parametrize("point", list(WRITES))
def test_a_write_that_fails_is_one_clear_error_and_leaves_whole_files(
    tissue_file, tmp_path, monkeypatch, code, point
):
    owner, method, marked = WRITES[point]
    real = getattr(owner, method)

    def failing(*args, **kwargs):
        path = next((a for a in args if isinstance(a, Path) and marked in a.name), None)
        if path is None:
            return real(*args, **kwargs)
        if method != "replace":
            half(path)
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(owner, method, failing)
    out = tmp_path / "full"
    with pytest.raises(OSError, match=os.strerror(code)) as caught:
        run(load_study(tissue_file, {**SHORT, "replicates": "1"}), out=out, threads=1)
    monkeypatch.undo()
    assert caught.value.errno == code
    said = status(out)
    assert said["state"] == "failed"
    assert os.strerror(code) in said["message"]
    assert list(out.rglob("*.part*")) == []
    for path in out.rglob("*.json"):
        json.loads(path.read_text())
    for path in (out / "tables").glob("*.parquet"):
        pd.read_parquet(path)
    if point in ("frames", "effects"):
        assert len(table(out, "readouts")) > 0  # what was finished before is kept


def test_a_run_that_fails_in_a_worker_says_so(tissue_file, tmp_path, monkeypatch):
    def broken(task, runs, workers, on_done):
        raise RuntimeError("the cells revolt")

    monkeypatch.setattr(module, "execute_all", broken)
    with pytest.raises(RuntimeError, match="revolt"):
        run(load_study(tissue_file, SHORT), out=tmp_path / "out", threads=1)
    assert status(tmp_path / "out")["message"] == "the cells revolt"


def test_a_script_needs_no_guarded_main_module(tissue_file, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from exocosm.experiment import load_study, run\n"
        f"study = load_study({str(tissue_file)!r}, {SHORT!r})\n"
        f"print(run(study, out=Path({str(tmp_path / 'out')!r}), threads=2).state)\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
