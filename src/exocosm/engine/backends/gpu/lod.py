"""Locally one-dimensional diffusion with decay, and exchange with cells, on the card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import cuda

from exocosm.engine.laws import exchange as laws
from exocosm.engine.lod import DTYPES, LodProblem
from exocosm.errors import InputError

from ..cpu.lod_coefficients import along_line
from . import card
from .sweeps import sweep

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Plan:
    """A problem and what its sweeps multiply by, on the card.

    `coefficients` are inverse and carry (substrates, n) for each axis; `places` and `held` say which values
    of the flat fields are held at what.
    """

    problem: LodProblem
    coefficients: dict[int, tuple[Any, Any]]
    places: Any
    held: Any


@dataclass(frozen=True, eq=False)
class Exchange:
    """What cells do in one step: u' = gain · u + addition, flat, on the card."""

    gain: Any
    addition: Any


def plan(problem: LodProblem) -> Plan:
    """Prepare a problem for `advance`: its coefficients go to the card."""
    dtype = DTYPES[problem.dtype]
    coefficients = {}
    for axis in problem.axes:
        inverse, carry = along_line(problem.alpha, problem.middle, 1.0, problem.shape[axis]).astype(dtype)
        coefficients[axis] = card.to_card(inverse), card.to_card(carry)
    fields = np.full((problem.substrates, *problem.shape), np.nan)
    for axis in (2, 1, 0):  # where faces meet, the later one wins
        for side in (0, 1):
            values = problem.faces[:, 2 * axis + side]
            face = np.moveaxis(fields, axis + 1, 0)[-side]
            face[~np.isnan(values)] = values[~np.isnan(values), None, None]
    places = np.flatnonzero(~np.isnan(fields))
    held = fields.ravel()[places].astype(dtype)
    return Plan(problem, coefficients, card.to_card(places), card.to_card(held))


def exchange(plan: Plan, source: Array, sink: Array, *, into: Exchange | None = None) -> Exchange:
    """Prepare the exchange with cells: u' = (u + dt source)/(1 + dt sink), after the diffusion of each step.

    The arguments stand in the reference back end; they may lie on the card.
    """
    problem = plan.problem
    problem.expect_fields(source=source, sink=sink)
    dtype = DTYPES[problem.dtype]
    size = int(np.prod(source.shape))
    if into is None:
        into = Exchange(card.room(size, dtype), card.room(size, dtype))
    given, taken = card.to_card(source).reshape(size), card.to_card(sink).reshape(size)
    card.for_each(_prepare, size, given, taken, problem.dt, into.gain, into.addition)
    return into


def advance(
    u: Array, plan: Plan, steps: int = 1, *, exchange: Exchange | None = None, taken: int = 0
) -> None:
    """Take `steps` steps of diffusion and decay in place, each followed by the exchange with cells.

    The equation stands in `LodProblem`. The field goes to the card and back once, however many steps; one
    that lies on the card (`numba.cuda.to_device`) stays there.

    Parameters
    ----------
    u : (substrates, z, y, x), of the problem's dtype, contiguous
    exchange : the same in all `steps`; None for none
    taken : steps taken before this call; nothing depends on it here
    """
    problem = plan.problem
    problem.expect_fields(u=u)
    if u.dtype != DTYPES[problem.dtype] or not (card.is_there(u) or u.flags.c_contiguous):
        raise InputError(
            f"Expected `u` to be a contiguous array of {problem.dtype}, found {u.dtype}, "
            f"strides {u.strides}. Use np.ascontiguousarray(u, dtype=...)."
        )
    if steps < 0 or taken < 0:
        raise InputError(f"Expected `steps` and `taken` to be 0 or above, found {steps!r} and {taken!r}.")
    shape = (problem.substrates, *problem.shape)
    there = card.to_card(u)
    flat = there.reshape(int(np.prod(shape)))
    for step in range(steps):
        if step == 0:
            _hold(flat, plan)
        for axis in sorted(problem.axes, reverse=True):
            sweep(there, shape, axis, *plan.coefficients[axis])
            _hold(flat, plan)
        if exchange is not None:
            card.for_each(_act, flat.size, flat, exchange.gain, exchange.addition)
            _hold(flat, plan)
    card.bring_back(there, u)


def _hold(flat: Any, plan: Plan) -> None:
    card.for_each(_put, plan.places.size, flat, plan.places, plan.held)


@cuda.jit(cache=True)
def _put(values, places, held):
    """Set what lies on held faces."""
    thread = cuda.grid(1)
    if thread < places.shape[0]:
        values[places[thread]] = held[thread]


@cuda.jit(cache=True)
def _act(values, gain, addition):
    thread = cuda.grid(1)
    if thread < values.shape[0]:
        values[thread] = gain[thread] * values[thread] + addition[thread]


@cuda.jit(cache=True)
def _prepare(source, sink, dt, gain, addition):
    thread = cuda.grid(1)
    if thread < source.shape[0]:
        kept = laws.kept_share(sink[thread], dt)
        gain[thread] = kept
        addition[thread] = laws.added(source[thread], kept, dt)
