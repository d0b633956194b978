"""Locally one-dimensional diffusion with decay, and exchange with cells: the equations as they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_banded

from exocosm.engine.laws.exchange import added, kept_share
from exocosm.engine.lod import DTYPES, LodProblem

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Plan:
    """A problem; this back end has nothing to prepare."""

    problem: LodProblem


@dataclass(frozen=True, eq=False)
class Exchange:
    """What cells do in one step: u' = gain · u + addition, (substrates, z, y, x) each."""

    gain: Array
    addition: Array


def plan(problem: LodProblem) -> Plan:
    """Prepare a problem for `advance`."""
    return Plan(problem)


def exchange(plan: Plan, source: Array, sink: Array, *, into: Exchange | None = None) -> Exchange:
    """Prepare the exchange with cells: u' = (u + dt source)/(1 + dt sink), after the diffusion of each step.

    Parameters
    ----------
    source : (substrates, z, y, x) [unit/min]
    sink : (substrates, z, y, x) [1/min], not negative (not checked)
    into : an exchange of the same plan that is no longer needed; its memory is used again
    """
    plan.problem.expect_fields(source=source, sink=sink)
    kept = kept_share(sink, plan.problem.dt)
    return Exchange(kept, added(source, kept, plan.problem.dt))


def advance(
    u: Array, plan: Plan, steps: int = 1, *, exchange: Exchange | None = None, taken: int = 0
) -> None:
    """Take `steps` steps of diffusion and decay in place, each followed by the exchange with cells.

    The equation stands in `LodProblem`.

    Parameters
    ----------
    u : (substrates, z, y, x), of the problem's dtype
    exchange : the same in all `steps`; None for none
    taken : steps taken before this call; only the bits of a compiled back end depend on it
    """
    problem = plan.problem
    problem.expect_fields(u=u)
    values = u.astype(np.float64)
    for _ in range(steps):
        for s in range(problem.substrates):
            _hold(values[s], problem.faces[s])
            for axis in sorted(problem.axes, reverse=True):
                _solve(values[s], axis, problem.alpha[s], problem.middle[s])
                _hold(values[s], problem.faces[s])
        if exchange is not None:
            values[...] = exchange.gain * values + exchange.addition
            for s in range(problem.substrates):
                _hold(values[s], problem.faces[s])
    u[...] = values.astype(DTYPES[problem.dtype])


def _solve(values: Array, axis: int, alpha: float, middle: float) -> None:
    """Solve (middle - alpha L) u' = u along one axis, in place."""
    lines = np.moveaxis(values, axis, 0)
    n = len(lines)
    if n == 1:
        values /= middle
        return
    bands = np.full((3, n), -alpha)
    bands[1] = middle + 2.0 * alpha
    bands[1, [0, -1]] = middle + alpha
    lines[...] = solve_banded((1, 1), bands, lines.reshape(n, -1)).reshape(lines.shape)


def _hold(values: Array, faces: Array) -> None:
    """Set what lies on held faces."""
    for axis in (2, 1, 0):
        for side in (0, 1):
            value = faces[2 * axis + side]
            if not np.isnan(value):
                np.moveaxis(values, axis, 0)[-side] = value
