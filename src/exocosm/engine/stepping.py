"""Time steps that are as long as the error allows, and end where they have to."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import RunError

Array = NDArray[np.float64]
Advance = Callable[[Array, float, int], None]  # u, dt, number of steps; in place
Slope = Callable[[Array], Array]

_FIRST = 1.0 / 64.0  # of the interval
_SHORTEST = 1.0 / 65536.0  # of the interval; less would be unbounded work
_SAFETY, _LEAST, _MOST = 0.9, 0.2, 4.0


def even_steps(interval: float, length: float) -> tuple[int, float]:
    """Return number and length of equal steps, at most `length` [min] long, that fill an interval."""
    number = max(1, math.ceil(interval / length - 1e-9))
    return number, interval / number


def advance_within(
    u: Array,
    advance: Advance,
    slope: Slope,
    stiffness: Array,
    interval: float,
    tolerance: float,
    proposed: float,
    on_step: Callable[[float, Array, Array], None],
    name: str,
) -> float:
    """Advance `u` over an interval in steps whose error is at most `tolerance`; returns the next step.

    Each step is made once in full and once as two halves. The error is the larger of two estimates, over all
    voxels: the difference of the two (Richardson), and what the full step leaves over of the equation of
    backward Euler, (u' - u)/dt - ∂u/∂t(u'), over 1/dt + `stiffness`. The second sees what split implicit
    steps freeze, which the first does not: rough patterns that hardly move in one step or in two. A step
    accepted ends at twice the halves less the full step, which is second order and keeps the steady state.

    Nothing depends on threads: the estimates are maxima. The work is bounded: no step is shorter than
    1/65536 of the interval.

    Parameters
    ----------
    u : (z, y, x) [unit of the field], changed
    advance, slope : the solver; ∂u/∂t
    stiffness : (z, y, x) rate at which what is left over would even out [1/min]. With loss and sinks alone
        the second estimate is a bound, and steps are far shorter than needed; see `Solutes` for the choice
    interval : [min]
    tolerance : [unit of the field]
    proposed : step to try first [min], as returned by the last call; 0 for none
    on_step : called after each accepted step with its length and `u` before and after
    name : of the field, for the message

    Raises
    ------
    RunError : if even the shortest step makes a larger error
    """
    length = proposed if proposed > 0.0 else interval * _FIRST
    done, shortest = 0.0, interval * _SHORTEST
    while interval - done > 1e-9 * interval:
        number, dt = even_steps(interval - done, length)
        full, halves = u.copy(), u.copy()
        advance(full, dt, 1)
        advance(halves, 0.5 * dt, 2)
        left_over = np.abs((full - u) / dt - slope(full)) / (1.0 / dt + stiffness)
        error = max(float(np.abs(halves - full).max()), float(left_over.max()))
        factor = min(_MOST, max(_LEAST, _SAFETY * math.sqrt(tolerance / error))) if error > 0.0 else _MOST
        if error <= tolerance:
            before = u.copy()
            u[...] = 2.0 * halves - full
            on_step(dt, before, u)
            done = interval if number == 1 else done + dt
            length = min(interval, max(length, dt * factor) if factor > 1.0 else dt * factor)
        elif dt <= shortest:
            raise RunError(
                f"Field `{name}` cannot be followed within {tolerance:g}: a step of {dt:g} min still makes "
                f"an error of {error:g}. Allow a larger tolerance."
            )
        else:
            length = max(shortest, dt * min(factor, 0.9))
    return length
