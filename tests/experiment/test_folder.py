"""The run folder: whole files or none, and never over what is there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pandas as pd
import pytest

from exocosm.errors import InputError
from exocosm.experiment import folder as files


def test_a_new_and_an_empty_folder_are_fine(tmp_path):
    files.prepare(tmp_path / "a" / "b")
    assert sorted(p.name for p in (tmp_path / "a" / "b").iterdir()) == ["frames", "tables"]
    (tmp_path / "empty").mkdir()
    files.prepare(tmp_path / "empty")


def test_a_folder_in_use_and_a_file_in_the_way_are_refused_untouched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="in use"):
        files.prepare(tmp_path)
    with pytest.raises(InputError, match="Cannot write"):
        files.prepare(tmp_path / "mine.txt")
    with pytest.raises(InputError, match="Cannot write"):
        files.prepare(tmp_path / "mine.txt" / "inside")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
@pytest.mark.parametrize("point", ["replace", "write_text", "to_parquet"])
def test_a_write_that_fails_leaves_the_earlier_file_and_no_half_one(tmp_path, monkeypatch, code, point):
    (tmp_path / "tables").mkdir()
    table = pd.DataFrame({"a": [1, 2]})
    files.write_table(tmp_path, "t", table)
    files.write_json(tmp_path / "s.json", {"state": "running"})

    def fail(first, *args, **kwargs):
        if point == "to_parquet":
            Path(args[0]).write_bytes(b"half")
        elif point == "write_text":
            first.write_bytes(b"half")
        raise OSError(code, os.strerror(code), str(first))

    owner = {"replace": os, "write_text": Path, "to_parquet": pd.DataFrame}[point]
    monkeypatch.setattr(owner, point, fail)
    with pytest.raises(OSError, match=os.strerror(code)):
        files.write_table(tmp_path, "t", table * 2)
    if point != "to_parquet":
        with pytest.raises(OSError, match=os.strerror(code)):
            files.write_json(tmp_path / "s.json", {"state": "done"})
    monkeypatch.undo()
    assert (tmp_path / "s.json").read_text() == '{\n "state": "running"\n}\n'
    assert pd.read_parquet(tmp_path / "tables" / "t.parquet").equals(table)
    left = sorted(p.name for p in tmp_path.rglob("*"))
    assert left == ["s.json", "t.csv", "t.parquet", "tables"]


def test_an_interruption_leaves_no_half_file(tmp_path, monkeypatch):
    def stopped(self, text, **kwargs):
        self.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", stopped)
    with pytest.raises(KeyboardInterrupt):
        files.write_text(tmp_path / "a.txt", "whole")
    assert list(tmp_path.iterdir()) == []


def test_frames_that_could_not_be_finished_are_taken_away(tmp_path, monkeypatch):
    class Half:
        def save(self, path: Path) -> None:
            path.mkdir()
            (path / "zarr.json").write_text("{")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        files.write_frames(tmp_path / "control.zarr", Half())
    assert list(tmp_path.iterdir()) == []
