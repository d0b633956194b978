"""A logarithmic axis with a place for zero: the untreated dose belongs on the picture too."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from .words import power


def place_of_zero(values: ArrayLike) -> float:
    """Return where zero is drawn: a decade left of the smallest positive value (0.1 without one)."""
    positive = _positive(values)
    return float(10.0 ** (np.floor(np.log10(positive.min()) + 1e-9) - 1)) if positive.size else 0.1


def on_axis(values: ArrayLike, zero: float) -> NDArray[np.float64]:
    """Move values at or below zero to `zero`; the others stay."""
    values = np.asarray(values, dtype=float)
    return np.where(values > 0, values, zero)


def log_axis(axes: Axes, values: ArrayLike, *, zero: float | None = None, labels: int = 5) -> None:
    """Scale the x axis logarithmically over `values`, with at most `labels` labelled decades.

    With `zero`, that place is labelled '0' and the break of the axis is marked.
    """
    positive = _positive(values)
    if positive.size == 0:
        positive = np.array([1.0])
    low, high = np.floor(np.log10(positive.min()) + 1e-9), np.ceil(np.log10(positive.max()) - 1e-9)
    high = max(high, low + 1)
    step = int(np.ceil((high - low + 1) / labels))
    ticks = 10.0 ** np.arange(low, high + 0.5, step)
    axis = axes.xaxis
    axes.set_xscale("log")
    places = list(ticks) if zero is None else [zero, *ticks[ticks > zero * 1.5]]
    axis.set_major_locator(FixedLocator(places))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(
        FuncFormatter(lambda v, _: "0" if zero is not None and v <= zero * 1.01 else power(v))
    )
    start = 10.0 ** (low - 0.15) if zero is None else zero / 1.6
    axes.set_xlim(start, max(10.0 ** (high + 0.1), positive.max() * 1.3))
    if zero is not None:
        # Two strokes on the axis say that the distance from 0 to the first dose means nothing.
        axes.plot(
            [zero * 2.6, zero * 3.4],
            [0, 0],
            marker=[(-0.6, -1), (0.6, 1)],
            linestyle="none",
            markersize=7,
            color="#4b5563",
            transform=axes.get_xaxis_transform(),
            clip_on=False,
        )


def _positive(values: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(values, dtype=float).ravel()
    return values[np.isfinite(values) & (values > 0)]
