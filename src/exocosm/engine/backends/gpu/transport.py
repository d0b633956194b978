"""Transport of matter that is counted, on the card: diffusion and flow, positive and conservative.

Plans are worked out by the back end "cpu" and taken to the card; how a step is made is said there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import cuda

from ...laws.transport import ogston_share
from ..cpu import transport as cpu
from ..cpu.implicit import Implicit
from ..cpu.propagator import Propagator
from . import card
from .implicit import ImplicitAxis, implicit_axis, move_implicitly
from .sums import add_up

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class ExactAxis:
    """A propagator on the card: `band` (offset, n), `by_row` (n, offset); `low` and `high` (n,)."""

    reach: int
    band: Any
    by_row: Any
    low: Any
    high: Any
    opened: bool


@dataclass(frozen=True, eq=False)
class Plan:
    """One operator for one step length, as in the back end "cpu"; its arrays lie on the card."""

    dt: float
    exact: bool
    substeps: int
    axes: tuple[ExactAxis | ImplicitAxis | None, ...]


def plan(
    shape: tuple[int, int, int],
    spacing: float,
    dt: float,
    diffusion: float,
    faces: tuple[int, ...],
    share: Array | None = None,
    velocity: tuple[float | Array, float | Array, float | Array] = (0.0, 0.0, 0.0),
) -> Plan:
    """Work out how fast matter passes every face, and how a step is to be made.

    The rule and the arguments stand in the reference back end.
    """
    made = cpu.plan(shape, spacing, dt, diffusion, faces, share, velocity)
    axes = tuple(_to_card(step, axis) for axis, step in enumerate(made.axes))
    return Plan(made.dt, made.exact, made.substeps, axes)


def _to_card(step: Propagator | Implicit | None, axis: int) -> ExactAxis | ImplicitAxis | None:
    if isinstance(step, Implicit):
        return implicit_axis(step, axis)
    if step is None:
        return None
    band, by_row, low, high = (card.to_card(a) for a in (step.band, step.by_row, step.low, step.high))
    return ExactAxis(step.reach, band, by_row, low, high, step.opened)


def move(
    amount: Array, plan: Plan, outside: Array, survival: Array, decayed: Array, left: Array, entered: Array
) -> None:
    """Advance decay and then transport by one step, in place.

    The equation and the arguments stand in the reference back end. The amount goes to the card and back; one
    that lies on the card stays there, and then only the books come back.
    """
    if not amount.size:
        return
    species = amount.shape[0]
    there = card.to_card(amount)
    flat = there.reshape(species, amount.size // species)
    # Sums before decay, then for each axis what leaves low and high and enters low and high, per species.
    books = card.to_card(np.zeros((1 + 3 * 4) * species))
    decays = bool((survival != 1.0).any())
    if decays:
        add_up(flat, books)
        card.for_each(_decay, amount.size, flat, card.to_card(survival))
    if plan.exact:
        _move_exactly(there, plan, books)
    else:
        for _ in range(plan.substeps):
            for axis in (2, 1, 0):
                step = plan.axes[axis]
                if isinstance(step, ImplicitAxis):
                    move_implicitly(there, axis, step, outside, books, species * (1 + 4 * axis))
    card.bring_back(there, amount)
    if decays or any(step is not None and step.opened for step in plan.axes):
        found = books.copy_to_host().reshape(13, species)
        decayed += (1.0 - survival) * found[0]
        ends = found[1:].reshape(3, 4, species)
        left += ends[:, :2].transpose(2, 0, 1).reshape(species, 6)
        entered += ends[:, 2:].transpose(2, 0, 1).reshape(species, 6)


def _move_exactly(amount: Any, plan: Plan, books: Any) -> None:
    species, nz, ny, nx = amount.shape
    size = amount.size
    now, other = amount, card.room(amount.shape)
    for axis, shape in (
        (2, (species * nz * ny, nx, 1)),
        (1, (species * nz, ny, nx)),
        (0, (species, nz, ny * nx)),
    ):
        step = plan.axes[axis]
        if not isinstance(step, ExactAxis):
            continue
        if step.opened:
            _book_ends(
                now.reshape(species, size // species), shape[1:], step, books, species * (1 + 4 * axis)
            )
        if axis == 2:
            source, target = now.reshape(shape[:2]), other.reshape(shape[:2])
            card.for_each(_spread_lines, size, source, step.reach, step.band, target)
        else:
            card.for_each(
                _spread_columns, size, now.reshape(shape), step.reach, step.by_row, other.reshape(shape)
            )
        now, other = other, now
    if now is not amount:
        amount.copy_to_device(now)


def _book_ends(amount: Any, shape: tuple[int, int], step: ExactAxis, books: Any, first: int) -> None:
    """Add what leaves low and high along an axis of n voxels, `shape` (n, columns), to the books."""
    species = amount.shape[0]
    leaving = card.room(amount.shape)
    for side, chance in enumerate((step.low, step.high)):
        card.for_each(_leave, amount.size, amount, *shape, chance, leaving)
        add_up(leaving, books, first + side * species)


@cuda.jit(cache=True)
def _decay(amount, survival):
    thread = cuda.grid(1)
    species, n = amount.shape
    if thread < species * n:
        s = thread // n
        amount[s, thread - s * n] *= survival[s]


@cuda.jit(cache=True)
def _leave(amount, n, columns, chance, out):
    thread = cuda.grid(1)
    species, size = amount.shape
    if thread < species * size:
        s = thread // size
        at = thread - s * size
        out[s, at] = chance[at // columns % n] * amount[s, at]


@cuda.jit(cache=True)
def _spread_lines(lines, reach, band, out):
    """Apply a propagator to lines (lines, n), a thread per voxel."""
    thread = cuda.grid(1)
    count, n = lines.shape
    if thread < count * n:
        p = thread // n
        i = thread - p * n
        total = 0.0
        for m in range(max(0, i - reach), min(n, i + reach + 1)):
            total += band[m - i + reach, i] * lines[p, m]
        out[p, i] = total


@cuda.jit(cache=True)
def _spread_columns(stacks, reach, by_row, out):
    """Apply a propagator along the middle axis of (stacks, n, columns), a thread per voxel."""
    thread = cuda.grid(1)
    count, n, columns = stacks.shape
    if thread < count * n * columns:
        row = thread // columns
        c = thread - row * columns
        p = row // n
        i = row - p * n
        total = 0.0
        for m in range(max(0, i - reach), min(n, i + reach + 1)):
            total += by_row[i, m - i + reach] * stacks[p, m, c]
        out[p, i, c] = total


def hindered(fibres: Array, solute_radius: float, fibre_radius: float) -> Array:
    """Return D/D0 (z, y, x) among fibres of the given volume fraction (z, y, x).  [1, µm, µm] → [1]"""
    out = card.room(fibres.size)
    there = card.to_card(fibres).reshape(fibres.size)
    card.for_each(_fill_hindered, fibres.size, there, float(solute_radius), float(fibre_radius), out)
    return out.copy_to_host().reshape(fibres.shape)


@cuda.jit(cache=True)
def _fill_hindered(fibres, solute_radius, fibre_radius, out):
    thread = cuda.grid(1)
    if thread < fibres.shape[0]:
        out[thread] = ogston_share(fibres[thread], solute_radius, fibre_radius)
