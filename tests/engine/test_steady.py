"""Steady states of dissolved substances: closed forms, order in space, agreement of back ends, any faces."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.backends.cpu import steady as cpu
from exocosm.engine.backends.reference import steady as reference

seeds = st.integers(0, 2**32 - 1)
HELD = np.full(6, 2.0)


def solve(module, u, diffusion, sink, boundary, spacing, tolerance, most):
    """Solve with one value on all faces and no source."""
    values = np.full(6, boundary)
    rate = diffusion / spacing**2
    return module.steady(u, rate, None, sink, np.zeros_like(sink), HELD, values, tolerance, most)


def order(steps, errors) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def slab_error(module, axis: int, n: int) -> float:
    """Error of D u'' = k u between two faces at 38 a length of 3 decay lengths apart: u = 38 cosh/cosh."""
    diffusion, sink, length = 1e5, 10.0, 300.0
    shape = [1, 1, 1]
    shape[axis] = n
    u = np.full(shape, 38.0)
    # The residual bounds the error by (sink + D/dx²)/sink times itself: 3e-9 · 7e3 at most, far below 1e-4.
    solve(module, u, diffusion, np.full(shape, sink), 38.0, length / n, 3e-9, 2000)
    x = (np.arange(n) + 0.5) * length / n - 0.5 * length
    decay = math.sqrt(diffusion / sink)
    return float(np.abs(u.ravel() - 38.0 * np.cosh(x / decay) / math.cosh(0.5 * length / decay)).max())


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_steady_slab_is_second_order_in_space(device, axis):
    voxels = np.array([10, 20, 40, 80])
    errors = [slab_error(device.steady, axis, n) for n in voxels]
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
    solve(reference, exact, 1e5, sink, 38.0, 20.0, 0.0, 1)
    tolerance = 1e-9
    iterations, residual = solve(cpu, u, 1e5, sink, 38.0, 20.0, tolerance, 5000)
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
    cold, _ = solve(cpu, u, 1e5, sink, 38.0, 20.0, 1e-4, 500)
    solved = u.copy()
    assert solve(cpu, u, 1e5, sink, 38.0, 20.0, 1e-4, 500)[0] == 0
    assert np.array_equal(u, solved)
    sink[0, 24, 24] += 0.1
    warm, _ = solve(cpu, u, 1e5, sink, 38.0, 20.0, 1e-4, 500)
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
    solve(cpu, u, diffusion, uptake * share, 38.0, spacing, 1e-6, 500)
    rho = radius / math.sqrt(diffusion / uptake)
    level, slope = math.sinh(rho) / rho, math.cosh(rho) - math.sinh(rho) / rho
    centre = 38.0 / (level + slope * (1.0 - 1.7475645946 * radius / (n * spacing)))
    # The centre is 10.954; the residual of 1e-6 allows 2e-4, the grid (dx²/12 l² = 0.002 of u) about 0.03.
    assert u[n // 2, n // 2, n // 2] == pytest.approx(centre, abs=0.03)


def test_without_inflow_any_sink_empties_and_none_leaves_as_is(device):
    start = np.random.default_rng(4).random((2, 3, 4))
    u, sink, none = start.copy(), np.zeros((2, 3, 4)), np.zeros(6)
    nothing = np.zeros_like(sink)
    assert device.steady.steady(u, 250.0, None, sink, nothing, none, none, 1e-6, 10) == (0, 0.0)
    assert np.array_equal(u, start)
    sink[1, 1, 1] = 1e-3
    device.steady.steady(u, 250.0, None, sink, nothing, none, none, 1e-6, 100)
    np.testing.assert_allclose(u, 0.0, atol=1e-12)
    dish = np.full((1, 1, 1), 5.0)
    solve(device.steady, dish, 1e5, np.zeros((1, 1, 1)), 38.0, 20.0, 1e-6, 10)
    assert dish[0, 0, 0] == 5.0


def test_a_source_without_a_way_out_has_no_steady_state(device):
    u, source, none = np.ones((1, 3, 4)), np.zeros((1, 3, 4)), np.zeros(6)
    source[0, 1, 1] = 1.0
    _, residual = device.steady.steady(u, 250.0, None, np.zeros_like(u), source, none, none, 1e-6, 10)
    assert residual == math.inf
    assert np.all(u == 1.0)


@given(
    shape=st.sampled_from([(1, 1, 1), (1, 1, 9), (1, 7, 1), (6, 1, 1), (1, 6, 11), (3, 4, 9), (9, 2, 3)]),
    faces=st.lists(st.sampled_from([0.0, 2.0]), min_size=6, max_size=6),
    hindered=st.booleans(),
    seed=seeds,
)
@settings(deadline=None, max_examples=40)
def test_back_ends_agree_with_any_faces_sources_and_hindrance(shape, faces, hindered, seed):
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.05, 1.0, shape) if hindered else None
    sink, source = rng.uniform(0.5, 10.0, shape), rng.random(shape) * (rng.random(shape) < 0.3)
    values, results = rng.uniform(0.0, 40.0, 6), []
    for module in (reference, cpu):
        u = np.full(shape, 20.0)
        _, residual = module.steady(u, 250.0, share, sink, source, np.array(faces), values, 1e-12, 3000)
        assert residual < 1e-11
        results.append(u)
    # |error| <= max residual · (sink + D/dx²) / sink <= 1e-12 · 260/0.5.
    np.testing.assert_allclose(results[1], results[0], atol=6e-10)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_two_layers_in_series_let_through_what_theory_says(device, axis):
    """Between faces at 0 and 1, with D and D/10 in halves of n/2 voxels: flux 1/(n/2 · (1 + 10)) D/dx."""
    n = 8
    shape, weights, values = [1, 1, 1], np.zeros(6), np.zeros(6)
    shape[axis], weights[2 * axis : 2 * axis + 2], values[2 * axis + 1] = n, 2.0, 1.0
    share = np.ones(n)
    share[n // 2 :] = 0.1
    u, none = np.zeros(shape), np.zeros(shape)
    device.steady.steady(u, 3.0, share.reshape(shape), none, none, weights, values, 1e-13, 500)
    flux = 1.0 / (n // 2 * 11.0)
    expected = flux * np.where(
        np.arange(n) < n // 2, np.arange(n) + 0.5, n // 2 + 10.0 * (np.arange(n) - n // 2 + 0.5)
    )
    np.testing.assert_allclose(u.ravel(), expected, rtol=1e-10)


@pytest.mark.parametrize("shape", [(1, 190, 191), (33, 32, 37)])
def test_bits_do_not_depend_on_the_number_of_threads(shape):
    rng = np.random.default_rng(2)
    sink, share = rng.random(shape), rng.uniform(0.2, 1.0, shape)
    before, results = numba.get_num_threads(), []
    try:
        for threads in range(1, before + 1):
            numba.set_num_threads(threads)
            u, v = np.ones(shape), np.ones(shape)
            solve(cpu, u, 1e3, sink, 1.0, 20.0, 1e-6, 500)
            cpu.steady(v, 2.5, share, sink, sink, HELD, np.ones(6), 1e-6, 500)
            results.append(u.tobytes() + v.tobytes())
    finally:
        numba.set_num_threads(before)
    assert len(set(results)) == 1


def test_steady_stops_at_the_largest_number_of_iterations():
    u = np.zeros((1, 30, 30))
    iterations, residual = solve(cpu, u, 1e5, np.ones((1, 30, 30)), 38.0, 20.0, 1e-12, 3)
    assert iterations == 3
    assert residual > 1e-12
