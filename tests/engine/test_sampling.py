"""Draws from distributions: exact probabilities, moments, limits, and the same draws from both back ends."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.backends.cpu import sampling as cpu
from exocosm.engine.backends.reference import sampling as reference
from exocosm.engine.laws import sampling

SEED = 20240611
DRAWS = 200_000

MEANS = [0.05, 1.7, 9.99, 10.0, 35.0, 400.0]
TRIALS = [(1, 0.5), (5, 0.3), (40, 0.2), (40, 0.5), (40, 0.97), (300, 0.9), (1000, 0.3), (200_000, 2e-5)]
seeds = st.integers(0, 2**63 - 1)


def poissons(mean: float) -> np.ndarray:
    return np.array([cpu.poisson(mean, SEED, 1, 0, i) for i in range(DRAWS)])


def binomials(n: int, p: float) -> np.ndarray:
    return np.array([cpu.binomial(n, p, SEED, 2, 0, i) for i in range(DRAWS)])


def chi_square_p(draws: np.ndarray, distribution) -> float:
    """p-value of the draws against exact probabilities, cells of at least 10 expected draws."""
    low, high = int(distribution.ppf(10 / len(draws))), int(distribution.isf(10 / len(draws)))
    if low == high:
        high += 1
    inner = np.arange(low + 1, high)
    expected = np.concatenate(
        [[distribution.cdf(low)], distribution.pmf(inner), [distribution.sf(high - 1)]]
    ) * len(draws)
    binned = np.clip(draws, low, high) - low
    return float(stats.chisquare(np.bincount(binned, minlength=len(expected)), expected).pvalue)


def assert_moments(draws: np.ndarray, mean: float, variance: float, excess: float) -> None:
    """Mean and variance within 4 of their standard errors; `excess` is the excess kurtosis.

    The second term of the variance is the square of the mean's own error (all there is for a fair coin).
    """
    n = len(draws)
    assert abs(draws.mean() - mean) < 4.0 * math.sqrt(variance / n)
    assert abs(draws.var() - variance) < 4.0 * variance * math.sqrt((2.0 + excess) / n) + 16.0 * variance / n


@pytest.mark.parametrize("mean", MEANS)
def test_poisson_has_the_exact_probabilities(mean):
    draws = poissons(mean)
    assert chi_square_p(draws, stats.poisson(mean)) > 1e-3
    assert_moments(draws, mean, mean, 1.0 / mean)


@pytest.mark.parametrize(("n", "p"), TRIALS)
def test_binomial_has_the_exact_probabilities(n, p):
    draws = binomials(n, p)
    exact = stats.binom(n, p)
    assert chi_square_p(draws, exact) > 1e-3
    assert_moments(draws, *(float(m) for m in exact.stats("mvk")))


def test_huge_counts_have_the_right_law():
    # Steps of 1 are 3e-5 standard deviations here, so the continuous normal law is a fair judge.
    z_poisson = (poissons(1e9) - 1e9) / math.sqrt(1e9)
    z_binomial = (binomials(10**9, 0.75) - 0.75e9) / math.sqrt(0.1875e9)
    assert stats.kstest(z_poisson, "norm").pvalue > 1e-3
    assert stats.kstest(z_binomial, "norm").pvalue > 1e-3


def test_rare_events_among_huge_numbers_are_poisson():
    # Total variation distance of binomial(n, m/n) from Poisson(m) is below m/n = 3e-9.
    assert chi_square_p(binomials(10**9, 3e-9), stats.poisson(3.0)) > 1e-3


def test_normal_is_normal():
    draws = np.array([cpu.normal(SEED, 3, 0, i, 5) for i in range(DRAWS)])
    assert stats.kstest(draws, "norm").pvalue > 1e-3
    assert_moments(draws, 0.0, 1.0, 0.0)


@given(st.integers(0, 10**9), st.floats(1e-3, 1e9))
def test_poisson_log_probability_is_exact(count, mean):
    # scipy's form loses about 1e-16 of terms of size count ln mean to cancellation.
    size = 1.0 + count * (1.0 + abs(math.log(mean))) + mean + math.lgamma(count + 1)
    assert abs(sampling.log_poisson(count, mean) - stats.poisson.logpmf(count, mean)) < 1e-14 * size


@given(st.integers(1, 10**6), st.floats(0.0, 1.0), st.floats(1e-6, 1.0 - 1e-6))
def test_binomial_log_probability_is_exact(n, share, p):
    count = round(share * n)
    size = 1.0 + n * (1.0 + math.log(n)) - n * math.log(p * (1.0 - p))
    assert abs(sampling.log_binomial(count, n, p) - stats.binom.logpmf(count, n, p)) < 1e-13 * size


@given(st.floats(0.0, 1e9), seeds, st.integers(0, 2**63 - 1))
def test_poisson_is_a_count_and_the_same_on_both_back_ends(mean, seed, entity):
    count = reference.poisson(mean, seed, 1, 2, entity)
    assert isinstance(count, int)
    # 12 standard deviations, and room for inversion's last count.
    assert 0 <= count <= mean + 12.0 * math.sqrt(mean) + 110
    assert cpu.poisson(mean, seed, 1, 2, entity) == count


@given(st.integers(0, 10**9), st.floats(0.0, 1.0), seeds, st.integers(0, 2**63 - 1))
def test_binomial_is_a_share_of_the_trials_and_the_same_on_both_back_ends(n, p, seed, entity):
    count = reference.binomial(n, p, seed, 1, 2, entity)
    assert isinstance(count, int)
    assert 0 <= count <= n
    assert cpu.binomial(n, p, seed, 1, 2, entity) == count


@given(st.integers(0, 10**9), seeds)
def test_certain_outcomes_need_no_luck(n, seed):
    for module in (cpu, reference):
        for p in (0.0, -0.5, math.nan):
            assert module.binomial(n, p, seed, 1, 2, 3) == 0
        for p in (1.0, 1.5):
            assert module.binomial(n, p, seed, 1, 2, 3) == n
        assert module.binomial(0, 0.5, seed, 1, 2, 3) == 0
        for mean in (0.0, -1.0, math.nan):
            assert module.poisson(mean, seed, 1, 2, 3) == 0


@given(seeds, st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1), st.integers(0, 2**16 - 1))
def test_normal_is_the_same_on_both_back_ends(seed, step, entity, draw):
    assert cpu.normal(seed, 1, step, entity, draw) == reference.normal(seed, 1, step, entity, draw)
