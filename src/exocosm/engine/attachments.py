"""Springs between cells: which pairs hold on to each other, and with what stiffness."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from .compiled import Compiled
from .exchange import behaviour_values
from .state import State


def renew(
    compiled: Compiled,
    state: State,
    backend: SimpleNamespace,
    touching: tuple[np.ndarray, np.ndarray],
    dt: float,
    seed: int,
) -> None:
    """Let attachments come apart and touching cells attach, for `dt` [min].

    New attachments come about in the order of their times, as long as both cells have fewer than their
    "maximum number of cell attachments".
    """
    pairs = indices(state)
    pairs = pairs[~backend.interactions.detach(compiled, state, pairs, dt, seed)]
    when, wanted = backend.interactions.attach(compiled, state, *touching, dt, seed)
    new = ~np.isin(_key(state, wanted), _key(state, pairs))
    room = np.floor(behaviour_values(compiled, state, compiled.at.most_attachments))
    room = room - np.bincount(pairs.ravel(), minlength=state.n_cells)
    joined = _first_come(state, when[new], wanted[new], room)
    found = state.cells["id"][np.concatenate([pairs, joined])]
    state.attachments = found[np.lexsort((found[:, 1], found[:, 0]))]


def _first_come(state: State, when: np.ndarray, wanted: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Return those of the pairs (m, 2) that find room at both cells, in order of time."""
    ids = state.cells["id"][wanted]
    joined = []
    for m in np.lexsort((ids[:, 1], ids[:, 0], when)):
        one, two = wanted[m]
        if room[one] >= 1.0 and room[two] >= 1.0:
            room[one] -= 1.0
            room[two] -= 1.0
            joined.append(m)
    return wanted[joined]


def release(state: State, which: np.ndarray) -> None:
    """End all attachments of cells with the given ids."""
    if len(state.attachments):
        state.attachments = state.attachments[~np.isin(state.attachments, which).any(axis=1)]


def indices(state: State) -> np.ndarray:
    """Return the attachments as pairs of indices of cells (m, 2), as they are ordered now."""
    order = np.argsort(state.cells["id"], kind="stable")
    return order[np.searchsorted(state.cells["id"], state.attachments, sorter=order)]


def springs(compiled: Compiled, state: State) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of indices (m, 2) that springs join, and their stiffness (m,) [1/min].

    A spring draws its cells together at stiffness · distance; the stiffness is the geometric mean of the
    "cell-cell adhesion elastic constant" of the two.
    """
    pairs = indices(state)
    elastic = behaviour_values(compiled, state, compiled.at.elastic)[pairs]
    return pairs, np.sqrt(elastic[:, 0] * elastic[:, 1])


def _key(state: State, pairs: np.ndarray) -> np.ndarray:
    """One number for each pair of indices (m, 2)."""
    return pairs[:, 0] * state.n_cells + pairs[:, 1]
