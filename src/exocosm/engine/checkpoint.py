"""Checkpoints: the whole state of a run on disk, so that it can go on after any kind of end."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exocosm.durable import replace_whole
from exocosm.errors import InputError, expect
from exocosm.units import minutes

from . import container
from .identity import identity
from .snapshot import taken_apart

if TYPE_CHECKING:
    from .recorder import Recorder

_KEPT = 2  # the newest, and the one before it should the newest turn out damaged
_SUFFIX = ".exo"


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """Where checkpoints are written, and when.

    Parameters
    ----------
    path : a folder; it must not hold checkpoints of another run
    every : simulated time between two, such as "6 h"
    clock : time by the clock between two, such as "5 min"; this one when neither is given
    at_end : write one at the end too, from which the trajectory can be had again

    One is also written when the run is interrupted by Ctrl-C or asked to end (SIGTERM), after the step in
    hand; a second Ctrl-C ends it at once.
    """

    path: Path
    every: str | None = None
    clock: str | None = None
    at_end: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        if self.every is None and self.clock is None:
            object.__setattr__(self, "clock", "5 min")
        for name in ("every", "clock"):
            if getattr(self, name) is not None:
                expect.positive(**{name: minutes(getattr(self, name))})


class Keeper:
    """Writes checkpoints of one run as it goes."""

    def __init__(self, checkpoints: Checkpoints, run: Any, recorder: Recorder, n_steps: int) -> None:
        self.checkpoints, self.run, self.recorder, self.n_steps = checkpoints, run, recorder, n_steps
        self.asked_to_end = False
        every, clock = checkpoints.every, checkpoints.clock
        self._every = minutes(every) if every else None
        self._clock = 60.0 * minutes(clock) if clock else None  # [s]
        self._written_at = time.monotonic()
        self._written_time = run.state.time  # [min] of the simulation

    def after_step(self) -> None:
        """Write when one is due; when asked to end, write and raise KeyboardInterrupt."""
        if self.asked_to_end:
            self.write()
            raise KeyboardInterrupt
        now = self.run.state.time
        by_time = self._every and now // self._every > self._written_time // self._every
        if by_time or (self._clock and time.monotonic() - self._written_at >= self._clock):
            self.write()

    def at_end(self) -> None:
        """Write the last one; when asked to end, raise KeyboardInterrupt: more may have been planned."""
        if self.checkpoints.at_end or self.asked_to_end:
            self.write()
        if self.asked_to_end:
            raise KeyboardInterrupt

    def write(self) -> None:
        """Write the state and take away the checkpoint before the last."""
        folder = self.checkpoints.path
        record, arrays = described(self.run, self.recorder, self.n_steps, folder)
        container.write(folder / f"{record['step']:012d}{_SUFFIX}", record, arrays)
        for old in listed(folder)[_KEPT:]:
            old.unlink(missing_ok=True)
        self._written_at, self._written_time = time.monotonic(), self.run.state.time


class _NoKeeper:
    def after_step(self) -> None: ...

    def at_end(self) -> None: ...


@contextmanager
def keeping(
    checkpoints: Checkpoints | None, run: Any, recorder: Recorder, n_steps: int
) -> Iterator[Keeper | _NoKeeper]:
    """Give a keeper of checkpoints; while it lives, a request to end waits for the step in hand."""
    if checkpoints is None:
        yield _NoKeeper()
        return
    _open(checkpoints.path, run)
    keeper = Keeper(checkpoints, run, recorder, n_steps)
    with _requests_to_end(keeper):
        yield keeper


@contextmanager
def _requests_to_end(keeper: Keeper) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # signals belong to the main thread
        yield
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}

    def note(number: int, _: object) -> None:
        keeper.asked_to_end = True
        signal.signal(number, signal.default_int_handler)  # the next one ends at once

    for number in signals:
        if before[number] is not signal.SIG_IGN:  # somebody else decides what an interruption means
            signal.signal(number, note)
    try:
        yield
    finally:
        for number in signals:
            signal.signal(number, before[number] or signal.SIG_DFL)


def _open(folder: Path, run: Any) -> None:
    """Make the folder with the model in it; one with checkpoints of another run is refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot keep checkpoints in {str(folder)!r}: {error.strerror}.") from error
    if run.state.step == 0 and listed(folder):
        raise InputError(
            f"Expected `checkpoint` to name a new folder, found checkpoints in {str(folder)!r}. "
            "Go on with that run by `resume`, or name another folder."
        )
    replace_whole(folder / "model.json", run.compiled.model.save, durable=True)


def described(
    run: Any, recorder: Recorder, n_steps: int, folder: Path
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return everything that a run needs to go on: a record of plain values, and arrays."""
    arrays, values = taken_apart(run.state)
    arrays = {f"state/{name}": array for name, array in arrays.items()}
    store = recorder.store
    for i, frame in enumerate(recorder.frames):
        for group, held in (("cells", frame.cells), ("fields", frame.fields)):
            arrays |= {f"frames/{i}/{group}/{name}": array for name, array in held.items()}
    record = {
        **identity(recorder.device),
        "model_sha256": hashlib.sha256((folder / "model.json").read_bytes()).hexdigest(),
        "seed": run.seed,
        "step": round(run.state.time / run.steps.cell),  # cell steps done
        "steps_total": n_steps,
        "steps": asdict(run.steps),
        "dtype": str(run.state.cells["position"].dtype),
        "events_done": len(run.compiled.model.events) - len(run.pending),
        "state": values,
        "record_every": recorder.interval,
        "frames": recorder.count,
        "frame_times": [frame.time for frame in recorder.frames],
        "last_frame": recorder.last_time,
        "store": None if store is None else _relative(store.path, folder),
        "store_exact": store is not None and store.exact,
        "restarts": recorder.restarts,
    }
    return record, arrays


def _relative(path: Path, folder: Path) -> str:
    with suppress(ValueError):  # on another drive of a Windows machine
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    return str(path.resolve())


def listed(folder: Path) -> list[Path]:
    """Return the checkpoints in a folder, the newest first."""
    return sorted(folder.glob(f"[0-9]*{_SUFFIX}"), reverse=True)


def newest(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read the newest checkpoint that is whole; warns of each damaged one that it passes over.

    Raises
    ------
    InputError : if there is no checkpoint, or none that is whole
    """
    found = listed(Path(folder))
    if not found:
        raise InputError(f"Expected `path` to be a folder with checkpoints, found none in {str(folder)!r}.")
    said: list[str] = []
    for path in found:
        try:
            content = container.read(path)
        except InputError as error:
            said.append(str(error))
            continue
        for message in said:
            warnings.warn(f"{message} The checkpoint before it is used.", RuntimeWarning, stacklevel=3)
        return content
    raise InputError(f"No checkpoint in {str(folder)!r} can be read. {said[0]}")
