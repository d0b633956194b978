"""Checkpoints: a run that was cut off goes on to the same bytes, and only as itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine import Checkpoints, resume, simulate
from exocosm.engine.checkpoint import listed, newest
from exocosm.engine.compiled import compile_model
from exocosm.engine.container import read, write
from exocosm.engine.snapshot import put_together, taken_apart
from exocosm.engine.start import start
from exocosm.errors import InputError
from exocosm.frames import FrameStore
from exocosm.trajectory import Trajectory

from .models import random_model
from .small_models import talking_tissue

resume_module = sys.modules["exocosm.engine.resume"]  # the package's name `resume` is the function
DOMAINS = ("dish", "tissue", "box")


class Cut(Exception):
    """The run ends here, as a power failure would end it."""


def cut_after(steps: int):
    seen = []

    def progress(time: float) -> None:
        seen.append(time)
        if len(seen) == steps:
            raise Cut

    return progress


def same(one: Trajectory, other: Trajectory) -> None:
    """Every byte of every frame, the books and everything else."""
    assert one.about() == other.about()
    assert len(one.frames) == len(other.frames)
    for a, b in zip(one.frames, other.frames, strict=True):
        assert a.time == b.time
        for group, there in ((a.cells, b.cells), (a.fields, b.fields)):
            assert list(group) == list(there)
            for name in group:
                x, y = group[name], there[name]
                assert (x.dtype, x.shape) == (y.dtype, y.shape), name
                assert np.ascontiguousarray(x).tobytes() == np.ascontiguousarray(y).tobytes(), name


def state_bytes(folder: Path) -> dict:
    record, arrays = newest(folder)
    return {name: a.tobytes() for name, a in arrays.items()} | {"values": record["state"]}


def options(domain: str) -> dict:
    step = 12 if domain == "dish" else 6
    return {"duration": f"{8 * step} min", "record_every": f"{2 * step} min", "every": f"{step} min"}


@settings(max_examples=8)
@given(
    model_seed=st.integers(0, 2**32 - 1),
    seed=st.integers(0, 2**63 - 1),
    domain=st.sampled_from(DOMAINS),
    cuts=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    streamed=st.booleans(),
)
def test_a_run_restarted_anywhere_ends_in_the_same_bytes(
    tmp_path_factory, model_seed, seed, domain, cuts, streamed
):
    place = tmp_path_factory.mktemp("cut")
    made, asked = random_model(model_seed, domain), options(domain)
    every = asked.pop("every")
    frames = {name: place / f"{name}.zarr" if streamed else None for name in ("whole", "cut")}
    whole = simulate(
        made,
        seed=seed,
        frames=frames["whole"],
        checkpoint=Checkpoints(path=place / "a", every=every),
        **asked,
    )
    kept = Checkpoints(path=place / "b", every=every)
    with suppress(Cut):
        simulate(made, seed=seed, frames=frames["cut"], checkpoint=kept, progress=cut_after(cuts[0]), **asked)
    for more in cuts[1:]:
        with suppress(Cut):
            resume(kept.path, progress=cut_after(more), checkpoint=kept)
    same(resume(kept.path, checkpoint=kept), whole)
    assert state_bytes(place / "a") == state_bytes(place / "b")
    if streamed:
        same(Trajectory.load(frames["cut"]), Trajectory.load(frames["whole"]))


def test_events_before_the_restart_are_not_done_again_and_later_ones_are(tmp_path):
    made = random_model(3, "tissue")
    late = tuple(replace(event, time=30.0) for event in made.events)
    made = replace(made, events=(*made.events, *late))
    whole = simulate(made, duration="48 min", record_every="6 min", seed=5)
    kept = Checkpoints(path=tmp_path / "c", every="6 min")
    with pytest.raises(Cut):
        simulate(
            made, duration="48 min", record_every="6 min", seed=5, checkpoint=kept, progress=cut_after(3)
        )
    same(resume(kept.path), whole)


def test_a_finished_run_gives_its_trajectory_again(tmp_path):
    kept = Checkpoints(path=tmp_path, every="1 h")
    whole = simulate(talking_tissue(count=4), duration="12 min", record_every="6 min", checkpoint=kept)
    same(resume(tmp_path), whole)


def test_two_checkpoints_are_kept_and_nothing_half_written(tmp_path):
    simulate(talking_tissue(count=4), duration="1 h", checkpoint=Checkpoints(path=tmp_path, every="6 min"))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "000000000009.exo", "000000000010.exo", "model.json"
    ]  # fmt: skip


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "foreign"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path, damage):
    asked = {"duration": "1 h", "record_every": "12 min"}
    made = talking_tissue(count=6)
    whole = simulate(made, **asked)
    kept = Checkpoints(path=tmp_path, every="12 min")
    with pytest.raises(Cut):
        simulate(made, checkpoint=kept, progress=cut_after(7), **asked)
    last = listed(tmp_path)[0]
    content = bytearray(last.read_bytes())
    if damage == "bit":
        content[len(content) // 2] ^= 1
    last.write_bytes(
        {"cut": content[:-100], "bit": content, "empty": b"", "foreign": b"PK" + bytes(content)}[damage]
    )
    with pytest.warns(RuntimeWarning, match="The checkpoint before it is used"):
        same(resume(tmp_path), whole)


def test_without_a_whole_checkpoint_the_error_names_folder_and_file(tmp_path):
    with pytest.raises(InputError, match="found none in .*nowhere"):
        resume(tmp_path / "nowhere")
    (tmp_path / "000000000001.exo").write_bytes(b"exocosm-checkpoint-1\nhalf")
    with pytest.raises(InputError, match="damaged"):
        resume(tmp_path)


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    with pytest.raises(Cut):
        simulate(
            talking_tissue(count=6), duration="1 h", seed=7, progress=cut_after(3),
            checkpoint=Checkpoints(path=folder, every="6 min"),
        )  # fmt: skip
    return folder


def test_another_seed_or_model_is_refused_by_name(kept):
    made = talking_tissue(count=6)
    with pytest.raises(InputError, match="another seed: there 7, here 8"):
        resume(kept, seed=8)
    name = made.cell_kinds[0].radius.name
    changed = made.replaced(**{name: 123.0})
    with pytest.raises(InputError, match=f"`{name}` is .* there and 123 here"):
        resume(kept, model=changed)
    with pytest.raises(InputError, match="placements"):
        resume(kept, model=talking_tissue(count=7))
    assert len(resume(kept, model=made, seed=7, checkpoint=Checkpoints(path=kept / "more")).frames) == 2


@pytest.mark.parametrize(
    ("change", "said", "allowed"),
    [
        ({"exocosm": "0.0.9"}, r"exocosm \(there", False),
        (
            {"libraries": dict.fromkeys(("numpy", "scipy", "numba", "llvmlite"), "1.0")},
            r"numpy \(there",
            True,
        ),
        ({"processor": {"architecture": "vax", "features": []}}, r"processor \(there .*features", True),
    ],
)
def test_other_conditions_are_refused_by_name(kept, tmp_path, monkeypatch, change, said, allowed):
    real = resume_module.identity
    monkeypatch.setattr(resume_module, "identity", lambda device: real(device) | change)
    with pytest.raises(InputError, match=said):
        resume(kept)
    elsewhere = Checkpoints(path=tmp_path / "more")
    if allowed:
        result = resume(kept, other_machine=True, checkpoint=elsewhere)
        assert result.attributes["restarts"][0]["time_min"] == 18.0
    else:
        with pytest.raises(InputError, match=said):
            resume(kept, other_machine=True, checkpoint=elsewhere)


def test_a_changed_model_file_is_noticed(kept, tmp_path):
    for path in kept.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(text.replace("0", "1", 1))
    with pytest.raises(InputError, match="checksum differs"):
        resume(tmp_path)


def test_a_folder_of_another_run_is_not_written_to(kept):
    before = {p.name: p.read_bytes() for p in kept.iterdir() if p.is_file()}
    with pytest.raises(InputError, match="found checkpoints in"):
        simulate(talking_tissue(count=4), duration="1 h", checkpoint=Checkpoints(path=kept))
    assert {p.name: p.read_bytes() for p in kept.iterdir() if p.is_file()} == before


# --- the state is taken apart without knowing its names


def test_missing_unknown_and_mistyped_arrays_are_named():
    compiled = compile_model(random_model(1, "tissue"))
    arrays, values = taken_apart(start(compiled, 1))
    again = put_together(compiled, 1, arrays, values)
    assert taken_apart(again)[1] == values
    for change, said in [
        (
            lambda a: {k: v for k, v in a.items() if k != "cells/hypoxia"},
            r"lacks the arrays \['cells/hypoxia'",
        ),
        (lambda a: a | {"cells/colour": np.zeros(3)}, r"holds the arrays \['cells/colour'"),
        (lambda a: a | {"cells/hypoxia": np.zeros(3, "f4")}, "`cells/hypoxia`.*float64.*found float32"),
        (lambda a: a | {"cells/hypoxia": np.zeros((3, 1))}, "`cells/hypoxia`.*in 1 dim.*in 2"),
    ]:
        with pytest.raises(InputError, match=said):
            put_together(compiled, 1, change(arrays), values)
    with pytest.raises(InputError, match=r"lacks the values \['next_id'"):
        put_together(compiled, 1, arrays, {k: v for k, v in values.items() if k != "next_id"})
    with pytest.raises(TypeError, match=r"`a/x` .*set"):
        taken_apart({"a": {"x": {1}}})


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=5),
        st.tuples(st.sampled_from(["?", "i8", "u4", "f8", "f4"]), st.lists(st.integers(0, 3), max_size=3)),
        max_size=5,
    ),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=25)
def test_a_container_gives_back_what_was_put_in(tmp_path_factory, table, seed):
    path = tmp_path_factory.mktemp("box") / "box.exo"
    rng = np.random.default_rng(seed)
    arrays = {
        name: np.frombuffer(rng.bytes(8 * int(np.prod(shape))), "u1")[: int(np.prod(shape))]
        .reshape(shape).astype(dtype)
        for name, (dtype, shape) in table.items()
    }  # fmt: skip
    write(path, {"a": [1, None, "µ"]}, arrays)
    record, found = read(path)
    assert record == {"a": [1, None, "µ"]}
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()
        assert found[name].flags.writeable


def test_every_cut_of_a_container_is_noticed(tmp_path):
    path = tmp_path / "box.exo"
    write(path, {}, {"a": np.arange(5.0)})
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(InputError):
            read(path)


# --- ended from outside

SCRIPT = """
import sys, time
from pathlib import Path
sys.path.insert(0, {tests!r})
from exocosm.engine import Checkpoints, simulate
from exocosm.frames import FrameStore
from exocosm.model import Model
place = Path({place!r})
def slow(t):
    (place / "time").write_text(str(t))
    time.sleep(0.003)
