"""Where cells are at the start: packed balls, shells around them, cells scattered about."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import InputError
from exocosm.model import Domain, Placement

from .laws.random import PLACEMENT, uniform

Array = NDArray[np.float64]

_PACKING = 0.95  # spacing of packed cells in units of their diameter: a little inside the resting distance
_APART = 0.8  # closest centres of cells placed at random, in units of the sum of their radii
_ATTEMPTS = 2000  # random sites tried for one cell before its region counts as full


def place(
    placements: Sequence[Placement], radii: Mapping[str, float], domain: Domain, seed: int
) -> tuple[list[str], Array]:
    """Lay out the cells of all placements, in their order; later ones keep clear of earlier ones.

    `disc`: hexagonal packing around the centre of the domain (a ball in hexagonal close packing if the
    domain is more than one voxel thick), the free sites nearest the centre. `shell`: uniformly random
    between `inner` and `outer` from the centre. `scattered`: uniformly random in the domain. `dish`: a plain
    grid; positions have no meaning there. Cells placed at random keep 0.8 of the sum of their radii apart.
    `given`: where the placement says.

    Parameters
    ----------
    radii : cell kind → radius [µm]
    seed : of the random sites

    Returns
    -------
    the kind of each cell, and positions (cells, 3) as (x, y, z) inside the box [µm]

    Raises
    ------
    InputError : if a placement does not fit
    """
    size = np.array(domain.shape[::-1], dtype=float) * domain.spacing.value
    flat = domain.shape[0] == 1
    room = _Room(max((radii[p.kind] for p in placements), default=1.0))
    kinds: list[str] = []
    for placement in placements:
        radius = radii[placement.kind]
        sites: Array
        if placement.pattern == "disc":
            sites = _packed(placement, radius, size, flat, room)
        elif placement.pattern == "given":
            sites = _given(placement, size)
        elif placement.pattern == "dish":
            sites = _grid(placement.count, size)
        else:
            sites = _at_random(placement, radius, size, flat, room, seed)
        room.add_all(sites, radius)
        kinds += [placement.kind] * len(sites)
    return kinds, room.all_sites()


class _Room:
    """The cells placed so far, found by the cube of space they lie in."""

    def __init__(self, largest_radius: float) -> None:
        self.count = 0
        self._blocks: list[Array] = []
        self._edge = 2.0 * _APART * largest_radius
        self._cubes: dict[tuple[int, ...], list[tuple[Array, float]]] = {}
        self._waiting: list[tuple[Array, float]] = []  # blocks that nobody has asked about yet

    def add(self, site: Array, radius: float) -> None:
        """Place one cell."""
        self.add_all(site[None], radius)

    def add_all(self, sites: Array, radius: float) -> None:
        """Place cells (n, 3) of one radius."""
        self.count += len(sites)
        self._blocks.append(sites)
        self._waiting.append((sites, radius))

    def all_sites(self) -> Array:
        """Return the centres (cells, 3) in the order they were placed in."""
        return np.concatenate([np.empty((0, 3)), *self._blocks])

    def is_free(self, site: Array, radius: float) -> bool:
        """Say whether a cell of this radius keeps clear of all that are there."""
        self._sort_in()
        x, y, z = self._cube(site)
        for shift in itertools.product((-1, 0, 1), repeat=3):
            for other, other_radius in self._cubes.get((x + shift[0], y + shift[1], z + shift[2]), ()):
                if math.dist(site, other) < _APART * (radius + other_radius):
                    return False
        return True

    def _sort_in(self) -> None:
        for sites, radius in self._waiting:
            for site in sites:
                self._cubes.setdefault(self._cube(site), []).append((site, radius))
        self._waiting.clear()

    def _cube(self, site: Array) -> tuple[int, ...]:
        return tuple(math.floor(s / self._edge) for s in site)


def _packed(placement: Placement, radius: float, size: Array, flat: bool, room: _Room) -> Array:
    spacing = _PACKING * 2.0 * radius
    # A disc or ball of so many sites and one more row, if the box does not cut it.
    share = math.sqrt(3.0) / (2.0 * math.pi) if flat else 3.0 / (4.0 * math.pi * math.sqrt(2.0))
    reach = spacing * ((share * placement.count) ** (1 / 2 if flat else 1 / 3) + 2.0)
    while True:
        sites = _sites(spacing, reach, size, flat)
        if room.count:
            free = (site for site in sites if room.is_free(site, radius))
            sites = np.array(list(itertools.islice(free, placement.count))).reshape(-1, 3)
        if len(sites) >= placement.count:
            return sites[: placement.count]
        if reach > float(np.linalg.norm(size)):
            raise InputError(
                f"Expected room for {placement.count} packed cells of {placement.kind}, found "
                f"{len(sites)} free sites in a box of {_box(size)}. Enlarge the domain or lower `count`."
            )
        reach *= 2.0


def _sites(spacing: float, reach: float, size: Array, flat: bool) -> Array:
    """Sites (n, 3) of hexagonal (close) packing within `reach` of the centre and the box, nearest first."""
    m = math.ceil(reach / spacing) + 1
    n = math.ceil(m * 2.0 / math.sqrt(3.0))
    k_range = np.zeros(1, dtype=int) if flat else np.arange(-n, n + 1)
    ranges = (k_range, np.arange(-n, n + 1), np.arange(-m, m + 1))
    k, j, i = (a.ravel() for a in np.meshgrid(*ranges, indexing="ij"))
    x = i + 0.5 * (j % 2) + 0.5 * (k % 2)
    y = math.sqrt(3.0) / 2.0 * (j + (k % 2) / 3.0)
    z = math.sqrt(2.0 / 3.0) * k
    offsets = spacing * np.stack([x, y, z], axis=1)
    distance = np.linalg.norm(offsets, axis=1)
    sites = 0.5 * size + offsets
    inside = (distance <= reach) & np.all((sites >= 0.0) & (sites <= size), axis=1)
    # Sites equally far away differ by rounding alone; rounded again, their order is the same everywhere.
    order = np.argsort(np.round(distance[inside] / spacing, 6), kind="stable")
    return np.asarray(sites[inside][order])


def _given(placement: Placement, size: Array) -> Array:
    sites = np.array(placement.positions, dtype=float).reshape(-1, 3)
    outside = np.flatnonzero(((sites < 0.0) | (sites > size)).any(axis=1))
    if outside.size:
        raise InputError(
            f"Expected every cell of {placement.kind} inside a box of {_box(size)}, found one at "
            f"{placement.positions[outside[0]]}."
        )
    return sites


def _grid(count: int, size: Array) -> Array:
    side, i = max(1, math.ceil(math.sqrt(count))), np.arange(count)
    return np.stack([(i % side + 0.5) / side, (i // side + 0.5) / side, np.full(count, 0.5)], axis=1) * size


def _at_random(placement: Placement, radius: float, size: Array, flat: bool, room: _Room, seed: int) -> Array:
    """Add cells one by one at the first random site that is free."""
    shell = placement.pattern == "shell"
    inner, outer = _bounds(placement) if shell else (0.0, 0.0)
    first = room.count
    own = _Room(radius)
    for cell in range(first, first + placement.count):
        for attempt in range(_ATTEMPTS):
            draws = [uniform(seed, PLACEMENT, attempt, cell, d) for d in range(2 if flat else 3)]
            if flat and not shell:
                draws.append(0.5)
            site = 0.5 * size + _in_shell(draws, inner, outer) if shell else np.array(draws) * size
            inside = bool(np.all((site >= 0.0) & (site <= size)))
            if inside and room.is_free(site, radius) and own.is_free(site, radius):
                own.add(site, radius)
                break
        else:
            where = f"between {inner:g} and {outer:g} µm of the centre" if shell else "scattered"
            raise InputError(
                f"Expected room for {placement.count} cells of {placement.kind} {where} in a box of "
                f"{_box(size)}, found none after {own.count}. Widen the region or lower `count`."
            )
    return own.all_sites()


def _bounds(placement: Placement) -> tuple[float, float]:
    inner = 0.0 if placement.inner is None else placement.inner.value
    if placement.outer is None or not 0.0 <= inner <= placement.outer.value:
        outer = None if placement.outer is None else placement.outer.value
        raise InputError(
            f"Expected the shell of {placement.kind} to have 0 <= inner <= outer, "
            f"found inner={inner:g}, outer={outer!r} µm."
        )
    return inner, placement.outer.value


def _in_shell(draws: list[float], inner: float, outer: float) -> Array:
    """Offset from the centre, uniform in area (two draws) or volume (three draws)."""
    d = len(draws)
    distance = (inner**d + draws[0] * (outer**d - inner**d)) ** (1.0 / d)
    turn = 2.0 * math.pi * draws[1]
    rise = 0.0 if d == 2 else 2.0 * draws[2] - 1.0
    level = math.sqrt(1.0 - rise * rise)
    return distance * np.array([level * math.cos(turn), level * math.sin(turn), rise])


def _box(size: Array) -> str:
    return " x ".join(f"{s:g}" for s in size) + " µm"
