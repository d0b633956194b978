"""Transport: positive, conservative and booked for any step; exact in time where it can be; flow, faces."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf, ive

from exocosm.engine.backends.cpu import transport as cpu
from exocosm.engine.backends.reference import transport as reference
from exocosm.engine.laws.transport import harmonic_mean, jump_rate, ogston_share

seeds = st.integers(0, 2**32 - 1)
SHAPES = [(1, 1, 1), (1, 1, 17), (1, 13, 1), (6, 1, 1), (1, 9, 10), (3, 1, 8), (4, 5, 7)]
CLOSED, HELD, OPEN = range(3)


def book(species):
    return np.zeros(species), np.zeros((species, 6)), np.zeros((species, 6))


def stream(rng, shape) -> tuple[np.ndarray, ...]:
    """Random velocities on all faces that enter each voxel as much as they leave it (curls of edges)."""
    nz, ny, nx = shape
    a, b, c = (rng.normal(size=(nz + 1, ny + 1, nx + 1)) * 20.0 for _ in range(3))
    vx = np.diff(c, axis=1)[:-1] - np.diff(b, axis=0)[:, :-1]
    vy = np.diff(a, axis=0)[:, :, :-1] - np.diff(c, axis=2)[:-1]
    vz = np.diff(b, axis=2)[:, :-1] - np.diff(a, axis=1)[:, :, :-1]
    return vz, vy, vx


@given(
    shape=st.sampled_from(SHAPES),
    faces=st.lists(st.sampled_from([CLOSED, HELD, OPEN]), min_size=6, max_size=6),
    alpha=st.sampled_from([0.0, 0.1, 1.0, 10.0, 100.0]),
    hindered=st.booleans(),
    flow=st.sampled_from(["none", "one velocity", "stream"]),
    sources=st.integers(0, 3),
    seed=seeds,
)
@settings(deadline=None, max_examples=80)
def test_never_negative_nothing_lost_and_back_ends_agree(shape, faces, alpha, hindered, flow, sources, seed):
    """Point sources of 1e-3 to 1e9 in two species, two steps; the books close to rounding."""
    rng = np.random.default_rng(seed)
    start = np.zeros((2, *shape))
    for amount in start.reshape(2, -1):
        amount[rng.integers(0, amount.size, sources)] = 10.0 ** rng.uniform(-3.0, 9.0, sources)
    share = rng.random(shape) * (rng.random(shape) < 0.8) if hindered else None
    velocity = {
        "none": (0.0, 0.0, 0.0),
        "one velocity": tuple(float(v) for v in rng.normal(size=3) * 20.0),
        "stream": stream(rng, shape),
    }[flow]
    survival, outside = np.array([1.0, 0.7]), rng.random((2, 6)) * 1e3
    results = []
    for module in (reference, cpu):
        plan = module.plan(shape, 20.0, 2.0, alpha * 200.0, tuple(faces), share, velocity)
        amount, (decayed, left, entered) = start.copy(), book(2)
        for _ in range(2):
            module.move(amount, plan, outside, survival, decayed, left, entered)
            assert np.all(amount >= 0.0)
        income = start.sum(axis=(1, 2, 3)) + entered.sum(axis=1)
        spent = amount.sum(axis=(1, 2, 3)) + decayed + left.sum(axis=1)
        np.testing.assert_allclose(spent, income, rtol=1e-12)
        assert np.all(left >= 0.0) and np.all(entered >= 0.0)
        results.append((amount, decayed, left, entered))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12 * np.abs(start).max(initial=1.0))


def spread(module, start, dt, steps, diffusion, spacing, velocity=(0.0, 0.0, 0.0), faces=(CLOSED,) * 6):
    """Return the field after some steps without decay."""
    plan = module.plan(start.shape, spacing, dt, diffusion, faces, None, velocity)
    amount, books = start[None].copy(), book(1)
    for _ in range(steps):
        module.move(amount, plan, np.zeros((1, 6)), np.ones(1), *books)
    return amount[0]


@pytest.mark.parametrize("alpha", [0.1, 1.0, 10.0, 100.0])
def test_a_point_release_follows_the_discrete_heat_kernel(device, alpha):
    """Voxel k of a line without ends holds exp(-2a) I_k(2a); images make the walls reflect."""
    n, at = 41, 12
    start = np.zeros((1, 1, n))
    start[0, 0, at] = 1.0
    images = np.arange(-8, 9)[:, None] * 2 * n
    k = np.arange(n) + images
    exact = (ive(np.abs(k - at), 2.0 * alpha) + ive(np.abs(k + at + 1), 2.0 * alpha)).sum(axis=0)
    for steps in (1, 4):  # exact in time: the number of steps does not matter
        got = spread(device.transport, start, alpha / steps, steps, 400.0, 20.0).ravel()
        np.testing.assert_allclose(got, exact, rtol=0, atol=1e-12)
        assert np.all(got >= 0.0)


def test_axes_are_independent(device):
    lines = [np.random.default_rng(s).random(n) for s, n in enumerate((5, 8, 11))]
    start = np.einsum("i,j,k->ijk", *lines)
    together = spread(device.transport, start, 3.0, 1, 200.0, 20.0)
    apart = [spread(device.transport, line[None, None], 3.0, 1, 200.0, 20.0).ravel() for line in lines]
    np.testing.assert_allclose(together, np.einsum("i,j,k->ijk", *apart), rtol=1e-12)


def front(n: int, time: float) -> np.ndarray:
    """Voxel means at `time` of a front that was sharp in the middle of (0, 1), D = 1, far from the ends."""
    edges = np.arange(n + 1) / n - 0.5
    width = math.sqrt(4.0 * time)
    whole = 0.5 * (
        edges - edges * erf(edges / width) - width / math.sqrt(math.pi) * np.exp(-((edges / width) ** 2))
    )
    return np.diff(whole) * n


def order(steps, errors) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def test_a_sharp_front_converges_at_second_order_in_space(device):
    time, voxels, errors = 0.004, np.array([32, 64, 128]), []
    for n in voxels:
        start = (np.arange(n) < n // 2).astype(float)[None, None]
        got = spread(device.transport, start, time, 1, 1.0, 1.0 / n).ravel()
        assert got.min() >= 0.0 and got.max() <= 1.0 + 1e-12
        errors.append(np.abs(got - front(n, time)).max())
    assert order(1.0 / voxels, errors) == pytest.approx(2.0, abs=0.1)


def test_the_implicit_scheme_is_first_order_in_time(device):
    """Varying D: against a run of 2048 steps, extrapolated."""
    rng = np.random.default_rng(3)
    shape = (1, 5, 9)
    start, share = rng.random((1, *shape)), rng.uniform(0.2, 1.0, shape)

    def after(steps):
        plan = device.transport.plan(shape, 1.0, 1.0 / steps, 1.0, (CLOSED,) * 6, share)
        amount, books = start.copy(), book(1)
        for _ in range(steps):
            device.transport.move(amount, plan, np.zeros((1, 6)), np.ones(1), *books)
        return amount

    exact = 2.0 * after(512) - after(256)
    steps = np.array([8, 16, 32])
    errors = [np.abs(after(n) - exact).max() for n in steps]
    assert order(1.0 / steps, errors) == pytest.approx(1.0, abs=0.1)


def test_a_pulse_drifts_with_the_flow_and_spreads(device):
    """Mean v t, and variance 2 D t with exponential fitting: D grows to (v dx/2) coth(v dx/2D)."""
    n, spacing, diffusion, velocity, time = 61, 10.0, 50.0, 8.0, 12.0
    start = np.zeros((1, 1, n))
    start[0, 0, 25] = 1.0
    got = spread(device.transport, start, time, 1, diffusion, spacing, (0.0, 0.0, velocity)).ravel()
    x = np.arange(n) * spacing
    mean = got @ x
    fitted = 0.5 * velocity * spacing / math.tanh(0.5 * velocity * spacing / diffusion)
    # The pulse stays 7 standard deviations away from the wall.
    assert mean == pytest.approx(25 * spacing + velocity * time, rel=1e-7)
    assert got @ (x - mean) ** 2 == pytest.approx(2.0 * fitted * time, rel=1e-5)


def test_against_a_wall_the_flow_piles_up_to_the_barometric_profile(device):
    """In a closed line the steady state is exp(v x/D), on the voxel centres exactly so."""
    n, spacing, diffusion, velocity = 9, 10.0, 50.0, -2.0
    got = spread(
        device.transport, np.ones((1, n, 1)), 1e4, 1, diffusion, spacing, (0.0, velocity, 0.0)
    ).ravel()
    expected = np.exp(velocity * np.arange(n) * spacing / diffusion)
    np.testing.assert_allclose(got, n * expected / expected.sum(), rtol=1e-9)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_between_fixed_faces_a_straight_line_settles(device, axis):
    shape, faces, outside = [1, 1, 1], [CLOSED] * 6, np.zeros((1, 6))
    shape[axis] = 6
    faces[2 * axis : 2 * axis + 2] = HELD, HELD
    outside[0, 2 * axis + 1] = 12.0
    plan = device.transport.plan(tuple(shape), 1.0, 50.0, 1.0, tuple(faces))
    amount, books = np.zeros((1, *shape)), book(1)
    for _ in range(40):
        device.transport.move(amount, plan, outside, np.ones(1), *books)
    np.testing.assert_allclose(amount.ravel(), [1.0, 3.0, 5.0, 7.0, 9.0, 11.0], rtol=1e-9)


def test_open_faces_let_out_what_a_sine_series_says(device):
    """u(0) = 1 between two open ends a length 1 apart: left by t is 1 - Σ 8/(kπ)² exp(-(kπ)² t), k odd."""
    time, k = 0.03, np.arange(1, 200, 2) * math.pi
    voxels, errors = np.array([16, 32, 64]), []
    for n in voxels:
        faces = (CLOSED,) * 4 + (OPEN, OPEN)
        plan = device.transport.plan((1, 1, n), 1.0 / n, time, 1.0, faces)
        amount, (decayed, left, entered) = np.full((1, 1, 1, n), 1.0 / n), book(1)
        device.transport.move(amount, plan, np.zeros((1, 6)), np.ones(1), decayed, left, entered)
        assert left[0, 4] == pytest.approx(left[0, 5], rel=1e-10)
        errors.append(abs(left.sum() - (1.0 - np.sum(8.0 / k**2 * np.exp(-(k**2) * time)))))
    assert errors[-1] < 1e-3
    assert order(1.0 / voxels, errors) == pytest.approx(2.0, abs=0.3)


def test_a_flow_out_of_an_open_face_carries_at_its_speed(device):
    """Without diffusion the front of a full line leaves at v: 40 % of the length after 0.4 L/v."""
    n, faces = 50, (CLOSED,) * 4 + (OPEN, OPEN)
    plan = device.transport.plan((1, 1, n), 1.0, 20.0, 0.0, faces, None, (0.0, 0.0, 1.0))
    amount, (decayed, left, entered) = np.ones((1, 1, 1, n)), book(1)
    device.transport.move(amount, plan, np.zeros((1, 6)), np.ones(1), decayed, left, entered)
    assert left[0, 5] == pytest.approx(20.0, abs=1e-3)  # the rest of the front is still 30 voxels away
    assert left[0, 4] == 0.0


def test_long_steps_with_a_varying_flow_are_parted_to_courant_1(device):
    rng = np.random.default_rng(1)
    velocity = stream(rng, (1, 6, 7))
    fastest = max(np.abs(v).max() for v in velocity[1:])
    plan = device.transport.plan((1, 6, 7), 10.0, 5.0, 1.0, (OPEN,) * 6, None, velocity)
    assert plan.substeps == math.ceil(fastest * 5.0 / 10.0)
    assert not plan.exact


def test_a_voxel_without_diffusion_keeps_what_it_holds(device):
    share = np.ones((1, 1, 5))
    share[0, 0, 2] = 0.0
    plan = device.transport.plan((1, 1, 5), 1.0, 100.0, 1.0, (CLOSED,) * 6, share)
    amount = np.array([[[[0.0, 4.0, 3.0, 0.0, 0.0]]]])
    device.transport.move(amount, plan, np.zeros((1, 6)), np.ones(1), *book(1))
    np.testing.assert_allclose(amount.ravel(), [2.0, 2.0, 3.0, 0.0, 0.0], atol=0.02)  # 1/(1 + 2·100)
    assert amount[0, 0, 0, 2] == 3.0


def test_nothing_and_no_species_are_fine(device):
    plan = device.transport.plan((2, 3, 4), 1.0, 1.0, 1.0, (OPEN,) * 6)
    for species in (0, 2):
        amount = np.zeros((species, 2, 3, 4))
        device.transport.move(amount, plan, np.zeros((species, 6)), np.ones(species), *book(species))
        assert not amount.any()


def test_laws():
    assert jump_rate(2.0, 0.0, 4.0, 4.0) == pytest.approx(2.0 / 16.0)
    assert (jump_rate(0.0, 3.0, 4.0, 4.0), jump_rate(0.0, -3.0, 4.0, 4.0)) == (0.75, 0.0)
    for velocity in (1e-7, 1e-3, 1.0, 1e3, 1e6):
        forth, back = jump_rate(2.0, velocity, 4.0, 4.0), jump_rate(2.0, -velocity, 4.0, 4.0)
        assert forth - back == pytest.approx(velocity / 4.0, rel=1e-9)
        assert forth >= back >= 0.0
    assert (harmonic_mean(2.0, 2.0), harmonic_mean(0.0, 2.0), harmonic_mean(0.0, 0.0)) == (2.0, 0.0, 0.0)
    assert ogston_share(0.0, 0.04, 0.02) == 1.0
    assert ogston_share(0.09, 0.04, 0.02) == pytest.approx(math.exp(-0.9))


def test_hindrance_by_fibres_is_alike_in_both_back_ends():
    fibres = np.random.default_rng(0).random((2, 3, 4))
    shares = [module.hindered(fibres, 0.04, 0.02) for module in (reference, cpu)]
    np.testing.assert_allclose(shares[1], shares[0], rtol=1e-14)
    assert shares[0][1, 2, 3] == ogston_share(fibres[1, 2, 3], 0.04, 0.02)


@pytest.mark.parametrize("shape", [(1, 130, 131), (21, 32, 37)])
def test_bits_do_not_depend_on_the_number_of_threads(shape):
    rng = np.random.default_rng(2)
    start, share, flow = rng.random((2, *shape)), rng.random(shape), stream(rng, shape)
    before, results = numba.get_num_threads(), []
    plans = [
        cpu.plan(shape, 20.0, 1.0, 200.0, (OPEN,) * 6, None, (1.0, 2.0, 3.0)),
        cpu.plan(shape, 20.0, 1.0, 200.0, (HELD,) * 3 + (OPEN,) * 3, share, flow),
    ]
    try:
        for threads in range(1, before + 1):
            numba.set_num_threads(threads)
            bits = b""
            for plan in plans:
                amount, books = start.copy(), book(2)
                cpu.move(amount, plan, np.ones((2, 6)), np.array([0.9, 0.5]), *books)
                bits += amount.tobytes() + b"".join(part.tobytes() for part in books)
            results.append(bits)
    finally:
        numba.set_num_threads(before)
    assert len(set(results)) == 1
