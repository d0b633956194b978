"""Model in, trajectory out: the door of the engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from exocosm.errors import InputError, expect
from exocosm.frames import FrameStore
from exocosm.model import Model
from exocosm.trajectory import Trajectory
from exocosm.units import minutes

from .backends import get_backend
from .books import close
from .checkpoint import Checkpoints, keeping
from .compiled import compile_model
from .driver import Run
from .recorder import Recorder
from .remarks import remarks
from .start import start
from .steps import Steps, default_steps


def simulate(
    model: Model,
    *,
    duration: str,
    seed: int = 0,
    device: str = "cpu",
    record_every: str = "2 h",
    steps: Steps | None = None,
    progress: Callable[[float], None] | None = None,
    until_cells: int | None = None,
    frames: Path | FrameStore | None = None,
    checkpoint: Checkpoints | None = None,
) -> Trajectory:
    """Run a model and return what happened.

    Parameters
    ----------
    duration, record_every : a time with its unit, such as "48 h"
    seed : key of every random draw, 0 <= seed < 2**63; same seed, same bits
    device : "cpu" (compiled), "gpu" (fields and signalling on an NVIDIA card, the rest as on "cpu") or
        "reference" (plain Python: slow, judges the others)
    progress : called with the simulated time [min] after every cell step
    until_cells : the run ends, before `duration`, once so many cells are alive; not with `checkpoint`, which
        knows the duration alone
    frames : a new Zarr store for the frames, in single precision; they stay in memory when None
    checkpoint : where and when to write down the whole state, so that `resume` can go on from there

    Raises
    ------
    InputError : for a model or an argument that cannot be run
    KeyboardInterrupt : after Ctrl-C or a request to end; with `checkpoint`, once the state is written
    RunError : when a number stops being finite; the message names the array and the time
    """
    for name, value, wanted in (("steps", steps, Steps), ("checkpoint", checkpoint, Checkpoints)):
        if value is not None and not isinstance(value, wanted):
            raise InputError(f"Expected `{name}` to be of type {wanted.__name__}, found {value!r}.")
    if not isinstance(model, Model):
        raise InputError(f"Expected `model` to be a Model, found {type(model).__name__}. See Model.load.")
    steps = steps or default_steps(model)
    length, interval = _time("duration", duration), _time("record_every", record_every)
    expect.non_negative(duration=length)
    expect.positive(record_every=interval)
    n_steps = round(length / steps.cell)
    if abs(length / steps.cell - n_steps) > 1e-6:
        raise InputError(
            f"Expected `duration` to be a multiple of the cell step ({steps.cell:g} min), found {duration!r}."
        )
    if not (isinstance(seed, int) and 0 <= seed < 2**63):
        raise InputError(f"Expected `seed` to be a whole number from 0 to 2**63 - 1, found {seed!r}.")
    if until_cells is not None:
        expect.positive(until_cells=until_cells)
        if checkpoint is not None:
            raise InputError("Expected `until_cells` or `checkpoint`, found both. Give a `duration` instead.")
    backend = get_backend(device)
    compiled = compile_model(model)
    state = start(compiled, seed)
    run = Run(compiled=compiled, state=state, backend=backend, steps=steps, seed=seed)
    recorder = Recorder(compiled, interval, seed=seed, device=device, store=_new_store(frames))
    run.settle()
    recorder.record(state)
    return carry_on(run, recorder, n_steps, progress=progress, checkpoint=checkpoint, until_cells=until_cells)


def carry_on(
    run: Run,
    recorder: Recorder,
    n_steps: int,
    *,
    progress: Callable[[float], None] | None,
    checkpoint: Checkpoints | None,
    until_cells: int | None = None,
) -> Trajectory:
    """Run from where `run` stands until `n_steps` cell steps are done in all."""
    state = run.state
    with keeping(checkpoint, run, recorder, n_steps) as keeper:
        for _ in range(round(state.time / run.steps.cell), n_steps):
            run.advance()
            recorder.record_if_due(state)
            keeper.after_step()
            if progress is not None:
                progress(state.time)
            if until_cells is not None and state.cells["alive"].sum() >= until_cells:
                break
        recorder.record_last(state)
        keeper.at_end()
    books = close(run.compiled, state)
    return recorder.trajectory(books, remarks(run.compiled, state, run.steps, books, run.pending))


def _new_store(frames: Path | FrameStore | None) -> FrameStore | None:
    store = FrameStore(frames) if isinstance(frames, str | Path) else frames
    if store is None:
        return None
    if store.path.exists():
        raise InputError(f"Expected `frames` to be a new store, found {str(store.path)!r} in use.")
    nearest = next(folder for folder in store.path.parents if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError(f"Cannot write `frames` to {str(store.path)!r}: {str(nearest)!r} takes no files.")
    return store


def _time(name: str, value: str) -> float:
    try:
        return minutes(value)
    except InputError as error:
        raise InputError(f"`{name}`: {error}") from error
