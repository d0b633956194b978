"""Motility: the laws of persistent random walks, in distribution and draw by draw."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.backends import get_backend
from exocosm.engine.laws.motility import turning_probability, wander_factors
from exocosm.errors import InputError

CPU = get_backend("cpu").motility
REFERENCE = get_backend("reference").motility
SEED = 20


def fuerth(time: float, speed: float, persistence: float) -> float:
    """Mean squared displacement of Fürth's process."""
    return 2.0 * (speed * persistence) ** 2 * (time / persistence + math.expm1(-time / persistence))


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("dt", [0.1, 3.0, 40.0])
def test_mean_squared_displacement_follows_fuerth_for_any_step(flat, dt):
    """1,000 walkers; the squared displacement of one is exponential to Gaussian-squared, sd <= its mean."""
    n, speed, persistence = 1000, 0.5, 12.0
    axes = 2 if flat else 3
    ids = np.arange(n)
    velocity, shift, place = np.zeros((n, 3)), np.zeros((n, 3)), np.zeros((n, 3))
    speeds, times = np.full(n, speed), np.full(n, persistence)
    CPU.start_wandering(velocity, ids, speeds, 0, SEED, flat=flat)
    for step in range(1, round(120.0 / dt) + 1):
        CPU.wander(velocity, ids, speeds, times, dt, step, SEED, shift, flat=flat)
        place += dt * shift
        if step * dt in (3.0, 30.0, 120.0) or dt == 40.0:
            expected = fuerth(step * dt, speed, persistence)
            # Displacements are normal: n axes |Δx|²/msd has the chi-squared distribution.
            p = stats.chi2.cdf(axes * (place**2).sum() / expected, n * axes)
            assert 5e-4 < p < 1.0 - 5e-4
    assert (
        stats.kstest(place[:, 0] / math.sqrt(fuerth(120.0, speed, persistence) / axes), "norm").pvalue > 1e-3
    )
    assert stats.kstest(velocity[:, 1] / (speed / math.sqrt(axes)), "norm").pvalue > 1e-3
    if flat:
        assert np.all(place[:, 2] == 0.0)


