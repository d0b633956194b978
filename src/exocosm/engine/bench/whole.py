"""Whole runs of the engine: laid out, warmed up, timed, and what came out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from exocosm.model import Model

from ..backends import get_backend
from ..compiled import compile_model
from ..driver import Run
from ..start import start
from ..state import State
from ..steps import Steps
from .measure import Seconds, checksum, forget_peak, peak_memory, resident_memory, timed


@dataclass(frozen=True)
class WholeRun:
    """A run that is over: where it ended, and what it took."""

    run: Run
    set_up: Seconds
    seconds: Seconds
    minutes: float
    cells_at_start: int
    memory: int  # most bytes held beyond what interpreter and compiled code held before

    @property
    def state(self) -> State:
        """The state at the end."""
        return self.run.state

    def per_minute(self) -> Seconds:
        """Return what one simulated minute took."""
        return Seconds(self.seconds.clock / self.minutes, self.seconds.processor / self.minutes)

    def record(self) -> dict[str, Any]:
        """Return what is said of every whole run."""
        cells = sum(array.nbytes for array in self.state.cells.values())
        return {
            "cells": {"start": self.cells_at_start, "end": self.state.n_cells},
            "simulated minutes": self.minutes,
            "seconds": vars(self.seconds),
            "set-up seconds": vars(self.set_up),
            "peak memory beyond the program [bytes]": self.memory,
            "state [bytes per cell]": round(cells / max(1, self.state.n_cells), 1),
            "checksum": state_checksum(self.state),
        }


def whole_run(model: Model, warm_up: Model, *, steps: Steps, n_steps: int, seed: int) -> WholeRun:
    """Run a model for so many cell steps; compilation is over before, in a cell step of `warm_up`."""
    first = _laid_out(warm_up, steps, seed)
    first.advance()
    del first
    forget_peak()
    before = resident_memory()
    with timed() as set_up:
        run = _laid_out(model, steps, seed)
    cells = run.state.n_cells
    with timed() as seconds:
        for _ in range(n_steps):
            run.advance()
    return WholeRun(
        run=run,
        set_up=set_up,
        seconds=seconds,
        minutes=n_steps * steps.cell,
        cells_at_start=cells,
        memory=peak_memory() - before,
    )


def state_checksum(state: State) -> str:
    """Return a hash of all arrays of a state: the same for the same bits alone."""
    groups = (state.cells, state.fields, state.vesicle_books, state.cargo_books, state.solute_books)
    return checksum(*(group[name] for group in groups for name in sorted(group)))


def _laid_out(model: Model, steps: Steps, seed: int) -> Run:
    compiled = compile_model(model)
    backend = get_backend("cpu")
    run = Run(compiled=compiled, state=start(compiled, seed), backend=backend, steps=steps, seed=seed)
    run.settle()
    return run


def at_middle(field: np.ndarray) -> float:
    """Return the value in the middle voxel of a field (z, y, x)."""
    return float(field[tuple(n // 2 for n in field.shape)])
