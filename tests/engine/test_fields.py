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
    start, sink = rng.random((3, *shape)), rng.random(shape)
    before, results = numba.get_num_threads(), []
    try:
        for threads in (1, min(2, before)):
            numba.set_num_threads(threads)
            amount, decayed, u = start.copy(), np.zeros(3), np.ones(shape)
            cpu.diffuse(amount, np.array([0.1, 1.0, 9.0]), np.array([0.9, 0.5, 1.0]), decayed)
            cpu.steady(u, 1e3, sink, 1.0, 20.0, 1e-6, 500)
            results.append(amount.tobytes() + decayed.tobytes() + u.tobytes())
    finally:
        numba.set_num_threads(before)
    assert results[0] == results[1]


def slab_error(module, axis: int, n: int) -> float:
    """Error of D u'' = k u between two faces at 38 a length of 3 decay lengths apart: u = 38 cosh/cosh."""
    diffusion, sink, length = 1e5, 10.0, 300.0
    shape = [1, 1, 1]
    shape[axis] = n
    u = np.full(shape, 38.0)
    # The residual bounds the error by (sink + D/dx²)/sink times itself: 3e-9 · 7e3 at most, far below 1e-4.
    module.steady(u, diffusion, np.full(shape, sink), 38.0, length / n, 3e-9, 2000)
    x = (np.arange(n) + 0.5) * length / n - 0.5 * length
    decay = math.sqrt(diffusion / sink)
    return float(np.abs(u.ravel() - 38.0 * np.cosh(x / decay) / math.cosh(0.5 * length / decay)).max())


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_steady_slab_is_second_order_in_space(device, axis):
    voxels = np.array([10, 20, 40, 80])
    errors = [slab_error(device.fields, axis, n) for n in voxels]
    assert errors[-1] < 1e-2
    assert order(1.0 / voxels, errors) == pytest.approx(2.0, abs=0.1)


@given(
    shape=st.sampled_from([(1, 1, 30), (1, 12, 31), (1, 2, 40), (5, 6, 7), (2, 9, 14)]),
    strength=st.floats(-3.0, 3.0),
    seed=seeds,
)
@settings(deadline=None, max_examples=50)
def test_steady_state_agrees_with_the_direct_solution(shape, strength, seed):
    """Random sinks, from far below to far above the exchange between voxels (D/dx² = 250/min)."""
    rng = np.random.default_rng(seed)
    sink = 10.0**strength * rng.random(shape) * (rng.random(shape) < 0.5)
    exact, u = np.empty(shape), rng.uniform(0.0, 60.0, shape)
    reference.steady(exact, 1e5, sink, 38.0, 20.0, 0.0, 1)
    tolerance = 1e-9
    iterations, residual = cpu.steady(u, 1e5, sink, 38.0, 20.0, tolerance, 5000)
    assert iterations < 5000
    assert residual <= tolerance
    # Maximum principle: with -w'' = 1, w = x (L - x)/2, |error| <= (sink + D/dx²) · residual · max w/D.
    rate, longest = 250.0, max(shape)
    assert np.abs(u - exact).max() <= tolerance * (rate + sink.max()) / rate * (longest**2 / 8.0 + 1.0)
    assert exact.min() >= 0.0
    assert exact.max() <= 38.0 + 1e-12


def test_steady_state_starts_from_where_it_is():
    sink = np.random.default_rng(3).uniform(0.0, 10.0, (1, 48, 48))
    u = np.full(sink.shape, 38.0)
    cold, _ = cpu.steady(u, 1e5, sink, 38.0, 20.0, 1e-4, 500)
    solved = u.copy()
    assert cpu.steady(u, 1e5, sink, 38.0, 20.0, 1e-4, 500)[0] == 0
    assert np.array_equal(u, solved)
    sink[0, 24, 24] += 0.1
    warm, _ = cpu.steady(u, 1e5, sink, 38.0, 20.0, 1e-4, 500)
    assert warm < cold


def test_oxygen_in_a_spheroid_agrees_with_the_closed_form():
    """Sphere of radius R that takes up k in a cube of half-edge a with 38 mmHg on its faces.

    Inside u = A sinh(r/l)/(r/l); outside 38 - q (1/r - M/(2a)): the images of a source in the middle of a
    cube alternate in sign on a cubic lattice of edge 2a, so M is Madelung's constant of rock salt. The next
    term of the images, of order (R/2a)^5 = 1e-4, has no mean over the sphere.
    """
    n, spacing, radius, uptake, diffusion = 75, 20.0, 250.0, 7.0, 1e5
    parts = (np.arange(4 * n) + 0.5) * spacing / 4.0 - 0.5 * n * spacing
    inside = parts[:, None, None] ** 2 + parts[:, None] ** 2 + parts**2 < radius**2
    share = inside.reshape(n, 4, n, 4, n, 4).mean(axis=(1, 3, 5))
    u = np.full((n, n, n), 38.0)
    cpu.steady(u, diffusion, uptake * share, 38.0, spacing, 1e-6, 500)
    rho = radius / math.sqrt(diffusion / uptake)
    level, slope = math.sinh(rho) / rho, math.cosh(rho) - math.sinh(rho) / rho
    centre = 38.0 / (level + slope * (1.0 - 1.7475645946 * radius / (n * spacing)))
    # The centre is 10.954; the residual of 1e-6 allows 2e-4, the grid (dx²/12 l² = 0.002 of u) about 0.03.
    assert u[n // 2, n // 2, n // 2] == pytest.approx(centre, abs=0.03)


def test_without_inflow_any_sink_empties_and_none_leaves_as_is(device):
    start = np.random.default_rng(4).random((2, 3, 4))
    u, sink = start.copy(), np.zeros((2, 3, 4))
    device.fields.steady(u, 1e5, sink, math.nan, 20.0, 1e-6, 10)
    assert np.array_equal(u, start)
    sink[1, 1, 1] = 1e-3
    device.fields.steady(u, 1e5, sink, math.nan, 20.0, 1e-6, 10)
    assert np.all(u == 0.0)
    dish = np.full((1, 1, 1), 5.0)
    device.fields.steady(dish, 1e5, np.zeros((1, 1, 1)), 38.0, 20.0, 1e-6, 10)
    assert dish[0, 0, 0] == 5.0


def test_steady_stops_at_the_largest_number_of_iterations():
    u = np.zeros((1, 30, 30))
    iterations, residual = cpu.steady(u, 1e5, np.ones((1, 30, 30)), 38.0, 20.0, 1e-12, 3)
    assert iterations == 3
    assert residual > 1e-12
