"""Lines of voxels with a cell each, where the law of a draw is looked at."""

from __future__ import annotations

import numpy as np
from scipy import stats

from exocosm.engine.compiled import Compiled, compile_model
from exocosm.engine.state import State

from .models import laid_out
from .small_models import cell, model

N = 4000  # voxels with a cell each
SEED = 77


def chi_square_p(draws, distribution) -> float:
    """p-value of whole numbers against a discrete law, values of few expected draws put together."""
    values = np.arange(int(distribution.ppf(5 / len(draws))), int(distribution.isf(5 / len(draws))) + 1)
    return chi_square_of(draws, values, distribution.pmf(values))


def chi_square_of(draws, values, probabilities) -> float:
    """p-value against probabilities of consecutive values; what lies outside joins the first and last."""
    keep = np.flatnonzero(probabilities * len(draws) >= 5.0)
    first, last = keep[0], keep[-1]
    inner = np.array(probabilities[first : last + 1], dtype=float)
    inner[0] += probabilities[:first].sum()
    inner[-1] = 1.0 - inner[:-1].sum()
    binned = np.clip(draws, values[first], values[last]).astype(int) - int(values[first])
    found = np.bincount(binned, minlength=inner.size)
    return float(stats.chisquare(found, len(draws) * inner).pvalue)


def strip(kinds, cargoes=("a",), n=N, **more) -> Compiled:
    """Compile a model of one line of n voxels of 20 µm."""
    return compile_model(model(kinds, [], cargoes, shape=(1, 1, n), **more))


def one_each(compiled, kind=0, n=N) -> State:
    return laid_out(compiled, np.full(n, kind), np.arange(n))


def donor(**more):
    return cell("donor", **{"rate": 2.0, "burst": 4.0, "sends": {"a": 0.2}, "holds": {"a": 500.0}, **more})


def taker(name="taker", takes=800.0, **more):
    return cell(name, **{"rate": 0.0, "takes": takes, "holds": {"a": 7.0}, **more})


def close_to(found: float, expected: float, variance: float, n: int = N) -> bool:
    """Within four standard errors of a mean of n draws."""
    return abs(found - expected) <= 4.0 * np.sqrt(variance / n)
