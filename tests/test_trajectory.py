"""Trajectories: saved and read back, asked by name, refused when foreign."""

from dataclasses import replace

import numpy as np
import pytest

from exocosm.errors import InputError
from exocosm.trajectory import Frame, Trajectory

NAMES = ("cargo:miR-21", "delivered:hsa-let-7a/b", "taken:sEV", "first?*", "α 100 %", "with%3Acolon")


def frame(time: float, n: int) -> Frame:
    rng = np.random.default_rng(n)
    cells = {
        "id": np.arange(n),
        "kind": np.arange(n) % 2,
        "alive": np.arange(n) % 3 > 0,
        "activity": rng.random((n, 2)),
        **{name: rng.random(n) for name in NAMES},
    }
    return Frame(time=time, cells=cells, fields={name: rng.random((2, 3, 4)) for name in NAMES})


@pytest.fixture
def trajectory() -> Trajectory:
    """Three frames of a changing number of cells, one of them without any."""
    return Trajectory(
        frames=(frame(0.0, 4), frame(60.0, 0), frame(90.5, 7)),
        kinds=("tumour", "immune"),
        nodes={"tumour": ("PTEN", "AKT1"), "immune": ()},
        spacing=(20.0, 20.0, 10.0),
        origin=(0.0, 1.0, 2.0),
        books=({"name": "sEV", "released": 3.0, "residual": 0.0},),
        attributes={"seed": 3, "model": "small"},
    )


def test_what_was_saved_reads_back(trajectory, tmp_path):
    trajectory.save(tmp_path / "run.zarr")
    read = Trajectory.load(tmp_path / "run.zarr")
    for name in ("kinds", "nodes", "spacing", "origin", "books", "attributes"):
        assert getattr(read, name) == getattr(trajectory, name)
    assert list(read.times) == [0.0, 60.0, 90.5]
    for one, other in zip(read.frames, trajectory.frames, strict=True):
        for group, before in ((one.cells, other.cells), (one.fields, other.fields)):
            assert set(group) == set(before)
            for name, array in before.items():
                single = array.astype(np.float32) if array.dtype == np.float64 else array
                assert group[name].dtype == single.dtype
                np.testing.assert_array_equal(group[name], single)


def test_a_run_without_cells_can_be_saved(trajectory, tmp_path):
    empty = replace(trajectory, frames=(frame(0.0, 0),))
    empty.save(tmp_path / "run.zarr")
    assert Trajectory.load(tmp_path / "run.zarr").frame(0).cells["activity"].shape == (0, 2)


def test_nothing_is_overwritten(trajectory, tmp_path):
    trajectory.save(tmp_path / "run.zarr")
    with pytest.raises(FileExistsError):
        trajectory.save(tmp_path / "run.zarr")


def foreign_group(path) -> None:
    import zarr

    zarr.open_group(str(path), mode="w").attrs["format"] = "something else"


def foreign_array(path) -> None:
    import zarr

    zarr.create_array(str(path), shape=(3,), dtype="f8")


def truncated(path) -> None:
    import zarr

    zarr.open_group(str(path), mode="w").attrs["format"] = "exocosm-trajectory-1"


@pytest.mark.parametrize(
    "make",
    [
        lambda path: None,
        lambda path: path.mkdir(),
        lambda path: path.write_text("a file"),
        lambda path: (path.mkdir(), (path / "zarr.json").write_text("not json")),
        foreign_group,
        foreign_array,
        truncated,
    ],
    ids=["missing", "empty", "file", "damaged", "foreign group", "foreign array", "truncated"],
)
def test_foreign_folders_are_refused(make, tmp_path):
    make(tmp_path / "run.zarr")
    with pytest.raises(InputError, match=r"run\.zarr"):
        Trajectory.load(tmp_path / "run.zarr")


def test_living_cells_of_a_kind_and_their_activity_are_found_by_name(trajectory):
    last = trajectory.frame(-1)
    mask = trajectory.is_kind(last, "tumour")
    np.testing.assert_array_equal(np.flatnonzero(mask), [2, 4])  # even, and no multiple of 3
    np.testing.assert_array_equal(
        trajectory.activity(last, "tumour", "AKT1"), last.cells["activity"][[2, 4], 1]
    )
    with pytest.raises(InputError, match=r"`tumor`.*\['immune', 'tumour'\]"):
        trajectory.is_kind(last, "tumor")
    with pytest.raises(InputError, match=r"`AKT` in `tumour`.*AKT1"):
        trajectory.activity(last, "tumour", "AKT")
