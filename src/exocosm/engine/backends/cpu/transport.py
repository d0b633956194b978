"""Transport of matter that is counted: diffusion and flow, positive and conservative for any step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from ...laws.transport import jump_rate, ogston_share
from .implicit import HELD, OPEN, Implicit, exchange_rates, implicit_step, move_implicitly
from .lines import MANY_VOXELS
from .propagator import Propagator, line_tasks, propagator, row_parts, spread_lines, spread_rows
from .threads import threads_for

Array = NDArray[np.float64]

_ogston = njit(ogston_share)


@dataclass(frozen=True)
class Plan:
    """One operator for one step length, shared by all species that move alike.

    With `exact` the solution in time is exact and `axes` (z, y, x) hold propagators, else `substeps` backward
    Euler steps per axis are made. None stands for an axis of one voxel.
    """

    dt: float
    exact: bool
    substeps: int
    axes: tuple[Propagator | Implicit | None, ...]


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
    used = [axis for axis in range(3) if shape[axis] > 1]
    uniform = share is None and all(isinstance(v, float | int) for v in velocity)
    if uniform and HELD not in [f for a in used for f in faces[2 * a : 2 * a + 2]]:
        axes: list[Propagator | Implicit | None] = [None, None, None]
        for a in used:
            axes[a] = _propagator(
                shape[a], spacing, dt, diffusion, float(velocity[a]), faces[2 * a : 2 * a + 2]
            )
        return Plan(dt, True, 1, tuple(axes))
    local = np.full(shape, diffusion) if share is None else diffusion * share
    rates = [exchange_rates(local, velocity[axis], spacing, axis, faces) for axis in range(3)]
    fastest = max(float(speed) for _, _, speed in rates)
    substeps = max(1, math.ceil(fastest * dt / spacing - 1e-9))
    implicit = tuple(
        implicit_step(forth, back, axis, dt / substeps) if shape[axis] > 1 else None
        for axis, (forth, back, _) in enumerate(rates)
    )
    return Plan(dt, False, substeps, implicit)


def _propagator(n: int, spacing: float, dt: float, diffusion: float, velocity: float, faces) -> Propagator:
    def out(side: int, speed: float) -> float:
        return jump_rate(diffusion, speed, 0.5 * spacing, spacing) if faces[side] == OPEN else 0.0

    forth = jump_rate(diffusion, velocity, spacing, spacing)
    back = jump_rate(diffusion, -velocity, spacing, spacing)
    return propagator(n, dt, forth, back, out(0, -velocity), out(1, velocity))


def move(
    amount: Array, plan: Plan, outside: Array, survival: Array, decayed: Array, left: Array, entered: Array
) -> None:
    """Advance decay and then transport by one step, in place.

    The equation and the arguments stand in the reference back end.
    """
    if not amount.size:
        return
    with threads_for(amount.size, MANY_VOXELS):
        if plan.exact:
            _move_exactly(amount, plan, survival, decayed, left)
            return
        decayed += (1.0 - survival) * _decay(amount.reshape(amount.shape[0], -1), survival)
        for _ in range(plan.substeps):
            for axis in (2, 1, 0):
                step = plan.axes[axis]
                if isinstance(step, Implicit):
                    move_implicitly(amount, axis, step, outside, left, entered)


def _move_exactly(amount: Array, plan: Plan, survival: Array, decayed: Array, left: Array) -> None:
    species, nz, ny, nx = amount.shape
    along_z, along_y, along_x = plan.axes
    if isinstance(along_x, Propagator):
        lines = amount.reshape(species * nz * ny, nx)
        sums = np.empty((species * line_tasks(nz * ny), 3))
        spread_lines(lines, along_x, survival, sums)
        per_species = sums.reshape(species, -1, 3).sum(axis=1)
        decayed += (1.0 - survival) * per_species[:, 0]
        left[:, 4:6] += per_species[:, 1:]
    else:
        decayed += (1.0 - survival) * _decay(amount.reshape(species, -1), survival)
    for axis, along, stacks in (
        (1, along_y, amount.reshape(species * nz, ny, nx)),
        (0, along_z, amount.reshape(species, nz, ny * nx)),
    ):
        if isinstance(along, Propagator):
            sums = np.empty((stacks.shape[0], row_parts(stacks.shape[2]), 2))
            spread_rows(stacks, along, sums)
            left[:, 2 * axis : 2 * axis + 2] += sums.reshape(species, -1, 2).sum(axis=1)


def _decay(amount: Array, survival: Array) -> Array:
    """Multiply by survival; returns the sums before."""
    before = amount.sum(axis=1)
    amount *= survival[:, None]
    return before


def hindered(fibres: Array, solute_radius: float, fibre_radius: float) -> Array:
    """Return D/D0 (z, y, x) among fibres of the given volume fraction (z, y, x).  [1, µm, µm] → [1]"""
    out = np.empty(fibres.shape)
    _fill_hindered(np.ascontiguousarray(fibres).reshape(-1), solute_radius, fibre_radius, out.reshape(-1))
    return out


@njit(cache=True, nogil=True, parallel=True)
def _fill_hindered(fibres, solute_radius, fibre_radius, out):
    for i in prange(fibres.shape[0]):
        out[i] = _ogston(fibres[i], solute_radius, fibre_radius)
