"""Runs in parallel: the same numbers in any order, and no process left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from exocosm.errors import RunError
from exocosm.experiment.protocol import SingleRun, conditions
from exocosm.experiment.workers import Task, execute, execute_all, run_seed


def children() -> set[int]:
    """Processes that this one has started and that still live; loky's resource tracker is none of them."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z" and b"resource_tracker" not in command:
            found.add(int(entry.name))
    return found


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="counts processes in /proc")


@pytest.fixture
def task(tissue, tissue_model) -> Task:
    return Task(
        model=tissue_model,
        conditions=conditions(tissue),
        readouts=tissue.readouts,
        duration=12.0,
        record_every=12.0,
        seed=1,
        device="cpu",
        frames=None,
        parameters={},
    )


RUNS = tuple(SingleRun(condition=c, replicate=r, draw=r) for r in range(2) for c in range(3))


def test_seeds_differ_between_replicates_and_seeds():
    seeds = {run_seed(seed, replicate) for seed in range(20) for replicate in range(50)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_the_settings_of_the_user_are_in_force_in_every_run(task):
    name = next(n for n in task.model.parameters() if n.startswith("release_rate:glioblastoma"))
    settings = {name: 0.0, "release_rate:macrophage": 0.0}
    outcome = execute(Task(**{**vars(task), "parameters": settings}), RUNS[0])
    assert next(a for a in outcome.books if a["name"] == "sEV")["released"] == 0.0
    assert next(a for a in execute(task, RUNS[0]).books if a["name"] == "sEV")["released"] > 0.0


@needs_proc
def test_an_interruption_leaves_no_worker_behind(task):
    before, seen = children(), []

    def stop(outcome):
        seen.append(outcome.run)
        if len(seen) == 3:
            assert children() > before
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute_all(task, RUNS, 2, stop)
    assert children() <= before
    assert seen[0] == RUNS[0]


@needs_proc
def test_a_worker_that_is_killed_is_one_clear_error(task):
    before = children()
    done = []

    def kill(outcome):
        done.append(outcome)
        if len(done) == 2:
            for child in children() - before:
                os.kill(child, 9)

    many = RUNS + tuple(SingleRun(condition=c, replicate=r, draw=r) for r in range(2, 12) for c in range(3))
    with pytest.raises(RunError, match="worker process was killed"):
        execute_all(task, many, 2, kill)
    assert children() <= before
