"""Dissolved substances in time: implicit steps in delta form, one axis after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from .operators import axis_operator, diffusion_operator

Array = NDArray[np.float64]


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

    With A the right-hand side without sink and source, the change δ of a step solves
        (1 + dt sink)(1 - dt Ax)(1 - dt Ay)(1 - dt Az) δ = dt (A u - loss u - sink u + source),
    the loss in equal parts in each factor, the values at the faces in A alone (δ is 0 there). First order in
    time, and exact in the steady state for any dt, because there the right-hand side is 0 (delta form:
    Douglas and Gunn 1964, doi:10.1007/BF01386093; Beam and Warming 1978, doi:10.2514/3.60901). Stable for any
    dt. Not positive: near point sources it can undershoot.

    Where D varies, the factors hold its largest value: the order and the steady state stay as they are, and
    the implicit part stays the same along all lines.

    Parameters
    ----------
    u : (z, y, x) [unit of the field], changed
    rate : D/dx² [1/min]
    share : (z, y, x) local D relative to that, None where it is 1 everywhere
    loss : [1/min]
    sink : (z, y, x) >= 0 [1/min]
    source : (z, y, x) [unit/min]
    weights : (6,) 2 where a face holds its value, 0 for no flux; low and high end of z, y, x
    values : (6,) at the faces [unit of the field]
    """
    matrix, income = diffusion_operator(u.shape, rate, share, weights, values)
    largest = rate if share is None else rate * float(share.max())
    axes = [axis for axis in (2, 1, 0) if u.shape[axis] > 1] or [2]
    identity = eye_array(u.size)
    factors = []
    for axis in axes:
        along, _ = axis_operator(u.shape, axis, largest, None, weights)
        factors.append(splu(csc_array((1.0 + dt * loss / len(axes)) * identity - dt * along)))
    flat, damping = u.reshape(-1), 1.0 + dt * sink.ravel()
    for _ in range(steps):
        balance = matrix @ flat + income - (loss + sink.ravel()) * flat + source.ravel()
        change = dt * balance / damping
        for factor in factors:
            change = factor.solve(change)
        flat += change


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
    matrix, income = diffusion_operator(u.shape, rate, share, weights, values)
    balance = matrix @ u.ravel() + income - (loss + sink.ravel()) * u.ravel() + source.ravel()
    return balance.reshape(u.shape)
