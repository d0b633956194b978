"""Transport of matter that is counted: diffusion and flow, positive and conservative for any step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from ...laws.transport import harmonic_mean, jump_rate, ogston_share
from .lines import MANY_VOXELS
from .propagator import Propagator, line_tasks, propagator, row_parts, spread_lines, spread_rows
from .threads import threads_for

Array = NDArray[np.float64]

CLOSED, HELD, OPEN = range(3)
_COLUMNS = 256  # per task

_mean, _rate, _ogston = njit(harmonic_mean), njit(jump_rate), njit(ogston_share)


@dataclass(frozen=True)
class Implicit:
    """Backward Euler along one axis, with coefficients for each voxel.

    u'_i = inverse_i u_i + ahead_i u'_(i-1) on the way up, u_i = u'_i + behind_i u_(i+1) on the way down.
    `ends` (4, rest) are the shares in a step that leave low and high and that enter low and high.
    """

    inverse: Array
    ahead: Array
    behind: Array
    ends: Array


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
    rates = [_rates(local, velocity[axis], spacing, axis, faces) for axis in range(3)]
    fastest = max(float(speed) for _, _, speed in rates)
    substeps = max(1, math.ceil(fastest * dt / spacing - 1e-9))
    implicit = tuple(
        _implicit(forth, back, axis, dt / substeps) if shape[axis] > 1 else None
        for axis, (forth, back, _) in enumerate(rates)
    )
    return Plan(dt, False, substeps, implicit)


def _propagator(n: int, spacing: float, dt: float, diffusion: float, velocity: float, faces) -> Propagator:
    def out(side: int, speed: float) -> float:
        return jump_rate(diffusion, speed, 0.5 * spacing, spacing) if faces[side] == OPEN else 0.0

    forth = jump_rate(diffusion, velocity, spacing, spacing)
    back = jump_rate(diffusion, -velocity, spacing, spacing)
    return propagator(n, dt, forth, back, out(0, -velocity), out(1, velocity))


def _rates(local: Array, velocity: float | Array, spacing: float, axis: int, faces) -> tuple:
    """Rates across all faces of an axis, forth and back, and the largest speed there."""
    shape = list(local.shape)
    shape[axis] += 1
    forth, back = np.zeros(shape), np.zeros(shape)
    if local.shape[axis] == 1:
        return forth, back, 0.0
    speed = np.ascontiguousarray(np.broadcast_to(np.asarray(velocity, dtype=float), shape))
    d, v, there, again = (np.moveaxis(array, axis, 0) for array in (local, speed, forth, back))
    fastest = _fill_rates(d, v, there, again, spacing, faces[2 * axis], faces[2 * axis + 1])
    return forth, back, fastest


@njit(cache=True, nogil=True)
def _fill_rates(local, speed, forth, back, spacing, low, high):
    n = local.shape[0]
    fastest = 0.0
    for i in range(n + 1):
        face = low if i == 0 else high
        for j in range(local.shape[1]):
            for k in range(local.shape[2]):
                v = speed[i, j, k]
                if 0 < i < n:
                    across = _mean(local[i - 1, j, k], local[i, j, k])
                    forth[i, j, k] = _rate(across, v, spacing, spacing)
                    back[i, j, k] = _rate(across, -v, spacing, spacing)
                elif face != CLOSED:
                    beside = local[min(i, n - 1), j, k]
                    inwards = v if i == 0 else -v
                    enter = _rate(beside, inwards, 0.5 * spacing, spacing) if face == HELD else 0.0
                    leave = _rate(beside, -inwards, 0.5 * spacing, spacing)
                    forth[i, j, k] = enter if i == 0 else leave
                    back[i, j, k] = leave if i == 0 else enter
                else:
                    continue
                fastest = max(fastest, abs(v))
    return fastest


def _implicit(forth: Array, back: Array, axis: int, dt: float) -> Implicit:
    shape = list(forth.shape)
    shape[axis] -= 1
    inverse, ahead, behind = np.empty(shape), np.empty(shape), np.empty(shape)
    up, down = np.moveaxis(forth, axis, 0), np.moveaxis(back, axis, 0)
    i, a, b = (np.moveaxis(array, axis, 0) for array in (inverse, ahead, behind))
    _fill_implicit(up, down, i, a, b, dt)
    first, last = np.take(forth, 0, axis).ravel(), np.take(back, shape[axis], axis).ravel()
    out_low, out_high = np.take(back, 0, axis).ravel(), np.take(forth, shape[axis], axis).ravel()
    return Implicit(inverse, ahead, behind, dt * np.stack([out_low, out_high, first, last]))


@njit(cache=True, nogil=True)
def _fill_implicit(forth, back, inverse, ahead, behind, dt):
    n = inverse.shape[0]
    for i in range(n):
        for j in range(inverse.shape[1]):
            for k in range(inverse.shape[2]):
                diagonal = 1.0 + dt * (forth[i + 1, j, k] + back[i, j, k])
                income = dt * forth[i, j, k] if i > 0 else 0.0
                if i > 0:
                    diagonal -= income * behind[i - 1, j, k]
                inverse[i, j, k] = 1.0 / diagonal
                ahead[i, j, k] = income * inverse[i, j, k]
                behind[i, j, k] = dt * back[i + 1, j, k] * inverse[i, j, k] if i < n - 1 else 0.0


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
                    _move_implicitly(amount, axis, step, outside, left, entered)


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


def _move_implicitly(
    amount: Array, axis: int, step: Implicit, outside: Array, left: Array, entered: Array
) -> None:
    species, nz, ny, nx = amount.shape
    ends = outside[:, 2 * axis : 2 * axis + 2]
    if axis == 2:
        sums = np.empty((species, -(-nz * ny // 8), 4))
        lines = amount.reshape(species, nz * ny, nx)
        i, a, b = (array.reshape(nz * ny, nx) for array in (step.inverse, step.ahead, step.behind))
        _solve_lines(lines, i, a, b, step.ends, ends, sums)
    else:
        shape = (1, nz, ny * nx) if axis == 0 else (nz, ny, nx)
        stacks = amount.reshape(species, *shape)
        sums = np.empty((species, shape[0] * -(-shape[2] // _COLUMNS), 4))
        i, a, b = (array.reshape(shape) for array in (step.inverse, step.ahead, step.behind))
        _solve_rows(stacks, i, a, b, step.ends.reshape(4, shape[0], shape[2]), ends, sums, _COLUMNS)
    total = sums.sum(axis=1)
    left[:, 2 * axis : 2 * axis + 2] += total[:, :2]
    entered[:, 2 * axis : 2 * axis + 2] += total[:, 2:]


@njit(cache=True, nogil=True, parallel=True)
def _solve_lines(lines, inverse, ahead, behind, ends, outside, sums):
    """Solve along x, eight lines to a task, so that one line's sums fill the waiting time of another's."""
    n = lines.shape[2]
    blocks = sums.shape[1]
    for task in prange(sums.shape[0] * blocks):
        s = task // blocks
        block = task - s * blocks
        first = 8 * block
        last = min(first + 8, lines.shape[1])
        rows = lines[s, first:last]
        a, b, c = inverse[first:last], ahead[first:last], behind[first:last]
        out_low = out_high = in_low = in_high = 0.0
        for m in range(last - first):
            enter_low, enter_high = ends[2, first + m] * outside[s, 0], ends[3, first + m] * outside[s, 1]
            in_low += enter_low
            in_high += enter_high
            rows[m, 0] += enter_low
            rows[m, n - 1] += enter_high
            rows[m, 0] *= a[m, 0]
        for i in range(1, n):
            for m in range(last - first):
                rows[m, i] = a[m, i] * rows[m, i] + b[m, i] * rows[m, i - 1]
        for k in range(1, n):
            i = n - 1 - k
            for m in range(last - first):
                rows[m, i] += c[m, i] * rows[m, i + 1]
        for m in range(last - first):
            out_low += ends[0, first + m] * rows[m, 0]
            out_high += ends[1, first + m] * rows[m, n - 1]
        sums[s, block, 0] = out_low
        sums[s, block, 1] = out_high
        sums[s, block, 2] = in_low
        sums[s, block, 3] = in_high


@njit(cache=True, nogil=True, parallel=True)
def _solve_rows(stacks, inverse, ahead, behind, ends, outside, sums, width):
    """Solve along the rows of (species, planes, rows, columns), `width` columns to a task."""
    n = stacks.shape[2]
    parts = (stacks.shape[3] + width - 1) // width
    for task in prange(sums.shape[0] * sums.shape[1]):
        s = task // sums.shape[1]
        rest = task - s * sums.shape[1]
        p = rest // parts
        first = (rest - p * parts) * width
        last = min(first + width, stacks.shape[3])
        stack = stacks[s, p]
        out_low = out_high = in_low = in_high = 0.0
        # Slices of single rows are contiguous to the compiler, slices of blocks are not.
        row, last_row = stack[0][first:last], stack[n - 1][first:last]
        enter_low, enter_high = ends[2, p][first:last], ends[3, p][first:last]
        for j in range(last - first):
            in_low += enter_low[j] * outside[s, 0]
            in_high += enter_high[j] * outside[s, 1]
            row[j] += enter_low[j] * outside[s, 0]
            last_row[j] += enter_high[j] * outside[s, 1]
        a = inverse[p, 0][first:last]
        for j in range(last - first):
            row[j] *= a[j]
        for i in range(1, n):
            before, row = row, stack[i][first:last]
            a, b = inverse[p, i][first:last], ahead[p, i][first:last]
            for j in range(last - first):
                row[j] = a[j] * row[j] + b[j] * before[j]
        for k in range(1, n):
            i = n - 1 - k
            after, row = stack[i + 1][first:last], stack[i][first:last]
            c = behind[p, i][first:last]
            for j in range(last - first):
                row[j] += c[j] * after[j]
        out, high = ends[0, p][first:last], ends[1, p][first:last]
        for j in range(last - first):
            out_low += out[j] * row[j]
            out_high += high[j] * last_row[j]
        sums[s, rest, 0] = out_low
        sums[s, rest, 1] = out_high
        sums[s, rest, 2] = in_low
        sums[s, rest, 3] = in_high


def hindered(fibres: Array, solute_radius: float, fibre_radius: float) -> Array:
    """Return D/D0 (z, y, x) among fibres of the given volume fraction (z, y, x).  [1, µm, µm] → [1]"""
    out = np.empty(fibres.shape)
    _fill_hindered(np.ascontiguousarray(fibres).reshape(-1), solute_radius, fibre_radius, out.reshape(-1))
    return out


@njit(cache=True, nogil=True, parallel=True)
def _fill_hindered(fibres, solute_radius, fibre_radius, out):
    for i in prange(fibres.shape[0]):
        out[i] = _ogston(fibres[i], solute_radius, fibre_radius)
