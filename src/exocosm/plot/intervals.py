"""The spread of replicates: mean and 95 % interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

if TYPE_CHECKING:
    import pandas as pd


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return (mean, low, high) by Student's t over replicates; low and high are NaN below two values.

    Missing values (NaN) are dropped.
    """
    sample = np.asarray(values, dtype=float)
    sample = sample[np.isfinite(sample)]
    if sample.size == 0:
        return np.nan, np.nan, np.nan
    mean = float(sample.mean())
    if sample.size == 1:
        return mean, np.nan, np.nan
    half = float(
        stats.t.ppf(0.5 + confidence / 2, sample.size - 1) * sample.std(ddof=1) / np.sqrt(sample.size)
    )
    return mean, mean - half, mean + half


def spread(table: pd.DataFrame, by: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return `by`, mean, low, high (each (points,)) of column `value`, one point for each value of `by`.

    The interval is cut at the range of the replicates: with few of them Student's t would run far beyond what
    any replicate shows, below zero copies or above a share of one.
    """
    points = np.array(sorted(table[by].unique()), dtype=float)
    groups = [table.loc[table[by] == point, "value"].to_numpy(dtype=float) for point in points]
    mean, low, high = np.array([mean_interval(group) for group in groups], dtype=float).reshape(-1, 3).T
    known = np.isfinite(low)
    bounds = np.array(
        [(np.nanmin(g), np.nanmax(g)) if k else (np.nan, np.nan) for g, k in zip(groups, known, strict=True)]
    )
    return points, mean, np.maximum(low, bounds[:, 0]), np.minimum(high, bounds[:, 1])
