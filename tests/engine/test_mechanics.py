"""Mechanics: resting distance, momentum, bounds, agreement of back ends and numbers of threads."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.backends.cpu import mechanics as cpu
from exocosm.engine.backends.reference import mechanics as reference
from exocosm.engine.laws.mechanics import pair_speed, step_length
from exocosm.errors import InputError

REPULSION, ADHESION, REACH = 10.0, 0.4, 1.25  # µm/min, µm/min, 1: the customary values
RADIUS = 8.4127  # µm
FAR = np.full(3, 1e4)
seeds = st.integers(0, 2**32 - 1)


def push(module, position, radius=RADIUS, moves=None, lower=-FAR, upper=FAR, flat=False, dt=0.5, steps=1):
    """Push cells in place with the customary forces; one radius for all unless told."""
    n = len(position)
    radii = np.broadcast_to(np.asarray(radius, dtype=float), n).copy()
    moves = np.ones(n, dtype=bool) if moves is None else moves
    return module.push(position, radii, moves, lower, upper, flat, REPULSION, ADHESION, REACH, dt, steps)


def pile(n: int, size: float, seed: int, flat: bool = False) -> np.ndarray:
    """Cells thrown into a box, the first three in one and the same place."""
    position = np.random.default_rng(seed).uniform(0.0, size, (n, 3))
    position[:3] = position[:1]
    if flat:
        position[:, 2] = 10.0
    return position


def resting_distance() -> float:
    """Distance where sqrt(repulsion) (1 - d/R) = sqrt(adhesion) (1 - d/S)."""
    a, b, contact = math.sqrt(REPULSION), math.sqrt(ADHESION), 2.0 * RADIUS
    return contact * (a - b) / (a - b / REACH)


def test_two_cells_come_to_rest_where_repulsion_equals_adhesion(device):
    for start in (0.3 * RADIUS, 2.3 * RADIUS):
        position = np.array([[0.0, 0.0, 0.0], [start, 0.0, 0.0]])
        # Near rest the distance relaxes at 0.095/min, exp(-0.095 · 400) = 3e-17 of what it was; the way in
        # from the edge of adhesion, at a few nm/min, takes the other half of the time.
        largest = push(device.mechanics, position, dt=0.5, steps=1600)
        assert position[1, 0] - position[0, 0] == pytest.approx(resting_distance(), rel=1e-12)
        assert largest < 1e-12
        assert np.all(position[:, 1:] == 0.0)


def test_cells_beyond_reach_stay(device):
    position = np.array([[0.0, 0.0, 0.0], [2.0 * REACH * RADIUS, 0.0, 0.0], [0.0, 500.0, 0.0]])
    start = position.copy()
    assert push(device.mechanics, position, steps=3) == 0.0
    assert np.array_equal(position, start)


def test_one_step_is_the_law(device):
    position = np.array([[0.0, 0.0, 0.0], [9.0, 12.0, 0.0]])
    largest = push(device.mechanics, position, dt=0.1)
    speed = pair_speed(15.0, 2.0 * RADIUS, REPULSION, ADHESION, REACH)
    way = 0.1 * speed * np.array([0.6, 0.8, 0.0])
    np.testing.assert_allclose(position, [-way, np.array([9.0, 12.0, 0.0]) + way], rtol=1e-14, atol=1e-15)
    assert largest == pytest.approx(0.1 * speed, rel=1e-12)


def test_velocity_is_the_slope_of_an_energy(device):
    """v_i = -∂E/∂x_i with E = Σ R a (1 - d/R)³/3 - S b (1 - d/S)³/3 over the pairs."""

    def energy(position: np.ndarray) -> float:
        total = 0.0
        for i in range(len(position)):
            for j in range(i):
                d, contact = math.dist(position[i], position[j]), 2.0 * RADIUS
                reach = REACH * contact
                total += REPULSION * contact / 3.0 * max(0.0, 1.0 - d / contact) ** 3
                total -= ADHESION * reach / 3.0 * max(0.0, 1.0 - d / reach) ** 3
        return total

    start = np.random.default_rng(5).uniform(0.0, 45.0, (8, 3))
    dt, h = 1e-3, 1e-4
    position = start.copy()
    push(device.mechanics, position, dt=dt)
    velocity = (position - start) / dt
    for i in range(8):
        for a in range(3):
            up, down = start.copy(), start.copy()
            up[i, a] += h
            down[i, a] -= h
            # Central difference: h² E'''/6 is about 1e-9, rounding 1e-16 E/h about 1e-11.
            assert velocity[i, a] == pytest.approx((energy(down) - energy(up)) / (2.0 * h), abs=1e-7)


@given(st.integers(2, 40), seeds)
@settings(deadline=None, max_examples=30)
def test_momentum_is_conserved(n, seed):
    start = np.random.default_rng(seed).uniform(0.0, 60.0, (n, 3))
    for module in (reference, cpu):
        position = start.copy()
        push(module, position, dt=1e-3)  # short enough that no way is cut: 40 · 10 µm/min · 1e-3 < r/10
        # Sums of n numbers up to 60 and their differences: some n · 60 · 1e-16 each.
        np.testing.assert_allclose((position - start).sum(axis=0), 0.0, atol=1e-14 * 60 * n)


@given(st.integers(0, 60), st.floats(1.0, 80.0), st.floats(0.01, 10.0), st.booleans(), seeds)
@settings(deadline=None, max_examples=40)
def test_a_pile_spreads_without_blowing_up(n, size, dt, flat, seed):
    """Whatever the step, nobody goes further than r/10 per step, and all stay finite and in the box."""
    start = pile(n, size, seed, flat)
    moves = np.random.default_rng(seed + 1).random(n) < 0.8
    lower, upper = np.zeros(3), np.full(3, size if not flat else max(size, 10.0))
    radius = np.random.default_rng(seed + 2).uniform(4.0, 9.0, n)
    results = []
    for module in (reference, cpu):
        position = start.copy()
        for _ in range(3):
            before = position.copy()
            largest = push(module, position, radius, moves, lower, upper, flat, dt, 1)
            ways = np.linalg.norm(position - before, axis=1)
            assert np.all(ways <= 0.1 * radius * (1.0 + 1e-9))
            assert largest == pytest.approx(ways.max(initial=0.0), abs=1e-12)
        assert np.all((position >= lower) & (position <= upper))
        assert np.array_equal(position[~moves], start[~moves])
        if flat:
            assert np.array_equal(position[:, 2], start[:, 2])
        results.append(position)
    # A few steps of at most n neighbours: differences in the order of sums, 1e-16 · 60 · 80 µm.
    np.testing.assert_allclose(results[1], results[0], rtol=1e-12, atol=1e-11)


def test_back_ends_agree_over_many_steps_and_lists():
    start = pile(80, 50.0, 6)
    results = []
    for module in (reference, cpu):
        position = start.copy()
        push(module, position, dt=0.3, steps=25)
        results.append(position)
    # Neighbour lists are renewed every few steps here; rounding grows by less than 100 on the way.
    assert np.abs(results[1] - results[0]).max() < 1e-12 * 50.0


def test_a_pile_comes_to_rest_with_little_overlap(device):
    position = pile(30, 20.0, 7)
    largest = push(device.mechanics, position, dt=0.5, steps=400)
    assert largest < 0.02
    gaps = [math.dist(position[i], position[j]) for i in range(30) for j in range(i)]
    # Inside a ball adhesion of outer cells presses neighbours a little closer than the pair's own rest.
    assert min(gaps) > 0.75 * 2.0 * RADIUS


def test_coincident_cells_part_by_index(device):
    position = np.zeros((2, 3))
    push(device.mechanics, position, dt=0.01)
    assert position[0, 0] == pytest.approx(-(REPULSION - ADHESION) * 0.01)
    assert position[1, 0] == pytest.approx((REPULSION - ADHESION) * 0.01)


def test_obstacles_push_and_stay(device):
    position = np.array([[0.0, 0.0, 0.0], [5.0, 0.0, 0.0]])
    push(device.mechanics, position, moves=np.array([False, True]), dt=0.1)
    assert np.all(position[0] == 0.0)
    assert position[1, 0] > 5.0


def test_none_and_one_cell(device):
    assert push(device.mechanics, np.empty((0, 3)), steps=3) == 0.0
    alone = np.array([[1.0, 2.0, 3.0]])
    assert push(device.mechanics, alone, steps=3) == 0.0
    assert np.array_equal(alone, [[1.0, 2.0, 3.0]])
    crowd = pile(5, 1.0, 8)
    start = crowd.copy()
    assert push(device.mechanics, crowd, steps=0) == 0.0
    assert np.array_equal(crowd, start)


def test_far_apart_cells_need_no_memory_for_the_space_between():
    position = np.array([[-1e9, 0.0, 0.0], [1e9, 1e9, -1e9], [1e9, 1e9 + 10.0, -1e9]])
    push(cpu, position, lower=-2.0 * np.full(3, 1e9), upper=2.0 * np.full(3, 1e9))
    assert position[2, 1] - position[1, 1] > 10.0


def test_positions_that_are_not_finite_are_refused():
    with pytest.raises(InputError, match="finite"):
        push(cpu, np.array([[0.0, math.nan, 0.0], [1.0, 0.0, 0.0]]))


def test_bits_do_not_depend_on_the_number_of_threads():
    before, results = numba.get_num_threads(), []
    try:
        for threads in (1, min(2, before)):
            numba.set_num_threads(threads)
            position = pile(5000, 250.0, 9)  # enough for more than one thread
            largest = push(cpu, position, dt=0.5, steps=10)
            results.append((position.tobytes(), largest))
    finally:
        numba.set_num_threads(before)
    assert results[0] == results[1]


@given(st.floats(0.0, 1e3), st.floats(0.0, 100.0), st.floats(0.0, 10.0))
def test_a_step_never_exceeds_a_tenth_of_the_radius(speed, radius, dt):
    assert 0.0 <= step_length(speed, radius, dt) <= 0.1 * radius