try:
    simulate(Model.load(place / "model.json"), duration="10 h", record_every="30 min", seed=3, progress=slow,
             device="cpu", frames=FrameStore(place / "frames.zarr", exact=True),
             checkpoint=Checkpoints(path=place / "kept", every="12 min"))
except KeyboardInterrupt:
    sys.exit(130)
"""


def run_apart(place: Path) -> subprocess.Popen:
    script = SCRIPT.format(tests=str(Path(__file__).parents[2]), place=str(place))
    return subprocess.Popen([sys.executable, "-c", script], env=os.environ | {"PYTHONWARNINGS": "error"})


def wait_for_time(place: Path, process: subprocess.Popen, enough: float) -> None:
    for _ in range(6000):
        text = (place / "time").read_text() if (place / "time").exists() else ""
        if (text and float(text) >= enough) or process.poll() is not None:
            return
        time.sleep(0.005)
    raise AssertionError("the run does not get on")


@pytest.fixture(scope="module")
def slow_run(tmp_path_factory):
    made = talking_tissue(count=20)
    return made, simulate(made, duration="10 h", record_every="30 min", seed=3)


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX knows them")
def test_a_killed_run_is_readable_loses_an_interval_at_most_and_ends_the_same(slow_run, tmp_path):
    made, whole = slow_run
    made.save(tmp_path / "model.json")
    rng = np.random.default_rng(1)
    process = run_apart(tmp_path)
    wait_for_time(tmp_path, process, 20.0 + 80.0 * rng.random())
    time.sleep(0.01 * rng.random())
    process.kill()
    process.wait()
    done = float((tmp_path / "time").read_text() or 0.0)
    assert newest(tmp_path / "kept")[0]["state"]["time"] >= done - 12.0 - 6.0  # the step in hand
    frames = Trajectory.load(tmp_path / "frames.zarr").frames
    assert len(frames) >= done // 30.0
    for frame, expected in zip(frames, whole.frames, strict=False):
        assert frame.time == expected.time
        for name, array in expected.cells.items():
            np.testing.assert_array_equal(frame.cells[name], array)
    same(resume(tmp_path / "kept"), whole)


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX knows them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_end_leaves_a_checkpoint_of_the_step_in_hand(slow_run, tmp_path, number):
    made, whole = slow_run
    made.save(tmp_path / "model.json")
    process = run_apart(tmp_path)
    wait_for_time(tmp_path, process, 40.0)
    process.send_signal(number)
    assert process.wait(timeout=60) == 130
    assert newest(tmp_path / "kept")[0]["state"]["time"] >= float((tmp_path / "time").read_text())
    same(resume(tmp_path / "kept"), whole)


def test_signals_are_answered_as_before_once_the_run_is_over(tmp_path):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    simulate(talking_tissue(count=3), duration="6 min", checkpoint=Checkpoints(path=tmp_path))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_store_in_use_is_refused(tmp_path):
    (tmp_path / "frames.zarr").mkdir()
    with pytest.raises(InputError, match="frames.zarr' in use"):
        simulate(talking_tissue(count=3), duration="6 min", frames=tmp_path / "frames.zarr")


def test_a_store_that_lost_frames_is_named(tmp_path):
    kept = Checkpoints(path=tmp_path / "c", every="6 min")
    made = talking_tissue(count=3)
    simulate(made, duration="1 h", record_every="6 min", frames=tmp_path / "f.zarr", checkpoint=kept)
    record = json.loads((tmp_path / "f.zarr" / "zarr.json").read_text())
    for name in ("times_min", "cell_counts"):
        record["attributes"][name] = record["attributes"][name][:3]
    (tmp_path / "f.zarr" / "zarr.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match="at least 11 frames, found 3"):
        resume(kept.path)
    with pytest.raises(InputError, match="Could not read frames"):
        FrameStore.reopen(tmp_path / "gone.zarr", 1, exact=False)
