"""Whole runs of the engine: laid out, warmed up, timed, and what came out of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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


@dataclass
class WholeRun:
    """A run: where it stands, and what it took to get there."""

    run: Run
    set_up: Seconds
    cells_at_start: int
    seconds: Seconds = field(default_factory=Seconds)
    minutes: float = 0.0
    memory: int = 0  # most bytes held beyond what interpreter and compiled code held before

    @property
    def state(self) -> State:
        """The state as it is now."""
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
            "state [bytes per cell]": round(cells / max(1, self.state.n_cells), 1),
            "checksum": state_checksum(self.state),
        }


def whole_run(
    model: Model,
    warm_up: Model,
    *,
    steps: Steps,
    n_steps: int,
    seed: int,
    watch: Callable[[WholeRun], None] | None = None,
) -> WholeRun:
    """Run a model for so many cell steps; compilation is over before, in a cell step of `warm_up`.

    `watch` looks at the run after each step, off the clock. Laying out is timed apart.
    """
    first = laid_out(warm_up, steps, seed)
    first.advance()
    del first
    forget_peak()
    before = resident_memory()
    with timed() as set_up:
        run = laid_out(model, steps, seed)
    found = WholeRun(run=run, set_up=set_up, cells_at_start=run.state.n_cells)
    for _ in range(n_steps):
        with timed() as step:
            run.advance()
        found.seconds.add(step)
        found.minutes += steps.cell
        if watch is not None:
            watch(found)
    found.memory = peak_memory() - before
    return found


def state_checksum(state: State) -> str:
    """Return a hash of all arrays of a state: the same for the same bits alone."""
    groups = (state.cells, state.fields, state.vesicle_books, state.cargo_books, state.solute_books)
    return checksum(*(group[name] for group in groups for name in sorted(group)))


def laid_out(model: Model, steps: Steps, seed: int) -> Run:
    """Return a model as a run at its start."""
    compiled = compile_model(model)
    backend = get_backend("cpu")
    run = Run(compiled=compiled, state=start(compiled, seed), backend=backend, steps=steps, seed=seed)
    run.settle()
    return run


def at_middle(values: np.ndarray) -> float:
    """Return the value in the middle voxel (z, y, x)."""
    return float(values[tuple(n // 2 for n in values.shape)])
