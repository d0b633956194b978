"""Single vesicles that move and are taken up, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import Compiled
from ...laws import particles as laws
from ...laws.random import PARTICLE_LOSS, PARTICLE_MOVE, PARTICLE_UPTAKE, uniform
from ...laws.sampling import normal
from ...laws.uptake import capture_probability
from ...particles import tally
from ...state import State
from ...voxels import voxel_index
from .threads import threads_for
from .uptake import fill_clearances

_MANY_PARTICLES = 5000  # worth more than one thread
_STAYS, _DECAYS, _WALL, _LEAVES = range(4)


def move(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let every vesicle take a Brownian step of `dt` [min], and lose those that decay.

    Faces reflect, or let vesicles go. Along an axis of one voxel nothing moves, as in a field.
    """
    domain, particles = compiled.model.domain, state.particles
    shape = np.array(domain.shape[::-1], dtype=float)
    outcome = np.zeros(len(particles["id"]), dtype=np.int64)
    with threads_for(outcome.size, _MANY_PARTICLES):
        _move(
            particles["id"], particles["vesicle"], particles["position"], particles["diffusion"], shape,
            domain.spacing.value, domain.open_faces, compiled.loss, compiled.wall_loss, outcome, state.step,
            dt, seed,
        )  # fmt: skip
    for code, account in ((_DECAYS, "decayed"), (_WALL, "wall"), (_LEAVES, "left")):
        _book(state, outcome == code, account)
    _keep(state, outcome == _STAYS)
    tally(compiled, state)


def absorb(compiled: Compiled, state: State, order, first, dt: float, seed: int) -> None:
    """Let the living cells of each voxel take up single vesicles for `dt` [min].

    A vesicle in a voxel of volume V is taken with probability 1 - exp(-Σk dt/V), by each cell in proportion
    to its clearance k: the mean-field limit is that of the field.
    """
    particles, cells = state.particles, state.cells
    n_voxels = state.fields["vesicles"][0].size
    group = np.full(n_voxels, -1, dtype=np.int64)
    group[cells["voxel"][order[first[:-1]]]] = np.arange(len(first) - 1)
    rates = np.empty((len(order), len(compiled.vesicles), 3))
    fill_clearances(compiled, state, order, rates)
    taken = np.zeros(len(particles["id"]), dtype=np.bool_)
    _absorb(
        particles["id"], particles["vesicle"], voxel_index(compiled, particles["position"]),
        particles["copies"], group, order, first, rates, compiled.model.domain.voxel_volume, cells["taken"],
        cells["docked"], cells["docked_copies"], cells["endosome"], cells["endosome_copies"], cells["copies"],
        cells["delivered"], state.vesicle_books["cytosolic"], state.cargo_books["cytosolic"], taken,
        state.step, dt, seed,
    )  # fmt: skip
    _book(state, taken, "taken")
    _keep(state, ~taken)
    tally(compiled, state)


def _book(state: State, which, account: str) -> None:
    if which.any():
        np.add.at(state.vesicle_books[account], state.particles["vesicle"][which], 1)
        np.add.at(
            state.cargo_books[account], state.particles["vesicle"][which], state.particles["copies"][which]
        )


def _keep(state: State, which) -> None:
    state.particles = {name: array[which] for name, array in state.particles.items()}


@njit(cache=True, nogil=True, parallel=True)
def _move(
    ids, vesicle, position, diffusion, shape, spacing, open_faces, loss, wall_loss, outcome, step, dt, seed
):  # fmt: skip
    for p in prange(ids.shape[0]):
        width = laws.step_width(diffusion[p], dt)
        inside = True
        for axis in range(3):
            if shape[axis] > 1.0:
                length = shape[axis] * spacing
                x = position[p, axis] + width * normal(seed, PARTICLE_MOVE, step, ids[p], axis)
                inside = inside and 0.0 <= x <= length
                position[p, axis] = laws.reflected(x, length)
        total = loss[vesicle[p]] + wall_loss[vesicle[p]]
        if open_faces and not inside:
            outcome[p] = _LEAVES
        elif uniform(seed, PARTICLE_LOSS, step, ids[p], 0) < -np.expm1(-total * dt):
            to_wall = uniform(seed, PARTICLE_LOSS, step, ids[p], 1) < wall_loss[vesicle[p]] / total
            outcome[p] = _WALL if to_wall else _DECAYS


@njit(cache=True, nogil=True)
def _absorb(
    ids, vesicle, voxel, content, group, order, first, rates, volume, taken, docked, docked_copies, endosome,
    endosome_copies, copies, delivered, cytosolic, cytosolic_copies, gone, step, dt, seed,
):  # fmt: skip
    n_cargoes = content.shape[1]
    for p in range(ids.shape[0]):  # not parallel: several vesicles may enter one cell
        g, v = group[voxel[p]], vesicle[p]
        if g < 0:
            continue
        total = 0.0
        for j in range(first[g], first[g + 1]):
            total += rates[j, v, 0]
        if not uniform(seed, PARTICLE_UPTAKE, step, ids[p], 0) < capture_probability(total, volume, dt):
            continue
        aim, j = uniform(seed, PARTICLE_UPTAKE, step, ids[p], 1) * total, first[g]
        while j < first[g + 1] - 1 and aim >= rates[j, v, 0]:
            aim -= rates[j, v, 0]
            j += 1
        i, draw = order[j], uniform(seed, PARTICLE_UPTAKE, step, ids[p], 2) * rates[j, v, 0]
        gone[p] = True
        taken[i, v] += 1
        if draw < rates[j, v, 1]:
            cytosolic[v] += 1
            for c in range(n_cargoes):
                cytosolic_copies[v, c] += content[p, c]
                copies[i, c] += content[p, c]
                delivered[i, c] += content[p, c]
        elif draw < rates[j, v, 1] + rates[j, v, 2]:
            docked[i, v] += 1
            for c in range(n_cargoes):
                docked_copies[i, v, c] += content[p, c]
        else:
            endosome[i, v] += 1
            for c in range(n_cargoes):
                endosome_copies[i, v, c] += content[p, c]
