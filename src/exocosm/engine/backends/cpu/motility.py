"""Motility of cells: persistent random walks, compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from ...checks import check_turn, check_wander
from ...laws.motility import heading, mixed, turning_probability, unit, wander_factors
from ...laws.random import HEADING, TURN, WANDER, uniform
from ...laws.sampling import normal
from .threads import MANY_CELLS, threads_for

Array = NDArray[np.float64]


def turn(
    direction: Array,
    ids: NDArray[np.int64],
    persistence: Array,
    dt: float,
    step: int,
    seed: int,
    *,
    towards: Array | None = None,
    bias: Array | None = None,
    flat: bool = False,
    exact: bool = True,
) -> None:
    """Give some cells a new direction, in place: those whose persistence ends in this step.

    The equation and the arguments stand in the reference back end.
    """
    check_turn(direction, ids, persistence, dt, towards, bias)
    if towards is None or bias is None:
        towards, bias = np.zeros_like(direction), np.zeros(len(ids))
    with threads_for(len(ids), MANY_CELLS):
        _turn(direction, ids, persistence, dt, step, seed, towards, bias, flat, exact)


def wander(
    velocity: Array,
    ids: NDArray[np.int64],
    speed: Array,
    persistence: Array,
    dt: float,
    step: int,
    seed: int,
    out: Array,
    *,
    flat: bool = False,
) -> None:
    """Advance Fürth's process by `dt`, exactly, and write the mean velocity over the step to `out`.

    The equation and the arguments stand in the reference back end.
    """
    check_wander(velocity, ids, speed, persistence, dt)
    with threads_for(len(ids), MANY_CELLS):
        _wander(velocity, ids, speed, persistence, dt, step, seed, 2 if flat else 3, out)


def start_wandering(
    velocity: Array, ids: NDArray[np.int64], speed: Array, step: int, seed: int, *, flat: bool = False
) -> None:
    """Draw the velocities of cells from the steady state of Fürth's process."""
    with threads_for(len(ids), MANY_CELLS):
        _start(velocity, ids, speed, step, seed, 2 if flat else 3)


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _turn(direction, ids, persistence, dt, step, seed, towards, bias, flat, exact):
    for i in prange(ids.shape[0]):
        chance = turning_probability(dt, persistence[i], exact)
        if uniform(seed, TURN, step, ids[i], 0) < chance:
            u = uniform(seed, HEADING, step, ids[i], 0)
            v = uniform(seed, HEADING, step, ids[i], 1)
            x, y, z = heading(u, v, flat)
            share = bias[i]
            if share > 0.0:
                goal = 0.0 if flat else towards[i, 2]
                x, y = mixed(share, x, towards[i, 0]), mixed(share, y, towards[i, 1])
                x, y, z = unit(x, y, mixed(share, z, goal))
            direction[i, 0], direction[i, 1], direction[i, 2] = x, y, z


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _wander(velocity, ids, speed, persistence, dt, step, seed, axes, out):
    for i in prange(ids.shape[0]):
        go, p, decay, q, w = wander_factors(speed[i], persistence[i], dt, axes)
        out[i, 2] = 0.0
        velocity[i, 2] *= axes - 2
        for a in range(axes):
            xi = normal(seed, WANDER, step, ids[i], 2 * a)
            eta = normal(seed, WANDER, step, ids[i], 2 * a + 1)
            out[i, a] = (go * velocity[i, a] + p * xi) / dt
            velocity[i, a] = decay * velocity[i, a] + q * xi + w * eta


@njit(cache=True, nogil=True, parallel=True)
def _start(velocity, ids, speed, step, seed, axes):
    for i in prange(ids.shape[0]):
        velocity[i, 2] = 0.0
        for a in range(axes):
            velocity[i, a] = speed[i] / math.sqrt(axes) * normal(seed, WANDER, step, ids[i], 6 + a)
