"""Mechanics of cells: every pair looked at, one cell after the other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from exocosm.engine.laws.mechanics import pair_speed, step_length

Array = NDArray[np.float64]


def push(
    position: Array,
    radius: Array,
    moves: NDArray[np.bool_],
    lower: Array,
    upper: Array,
    flat: bool,
    repulsion: float,
    adhesion: float,
    reach: float,
    dt: float,
    steps: int,
) -> float:
    """Move cells by `steps` Euler steps of overdamped motion and return the last step's largest way [µm].

    A cell's velocity is the sum over its neighbours of `laws.mechanics.pair_speed` along the line between
    the centres, all taken from the positions before the step; its way is bounded by `step_length`.
    Cells with one and the same centre part along x, the one of lower index to the left.

    Parameters
    ----------
    position : (cells, 3) [µm], changed; finite (not checked)
    radius : (cells,) [µm]
    moves : (cells,) False for obstacles, which act on others and stay
    lower, upper : (3,) box that the centres of moving cells are kept in [µm]
    flat : True for two dimensions: z stays (all cells at one z)
    repulsion, adhesion : [µm/min]
    reach : adhesion ends at reach times the sum of the radii
    dt : [min]
    """
    largest = 0.0
    for _ in range(steps):
        before = position.copy()
        largest = 0.0
        for i in range(len(before)):
            if moves[i]:
                velocity = _velocity(i, before, radius, flat, repulsion, adhesion, reach)
                position[i] = _moved(before[i], velocity, radius[i], lower, upper, flat, dt)
                largest = max(largest, math.dist(position[i], before[i]))
    return largest


def _velocity(
    i: int, position: Array, radius: Array, flat: bool, repulsion: float, adhesion: float, reach: float
) -> Array:
    velocity = np.zeros(3)
    for j in range(len(position)):
        if j == i:
            continue
        away = position[i] - position[j]
        distance = math.sqrt(away[0] ** 2 + away[1] ** 2 + away[2] ** 2)
        speed = pair_speed(distance, radius[i] + radius[j], repulsion, adhesion, reach)
        if distance > 0.0:
            velocity += speed / distance * away
        else:
            velocity[0] += speed if i > j else -speed
    if flat:
        velocity[2] = 0.0
    return velocity


def _moved(
    start: Array, velocity: Array, radius: float, lower: Array, upper: Array, flat: bool, dt: float
) -> Array:
    speed = math.sqrt(velocity[0] ** 2 + velocity[1] ** 2 + velocity[2] ** 2)
    way = step_length(speed, radius, dt) / speed * velocity if speed > 0.0 else velocity
    end = np.clip(start + way, lower, upper)
    if flat:
        end[2] = start[2]
    return end
