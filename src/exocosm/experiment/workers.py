"""Single runs in parallel processes: each gives back its read-outs, and may keep its frames."""

from __future__ import annotations

import hashlib
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exocosm.engine import simulate
from exocosm.errors import RunError
from exocosm.model import Model

from .assays import ReadOut, measure
from .draws import drawn
from .folder import write_frames
from .protocol import Condition, SingleRun, model_of


@dataclass(frozen=True, kw_only=True)
class Task:
    """All that a worker needs to know; the same for every run of a study."""

    model: Model
    conditions: tuple[Condition, ...]
    readouts: tuple[ReadOut, ...]
    duration: float
    record_every: float
    seed: int
    device: str
    frames: Path | None
    parameters: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a single run gave: times [min], one series of values per read-out, the closing books."""

    run: SingleRun
    times: tuple[float, ...]
    values: dict[str, tuple[float, ...]]
    books: tuple[dict, ...]


def run_seed(seed: int, replicate: int) -> int:
    """Seed of the engine for one replicate; arms of a replicate share it."""
    digest = hashlib.blake2b(f"{seed}|replicate|{replicate}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def execute(task: Task, run: SingleRun) -> Outcome:
    """Do one run."""
    condition = task.conditions[run.condition]
    model = drawn(model_of(task.model, condition), task.seed, run.draw, task.parameters)
    trajectory = simulate(
        model,
        duration=f"{task.duration!r} min",
        record_every=f"{task.record_every!r} min",
        seed=run_seed(task.seed, run.replicate),
        device=task.device,
    )
    if task.frames is not None and run.for_pictures:
        write_frames(task.frames / f"{condition.arm}.zarr", trajectory)
    return Outcome(
        run=run,
        times=tuple(trajectory.times),
        values={readout.name: tuple(measure(trajectory, readout)) for readout in task.readouts},
        books=trajectory.books,
    )


def execute_all(
    task: Task, runs: tuple[SingleRun, ...], workers: int, on_done: Callable[[Outcome], None]
) -> None:
    """Do all runs, `workers` at a time, handing over each outcome as it comes.

    The first run is done here, so that kernels are compiled once and workers find them cached. Results do
    not depend on the number of workers or the order of completion.
    """
    on_done(execute(task, runs[0]))
    if workers == 1 or len(runs) == 1:
        for run in runs[1:]:
            on_done(execute(task, run))
        return
    # Unlike those of the standard library, loky's workers need no guarded main module.
    from loky import BrokenProcessPool, ProcessPoolExecutor  # type: ignore[import-untyped]

    pool = ProcessPoolExecutor(max_workers=workers, initializer=_start_worker, initargs=(task,))
    try:
        for outcome in _completed(pool, runs[1:], 2 * workers):
            on_done(outcome)
    except BrokenProcessPool as error:
        raise RunError(
            "A worker process was killed, most likely for lack of memory. Try fewer threads, or a "
            "smaller study."
        ) from error
    finally:
        with _interruptions_ignored():
            pool.shutdown(kill_workers=True)


@contextmanager
def _interruptions_ignored() -> Iterator[None]:
    """Let workers be ended in peace: a second Ctrl-C in the middle of it would leave some behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _completed(pool: Any, runs: tuple[SingleRun, ...], ahead: int) -> Iterator[Outcome]:
    """Keep a few runs queued, so that an interruption has little to throw away."""
    waiting = iter(runs)
    pending = {pool.submit(_execute_here, run) for _, run in zip(range(ahead), waiting, strict=False)}
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()
            following = next(waiting, None)
            if following is not None:
                pending.add(pool.submit(_execute_here, following))


_task: Task | None = None  # of this worker process, set once when it starts


def _start_worker(task: Task) -> None:
    global _task
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interruption means
    import numba

    numba.set_num_threads(1)
    _task = task


def _execute_here(run: SingleRun) -> Outcome:
    assert _task is not None
    return execute(_task, run)
