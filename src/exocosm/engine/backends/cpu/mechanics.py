"""Mechanics of cells: speeds of pairs added up as whole numbers, so that their order is free."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from exocosm.errors import expect

from ...bodies import Bodies, Moved, Space, Springs, check_positions, check_velocities
from ...laws.mechanics import extrapolated, mean_strength, pair_speed, step_length, within
from .neighbours import Neighbours
from .threads import threads_for

Array = NDArray[np.float64]

_BLOCK = 256  # cells per task
_MANY_CELLS = 4096  # worth more than one thread
_NONE = np.empty((0, 3))  # where there are no springs, no drive or no step before


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

    The equation and the arguments stand in the reference back end.
    """
    _check(position, bodies, dt, springs)
    check_velocities("drive", drive, len(position))
    check_velocities("previous", previous, len(position))
    with threads_for(len(position), _MANY_CELLS):
        return _Motion(position, bodies, space, neighbours, drive, previous, springs).take(dt, steps)


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

    The equation and the arguments stand in the reference back end.
    """
    _check(position, bodies, 0.0, springs)
    with threads_for(len(position), _MANY_CELLS):
        motion = _Motion(position, bodies, space, neighbours, None, None, springs)
        motion.add_speeds()
        _read(motion.total, motion.unit, motion.pulled, motion.moves, space.flat, neighbours.order, out)


def _check(position: Array, bodies: Bodies, dt: float, springs: Springs | None) -> None:
    check_positions(position, len(bodies.radius))
    expect.non_negative(dt=dt)
    if springs is not None:
        springs.check(len(position))


class _Motion:
    """Cells in the order of the list while they move; `give_back` writes them to the caller's arrays."""

    def __init__(
        self,
        position: Array,
        bodies: Bodies,
        space: Space,
        neighbours: Neighbours,
        drive: Array | None,
        previous: Array | None,
        springs: Springs | None,
    ) -> None:
        self.position, self.bodies, self.space, self.neighbours = position, bodies, space, neighbours
        self.drive, self.previous, self.springs = drive, previous, springs
        # Speeds are added up as whole numbers of a unit so small that 2**16 of the fastest pairs just fit
        # into 63 bits: sums of whole numbers come out the same in any order.
        self.unit = 2.0 ** (math.frexp(bodies.strongest)[1] + 16 - 62)
        self.extent = bodies.extent
        self.margin = math.inf
        self.take_in()

    def take_in(self) -> None:
        """Bring the list up to date and read everything in its order."""
        self.margin = self.neighbours.update(self.position, self.extent)
        order, bodies = self.neighbours.order, self.bodies
        self.cells = np.empty((len(order), 4))
        _gather(self.position, bodies.radius, order, self.cells)
        self.total = np.zeros((len(order), 3), np.int64)
        self.moves = np.ones(len(order), np.bool_) if bodies.moves is None else bodies.moves[order]
        self.alike, self.each = _strengths(bodies, order)
        self.before = _NONE if self.previous is None else self.previous[order]
        self.own = _NONE if self.drive is None else self.drive[order]
        self.pulled = _NONE
        if self.springs is not None:
            rank = np.empty_like(order)
            rank[order] = np.arange(len(order))
            self.pairs = rank[self.springs.pairs]
            self.pulled = np.empty((len(order), 3))

    def give_back(self) -> None:
        """Write positions and velocities in the order of the caller."""
        order = self.neighbours.order
        self.position[order] = self.cells[:, :3]
        if self.previous is not None:
            self.previous[order] = self.before

    def take(self, dt: float, steps: int) -> Moved:
        """Take all steps."""
        space, list_ = self.space, self.neighbours
        walls = (space.lower.astype(float), space.upper.astype(float), space.wall == "reflect", space.flat)
        largest, bounded, strayed = 0.0, 0, 0.0
        for _ in range(steps):
            if strayed > self.margin:
                self.give_back()
                self.take_in()
            self.add_speeds()
            report = np.zeros((-(-len(self.cells) // _BLOCK), 3))
            _advance(
                self.cells, self.total, self.unit, self.pulled, self.own, self.before, self.moves, walls, dt,
                list_.built, report,
            )  # fmt: skip
            largest, strayed = (float(report[:, a].max(initial=0.0)) for a in range(2))
            bounded += int(report[:, 2].sum())
        self.give_back()
        return Moved(largest, bounded)

    def add_speeds(self) -> None:
        """Add the speeds of all pairs to `total`, and write what springs give to `pulled`."""
        list_ = self.neighbours
        values, kind, affinity = self.each
        _add_speeds(
            self.cells, list_.order, list_.slabs, list_.span, list_.near, self.alike, values, kind, affinity,
            1.0 / self.unit, self.total,
        )  # fmt: skip
        if self.springs is not None:
            _pull(self.cells, self.pairs, self.springs.stiffness, self.pulled)


def _strengths(bodies: Bodies, order: NDArray[np.int64]) -> tuple[Any, Any]:
    """Return reach, repulsion and adhesion of all cells, or those of each with kinds and affinities.

    What is not needed is None, for which Numba compiles a kernel without it.
    """
    if bodies.alike:
        alike = (float(bodies.reach), float(bodies.repulsion), float(bodies.adhesion))
        return alike, (None, None, None)
    n = len(order)
    values = np.empty((n, 3))
    for column, value in enumerate((bodies.reach, bodies.repulsion, bodies.adhesion)):
        values[:, column] = np.broadcast_to(value, n)[order]
    if bodies.kind is None or bodies.affinity is None:
        return (0.0, 0.0, 0.0), (values, np.zeros(n, np.int64), np.ones((1, 1)))
    both = np.sqrt(bodies.affinity * bodies.affinity.T)
    return (0.0, 0.0, 0.0), (values, bodies.kind.astype(np.int64)[order], both)


@njit(cache=True, nogil=True, parallel=True)
def _gather(position, radius, order, cells):
    for i in prange(order.shape[0]):
        cells[i, 0] = position[order[i], 0]
        cells[i, 1] = position[order[i], 1]
        cells[i, 2] = position[order[i], 2]
        cells[i, 3] = radius[order[i]]


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _pair(cells, order, i, j, reach, repulsion, adhesion, values, kind, affinity, scale):
    """Return the velocity that j gives to i, times `scale`, cut to whole numbers."""
    dx = cells[i, 0] - cells[j, 0]
    dy = cells[i, 1] - cells[j, 1]
    dz = cells[i, 2] - cells[j, 2]
    contact = cells[i, 3] + cells[j, 3]
    if values is None:
        span = reach * cells[i, 3] + reach * cells[j, 3]
    else:
        span = values[i, 0] * cells[i, 3] + values[j, 0] * cells[j, 3]
    limit = max(contact, span)
    square = dx * dx + dy * dy + dz * dz
    if square >= limit * limit:
        return 0, 0, 0
    if values is not None:
        repulsion = mean_strength(values[i, 1], values[j, 1])
        adhesion = affinity[kind[i], kind[j]] * mean_strength(values[i, 2], values[j, 2])
    distance = math.sqrt(square)
    speed = scale * pair_speed(distance, contact, span, repulsion, adhesion)
    if distance == 0.0:
        return (np.int64(speed) if order[i] > order[j] else -np.int64(speed)), 0, 0
    speed /= distance
    return np.int64(speed * dx), np.int64(speed * dy), np.int64(speed * dz)


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _add_speeds(cells, order, slabs, span, near, alike, values, kind, affinity, scale, total):
    """Add the velocities that cells give each other to `total`, in units of 1/scale.

    Reach, repulsion and adhesion are `alike` for all, or `values` has those of each cell.
    """
    reach, repulsion, adhesion = alike
    for slab in prange(slabs.shape[0] - 1):
        for i in range(slabs[slab], slabs[slab + 1]):
            tx = ty = tz = 0
            middle = span[i, 1]
            for k in range(span[i, 0], span[i, 2]):
                j = near[k]
                vx, vy, vz = _pair(
                    cells, order, i, j, reach, repulsion, adhesion, values, kind, affinity, scale
                )
                tx += vx
                ty += vy
                tz += vz
                if k < middle:  # in this slab
                    total[j, 0] -= vx
                    total[j, 1] -= vy
                    total[j, 2] -= vz
            total[i, 0] += tx
            total[i, 1] += ty
            total[i, 2] += tz


@njit(cache=True, nogil=True)
def _pull(cells, pairs, stiffness, pulled):
    """Write the pull of springs, added in the order of their list."""
    pulled[:] = 0.0
    for s in range(pairs.shape[0]):
        i, j = pairs[s, 0], pairs[s, 1]
        for a in range(3):
            pull = stiffness[s] * (cells[j, a] - cells[i, a])
            pulled[i, a] += pull
            pulled[j, a] -= pull


@njit(cache=True, nogil=True)
def _velocity(i, total, unit, pulled, flat):
    vx, vy, vz = unit * total[i, 0], unit * total[i, 1], unit * total[i, 2]
    if pulled.shape[0] > 0:
        vx += pulled[i, 0]
        vy += pulled[i, 1]
        vz += pulled[i, 2]
    return vx, vy, 0.0 if flat else vz


@njit(cache=True, nogil=True, parallel=True)
def _read(total, unit, pulled, moves, flat, order, out):
    for i in prange(order.shape[0]):
        vx, vy, vz = _velocity(i, total, unit, pulled, flat)
        out[order[i], 0] = vx if moves[i] else 0.0
        out[order[i], 1] = vy if moves[i] else 0.0
        out[order[i], 2] = vz if moves[i] else 0.0


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _advance(cells, total, unit, pulled, own, before, moves, walls, dt, built, report):
    """Move all cells by one step and set `total` to zero for the next.

    Written to `report` for each block of cells: the longest way in this step, the longest way since the
    neighbours were listed, how many ways were cut.
    """
    lower, upper, reflects, flat = walls
    n = cells.shape[0]
    for block in prange(report.shape[0]):
        longest, furthest, cut = 0.0, 0.0, 0
        for i in range(block * _BLOCK, min(n, (block + 1) * _BLOCK)):
            vx, vy, vz = _velocity(i, total, unit, pulled, flat)
            total[i, 0] = total[i, 1] = total[i, 2] = 0
            if not moves[i]:
                vx = vy = vz = 0.0
            if before.shape[0] > 0:
                ux, uy, uz = vx, vy, vz
                vx = extrapolated(vx, before[i, 0])
                vy = extrapolated(vy, before[i, 1])
                vz = extrapolated(vz, before[i, 2])
                before[i, 0], before[i, 1], before[i, 2] = ux, uy, uz
            if not moves[i]:
                continue
            px, py, pz = cells[i, 0], cells[i, 1], cells[i, 2]
            speed = math.sqrt(vx * vx + vy * vy + vz * vz)
            way = step_length(speed, cells[i, 3], dt)
            cut += way < speed * dt
            scale = way / speed if speed > 0.0 else 0.0
            x, y, z = px + scale * vx, py + scale * vy, pz + scale * vz
            if own.shape[0] > 0:
                x += dt * own[i, 0]
                y += dt * own[i, 1]
                z += dt * own[i, 2]
            x = within(x, lower[0], upper[0], reflects)
            y = within(y, lower[1], upper[1], reflects)
            z = pz if flat else within(z, lower[2], upper[2], reflects)
            cells[i, 0], cells[i, 1], cells[i, 2] = x, y, z
            px, py, pz = x - px, y - py, z - pz
            longest = max(longest, px * px + py * py + pz * pz)
            px, py, pz = x - built[i, 0], y - built[i, 1], z - built[i, 2]
            furthest = max(furthest, px * px + py * py + pz * pz)
        report[block, 0] = math.sqrt(longest)
        report[block, 1] = math.sqrt(furthest)
        report[block, 2] = cut
