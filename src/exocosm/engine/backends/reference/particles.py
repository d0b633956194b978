"""Single vesicles that move and are taken up, one by one in plain Python."""

from __future__ import annotations

import math

import numpy as np

from ...compiled import Compiled
from ...laws import particles as laws
from ...laws.random import PARTICLE_LOSS, PARTICLE_MOVE, PARTICLE_UPTAKE, uniform
from ...laws.sampling import normal
from ...laws.uptake import capture_probability
from ...particles import tally
from ...state import State
from ...voxels import voxel_index
from .uptake import clearances


def move(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let every vesicle take a Brownian step of `dt` [min], and lose those that decay.

    Faces reflect, or let vesicles go. Along an axis of one voxel nothing moves, as in a field.
    """
    domain, particles = compiled.model.domain, state.particles
    box = [n * domain.spacing.value for n in domain.shape[::-1]]
    kept = []
    for p, particle in enumerate(particles["id"]):
        inside = True
        for axis in range(3):
            if domain.shape[2 - axis] == 1:
                continue
            width = laws.step_width(particles["diffusion"][p], dt)
            x = particles["position"][p, axis]
            x += width * normal(seed, PARTICLE_MOVE, state.step, int(particle), axis)
            inside = inside and 0.0 <= x <= box[axis]
            particles["position"][p, axis] = laws.reflected(x, box[axis])
        account = _lost(compiled, state, p, dt, seed)
        if domain.open_faces and not inside:
            account = "left"
        if account:
            v = particles["vesicle"][p]
            state.vesicle_books[account][v] += 1
            state.cargo_books[account][v] += particles["copies"][p]
        else:
            kept.append(p)
    state.particles = {name: array[kept] for name, array in particles.items()}
    tally(compiled, state)


def _lost(compiled: Compiled, state: State, p: int, dt: float, seed: int) -> str:
    v, particle = state.particles["vesicle"][p], int(state.particles["id"][p])
    total = compiled.loss[v] + compiled.wall_loss[v]
    if uniform(seed, PARTICLE_LOSS, state.step, particle, 0) >= -math.expm1(-total * dt):
        return ""
    to_wall = uniform(seed, PARTICLE_LOSS, state.step, particle, 1) < compiled.wall_loss[v] / total
    return "wall" if to_wall else "decayed"


def absorb(compiled: Compiled, state: State, order, first, dt: float, seed: int) -> None:
    """Let the living cells of each voxel take up single vesicles for `dt` [min].

    A vesicle in a voxel of volume V is taken with probability 1 - exp(-Σk dt/V), by each cell in proportion
    to its clearance k: the mean-field limit is that of the field.
    """
    particles, cells = state.particles, state.cells
    volume = compiled.model.domain.voxel_volume
    members = {int(cells["voxel"][order[a]]): order[a:b] for a, b in zip(first[:-1], first[1:], strict=True)}
    counted = state.fields["vesicles"].reshape(len(compiled.vesicles), -1)
    kept = []
    for p, where in enumerate(voxel_index(compiled, particles["position"])):
        v, density = int(particles["vesicle"][p]), counted[:, where] / volume
        here = members.get(int(where), ())
        rates = [clearances(compiled, state, int(i), v, density) for i in here]
        total = sum(rate for rate, _, _ in rates)
        key = (seed, PARTICLE_UPTAKE, state.step, int(particles["id"][p]))
        if not uniform(*key, 0) < capture_probability(total, volume, dt):
            kept.append(p)
            continue
        aim, i = uniform(*key, 1) * total, 0
        while i < len(here) - 1 and aim >= rates[i][0]:
            aim -= rates[i][0]
            i += 1
        _enter(state, int(here[i]), v, particles["copies"][p], rates[i], uniform(*key, 2))
    state.particles = {name: array[kept] for name, array in particles.items()}
    tally(compiled, state)


def _enter(state: State, cell: int, v: int, copies: np.ndarray, rate, draw: float) -> None:
    total, cytosol, surface = rate
    cells = state.cells
    cells["taken"][cell, v] += 1
    state.vesicle_books["taken"][v] += 1
    state.cargo_books["taken"][v] += copies
    if draw * total < cytosol:
        state.vesicle_books["cytosolic"][v] += 1
        state.cargo_books["cytosolic"][v] += copies
        cells["copies"][cell] += copies
        cells["delivered"][cell] += copies
        return
    name = "docked" if draw * total < cytosol + surface else "endosome"
    cells[name][cell, v] += 1
    cells[f"{name}_copies"][cell, v] += copies
