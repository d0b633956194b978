"""Dissolved substances in time: implicit steps in delta form, one axis after the other, on the card."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from ..cpu.lines import coefficients
from . import card
from .balance import balance, operator
from .sweeps import sweep

Array = np.ndarray


def advance(
    u: Array,
    rate: float,
    share: Array | None,
    loss: float,
    sink: Array,
    source: Array,
    weights: Array,
    values: Array,
    dt: float,
    steps: int,
) -> None:
    """Advance ∂u/∂t = ∇·(D ∇u) - loss u - sink u + source by `steps` steps of length dt, in place.

    The equation and the arguments stand in the reference back end. The field goes to the card and back once,
    however many steps.
    """
    if steps < 1:
        return
    n_axes = max(1, sum(n > 1 for n in u.shape))
    largest = rate if share is None else rate * float(share.max())
    alpha, extra = np.array([dt * largest]), dt * loss / n_axes
    sweeps = []
    for axis in (2, 1, 0):
        if u.shape[axis] > 1 or (axis == 2 and u.size == 1):  # the loss goes with the axes there are
            low, high = weights[2 * axis : 2 * axis + 2]
            made = coefficients(u.shape[axis], alpha, low, high, extra)
            sweeps.append((axis, *(card.to_card(c) for c in made)))
    what = _with_loss(rate, share, loss, sink, source, weights, values)
    there, change = card.to_card(u), card.room(u.shape)
    nothing, damping = card.room((0, 0, 0)), card.to_card(dt / (1.0 + dt * np.asarray(sink)))
    for _ in range(steps):
        balance(there, what, damping, change, nothing)
        for axis, inverse, carry in sweeps:
            sweep(change, (1, *u.shape), axis, inverse, carry)
        card.for_each(_add, u.size, there.reshape(u.size), change.reshape(u.size))
    card.bring_back(there, u)


def slope(
    u: Array,
    rate: float,
    share: Array | None,
    loss: float,
    sink: Array,
    source: Array,
    weights: Array,
    values: Array,
) -> Array:
    """Return ∂u/∂t = ∇·(D ∇u) - loss u - sink u + source (z, y, x), with the arguments of `advance`."""
    out = card.room(u.shape)
    what = _with_loss(rate, share, loss, sink, source, weights, values)
    nothing = card.room((0, 0, 0))
    balance(card.to_card(u), what, nothing, out, nothing)
    return out.copy_to_host()


def _with_loss(rate, share, loss, sink, source, weights, values) -> Any:
    return operator(rate, share, loss + np.asarray(sink), source, weights, values)


@cuda.jit(cache=True)
def _add(u, change):
    thread = cuda.grid(1)
    if thread < u.shape[0]:
        u[thread] += change[thread]