@given(st.floats(1e-6, 1e3), st.floats(0.01, 100.0), st.sampled_from([2, 3]))
def test_two_half_steps_have_the_moments_of_a_whole_one(theta, persistence, axes):
    """Composition of the exact step: covariance of (Δx, v) after dt/2 twice equals that after dt."""
    dt = theta * persistence
    covariance = {}
    for parts in (1, 2):
        go, p, decay, q, w = wander_factors(1.0, persistence, dt / parts, axes)
        forward = np.array([[1.0, go], [0.0, decay]])
        noise = np.array([[p * p, p * q], [p * q, q * q + w * w]])
        total = np.array([[0.0, 0.0], [0.0, 1.0 / axes]])
        for _ in range(parts):
            total = forward @ total @ forward.T + noise
        covariance[parts] = total
    assert covariance[1] == pytest.approx(covariance[2], rel=1e-9)
    assert covariance[1][1, 1] == pytest.approx(1.0 / axes, rel=1e-12)
    # θ - 1 + exp(-θ) cancels at small θ, where it is θ²/2.
    expected = fuerth(dt, 1.0, persistence) / axes if theta > 1e-3 else dt * dt / axes * (1.0 - theta / 3.0)
    assert covariance[1][0, 0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("exact", [True, False])
def test_directions_last_as_long_as_they_should(exact):
    n, dt, persistence = 4000, 2.0, 10.0
    ids, direction = np.arange(n), np.zeros((n, 3))
    CPU.turn(direction, ids, np.zeros(n), dt, 0, SEED)
    assert np.linalg.norm(direction, axis=1) == pytest.approx(1.0)
    before = direction.copy()
    CPU.turn(direction, ids, np.full(n, persistence), dt, 1, SEED, exact=exact)
    turned = int((direction != before).any(axis=1).sum())
    chance = 1.0 - math.exp(-0.2) if exact else 0.2
    assert stats.binomtest(turned, n, chance).pvalue > 1e-3


def test_new_directions_are_uniform_on_the_sphere_and_on_the_circle():
    n = 4000
    direction, ids = np.zeros((n, 3)), np.arange(n)
    CPU.turn(direction, ids, np.zeros(n), 1.0, 3, SEED)
    for a in range(3):
        assert stats.kstest(direction[:, a], stats.uniform(-1.0, 2.0).cdf).pvalue > 1e-3
    CPU.turn(direction, ids, np.zeros(n), 1.0, 4, SEED, flat=True)
    assert np.all(direction[:, 2] == 0.0)
    angle = np.arctan2(direction[:, 1], direction[:, 0])
    assert stats.kstest(angle, stats.uniform(-math.pi, 2.0 * math.pi).cdf).pvalue > 1e-3


def test_a_bias_draws_directions_its_way(device):
    n, goal = 2000 if device.name == "cpu" else 200, np.array([0.6, 0.0, 0.8])
    ids, towards = np.arange(n), np.tile(goal, (n, 1))
    means = []
    for bias in (0.0, 0.5, 1.0):
        direction = np.zeros((n, 3))
        device.motility.turn(
            direction, ids, np.zeros(n), 1.0, 5, SEED, towards=towards, bias=np.full(n, bias)
        )
        assert np.linalg.norm(direction, axis=1) == pytest.approx(1.0)
        means.append((direction @ goal).mean())
    # With b = 1/2 the sum of two unit vectors at angle φ lies at φ/2: mean cos(φ/2) over the sphere is 2/3.
    assert means[0] == pytest.approx(0.0, abs=4 * math.sqrt(1 / 3 / n))
    assert means[1] == pytest.approx(2.0 / 3.0, abs=4 * math.sqrt(1 / 18 / n))
    assert means[2] == pytest.approx(1.0)


def test_without_a_gradient_a_walk_is_random_and_a_full_bias_waits(device):
    ids, none = np.arange(2), np.zeros((2, 3))
    direction = np.ones((2, 3))
    device.motility.turn(direction, ids, np.zeros(2), 1.0, 1, SEED, towards=none, bias=np.array([0.5, 1.0]))
    assert np.linalg.norm(direction[0]) == pytest.approx(1.0)
    assert np.all(direction[1] == 0.0)


def test_back_ends_draw_the_same_walks():
    n = 60
    draw = np.random.default_rng(1)
    ids, persistence = draw.permutation(1000)[:n], draw.uniform(0.5, 10.0, n)
    towards, bias, speed = draw.normal(size=(n, 3)), draw.random(n), draw.uniform(0.0, 2.0, n)
    for flat in (False, True):
        found = []
        for backend in (REFERENCE, CPU):
            direction, velocity, shift = np.zeros((n, 3)), np.zeros((n, 3)), np.full((n, 3), np.nan)
            backend.start_wandering(velocity, ids, speed, 0, SEED, flat=flat)
            for step in range(1, 6):
                backend.turn(
                    direction, ids, persistence, 1.0, step, SEED, towards=towards, bias=bias, flat=flat
                )
                backend.wander(velocity, ids, speed, persistence, 1.0, step, SEED, shift, flat=flat)
            found.append(np.concatenate([direction, velocity, shift]))
        np.testing.assert_allclose(found[1], found[0], rtol=1e-12, atol=1e-13)


def test_draws_follow_the_cell_and_not_its_place():
    n = 3000
    ids, shuffled = np.arange(n), np.random.default_rng(2).permutation(n)
    before, found = numba.get_num_threads(), []
    for threads, keys in ((1, ids), (before, shuffled)):
        numba.set_num_threads(threads)
        direction, velocity, shift = np.zeros((n, 3)), np.zeros((n, 3)), np.zeros((n, 3))
        CPU.turn(direction, keys, np.zeros(n), 1.0, 1, SEED)
        CPU.wander(velocity, keys, np.ones(n), np.ones(n), 1.0, 1, SEED, shift)
        back = np.argsort(keys)
        found.append(np.concatenate([direction[back], velocity[back], shift[back]]).tobytes())
    numba.set_num_threads(before)
    assert found[0] == found[1]


@given(st.floats(1e-3, 1e3), st.floats(0.0, 1e3))
def test_chances_of_turning_are_probabilities(dt, persistence):
    for exact in (True, False):
        assert 0.0 < turning_probability(dt, persistence, exact) <= 1.0


def test_arguments_that_do_not_fit_are_refused(device):
    ids, one, three = np.arange(2), np.ones(2), np.zeros((2, 3))
    for message, how in {
        "together": {"towards": three},
        "between 0 and 1": {"towards": three, "bias": np.array([0.5, 1.5])},
        "direction": {"direction": np.zeros((3, 3))},
        "persistence": {"persistence": -one},
    }.items():
        arguments = {"direction": three, "persistence": one} | how
        with pytest.raises(InputError, match=message):
            device.motility.turn(
                arguments.pop("direction"), ids, arguments.pop("persistence"), 1.0, 1, SEED, **arguments
            )
    with pytest.raises(InputError, match="above 0"):
        device.motility.wander(three, ids, one, 0.0 * one, 1.0, 1, SEED, three)
