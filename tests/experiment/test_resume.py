"""A study that was cut off goes on where it was and ends in the same files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from exocosm.errors import InputError
from exocosm.experiment import load_study, resume, run, settle
from exocosm.trajectory import Trajectory

SHORT = {"duration": "48 min", "record_every": "24 min", "replicates": "2"}


@pytest.fixture(scope="module")
def study_file(tmp_path_factory, tissue_record) -> Path:
    path = tmp_path_factory.mktemp("study") / "tiny.yaml"
    path.write_text(yaml.safe_dump(tissue_record(), sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(study_file) -> Path:
    return run(load_study(study_file, SHORT), out=study_file.parent / "whole", threads=1).folder


@pytest.fixture(scope="module")
def cut(study_file) -> Path:
    def stop(done, total, what):
        if done == 5:
            raise KeyboardInterrupt

    out = study_file.parent / "cut"
    run(load_study(study_file, SHORT), out=out, threads=1, progress=stop)
    return out


@pytest.fixture
def interrupted(cut, tmp_path) -> Path:
    return Path(shutil.copytree(cut, tmp_path / "cut"))


def same(one: Path, other: Path) -> None:
    for path in sorted((one / "tables").iterdir()):
        assert path.read_bytes() == (other / "tables" / path.name).read_bytes(), path.name
    for name in ("model.json", "statements.json", "study.yaml", "status.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    assert sorted(p.name for p in one.iterdir()) == sorted(p.name for p in other.iterdir())
    for path in (one / "frames").iterdir():
        a, b = Trajectory.load(path), Trajectory.load(other / "frames" / path.name)
        assert a.about() == b.about()
        for x, y in zip(a.frames, b.frames, strict=True):
            assert all(x.cells[name].tobytes() == y.cells[name].tobytes() for name in x.cells)
            assert all(x.fields[name].tobytes() == y.fields[name].tobytes() for name in x.fields)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupted_run_ends_in_the_same_files_and_computes_only_what_is_missing(
    interrupted, whole, threads
):
    seen = []
    result = resume(interrupted, threads=threads, progress=lambda done, total, what: seen.append(done))
    assert (result.state, seen[0], seen[-1]) == ("done", 5, 11)
    same(whole, interrupted)
    assert len(json.loads((interrupted / "provenance.json").read_text())["resumed"]) == 1


def test_a_run_that_is_done_is_left_as_it_is(whole):
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    assert resume(whole).state == "done"
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


def test_a_damaged_outcome_is_done_again(interrupted, whole):
    path = sorted((interrupted / "unfinished" / "outcomes").iterdir())[0]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.warns(RuntimeWarning, match="damaged; that run is done again"):
        resume(interrupted, threads=1)
    same(whole, interrupted)


def write(name: str, change):
    def spoil(folder: Path) -> None:
        path = folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return spoil


def other_version(text: str) -> str:
    record = json.loads(text)
    record["versions"]["exocosm"] = "0.0.1"
    return json.dumps(record)


def other_machine(text: str) -> str:
    record = json.loads(text)
    record["engine"]["libraries"]["numpy"] = "1.0"
    return json.dumps(record)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: shutil.rmtree(folder), "folder of a run"),
        (lambda folder: (folder / "study.yaml").unlink(), "before it had begun"),
        (write("provenance.json", other_version), "made by Exocosm 0.0.1"),
        (write("provenance.json", other_machine), r"numpy \(there 1.0"),
        (write("provenance.json", lambda text: text[:50]), "provenance.json` is damaged"),
        (write("status.json", lambda text: ""), "status.json` is damaged"),
        (write("model.json", lambda text: text.replace("tiny", "other")), "not the one that its study gives"),
    ],
    ids=["none", "not begun", "version", "machine", "provenance", "status", "model"],
)
def test_what_cannot_be_resumed_is_said_in_one_line(interrupted, spoil, said):
    spoil(interrupted)
    with pytest.raises(InputError, match=said) as caught:
        resume(interrupted, threads=1)
    assert "\n" not in str(caught.value)


SCRIPT = """
from pathlib import Path
from exocosm.experiment import load_study, run
def show(done, total, what):
    print(done, flush=True)
study = load_study({study!r}, {settings!r})
run(study, out=Path({out!r}), threads=1, progress=show, checkpoint_every="0.01 s")
"""


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX knows it")
@pytest.mark.parametrize(("after", "wait"), [(0, 0.02), (2, 0.05), (6, 0.15)])
def test_a_killed_run_can_be_reported_and_ends_in_the_same_files(study_file, whole, tmp_path, after, wait):
    out = tmp_path / "killed"
    script = SCRIPT.format(study=str(study_file), settings=SHORT, out=str(out))
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) == after:
            break
    with pytest.raises(InputError, match="in use by a process"):
        resume(out)
    time.sleep(wait)
    process.kill()
    process.communicate()
    for path in out.rglob("*.json"):
        if "outcomes" not in path.parts and ".part" not in str(path):
            json.loads(path.read_text())
    assert settle(out)
    said = json.loads((out / "status.json").read_text())
    assert said["state"] == "interrupted" and said["runs_done"] >= after
    assert (after <= 3) or (out / "tables" / "effects.csv").is_file()
    assert resume(out, threads=1).state == "done"
    same(whole, out)
