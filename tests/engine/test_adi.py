"""Delta-form ADI: exact steady states, order in time and space, any faces, agreement of back ends."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.backends.cpu import adi as cpu
from exocosm.engine.backends.reference import adi as reference

seeds = st.integers(0, 2**32 - 1)
SHAPES = [(1, 1, 1), (1, 1, 9), (1, 7, 1), (6, 1, 1), (1, 9, 11), (3, 4, 9), (9, 2, 3), (9, 10, 1)]


def operator(rng, shape, faces, hindered):
    """Random D, loss, sinks, sources and face values in the order of the arguments of `advance`."""
    share = rng.uniform(0.05, 1.0, shape) if hindered else None
    sink = rng.uniform(0.0, 10.0, shape) * (rng.random(shape) < 0.5)
    source = rng.random(shape) * (rng.random(shape) < 0.3)
    return 20.0, share, 0.1, sink, source, np.array(faces), rng.uniform(0.0, 40.0, 6)


@given(
    shape=st.sampled_from(SHAPES),
    faces=st.lists(st.sampled_from([0.0, 2.0]), min_size=6, max_size=6),
    hindered=st.booleans(),
    dt=st.floats(-3.0, 1.0).map(lambda x: 10.0**x),
    seed=seeds,
)
@settings(deadline=None, max_examples=40)
def test_back_ends_agree(shape, faces, hindered, dt, seed):
    rng = np.random.default_rng(seed)
    what, start = operator(rng, shape, faces, hindered), rng.uniform(0.0, 40.0, shape)
    results = []
    for module in (reference, cpu):
        u = start.copy()
        module.advance(u, *what, dt, 3)
        results.append((u, module.slope(u, *what)))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12 * np.abs(one).max())


@given(
    shape=st.sampled_from(SHAPES),
    faces=st.lists(st.sampled_from([0.0, 2.0]), min_size=6, max_size=6),
    hindered=st.booleans(),
    dt=st.floats(-2.0, 2.0).map(lambda x: 10.0**x),
    seed=seeds,
)
@settings(deadline=None, max_examples=40)
def test_the_steady_state_stays_for_any_step(shape, faces, hindered, dt, seed):
    from exocosm.engine.backends.reference.steady import steady

    rng = np.random.default_rng(seed)
    rate, share, loss, sink, source, weights, values = operator(rng, shape, faces, hindered)
    u = np.full(shape, 20.0)
    steady(u, rate, share, sink + loss, source, weights, values, 0.0, 1)
    after = u.copy()
    cpu.advance(after, rate, share, loss, sink, source, weights, values, dt, 5)
    # The residual left by the direct solution is some rounding errors of rate · 40.
    np.testing.assert_allclose(after, u, rtol=0, atol=1e-10)


@pytest.mark.parametrize("dt", [0.05, 1.0, 20.0])
def test_fixed_faces_do_not_blow_up(device, dt):
    """From a start far off, D dt/dx² up to 5000, the distance to the steady state never grows."""
    shape, weights, values = (1, 8, 9), np.full(6, 2.0), np.full(6, 38.0)
    sink, none = np.full(shape, 7.0), np.zeros(shape)
    exact, u = np.zeros(shape), np.zeros(shape)
    from exocosm.engine.backends.reference.steady import steady

    steady(exact, 250.0, None, sink + 0.1, none, weights, values, 0.0, 1)
    far = [np.linalg.norm(u - exact)]
    for _ in range(20):
        device.adi.advance(u, 250.0, None, 0.1, sink, none, weights, values, dt, 1)
        far.append(np.linalg.norm(u - exact))
    assert np.all(np.diff(far) <= 1e-9)
    assert far[-1] < far[0]


def test_one_voxel_relaxes_as_backward_euler_in_two_factors(device):
    """δ = dt (s - (λ + K) u)/((1 + dt K)(1 + dt λ)); faces of an axis of one voxel are not used."""
    u, one = np.full((1, 1, 1), 3.0), np.ones((1, 1, 1))
    device.adi.advance(u, 250.0, None, 0.5, 2.0 * one, 7.0 * one, np.full(6, 2.0), np.full(6, 38.0), 0.1, 1)
    assert u[0, 0, 0] == pytest.approx(3.0 + 0.1 * (7.0 - 2.5 * 3.0) / (1.2 * 1.05), rel=1e-14)


def wave(shape, waves) -> np.ndarray:
    lines = [np.cos(np.pi * k * (np.arange(n) + 0.5) / n) for n, k in zip(shape, waves, strict=True)]
    return np.einsum("i,j,k->ijk", *lines)


@pytest.mark.parametrize(("shape", "waves"), [((1, 1, 20), (0, 0, 3)), ((9, 8, 20), (4, 1, 3))])
def test_a_cosine_wave_decays_at_the_schemes_own_rate(device, shape, waves):
    rate, loss, dt = 5.0, 0.3, 0.2
    axes = sum(n > 1 for n in shape)
    values = [
        rate * (2.0 - 2.0 * math.cos(math.pi * k / n)) for n, k in zip(shape, waves, strict=True) if n > 1
    ]
    u, none = wave(shape, waves), np.zeros(shape)
    device.adi.advance(u, rate, None, loss, none, none, np.zeros(6), np.zeros(6), dt, 1)
    factor = 1.0 - dt * (sum(values) + loss) / math.prod(1.0 + dt * (v + loss / axes) for v in values)
    np.testing.assert_allclose(u, factor * wave(shape, waves), atol=1e-13)


def order(steps, errors) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def relaxation_error(device, n: int, steps: int) -> float:
    """u(0) = 1 between two faces at 0, against its sine series; length 1, time 0.05/D."""
    time, terms = 0.05, np.arange(1, 60, 2) * math.pi
    x = (np.arange(n) + 0.5) / n
    exact = (4.0 / terms * np.exp(-(terms**2) * time)) @ np.sin(np.outer(terms, x))
    u, none = np.ones((1, 1, n)), np.zeros((1, 1, n))
    weights = np.array([0.0, 0.0, 0.0, 0.0, 2.0, 2.0])
    device.adi.advance(u, float(n**2), None, 0.0, none, none, weights, np.zeros(6), time / steps, steps)
    return float(np.abs(u.ravel() - exact).max())


def test_first_order_in_time(device):
    steps = np.array([10, 20, 40])  # on 200 voxels the error in space is 1/100 of that of 40 steps
    assert order(1.0 / steps, [relaxation_error(device, 200, n) for n in steps]) == pytest.approx(
        1.0, abs=0.1
    )


def test_second_order_in_space(device):
    voxels = np.array([8, 16, 32])  # dt falls as dx², so that both errors do
    errors = [relaxation_error(device, n, n**2 // 2) for n in voxels]
    assert order(1.0 / voxels, errors) == pytest.approx(2.0, abs=0.1)


def test_varying_diffusion_is_first_order_in_time_too(device):
    rng = np.random.default_rng(5)
    shape = (1, 6, 7)
    what = (
        2.0,
        rng.uniform(0.1, 1.0, shape),
        0.1,
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(6),
        np.zeros(6),
    )
    start = wave(shape, (0, 1, 2)) + 1.0

    def after(steps):
        u = start.copy()
        device.adi.advance(u, *what, 1.0 / steps, steps)
        return u

    exact = 2.0 * after(4096) - after(2048)
    steps = np.array([32, 64, 128])
    errors = [np.abs(after(n) - exact).max() for n in steps]
    assert order(1.0 / steps, errors) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("shape", [(1, 190, 191), (33, 32, 37)])
def test_bits_do_not_depend_on_the_number_of_threads(shape):
    rng = np.random.default_rng(2)
    even, varied = operator(rng, shape, [2.0, 0.0] * 3, False), operator(rng, shape, [0.0, 2.0] * 3, True)
    before, results = numba.get_num_threads(), []
    try:
        for threads in range(1, before + 1):
            numba.set_num_threads(threads)
            u, v = np.ones(shape), np.ones(shape)
            cpu.advance(u, *even, 0.1, 2)
            cpu.advance(v, *varied, 0.1, 2)
            results.append(u.tobytes() + v.tobytes() + cpu.slope(u, *even).tobytes())
    finally:
        numba.set_num_threads(before)
    assert len(set(results)) == 1
