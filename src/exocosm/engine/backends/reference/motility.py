"""Motility of cells: persistent random walks, cell by cell in plain Python."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ...checks import check_turn, check_wander
from ...laws.motility import heading, mixed, turning_probability, unit, wander_factors
from ...laws.random import HEADING, TURN, WANDER, uniform
from ...laws.sampling import normal

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

    A new direction is that of (1 - b) random + b towards. Where `towards` is nought (no gradient) it is
    random, and nought with a bias of 1: the cell waits. Times speed it is the `drive` of `mechanics.move`.

    Parameters
    ----------
    direction : (cells, 3) unit vectors, changed; for a first direction call with a persistence of 0
    ids : (cells,) numbers of the cells, the key of their draws
    persistence : (cells,) mean time between turns, 0 for a turn in every step  [min]
    dt : [min]
    towards : (cells, 3) unit vectors or nought; see `gradients.chemotaxis`
    bias : (cells,) b, in [0, 1]; needed with `towards`
    flat : True to stay in the plane
    exact : turns come at the rate 1/T, with probability 1 - exp(-dt/T); else dt/T, as in PhysiCell
    """
    check_turn(direction, ids, persistence, dt, towards, bias)
    for i in range(len(ids)):
        chance = turning_probability(dt, persistence[i], exact)
        if uniform(seed, TURN, step, ids[i], 0) < chance:
            u, v = (uniform(seed, HEADING, step, ids[i], draw) for draw in range(2))
            new = heading(u, v, flat)
            if towards is not None and bias is not None:
                goal = (towards[i, 0], towards[i, 1], 0.0 if flat else towards[i, 2])
                new = unit(*(mixed(bias[i], new[a], goal[a]) for a in range(3)))
            direction[i] = new


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

    `out` (cells, 3) [µm/min] as `drive` of `mechanics.move` carries a free cell as far as the process does.
    The equation stands at `laws.motility.wander_factors`.

    Parameters
    ----------
    velocity : (cells, 3) [µm/min], changed; see `start_wandering`
    ids : (cells,) numbers of the cells, the key of their draws
    speed : (cells,) root of the mean squared speed  [µm/min]
    persistence : (cells,) above 0  [min]
    dt : above 0  [min]
    """
    check_wander(velocity, ids, speed, persistence, dt)
    axes = 2 if flat else 3
    out[:] = 0.0
    for i in range(len(ids)):
        go, p, decay, q, w = wander_factors(speed[i], persistence[i], dt, axes)
        for a in range(axes):
            xi = normal(seed, WANDER, step, ids[i], 2 * a)
            eta = normal(seed, WANDER, step, ids[i], 2 * a + 1)
            out[i, a] = (go * velocity[i, a] + p * xi) / dt
            velocity[i, a] = decay * velocity[i, a] + q * xi + w * eta
        velocity[i, axes:] = 0.0


def start_wandering(
    velocity: Array, ids: NDArray[np.int64], speed: Array, step: int, seed: int, *, flat: bool = False
) -> None:
    """Draw the velocities of cells from the steady state of Fürth's process."""
    axes = 2 if flat else 3
    velocity[:] = 0.0
    for i in range(len(ids)):
        for a in range(axes):
            velocity[i, a] = speed[i] / math.sqrt(axes) * normal(seed, WANDER, step, ids[i], 6 + a)
