"""Checks at the door of the kernels of motility and gradients; both back ends use them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import InputError, expect

Array = NDArray[np.float64]


def check_turn(
    direction: Array,
    ids: NDArray[np.int64],
    persistence: Array,
    dt: float,
    towards: Array | None,
    bias: Array | None,
) -> None:
    """Raise InputError unless the arguments of `turn` fit together."""
    expect.non_negative(dt=dt)
    _shape("direction", direction, (len(ids), 3))
    _numbers("persistence", persistence, len(ids), "0 or above", persistence >= 0.0)
    if (towards is None) != (bias is None):
        raise InputError("Expected `towards` and `bias` together, found one of them alone.")
    if towards is not None and bias is not None:
        _shape("towards", towards, (len(ids), 3))
        _numbers("bias", bias, len(ids), "between 0 and 1", (bias >= 0.0) & (bias <= 1.0))


def check_wander(
    velocity: Array, ids: NDArray[np.int64], speed: Array, persistence: Array, dt: float
) -> None:
    """Raise InputError unless the arguments of `wander` fit together."""
    expect.positive(dt=dt)
    _shape("velocity", velocity, (len(ids), 3))
    _numbers("speed", speed, len(ids), "0 or above", speed >= 0.0)
    _numbers("persistence", persistence, len(ids), "above 0", persistence > 0.0)


def check_field(fields: Array, spacing: float, position: Array) -> None:
    """Raise InputError unless `fields` is (fields, z, y, x) and all positions are finite."""
    expect.positive(spacing=spacing)
    if fields.ndim != 4 or 0 in fields.shape[1:]:
        raise InputError(f"Expected fields of shape (fields, z, y, x), found {fields.shape}.")
    _shape("position", position, (len(position), 3))
    if not np.isfinite(position).all():
        raise InputError("Expected `position` to be finite, found NaN or infinity.")


def _shape(name: str, values: Array, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise InputError(f"Expected `{name}` to have shape {shape}, found {values.shape}.")


def _numbers(name: str, values: Array, n: int, wanted: str, good: NDArray[np.bool_]) -> None:
    _shape(name, values, (n,))
    if not (good & np.isfinite(values)).all():
        row = int(np.flatnonzero(~(good & np.isfinite(values)))[0])
        raise InputError(f"Expected each `{name}` to be {wanted}, found {values[row]} at {row}.")
