"""Fields: analytic solutions, orders of accuracy, conservation, positivity, agreement of back ends."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.backends.cpu import fields as cpu
from exocosm.engine.backends.reference import fields as reference

BACKENDS = (reference, cpu)
seeds = st.integers(0, 2**32 - 1)
SHAPES = [(1, 1, 1), (1, 1, 17), (1, 23, 1), (1, 9, 10), (3, 1, 8), (4, 8, 19), (9, 16, 5), (1, 33, 40)]


def cosine(shape: tuple[int, int, int], waves: tuple[int, int, int]) -> np.ndarray:
    """Product of cosines with `waves` half waves along each axis: no flux at the faces."""
    lines = [np.cos(np.pi * k * (np.arange(n) + 0.5) / n) for n, k in zip(shape, waves, strict=True)]
    return np.einsum("i,j,k->ijk", *lines)


def order(steps, errors) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def step(module, amount, alpha, survival=1.0) -> np.ndarray:
    """One step of every species alike; returns what decayed."""
    decayed = np.zeros(len(amount))
    module.diffuse(amount, np.full(len(amount), alpha), np.full(len(amount), survival), decayed)
    return decayed


@pytest.mark.parametrize(
    ("shape", "waves"), [((1, 1, 20), (0, 0, 3)), ((1, 16, 20), (0, 2, 3)), ((9, 8, 20), (4, 1, 3))]
)
def test_cosine_wave_decays_at_the_schemes_own_rate(device, shape, waves):
    wave = cosine(shape, waves)
    alphas, survival = np.array([0.3, 5.0]), np.array([1.0, 0.9])
    amount = np.ascontiguousarray(np.stack([wave, wave]))
    device.fields.diffuse(amount, alphas, survival, np.zeros(2))
    for s, alpha in enumerate(alphas):
        eigenvalues = [2.0 - 2.0 * math.cos(math.pi * k / n) for n, k in zip(shape, waves, strict=True)]
        factor = survival[s] / math.prod(1.0 + alpha * value for value in eigenvalues)
        assert np.abs(amount[s] - factor * wave).max() < 1e-12  # rounding of some 100 sums of size 1


def cosine_error(module, n: int, n_steps: int) -> float:
    """Error of the lowest wave after the time in which it falls to 1/e, on n voxels of a unit length."""
    time, wave = 1.0 / math.pi**2, cosine((1, 1, n), (0, 0, 1))
    amount = 1.0 + wave[None]
    for _ in range(n_steps):
        step(module, amount, time / n_steps * n**2)
    return float(np.abs(amount[0] - 1.0 - math.exp(-1.0) * wave).max())


def test_diffusion_is_first_order_in_time(device):
    steps = np.array([8, 16, 32, 64])  # on 512 voxels the error in space is 1e-3 of that of 64 steps
    errors = [cosine_error(device.fields, 512, n) for n in steps]
    assert order(1.0 / steps, errors) == pytest.approx(1.0, abs=0.1)


def test_diffusion_is_second_order_in_space(device):
    voxels = np.array([8, 16, 32])  # dt falls as dx², so that both errors do
    errors = [cosine_error(device.fields, n, n**2 // 4) for n in voxels]
    assert order(1.0 / voxels, errors) == pytest.approx(2.0, abs=0.1)


@given(
    shape=st.sampled_from(SHAPES),
    alphas=st.lists(st.floats(0.1, 100.0), min_size=1, max_size=3),
    survival=st.floats(0.0, 1.0),
    sources=st.integers(1, 3),
    seed=seeds,
)
@settings(deadline=None)
def test_point_sources_stay_positive_and_nothing_is_lost(shape, alphas, survival, sources, seed):
    rng = np.random.default_rng(seed)
    start = np.zeros((len(alphas), *shape))
    for amount in start.reshape(len(alphas), -1):
        amount[rng.integers(0, amount.size, sources)] = 10.0 ** rng.uniform(-3.0, 9.0, sources)
    total = start.sum(axis=(1, 2, 3))
    for module in BACKENDS:
        amount, decayed = start.copy(), np.zeros(len(alphas))
        for _ in range(3):
            module.diffuse(amount, np.array(alphas), np.full(len(alphas), survival), decayed)
        assert np.all(amount >= 0.0)
        # Each line is solved to some n rounding errors of 1e-16, n < 50.
        np.testing.assert_allclose(amount.sum(axis=(1, 2, 3)) + decayed, total, rtol=1e-12)
        np.testing.assert_allclose(decayed, total * (1.0 - survival**3), rtol=1e-12)


@given(shape=st.sampled_from(SHAPES), species=st.integers(1, 3), seed=seeds)
@settings(deadline=None)
def test_back_ends_diffuse_alike(shape, species, seed):
    rng = np.random.default_rng(seed)
    start = rng.random((species, *shape))
    alpha, survival = 10.0 ** rng.uniform(-3.0, 2.0, species), rng.random(species)
    results = []
    for module in BACKENDS:
        amount, decayed = start.copy(), np.zeros(species)
        for _ in range(2):
            module.diffuse(amount, alpha, survival, decayed)
        results.append((amount, decayed))
    np.testing.assert_allclose(results[1][0], results[0][0], rtol=1e-12)
    np.testing.assert_allclose(results[1][1], results[0][1], rtol=1e-12)


def test_no_diffusion_and_no_decay_change_nothing(device):
    start = np.random.default_rng(1).random((2, 3, 9, 10))
    amount = start.copy()
    assert np.all(step(device.fields, amount, 0.0) == 0.0)
    assert np.array_equal(amount, start)


# Shapes large enough for more than one thread.
@pytest.mark.parametrize("shape", [(1, 190, 191), (30, 33, 37)])
def test_bits_do_not_depend_on_the_number_of_threads(shape):
    rng = np.random.default_rng(2)
    start = rng.random((3, *shape))
    before, results = numba.get_num_threads(), []
    try:
        for threads in (1, min(2, before)):
            numba.set_num_threads(threads)
            amount, decayed = start.copy(), np.zeros(3)
            cpu.diffuse(amount, np.array([0.1, 1.0, 9.0]), np.array([0.9, 0.5, 1.0]), decayed)
            results.append(amount.tobytes() + decayed.tobytes())
    finally:
        numba.set_num_threads(before)
    assert results[0] == results[1]
