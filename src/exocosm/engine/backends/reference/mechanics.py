"""Mechanics of cells: every pair looked at, one cell after the other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import expect

from ...bodies import Bodies, Moved, Space, Springs, check_positions, check_velocities
from ...laws.mechanics import extrapolated, mean_strength, pair_speed, step_length, within
from .neighbours import Neighbours

Array = NDArray[np.float64]


def move(
    position: Array,
    bodies: Bodies,
    space: Space,
    *,
    dt: float,
    steps: int = 1,
    neighbours: Neighbours,
    drive: Array | None = None,
    previous: Array | None = None,
    springs: Springs | None = None,
) -> Moved:
    """Move cells in place by `steps` steps of overdamped motion.

    Cells go as far as `velocities`, taken from the positions before the step, carries them in `dt`, at most
    as far as `step_length` allows, and besides as far as their `drive` does, which is not bounded; walls
    end both. With `previous` the step is that of Adams and Bashforth, (3/2 v - 1/2 v_previous) dt,
    else that of Euler; the drive is added as it is: it is taken as the mean over the step.

    Parameters
    ----------
    position : (cells, 3) [µm], changed
    dt : [min]
    neighbours : kept by the caller from call to call; results do not depend on what is in it
    drive : (cells, 3) velocity a cell has of its own (motility), the same in all steps  [µm/min]
    previous : (cells, 3) velocity in the step before, without drive, changed; fill it by `velocities` before
        a first step, and give a daughter that of her mother  [µm/min]
    springs : attachments

    Raises
    ------
    InputError : if an argument has another shape, or is not finite
    """
    _check(position, bodies, dt, springs)
    check_velocities("drive", drive, len(position))
    check_velocities("previous", previous, len(position))
    largest, bounded = 0.0, 0
    velocity = np.empty_like(position)
    for _ in range(steps):
        before = position.copy()
        _velocities(before, bodies, space, velocity, springs)
        largest = 0.0
        for i in range(len(position)):
            if bodies.moves is not None and not bodies.moves[i]:
                continue
            v = velocity[i] if previous is None else extrapolated(velocity[i], previous[i])
            own = np.zeros(3) if drive is None else drive[i]
            position[i], cut = _moved(before[i], v, own, bodies.radius[i], space, dt)
            largest = max(largest, math.dist(position[i], before[i]))
            bounded += cut
        if previous is not None:
            previous[:] = velocity
    return Moved(largest, bounded)


def velocities(
    position: Array,
    bodies: Bodies,
    space: Space,
    out: Array,
    *,
    neighbours: Neighbours,
    springs: Springs | None = None,
) -> None:
    """Fill `out` (cells, 3) [µm/min] with the velocities that cells give each other; obstacles have none.

    Each is the sum over neighbours of `laws.mechanics.pair_speed` along the line between the centres, and
    over springs of stiffness times the way to the other end. Of cells with one and the same centre the
    one of lower index goes to the left (along -x), the other to the right.
    """
    _check(position, bodies, 0.0, springs)
    _velocities(position, bodies, space, out, springs)


def _check(position: Array, bodies: Bodies, dt: float, springs: Springs | None) -> None:
    check_positions(position, len(bodies.radius))
    expect.non_negative(dt=dt)
    if springs is not None:
        springs.check(len(position))


def _velocities(position: Array, bodies: Bodies, space: Space, out: Array, springs: Springs | None) -> None:
    pulled = np.zeros_like(position)
    if springs is not None:
        for (i, j), stiffness in zip(springs.pairs, springs.stiffness, strict=True):
            pull = stiffness * (position[j] - position[i])
            pulled[i] += pull
            pulled[j] -= pull
    for i in range(len(position)):
        out[i] = 0.0
        if bodies.moves is None or bodies.moves[i]:
            out[i] = _pushed(i, position, bodies) + pulled[i]
    if space.flat:
        out[:, 2] = 0.0


def _pushed(i: int, position: Array, bodies: Bodies) -> Array:
    """Return the velocity that all others give to cell i."""
    n, velocity, extent = len(position), np.zeros(3), bodies.extent
    each = [np.broadcast_to(value, n) for value in (bodies.repulsion, bodies.adhesion, bodies.reach)]
    for j in range(n):
        distance = math.dist(position[i], position[j])
        if j == i or distance >= extent[i] + extent[j]:
            continue
        speed = _pair_speed(i, j, distance, bodies, *each)
        if distance > 0.0:
            velocity += speed / distance * (position[i] - position[j])
        else:
            velocity[0] += speed if i > j else -speed
    return velocity


def _pair_speed(
    i: int, j: int, distance: float, bodies: Bodies, repulsion: Array, adhesion: Array, reach: Array
) -> float:
    radius = bodies.radius
    strength = mean_strength(adhesion[i], adhesion[j])
    if bodies.kind is not None and bodies.affinity is not None:
        k, m = bodies.kind[i], bodies.kind[j]
        strength *= mean_strength(bodies.affinity[k, m], bodies.affinity[m, k])
    contact, span = radius[i] + radius[j], reach[i] * radius[i] + reach[j] * radius[j]
    return pair_speed(distance, contact, span, mean_strength(repulsion[i], repulsion[j]), strength)


def _moved(
    start: Array, velocity: Array, own: Array, radius: float, space: Space, dt: float
) -> tuple[Array, bool]:
    """Return where a cell ends, and whether its way was cut."""
    speed = math.sqrt(velocity[0] ** 2 + velocity[1] ** 2 + velocity[2] ** 2)
    way = step_length(speed, radius, dt)
    end = start + (way / speed if speed > 0.0 else 0.0) * velocity + dt * own
    for a in range(3):
        end[a] = within(end[a], space.lower[a], space.upper[a], space.wall == "reflect")
    if space.flat:
        end[2] = start[2]
    return end, way < speed * dt
