"""What flows into each voxel: the right-hand side of the equation of a dissolved substance, on the card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import cuda

from ...laws.transport import harmonic_mean
from . import card

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Operator:
    """∇·(D ∇u) - sink u + source, its arrays on the card; `share` is empty where D is the same everywhere."""

    rate: float
    share: Any
    sink: Any
    source: Any
    weights: Any
    values: Any


def operator(
    rate: float, share: Array | None, sink: Array, source: Array, weights: Array, values: Array
) -> Operator:
    """Take an operator to the card. The arguments stand in the reference back end of `adi`."""
    local = np.empty((0, 0, 0)) if share is None else share
    return Operator(float(rate), *(card.to_card(a) for a in (local, sink, source, weights, values)))


def balance(u: Any, what: Operator, damping: Any, out: Any, product: Any) -> None:
    """Write damping · (∇·(D ∇u) - sink u + source), and u times it.

    All (z, y, x) on the card; `damping` is empty where nothing is damped, `product` where it is not needed.
    """
    card.for_each(
        _balance, u.size, u, what.rate, what.share, what.sink, what.source, what.weights, what.values,
        damping, out, product,
    )  # fmt: skip


@cuda.jit(cache=True)
def _balance(u, rate, share, sink, source, weights, values, damping, out, product):
    thread = cuda.grid(1)
    nz, ny, nx = u.shape
    if thread < nz * ny * nx:
        row = thread // nx
        i = thread - row * nx
        k = row // ny
        j = row - k * ny
        varied = share.size > 0
        here = u[k, j, i]
        own = share[k, j, i] if varied else 1.0
        flow = 0.0
        if nx > 1:
            if i > 0:
                across = harmonic_mean(share[k, j, i - 1], own) if varied else 1.0
                flow += across * (u[k, j, i - 1] - here)
            else:
                flow += weights[4] * own * (values[4] - here)
            if i < nx - 1:
                across = harmonic_mean(own, share[k, j, i + 1]) if varied else 1.0
                flow += across * (u[k, j, i + 1] - here)
            else:
                flow += weights[5] * own * (values[5] - here)
        if ny > 1:
            if j > 0:
                across = harmonic_mean(share[k, j - 1, i], own) if varied else 1.0
                flow += across * (u[k, j - 1, i] - here)
            else:
                flow += weights[2] * own * (values[2] - here)
            if j < ny - 1:
                across = harmonic_mean(own, share[k, j + 1, i]) if varied else 1.0
                flow += across * (u[k, j + 1, i] - here)
            else:
                flow += weights[3] * own * (values[3] - here)
        if nz > 1:
            if k > 0:
                across = harmonic_mean(share[k - 1, j, i], own) if varied else 1.0
                flow += across * (u[k - 1, j, i] - here)
            else:
                flow += weights[0] * own * (values[0] - here)
            if k < nz - 1:
                across = harmonic_mean(own, share[k + 1, j, i]) if varied else 1.0
                flow += across * (u[k + 1, j, i] - here)
            else:
                flow += weights[1] * own * (values[1] - here)
        result = rate * flow + (source[k, j, i] - sink[k, j, i] * here)
        if damping.size > 0:
            result *= damping[k, j, i]
        out[k, j, i] = result
        if product.size > 0:
            product[k, j, i] = here * result
