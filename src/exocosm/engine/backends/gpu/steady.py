"""Steady states of dissolved substances, by conjugate gradients from where they are, on the card."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import cuda

from ..cpu.lines import coefficients
from ..cpu.steady import pseudo_step
from . import card
from .balance import Operator, balance, operator
from .sums import add_up, find_largest
from .sweeps import sweep

Array = np.ndarray

_BETWEEN_LOOKS = 4  # iterations after which the host asks how far it is; asking each time would cost more


def steady(
    u: Array,
    rate: float,
    share: Array | None,
    sink: Array,
    source: Array,
    weights: Array,
    values: Array,
    tolerance: float,
    max_iterations: int,
) -> tuple[int, float]:
    """Bring `u` to the solution of ∇·(D ∇u) - sink u + source = 0 and return (iterations, residual).

    The problem and the arguments stand in the reference back end, the method in that of "cpu": conjugate
    gradients with one implicit step along each axis as preconditioner. Here the residual is looked at every
    fourth iteration, so up to three more are made than were needed.
    """
    used = np.array([weights[i] if u.shape[i // 2] > 1 else 0.0 for i in range(6)])
    if not (sink > 0.0).any() and not (rate > 0.0 and (used > 0.0).any()):
        return (0, math.inf) if (source > 0.0).any() else (0, 0.0)
    if not (source > 0.0).any() and not (rate > 0.0 and (used * values > 0.0).any()):
        u[(sink > 0.0) | (rate > 0.0)] = 0.0
        return 0, 0.0
    mean_rate = rate if share is None else rate * float(share.mean())
    descent = _Descent(
        card.to_card(u), operator(rate, share, sink, source, used, values), sink, mean_rate, used
    )
    iteration = 0
    while True:
        # r is carried along in `run`: see each time whether it still is what `u` leaves over.
        residual = descent.begin()
        if residual <= tolerance or iteration >= max_iterations:
            break
        iteration += descent.run(tolerance, max_iterations - iteration)
    card.bring_back(descent.u, u)
    return iteration, residual


class _Descent:
    """Conjugate gradients on the card: its vectors (z, y, x), and its scalars, which stay there too."""

    def __init__(self, u: Any, what: Operator, sink: Array, mean_rate: float, weights: Array) -> None:
        self.u, self.what = u, what
        shape = u.shape
        tau = pseudo_step(shape, mean_rate, float(np.mean(sink)), weights)
        alpha = np.array([mean_rate * tau])
        self.sweeps = []
        for axis in (2, 1, 0):
            if shape[axis] > 1:
                low, high = weights[2 * axis : 2 * axis + 2]
                made = coefficients(shape[axis], alpha, low, high, 0.0)
                self.sweeps.append((axis, *(card.to_card(c) for c in made)))
        scale = sink + what.rate
        self.scale = card.to_card(np.where(scale == 0.0, 1.0, scale))
        self.damping = card.to_card(1.0 / np.sqrt(1.0 + tau * sink))
        self.without = Operator(  # what acts on a difference of two fields
            what.rate, what.share, what.sink, card.to_card(np.zeros(shape)), what.weights,
            card.to_card(np.zeros(6)),
        )  # fmt: skip
        self.r, self.towards, self.change, self.correction, self.product = (
            card.room(shape) for _ in range(5)
        )
        self.nothing = card.room((0, 0, 0))

    def begin(self) -> float:
        """Work out the residual of `u` and return the largest |r| / scale."""
        balance(self.u, self.what, self.nothing, self.r, self.nothing)
        return self._largest()

    def run(self, tolerance: float, most: int) -> int:
        """Run up to `most` iterations from the residual; returns how many."""
        size = self.u.size
        gains, curvature = card.to_card(np.array([0.0, math.inf])), card.to_card(np.zeros(1))
        flat = {
            name: getattr(self, name).reshape(size)
            for name in ("u", "r", "towards", "change", "correction", "product", "damping")
        }
        row = self.product.reshape(1, size)
        card.for_each(_start, size, flat["damping"], flat["r"], flat["correction"], flat["towards"])
        for iteration in range(1, most + 1):
            now = iteration % 2  # the gain of this iteration and that of the one before take turns
            for axis, inverse, carry in self.sweeps:
                sweep(self.correction, (1, *self.u.shape), axis, inverse, carry)
            card.for_each(
                _weigh, size, flat["correction"], flat["damping"], flat["r"], flat["product"],
                gains, now, curvature,
            )  # fmt: skip
            add_up(row, gains, now)
            card.for_each(_turn, size, flat["towards"], flat["correction"], gains, now)
            balance(self.towards, self.without, self.nothing, self.change, self.product)
            add_up(row, curvature)
            card.for_each(
                _advance, size, flat["u"], flat["r"], flat["towards"], flat["change"], flat["damping"],
                flat["correction"], gains, now, curvature,
            )  # fmt: skip
            if (iteration % _BETWEEN_LOOKS == 0 or iteration == most) and self._largest() <= tolerance:
                return iteration
        return most

    def _largest(self) -> float:
        size, found = self.u.size, card.room(1)
        card.for_each(
            _relate, size, self.r.reshape(size), self.scale.reshape(size), self.product.reshape(size)
        )
        find_largest(self.product.reshape(1, size), found)
        return float(found.copy_to_host()[0])


@cuda.jit(cache=True)
def _start(damping, r, correction, towards):
    thread = cuda.grid(1)
    if thread < r.shape[0]:
        correction[thread] = damping[thread] * r[thread]
        towards[thread] = 0.0


@cuda.jit(cache=True)
def _weigh(correction, damping, r, product, gains, now, curvature):
    """Multiply by the damping and write correction · r; set to 0 what sums are added to next."""
    thread = cuda.grid(1)
    if thread < r.shape[0]:
        correction[thread] *= damping[thread]
        product[thread] = correction[thread] * r[thread]
    if thread == 0:
        gains[now] = 0.0
        curvature[0] = 0.0


@cuda.jit(cache=True)
def _turn(towards, correction, gains, now):
    """Take the next direction: the correction plus a share of the direction before."""
    thread = cuda.grid(1)
    if thread < towards.shape[0]:
        before = gains[1 - now]
        share = gains[now] / before if before > 0.0 else 0.0
        towards[thread] = correction[thread] + share * towards[thread]


@cuda.jit(cache=True)
def _advance(u, r, towards, change, damping, correction, gains, now, curvature):
    """Go along `towards` as far as it helps, and damp the residual that is left."""
    thread = cuda.grid(1)
    if thread < u.shape[0]:
        curved = curvature[0]
        length = -gains[now] / curved if curved < 0.0 else 0.0  # 0 once nothing is left over
        u[thread] += length * towards[thread]
        r[thread] += length * change[thread]
        correction[thread] = damping[thread] * r[thread]


@cuda.jit(cache=True)
def _relate(r, scale, out):
    thread = cuda.grid(1)
    if thread < r.shape[0]:
        out[thread] = abs(r[thread]) / scale[thread]
