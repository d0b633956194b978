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
    kept = state.attachments[~backend.interactions.detach(compiled, state, pairs, dt, seed)]
    when, candidates = backend.interactions.attach(compiled, state, *touching, dt, seed)
    ids = state.cells["id"][candidates]
    room = np.floor(behaviour_values(compiled, state, compiled.at.most_attachments))
    room = room - np.bincount(_rows(state, kept).ravel(), minlength=state.n_cells)
    joined = set(map(tuple, kept.tolist()))
    for m in np.lexsort((ids[:, 1], ids[:, 0], when)):
        pair = (int(ids[m, 0]), int(ids[m, 1]))
        if pair not in joined and (room[candidates[m]] >= 1.0).all():
            joined.add(pair)
            room[candidates[m]] -= 1.0
    state.attachments = np.array(sorted(joined), dtype=np.int64).reshape(-1, 2)


def release(state: State, which: np.ndarray) -> None:
    """End all attachments of cells with the given ids."""
    if len(state.attachments):
        state.attachments = state.attachments[~np.isin(state.attachments, which).any(axis=1)]


def indices(state: State) -> np.ndarray:
    """Return the attachments as pairs of indices of cells (m, 2), as they are ordered now."""
    return _rows(state, state.attachments)


def springs(compiled: Compiled, state: State) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of indices (m, 2) that springs join, and their stiffness (m,) [1/min].

    A spring draws its cells together at stiffness · distance; the stiffness is the geometric mean of the
    "cell-cell adhesion elastic constant" of the two.
    """
    pairs = indices(state)
    elastic = behaviour_values(compiled, state, compiled.at.elastic)[pairs]
    return pairs, np.sqrt(elastic[:, 0] * elastic[:, 1])


def _rows(state: State, attachments: np.ndarray) -> np.ndarray:
    order = np.argsort(state.cells["id"], kind="stable")
    return order[np.searchsorted(state.cells["id"], attachments, sorter=order)]
