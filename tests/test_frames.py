"""Stores of frames: they grow, are read when asked, and outlast a process that was killed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.durable import replace_whole
from exocosm.errors import InputError
from exocosm.frames import Frame, FrameStore, _field_chunk, _rows_per_chunk, open_frames
from exocosm.trajectory import Trajectory

ABOUT = {"kinds": ["a"], "nodes": {}, "spacing_um": [1, 1, 1], "origin_um": [0, 0, 0], "books": []}
ABOUT["attributes"] = {}


def frame(time: float, n: int) -> Frame:
    rng = np.random.default_rng(n)
    cells = {"id": np.arange(n), "position": rng.random((n, 3)), "alive": rng.random(n) > 0.5}
    return Frame(time=time, cells=cells, fields={"oxygen": rng.random((2, 3, 4))})


def same(one: Frame, other: Frame) -> None:
    assert one.time == other.time
    for group, there in ((one.cells, other.cells), (one.fields, other.fields)):
        assert list(group) == list(there)
        for name in group:
            assert group[name].dtype == there[name].dtype
            np.testing.assert_array_equal(group[name], there[name])


@settings(max_examples=15)
@given(counts=st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_frames_of_any_size_come_back_to_the_bit(tmp_path_factory, counts):
    store = FrameStore(tmp_path_factory.mktemp("store") / "frames.zarr", exact=True)
    made = [frame(float(i), n) for i, n in enumerate(counts)]
    for i, one in enumerate(made):
        store.append(one)
        assert len(open_frames(store.path)[0]) == i + 1  # readable at any time
    store.close(ABOUT)
    for one, other in zip(store.frames(), made, strict=True):
        same(one, other)


def test_other_readers_see_arrays_of_the_right_size(tmp_path):
    import zarr

    store = FrameStore(tmp_path / "f.zarr")
    for i, n in enumerate((3, 200, 70)):
        store.append(frame(float(i), n))
    store.close(ABOUT)
    group = zarr.open_group(str(tmp_path / "f.zarr"), mode="r")
    assert group.metadata.zarr_format == 3
    assert group["cells/position"].shape == (3, 200, 3)
    assert group["fields/oxygen"].shape == (3, 2, 3, 4)
    assert group["cells/position"].dtype == np.float32


def test_what_a_killed_process_left_of_a_frame_does_not_count_and_is_written_over(tmp_path):
    store = FrameStore(tmp_path / "f.zarr", exact=True, about=ABOUT)
    store.append(frame(0.0, 5))
    store.append(frame(1.0, 9))
    for array in ("cells/id", "cells/position", "fields/oxygen"):
        for chunk in (tmp_path / "f.zarr" / array / "c" / "1").rglob("*"):
            if chunk.is_file():  # the third frame, cut off in the middle of a chunk
                target = (
                    tmp_path
                    / "f.zarr"
                    / array
                    / "c"
                    / "2"
                    / chunk.relative_to(tmp_path / "f.zarr" / array / "c" / "1")
                )
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(chunk.read_bytes()[:7])
    assert len(Trajectory.load(tmp_path / "f.zarr").frames) == 2
    again = FrameStore.reopen(tmp_path / "f.zarr", 2, exact=True)
    again.append(frame(2.0, 6))
    frames = again.frames()
    for i, n in enumerate((5, 9, 6)):
        same(frames[i], frame(float(i), n))


def test_frames_are_read_when_asked_and_let_go(tmp_path):
    store = FrameStore(tmp_path / "f.zarr")
    for i in range(4):
        store.append(frame(float(i), 4))
    frames = store.frames()
    one = frames[2]
    assert one.cells._read == {}
    assert one.cells["id"] is one.cells["id"]
    assert set(one.cells._read) == {"id"}
    assert frames[2] is not one
    assert [f.time for f in frames[1:3]] == [1.0, 2.0]
    assert frames[-1].time == 3.0
    with pytest.raises(IndexError):
        frames[4]


def test_a_chunk_of_a_million_cells_is_about_a_mebibyte_and_belongs_to_one_frame():
    assert _rows_per_chunk(10**6, 12) * 12 <= 2**20 < 2 * 12 * _rows_per_chunk(10**6, 12)
    assert _rows_per_chunk(30, 4) == 64
    assert _field_chunk((100, 100, 100), 4) == (26, 100, 100)
    assert _field_chunk((1, 3000, 3000), 4) == (1, 87, 3000)


def test_trajectories_of_the_first_format_stay_readable(tmp_path):
    import zarr

    made = [frame(0.0, 3), frame(60.0, 0), frame(90.0, 5)]
    root = zarr.open_group(str(tmp_path / "old.zarr"), mode="w-")
    root.attrs.update({"format": "exocosm-trajectory-1", **ABOUT})
    root.create_array("time_min", data=np.array([f.time for f in made]))
    root.create_array("cells/first", data=np.array([0, 3, 3, 8]))
    for name in ("id", "position", "alive"):
        root.create_array(f"cells/{name}", data=np.concatenate([f.cells[name] for f in made]))
    root.create_array("fields/oxygen", data=np.stack([f.fields["oxygen"] for f in made]))
    read = Trajectory.load(tmp_path / "old.zarr")
    assert read.times.tolist() == [0.0, 60.0, 90.0]
    for one, other in zip(read.frames, made, strict=True):
        for name in other.cells:
            np.testing.assert_array_equal(one.cells[name], other.cells[name])
        np.testing.assert_array_equal(one.fields["oxygen"], other.fields["oxygen"])


def test_a_store_with_fewer_frames_than_asked_for_is_refused(tmp_path):
    store = FrameStore(tmp_path / "f.zarr")
    store.append(frame(0.0, 2))
    with pytest.raises(InputError, match="at least 2 frames, found 1"):
        FrameStore.reopen(tmp_path / "f.zarr", 2, exact=False)


def test_writing_anew_takes_the_place_of_the_old_at_once(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    (tmp_path / ".a.txt.part").mkdir()  # left by a killed process

    def write(part):
        assert path.read_text() == "old"
        part.write_text("new")

    replace_whole(path, write, durable=True)
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_frames_are_read_whatever_becomes_of_the_way_to_them(tmp_path, monkeypatch):
    """By way of a folder that is gone, and from another current one, the same numbers are read."""
    detour = tmp_path / "detour"
    detour.mkdir()
    monkeypatch.chdir(tmp_path)
    store = FrameStore(detour / ".." / "store.zarr", exact=True)
    store.append(Frame(time=0.0, cells={"x": np.array([3.0, 4.0])}, fields={}))
    store.close({})
    by_detour, from_here = store.frames(), open_frames(Path("store.zarr"))[0]
    detour.rmdir()
    monkeypatch.chdir("/")
    assert by_detour[0].cells["x"].tolist() == from_here[0].cells["x"].tolist() == [3.0, 4.0]
