"""Cells that divide, die and disappear: the bookkeeping of a changing population."""

from __future__ import annotations

import math

import numpy as np

from .books import remove
from .compiled import DIE, DIVIDE, Compiled
from .inheritance import inherited
from .laws.random import AXIS, uniform
from .state import State


def apply_events(compiled: Compiled, state: State, events: np.ndarray, dt: float, seed: int) -> None:
    """Carry out the drawn `events` (n,): cells die, remains age and go, cells divide."""
    cells = state.cells
    cells["alive"][events == DIE] = False
    dead = ~cells["alive"]
    cells["dead_for"][dead] += dt
    _divide(compiled, state, np.flatnonzero(events == DIVIDE), seed)
    gone = ~state.cells["alive"] & (state.cells["dead_for"] > compiled.dead_time[state.cells["kind"]])
    if gone.any():
        remove(state, gone)
        state.cells = {name: array[~gone] for name, array in state.cells.items()}


def _divide(compiled: Compiled, state: State, mothers: np.ndarray, seed: int) -> None:
    """Append one daughter per mother; the mother's entry becomes the other daughter.

    What the cell holds above or below the level it keeps up itself is shared out, and so are lesions and
    the tally of what it took up; its own content had doubled before division.
    """
    if mothers.size == 0:
        return
    cells = state.cells
    _share_out(compiled, state, mothers)
    daughters = {name: array[mothers].copy() for name, array in cells.items()}
    for name in ("taken", "delivered"):
        daughters[name] = daughters[name] // 2
        cells[name][mothers] -= daughters[name]
    for name, share in inherited(cells, mothers, state.step, seed).items():
        daughters[name] = share
        cells[name][mothers] -= share
    for some, rows in ((cells, mothers), (daughters, slice(None))):
        some["bound"][rows] = some["docked_copies"][rows].sum(axis=1) * compiled.fate.surface
    daughters["id"] = state.next_id + np.arange(mothers.size)
    daughters["parent"] = cells["id"][mothers]
    offset = _offsets(compiled, state, mothers, seed)
    daughters["position"] = cells["position"][mothers] + offset
    cells["position"][mothers] -= offset
    state.next_id += mothers.size
    state.cells = {name: np.concatenate([array, daughters[name]]) for name, array in cells.items()}


def _share_out(compiled: Compiled, state: State, mothers: np.ndarray) -> None:
    cells = state.cells
    own = (compiled.start_copies + state.added_copies)[cells["kind"][mothers]]
    cells["copies"][mothers] = own + 0.5 * (cells["copies"][mothers] - own)
    cells["lesions"][mothers] *= 0.5


def _offsets(compiled: Compiled, state: State, mothers: np.ndarray, seed: int) -> np.ndarray:
    """Half the way between the daughters: a quarter radius along a random axis, in the plane in 2-D.  [µm]"""
    flat = compiled.model.domain.shape[0] == 1
    offsets = np.zeros((mothers.size, 3))
    for row, mother in enumerate(mothers):
        cell = int(state.cells["id"][mother])
        turn = 2.0 * math.pi * uniform(seed, AXIS, state.step, cell, 0)
        rise = 0.0 if flat else 2.0 * uniform(seed, AXIS, state.step, cell, 1) - 1.0
        level = math.sqrt(1.0 - rise * rise)
        length = 0.25 * compiled.radius[state.cells["kind"][mother]]
        offsets[row] = length * np.array([level * math.cos(turn), level * math.sin(turn), rise])
    return offsets
