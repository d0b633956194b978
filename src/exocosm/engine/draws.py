"""Draws for many cells at once at the start of a run, compiled: the same numbers as one by one."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .laws.random import uniform
from .laws.sampling import normal, poisson

_ATTEMPTS = 1000  # draws of a bounded number before its middle is taken: bounds further out are never missed

Ids = NDArray[np.int64]


@njit(cache=True, nogil=True)
def uniforms(seed: int, purpose: int, entities: Ids, draw: int) -> NDArray[np.float64]:
    """Return a number from (0, 1) for each entity (n,), in step 0."""
    found = np.empty(entities.size)
    for i in range(entities.size):
        found[i] = uniform(seed, purpose, 0, entities[i], draw)
    return found


@njit(cache=True, nogil=True)
def bounded_normals(
    seed: int, purpose: int, entities: Ids, middle: float, spread: float, low: float, high: float
) -> NDArray[np.float64]:
    """Return a normal draw for each entity (n,), in step 0, drawn anew until it lies between the bounds."""
    found = np.full(entities.size, middle)
    for i in range(entities.size):
        for attempt in range(_ATTEMPTS):
            value = middle + spread * normal(seed, purpose, 0, entities[i], attempt)
            if low <= value <= high:
                found[i] = value
                break
    return found


@njit(cache=True, nogil=True)
def poissons(seed: int, purpose: int, entities: Ids, means: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a Poisson count for each entity (n,) from its mean (n,), in step 0."""
    found = np.empty(entities.size, dtype=np.int64)
    for i in range(entities.size):
        found[i] = poisson(means[i], seed, purpose, 0, entities[i])
    return found
