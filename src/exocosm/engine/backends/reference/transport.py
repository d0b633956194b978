"""Transport of matter that is counted: diffusion and flow, positive and conservative for any step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from ...laws.transport import harmonic_mean, jump_rate, ogston_share

Array = NDArray[np.float64]

CLOSED, HELD, OPEN = range(3)


@dataclass(frozen=True)
class Plan:
    """One operator for one step length, shared by all species that move alike.

    `forth` and `back` hold, for each axis z, y, x, the rates [1/min] at which matter passes each face towards
    higher and lower indices; along the axis they are one longer than the grid. With `exact` the solution
    in time is exact, else `substeps` backward Euler steps per axis are made.
    """

    dt: float
    forth: tuple[Array, ...]
    back: tuple[Array, ...]
    exact: bool
    substeps: int


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

    With one D, one velocity and no face held at a value, the axes commute and the step is the exact solution
    in time of the equations in space. Otherwise it is backward Euler along one axis after the other, in as
    many parts as keep the Courant number |v| dt/dx at 1 or below.

    Parameters
    ----------
    spacing : edge of a voxel [µm]
    dt : [min]
    diffusion : [µm²/min]
    faces : (6,) closed (0), held at a value (1) or open (2); low and high end of z, y, x
    share : (z, y, x) local D relative to `diffusion`, None where it is 1 everywhere
    velocity : along z, y, x [µm/min], a number or normal velocities on all faces, one more along the axis
    """
    local = np.ones(shape) if share is None else share
    forth, back, fastest = [], [], 0.0
    for axis in range(3):
        there, again, speed = _rates(local * diffusion, velocity[axis], spacing, axis, faces)
        forth.append(there)
        back.append(again)
        fastest = max(fastest, float(speed))
    uniform = share is None and all(isinstance(v, float | int) for v in velocity)
    exact = uniform and HELD not in [f for a in range(3) if shape[a] > 1 for f in faces[2 * a : 2 * a + 2]]
    substeps = 1 if exact else max(1, math.ceil(fastest * dt / spacing - 1e-9))
    return Plan(dt, tuple(forth), tuple(back), exact, substeps)


def _rates(diffusion: Array, velocity: float | Array, spacing: float, axis: int, faces) -> tuple:
    """Rates across all faces of one axis, forth and back, and the largest speed there."""
    shape = list(diffusion.shape)
    n = shape[axis]
    shape[axis] += 1
    forth, back = np.zeros(shape), np.zeros(shape)
    if n == 1:
        return forth, back, 0.0
    speed = np.broadcast_to(velocity, shape)
    d, v = np.moveaxis(diffusion, axis, 0), np.moveaxis(speed, axis, 0)
    there, again = np.moveaxis(forth, axis, 0), np.moveaxis(back, axis, 0)
    fastest = 0.0
    for at in np.ndindex(v.shape):
        i, rest = at[0], at[1:]
        side = 0 if i == 0 else 1
        if 0 < i < n:
            across = harmonic_mean(d[i - 1][rest], d[i][rest])
            there[at] = jump_rate(across, v[at], spacing, spacing)
            again[at] = jump_rate(across, -v[at], spacing, spacing)
        elif faces[2 * axis + side] != CLOSED:
            beside = d[0][rest] if i == 0 else d[n - 1][rest]
            inwards = v[at] if i == 0 else -v[at]
            enter = jump_rate(beside, inwards, 0.5 * spacing, spacing)
            leave = jump_rate(beside, -inwards, 0.5 * spacing, spacing)
            if faces[2 * axis + side] == OPEN:
                enter = 0.0
            there[at], again[at] = (enter, leave) if i == 0 else (leave, enter)
        else:
            continue
        fastest = max(fastest, float(abs(v[at])))
    return forth, back, fastest


def move(
    amount: Array, plan: Plan, outside: Array, survival: Array, decayed: Array, left: Array, entered: Array
) -> None:
    """Advance decay and then transport by one step, in place.

    dN/dt = J N: J holds the rates between neighbours, is never negative off its diagonal and its columns sum
    to 0, less what leaves. So exp(dt J) and (1 - dt J)⁻¹ are non-negative and lose nothing, for any dt.

    Parameters
    ----------
    amount : (species, z, y, x) [number per voxel], changed
    outside : (species, 6) number per voxel held at the faces of kind 1; others are not read
    survival : (species,) exp(-loss dt) [1]
    decayed : (species,) what decays is added
    left, entered : (species, 6) what leaves and enters through each face is added
    """
    for s in range(amount.shape[0]):
        kept = amount[s] * survival[s]
        decayed[s] += np.sum(amount[s] - kept)
        amount[s] = kept
    for _ in range(plan.substeps):
        for axis in (2, 1, 0):
            if amount.shape[axis + 1] > 1:
                _sweep(amount, plan, axis, plan.dt / plan.substeps, outside, left, entered)


def _sweep(amount, plan, axis, dt, outside, left, entered) -> None:
    forth = np.moveaxis(plan.forth[axis], axis, 0)
    back = np.moveaxis(plan.back[axis], axis, 0)
    n, low, high = amount.shape[axis + 1], 2 * axis, 2 * axis + 1
    map_ = None
    for rest in np.ndindex(forth.shape[1:]):
        if not plan.exact:
            generator = _generator(forth[(slice(None), *rest)], back[(slice(None), *rest)])
            map_ = np.linalg.inv(np.eye(n + 2) - dt * generator)
        elif map_ is None:  # all lines are alike
            map_ = expm(dt * _generator(forth[(slice(None), *rest)], back[(slice(None), *rest)]))
        for s in range(amount.shape[0]):
            line = np.moveaxis(amount[s], axis, 0)[(slice(None), *rest)]
            income = np.zeros(n + 2)
            if not plan.exact:
                income[1] += dt * forth[(0, *rest)] * outside[s, low]
                income[n] += dt * back[(n, *rest)] * outside[s, high]
                entered[s, low] += income[1]
                entered[s, high] += income[n]
            after = map_ @ (np.concatenate([[0.0], line, [0.0]]) + income)
            left[s, low] += after[0]
            left[s, high] += after[-1]
            line[...] = after[1:-1]


def _generator(up: Array, down: Array) -> Array:
    """J on a line of voxels, with the outside at both ends as a place that keeps what it gets."""
    n = len(up) - 1
    rates = np.zeros((n + 2, n + 2))
    for i in range(1, n + 1):
        rates[i + 1, i] += up[i]
        rates[i - 1, i] += down[i - 1]
        rates[i, i] -= up[i] + down[i - 1]
    return rates


def hindered(fibres: Array, solute_radius: float, fibre_radius: float) -> Array:
    """Return D/D0 (z, y, x) among fibres of the given volume fraction (z, y, x).  [1, µm, µm] → [1]"""
    shares = [ogston_share(fraction, solute_radius, fibre_radius) for fraction in fibres.ravel()]
    return np.array(shares).reshape(fibres.shape)
