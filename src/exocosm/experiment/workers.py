"""Single runs in parallel processes: each gives back its read-outs, and may keep its frames."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exocosm.engine import Checkpoints, listed, resume, simulate
from exocosm.errors import InputError, RunError
from exocosm.frames import FrameStore
from exocosm.model import Model
from exocosm.trajectory import Trajectory

from .assays import ReadOut, measure_all
from .draws import drawn
from .folder import write_frames
from .outcomes import Outcome, keep, name_of
from .protocol import Condition, SingleRun, model_of

_MANY = 2e6  # cells times frames of a run; more are kept on disk instead of in memory


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
    unfinished: Path | None = None  # where outcomes and checkpoints are kept
    checkpoint_every: str = "5 min"  # by the clock
    other_machine: bool = False  # go on from checkpoints of other libraries or another processor


def run_seed(seed: int, replicate: int) -> int:
    """Seed of the engine for one replicate; arms of a replicate share it."""
    digest = hashlib.blake2b(f"{seed}|replicate|{replicate}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def execute(task: Task, run: SingleRun) -> Outcome:
    """Do one run, or what is left of it; its outcome is on disk before it is handed over."""
    condition = task.conditions[run.condition]
    model = drawn(model_of(task.model, condition), task.seed, run.draw, task.parameters)
    pictures = None
    if task.frames is not None and run.for_pictures:
        pictures = task.frames / f"{condition.arm}.zarr"
    if pictures is not None and pictures.is_dir():
        trajectory = Trajectory.load(pictures)  # cut off after its frames were complete
    elif task.unfinished is None:
        trajectory = simulate(model, **_asked(task, run))
        if pictures is not None:
            write_frames(pictures, trajectory)
    else:
        place = task.unfinished / name_of(run)
        trajectory = _started_or_resumed(task, run, model, place)
        if pictures is not None:
            os.replace(place / "frames.zarr", pictures)
            trajectory = Trajectory.load(pictures)
    outcome = Outcome(
        run=run,
        times=tuple(float(time) for time in trajectory.times),
        values=measure_all(trajectory, task.readouts),
        books=tuple(trajectory.books),
        remarks=trajectory.remarks,
    )
    if task.unfinished is not None:
        keep(task.unfinished / "outcomes", outcome)
        shutil.rmtree(task.unfinished / name_of(run), ignore_errors=True)
    return outcome


def _asked(task: Task, run: SingleRun) -> dict[str, Any]:
    return {
        "duration": f"{task.duration!r} min",
        "record_every": f"{task.record_every!r} min",
        "seed": run_seed(task.seed, run.replicate),
        "device": task.device,
    }


def _started_or_resumed(task: Task, run: SingleRun, model: Model, place: Path) -> Trajectory:
    """Go on from the checkpoint of a run; without a usable one the run starts anew."""
    checkpoint = Checkpoints(path=place, clock=task.checkpoint_every, at_end=False)
    seed = run_seed(task.seed, run.replicate)
    if listed(place):
        try:
            return resume(
                place, model=model, seed=seed, checkpoint=checkpoint, other_machine=task.other_machine
            )
        except InputError as error:
            warnings.warn(f"{error} This run starts anew.", RuntimeWarning, stacklevel=2)
    shutil.rmtree(place, ignore_errors=True)
    store = None
    if run.for_pictures:
        store = FrameStore(place / "frames.zarr")
    elif sum(p.count for p in model.placements) * task.duration / task.record_every > _MANY:
        store = FrameStore(place / "frames.zarr", exact=True)  # read-outs are the same bits as from memory
    return simulate(model, **_asked(task, run), frames=store, checkpoint=checkpoint)


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
