"""Single vesicles as particles: where they come from, and how they look as a field."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .compiled import Compiled
from .compiled_vesicles import coefficient, mobility, size_bounds
from .laws.mobility import slit_hindrance, truncated_quantile
from .laws.random import PARTICLE_BIRTH, uniform
from .laws.sampling import binomial
from .state import State
from .voxels import voxel_index

Array = NDArray

_DIRECTION, _RISE, _SIZE = range(3)  # draws at the birth of a particle; its copies follow under other steps


def give_particles(
    compiled: Compiled, state: State, chosen: Array, counts: Array, copies: Array, account: str, seed: int
) -> None:
    """Put counts (m, v) vesicles with copies (m, v, c) at the surfaces of the `chosen` cells (m,)."""
    cells = state.cells
    for m, v in zip(*np.nonzero(counts), strict=True):
        cell, count = chosen[m], int(counts[m, v])
        state.vesicle_books[account][v] += count
        state.cargo_books[account][v] += copies[m, v]
        radius = compiled.radius[cells["kind"][cell]]
        places = [
            cells["position"][cell] + radius * _direction(compiled, seed, state.next_particle + i)
            for i in range(count)
        ]
        spawn(compiled, state, int(v), places, copies[m, v], seed)


def add_particles(
    compiled: Compiled, state: State, v: int, voxel: int, count: int, copies: Sequence[int], seed: int
) -> None:
    """Put `count` vesicles of class v with `copies` (c,) in all anywhere in a voxel."""
    _, n_y, n_x = compiled.model.domain.shape
    corner = np.array([voxel % n_x, voxel // n_x % n_y, voxel // (n_y * n_x)])
    places = [
        (corner + [uniform(seed, PARTICLE_BIRTH, 1, state.next_particle + i, axis) for axis in range(3)])
        * compiled.model.domain.spacing.value
        for i in range(count)
    ]
    spawn(compiled, state, v, places, copies, seed)


def spawn(
    compiled: Compiled, state: State, v: int, places: list[Array], copies: Sequence[int] | Array, seed: int
) -> None:
    """Make a particle of class v at each place (n, 3) [µm], and deal `copies` (c,) out among them.

    Each particle draws its own diameter, and with it its own diffusion coefficient.
    """
    count, first = len(places), state.next_particle
    if count == 0:
        return
    dealt = np.zeros((count, len(compiled.cargoes)), dtype=np.int64)
    left = np.array(copies, dtype=np.int64)
    for i in range(count):
        for c in range(left.size):
            dealt[i, c] = binomial(int(left[c]), 1.0 / (count - i), seed, PARTICLE_BIRTH, 2 + c, first + i)
        left -= dealt[i]
    box = np.array(compiled.model.domain.shape[::-1], dtype=float) * compiled.model.domain.spacing.value
    new = {
        "id": first + np.arange(count),
        "vesicle": np.full(count, v),
        "position": np.clip(np.array(places, dtype=float), 0.0, box),
        "diffusion": np.array([_diffusion(compiled, v, seed, first + i) for i in range(count)]),
        "copies": dealt,
    }
    state.particles = {name: np.concatenate([array, new[name]]) for name, array in state.particles.items()}
    state.next_particle += count


def tally(compiled: Compiled, state: State) -> None:
    """Count the particles of each voxel into the fields of free vesicles and their cargo."""
    particles, fields = state.particles, state.fields
    where = voxel_index(compiled, particles["position"])
    for v in range(len(compiled.vesicles)):
        mine = particles["vesicle"] == v
        flat = fields["vesicles"][v].reshape(-1)
        flat[:] = np.bincount(where[mine], minlength=flat.size)
        for c in range(len(compiled.cargoes)):
            copies = particles["copies"][mine, c]
            fields["cargo"][v, c].reshape(-1)[:] = np.bincount(where[mine], copies, minlength=flat.size)


def _direction(compiled: Compiled, seed: int, particle: int) -> np.ndarray:
    """Unit vector (3,), uniform on the sphere, in a flat domain on the circle."""
    turn = 2.0 * math.pi * uniform(seed, PARTICLE_BIRTH, 0, particle, _DIRECTION)
    flat = compiled.model.domain.shape[0] == 1
    rise = 0.0 if flat else 2.0 * uniform(seed, PARTICLE_BIRTH, 0, particle, _RISE) - 1.0
    level = math.sqrt(1.0 - rise * rise)
    return np.array([level * math.cos(turn), level * math.sin(turn), rise])


def _diffusion(compiled: Compiled, v: int, seed: int, particle: int) -> float:
    """Diffusion coefficient of one vesicle of a class, by its own diameter [µm²/min]."""
    kind, domain = compiled.model.vesicle_kinds[v], compiled.model.domain
    bounds = size_bounds(kind)
    if bounds is None:
        return coefficient(compiled.model, kind) * mobility(compiled.model, kind)
    x = truncated_quantile(uniform(seed, PARTICLE_BIRTH, 0, particle, _SIZE), *bounds)
    gap = None if domain.well_mixed else domain.gap
    ratio = 0.0 if gap is None else kind.diameter.value * math.exp(x) / gap.value
    return coefficient(compiled.model, kind) * math.exp(-x) * slit_hindrance(ratio)
