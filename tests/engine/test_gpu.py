"""The door to the card: what is said without one, what runs where, and the kernels under the simulator."""

import importlib.util
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exocosm.cli import main
from exocosm.engine import RUNS_ON, device_problem, identity, simulate
from exocosm.engine.backends import get_backend, module_of
from exocosm.engine.backends import gpu as package
from exocosm.engine.identity import differences
from exocosm.errors import InputError

from .small_models import talking_tissue

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
no_card = pytest.mark.skipif(device_problem("gpu") is None, reason="there is a card, or the simulator")


def simulator(*command: str, timeout: float) -> subprocess.CompletedProcess:
    """Run Python in a process of its own in which the simulator stands in for a card."""
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=timeout, env=environment, cwd=ROOT
    )


def test_the_kernels_are_right_under_the_simulator():
    done = simulator(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(HERE / "test_gpu_kernels.py"),
        timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout and "passed" in done.stdout


def test_the_benchmarks_run_under_the_simulator():
    """Tiny: the numbers are of no use, but the differences from the processor are."""
    code = """
from exocosm.engine.backends.gpu import card
from exocosm.engine.bench import gpu
card.THREADS, card.TILE, gpu.REPEATS = 32, 8, 1
found = [
    gpu.b1_on_card(grid=3, steps=1), gpu.b5a_on_card(cells=3, nodes=6, edges=9),
    gpu.b5c_on_card(grid=3, minutes=1),
]
assert found[0]["largest_difference"] < 1e-12 and found[1]["largest_difference"] < 1e-12, found
assert abs(found[2]["error"]["gpu"] - found[2]["error"]["cpu"]) < 1e-12, found
assert all(t["best"] > 0 for f, unit in zip(found, ("ns", "us", "seconds")) for t in f[unit].values())
"""
    done = simulator("-c", code, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]


@no_card
def test_without_a_card_one_line_says_what_is_missing(monkeypatch):
    if importlib.util.find_spec("numba_cuda") is None:
        with pytest.raises(
            InputError, match=r"numba-cuda is not installed. Run `pip install exocosm\[gpu\]`"
        ):
            get_backend("gpu")
    find = importlib.util.find_spec  # as if it were installed
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if "cuda" in name else find(name))
    with pytest.raises(InputError, match="no NVIDIA card") as caught:
        simulate(talking_tissue((1, 2, 3), 4), duration="6 min", device="gpu")
    assert "\n" not in str(caught.value)


@no_card
def test_the_command_line_refuses_without_a_traceback(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    talking_tissue((1, 2, 3), 4).save(tmp_path / "model.json")
    assert main(["simulate", "model.json", "--duration", "6 min", "--device", "gpu"]) == 2
    err = capsys.readouterr().err
    assert "`device` 'gpu' cannot be used" in err and "Traceback" not in err
    assert not (tmp_path / "runs").exists() or not any((tmp_path / "runs").iterdir())


@no_card
def test_the_benchmark_says_in_one_line_that_there_is_no_card():
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "gpu.py")], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("No card to measure on: ") and len(done.stderr.splitlines()) == 1


def test_an_unknown_device_is_refused_and_a_misspelt_one_named():
    with pytest.raises(InputError, match="Did you mean 'gpu'"):
        get_backend("gpus")


def test_each_part_runs_where_the_table_says():
    folder = Path(package.__file__).parent
    own = {path.stem for path in folder.glob("*.py")}
    for part, place in RUNS_ON.items():
        assert (part in own) == (place == "card")
        assert f".{'gpu' if place == 'card' else 'cpu'}." in module_of("gpu", part).__name__
        assert inspect.ismodule(module_of("cpu", part)) and inspect.ismodule(module_of("reference", part))


@pytest.mark.parametrize("part", [part for part, place in RUNS_ON.items() if place == "card"])
def test_the_functions_behind_the_door_are_the_same(part):
    """What the reference offers, with the same arguments."""
    reference, gpu = module_of("reference", part), module_of("gpu", part)
    for name, function in inspect.getmembers(reference, inspect.isfunction):
        if function.__module__ == reference.__name__ and not name.startswith("_"):
            there = inspect.signature(getattr(gpu, name)).parameters
            assert list(there) == list(inspect.signature(function).parameters), name


def test_the_card_is_part_of_what_must_be_the_same_for_a_restart():
    here = identity("gpu")
    assert set(here) - set(identity("cpu")) == {"card"} and here["card"]
    assert differences(here, here) == []
    elsewhere = {**here, "card": "another"}
    assert differences(elsewhere, here) == [f"card (there another, here {here['card']})"]


def test_boolean_networks_run_on_the_processor_behind_the_same_door():
    """Under the simulator: the same bits as on "cpu"."""
    code = """
import numpy as np
from exocosm.engine.boolean import advance, compile_boolean
net = compile_boolean(("A", "B"), {"A": {"logic": "B"}, "B": {"logic": "!A"}})
found = []
for device in ("cpu", "gpu"):
    bits, clock = net.pack(np.zeros((4, 2), dtype=bool)), np.zeros((4, 2))
    advance(net, bits, clock, np.zeros(4, np.int64), np.arange(4), 5.0, 3, device=device)
    found.append(bits.tobytes() + clock.tobytes())
assert found[0] == found[1]
"""
    done = simulator("-c", code, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
