"""Mechanics: resting distance, chains, momentum, bounds, walls, agreement of back ends."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from exocosm.engine.backends import get_backend
from exocosm.engine.bodies import Bodies, Space, Springs
from exocosm.engine.laws.mechanics import pair_energy, pair_speed, step_length, within
from exocosm.errors import InputError

REPULSION, ADHESION, REACH = 10.0, 0.4, 1.25  # µm/min, µm/min, 1: the customary values
RADIUS = 8.4127  # µm
CONTACT, SPAN = 2.0 * RADIUS, 2.0 * REACH * RADIUS
FAR = np.full(3, 1e4)
BACKENDS = [get_backend("reference"), get_backend("cpu")]
CPU = BACKENDS[1]
seeds = st.integers(0, 2**32 - 1)


def move(backend, position, *, bodies=None, radius=RADIUS, moves=None, **how):
    """Move cells in place: with the customary forces, one radius and no walls unless told."""
    if bodies is None:
        radii = np.full(len(position), float(radius))
        bodies = Bodies(radius=radii, repulsion=REPULSION, adhesion=ADHESION, reach=REACH, moves=moves)
    walls = {"lower": -FAR, "upper": FAR}
    walls |= {name: how.pop(name) for name in ("lower", "upper", "flat", "wall") if name in how}
    how.setdefault("neighbours", backend.neighbours.Neighbours())
    return backend.mechanics.move(position, bodies, Space(**walls), **how)


def velocities(backend, position, bodies, springs=None):
    """Return the velocities that cells in an endless space give each other."""
    out = np.full_like(position, np.nan)
    listed = backend.neighbours.Neighbours()
    space = Space(lower=-FAR, upper=FAR)
    backend.mechanics.velocities(position, bodies, space, out, neighbours=listed, springs=springs)
    return out


def mixture(n: int, seed: int, obstacles: bool = True) -> Bodies:
    """Cells that differ in everything; a tenth are obstacles."""
    draw = np.random.default_rng(seed)
    return Bodies(
        radius=draw.uniform(4.0, 9.0, n),
        repulsion=draw.uniform(1.0, 20.0, n),
        adhesion=draw.uniform(0.0, 2.0, n),
        reach=draw.uniform(0.8, 1.5, n),
        moves=draw.random(n) < 0.9 if obstacles else None,
        kind=draw.integers(0, 3, n),
        affinity=draw.uniform(0.0, 2.0, (3, 3)),
    )


def pile(n: int, size: float, seed: int, flat: bool = False) -> np.ndarray:
    """Cells thrown into a box, the first three in one and the same place."""
    position = np.random.default_rng(seed).uniform(0.0, size, (n, 3))
    position[:3] = position[:1]
    if flat:
        position[:, 2] = 10.0
    return position


def resting_distance() -> float:
    """Distance where sqrt(repulsion) (1 - d/R) = sqrt(adhesion) (1 - d/S)."""
    a, b = math.sqrt(REPULSION), math.sqrt(ADHESION)
    return CONTACT * (a - b) / (a - b / REACH)


def test_two_cells_come_to_rest_where_repulsion_equals_adhesion(device):
    for start in (0.3 * RADIUS, 2.3 * RADIUS):
        position = np.array([[0.0, 0.0, 0.0], [start, 0.0, 0.0]])
        # Near rest the distance relaxes at 0.095/min, exp(-0.095 · 400) = 3e-17 of what it was; the way in
        # from the edge of adhesion, at a few nm/min, takes the other half of the time.
        largest = move(device, position, dt=0.5, steps=1600).largest
        assert position[1, 0] - position[0, 0] == pytest.approx(resting_distance(), rel=1e-12)
        assert largest < 1e-12
        assert np.all(position[:, 1:] == 0.0)


def test_a_chain_relaxes_as_its_equation_says(device):
    """Eleven cells in a row against SciPy's solution of the same equation of motion."""
    start = np.zeros((11, 3))
    start[:, 0] = 15.0 * np.arange(11)

    def slope(_, x):
        speeds = [pair_speed(d, CONTACT, SPAN, REPULSION, ADHESION) for d in np.diff(x)]
        return np.append(0.0, speeds) - np.append(speeds, 0.0)

    # Second neighbours are 30 µm apart, beyond the reach of 21 µm.
    exact = solve_ivp(slope, (0.0, 20.0), start[:, 0], rtol=1e-10, atol=1e-12).y[:, -1]
    bodies = Bodies(radius=np.full(11, RADIUS))
    errors = {1: [], 2: []}
    for order, found in errors.items():
        for steps in (50, 100, 200):
            position = start.copy()
            previous = velocities(device, position, bodies) if order == 2 else None
            move(device, position, dt=20.0 / steps, steps=steps, previous=previous)
            found.append(np.abs(position[:, 0] - exact).max())
        assert -np.polyfit(np.log([50, 100, 200]), np.log(found), 1)[0] == pytest.approx(order, abs=0.15)
    assert errors[2][-1] < 0.1 * errors[1][-1]


def test_a_chain_near_rest_relaxes_by_its_modes(device):
    """Small shifts in a chain of equal springs decay as exp(-4 k sin²(π m/22) t), k = -dv/dd at rest."""
    rest, h = resting_distance(), 1e-4
    speed = [pair_speed(rest + shift, CONTACT, SPAN, REPULSION, ADHESION) for shift in (-h, h)]
    k = (speed[0] - speed[1]) / (2 * h)
    for mode in (1, 2, 4):
        shape = np.cos(math.pi * mode * (np.arange(11) + 0.5) / 11)
        position = np.zeros((11, 3))
        position[:, 0] = rest * np.arange(11) + 1e-3 * shape
        move(device, position, dt=0.01, steps=500)
        left = (position[:, 0] - rest * np.arange(11)) @ shape / (shape @ shape) / 1e-3
        rate = 4.0 * k * math.sin(math.pi * mode / 22) ** 2
        # The law bends by shift/gap, 1e-3 µm/1.7 µm, and Euler's decay is off by rate dt/2, both below 1e-3.
        assert math.log(left) == pytest.approx(-5.0 * rate, rel=2e-3)


def test_cells_beyond_reach_stay(device):
    position = np.array([[0.0, 0.0, 0.0], [SPAN, 0.0, 0.0], [0.0, 500.0, 0.0]])
    start = position.copy()
    assert move(device, position, dt=0.5, steps=3) == (0.0, 0)
    assert np.array_equal(position, start)


def test_one_step_is_the_law(device):
    position = np.array([[0.0, 0.0, 0.0], [9.0, 12.0, 0.0]])
    largest = move(device, position, dt=0.1).largest
    speed = pair_speed(15.0, CONTACT, SPAN, REPULSION, ADHESION)
    way = 0.1 * speed * np.array([0.6, 0.8, 0.0])
    np.testing.assert_allclose(position, [-way, np.array([9.0, 12.0, 0.0]) + way], rtol=1e-12, atol=1e-12)
    assert largest == pytest.approx(0.1 * speed, rel=1e-11)


def test_a_pair_has_the_mean_strengths_of_its_cells_and_the_affinity_of_its_kinds(device):
    bodies = Bodies(
        radius=np.array([5.0, 8.0]),
        repulsion=np.array([4.0, 9.0]),
        adhesion=np.array([0.1, 1.6]),
        reach=np.array([1.2, 1.5]),
        kind=np.array([0, 1]),
        affinity=np.array([[1.0, 0.5], [2.0, 3.0]]),
    )
    for distance in (10.0, 14.0):
        found = velocities(device, np.array([[0.0, 0.0, 0.0], [0.0, distance, 0.0]]), bodies)
        speed = pair_speed(distance, 13.0, 6.0 + 12.0, 6.0, 0.4 * math.sqrt(0.5 * 2.0))
        np.testing.assert_allclose(found, [[0, -speed, 0], [0, speed, 0]], rtol=1e-11, atol=1e-12)


def test_equal_strengths_of_each_are_the_strengths_of_all(device):
    start, n = pile(60, 40.0, 3), 60
    all_one = Bodies(radius=np.full(n, RADIUS))
    each = Bodies(radius=np.full(n, RADIUS), repulsion=np.full(n, 10.0), reach=np.full(n, 1.25))
    assert all_one.alike and not each.alike
    assert np.array_equal(velocities(device, start, all_one), velocities(device, start, each))


def test_velocity_is_the_slope_of_an_energy(device):
    """v_i = -∂E/∂x_i with E the sum of `pair_energy` over pairs."""
    bodies = mixture(8, 5, obstacles=False)
    start = np.random.default_rng(5).uniform(0.0, 25.0, (8, 3))

    def energy(position: np.ndarray) -> float:
        total = 0.0
        r, q = bodies.radius, bodies.reach * bodies.radius
        for i in range(8):
            for j in range(i):
                k, m = bodies.kind[i], bodies.kind[j]
                both = bodies.affinity[k, m] * bodies.affinity[m, k]
                repulsion = math.sqrt(bodies.repulsion[i] * bodies.repulsion[j])
                adhesion = math.sqrt(bodies.adhesion[i] * bodies.adhesion[j] * both)
                distance = math.dist(position[i], position[j])
                total += pair_energy(distance, r[i] + r[j], q[i] + q[j], repulsion, adhesion)
        return total

    velocity, h = velocities(device, start, bodies), 1e-4
    assert np.abs(velocity).max() > 1.0
    for i in range(8):
        for a in range(3):
            up, down = start.copy(), start.copy()
            up[i, a] += h
            down[i, a] -= h
            # Central difference: h² E'''/6 is about 1e-9, rounding 1e-16 E/h about 1e-10.
            assert velocity[i, a] == pytest.approx((energy(down) - energy(up)) / (2.0 * h), abs=1e-7)


@given(st.integers(2, 40), seeds)
@settings(deadline=None, max_examples=30)
def test_momentum_is_conserved(n, seed):
    start = np.random.default_rng(seed).uniform(0.0, 60.0, (n, 3))
    bodies = mixture(n, seed, obstacles=False)
    for backend in BACKENDS:
        velocity = velocities(backend, start, bodies)
        # n sums of n numbers up to 20, rounded; sums of whole numbers in the compiled back end cancel.
        np.testing.assert_allclose(velocity.sum(axis=0), 0.0, atol=1e-15 * 20 * n * n)


@given(st.integers(0, 60), st.floats(1.0, 80.0), st.floats(0.01, 1e3), st.booleans(), seeds)
@settings(deadline=None, max_examples=40)
def test_a_pile_spreads_without_blowing_up(n, size, dt, flat, seed):
    """Whatever the step, nobody goes further than r/10 per step, and all stay finite and in the box."""
    start, bodies = pile(n, size, seed, flat), mixture(n, seed)
    box = {"lower": np.zeros(3), "upper": np.full(3, max(size, 10.0) if flat else size), "flat": flat}
    box["wall"] = "reflect" if seed % 2 else "clamp"
    results = []
    for backend in BACKENDS:
        position, cuts = start.copy(), 0
        for _ in range(3):
            before = position.copy()
            largest, bounded = move(backend, position, bodies=bodies, dt=dt, **box)
            ways = np.linalg.norm(position - before, axis=1)
            assert np.all(ways <= 0.1 * bodies.radius * (1.0 + 1e-9))
            assert largest == pytest.approx(ways.max(initial=0.0), abs=1e-11)
            cuts += bounded
        assert np.all((position >= box["lower"]) & (position <= box["upper"]))
        assert np.array_equal(position[~bodies.moves], start[~bodies.moves])
        if flat:
            assert np.array_equal(position[:, 2], start[:, 2])
        results.append((position, cuts))
    # Speeds agree to n units of 1e-12 µm/min; times the longest step, over three steps of relaxation.
    np.testing.assert_allclose(results[1][0], results[0][0], rtol=1e-11, atol=1e-10 * max(1.0, dt))
    assert results[0][1] == results[1][1]


def test_the_count_of_cut_ways_is_right(device):
    position = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0], [200.0, 0.0, 0.0], [216.0, 0.0, 0.0]])
    # The first two part at 2.6 µm/min each, the others hardly move; a tenth of the radius is 0.84 µm.
    assert move(device, position, dt=0.1).bounded == 0
    assert move(device, position, dt=1.0).bounded == 2
    assert move(device, position, dt=5.0, steps=2).bounded == 4


@pytest.mark.parametrize("order", [1, 2])
def test_back_ends_agree_over_many_steps_and_lists(order):
    start, bodies = pile(80, 50.0, 6), mixture(80, 6)
    drive = np.random.default_rng(7).normal(0.0, 0.5, (80, 3))
    springs = Springs(pairs=np.array([[4, 9], [4, 17], [30, 31]]), stiffness=np.array([0.1, 0.05, 0.2]))
    results = []
    for backend in BACKENDS:
        position = start.copy()
        previous = velocities(backend, position, bodies, springs)
        how = {"previous": previous} if order == 2 else {}
        move(backend, position, bodies=bodies, dt=0.3, steps=25, drive=drive, springs=springs, **how)
        results.append(np.column_stack([position, previous]))
    # Neighbour lists are renewed every few steps here; rounding grows by less than 100 on the way.
    assert np.abs(results[1] - results[0]).max() < 1e-12 * 100.0
    assert np.abs(results[0][:, :3] - start).max() > 1.0


def test_a_pile_comes_to_rest_with_little_overlap(device):
    position = pile(30, 20.0, 7)
    largest = move(device, position, dt=0.5, steps=400).largest
    assert largest < 0.02
    gaps = [math.dist(position[i], position[j]) for i in range(30) for j in range(i)]
    # Inside a ball adhesion of outer cells presses neighbours a little closer than the pair's own rest.
    assert min(gaps) > 0.75 * CONTACT


def test_coincident_cells_part_by_index(device):
    position = np.zeros((2, 3))
    move(device, position, dt=0.01)
    assert position[0, 0] == pytest.approx(-(REPULSION - ADHESION) * 0.01)
    assert position[1, 0] == pytest.approx((REPULSION - ADHESION) * 0.01)


def test_two_thousand_cells_in_one_place_spread():
    position = np.zeros((2000, 3))
    largest, bounded = move(CPU, position, dt=0.1)
    # Cell i has i cells of lower index and 1999 - i of higher: all but the middle pair are cut,
    # and that pair goes (1000 - 999) · 9.6 µm/min · 0.1 min, also more than a tenth of the radius.
    assert largest == pytest.approx(0.1 * RADIUS)
    assert np.array_equal(np.sign(position[:, 0]), np.repeat([-1.0, 1.0], 1000))
    assert bounded == 2000
    move(CPU, position, dt=0.1, steps=50)
    assert np.isfinite(position).all()


def test_obstacles_push_and_stay(device):
    position = np.array([[0.0, 0.0, 0.0], [5.0, 0.0, 0.0]])
    move(device, position, moves=np.array([False, True]), dt=0.1)
    assert np.all(position[0] == 0.0)
    assert position[1, 0] > 5.0


def test_none_and_one_cell(device):
    assert move(device, np.empty((0, 3)), dt=0.5, steps=3) == (0.0, 0)
    alone = np.array([[1.0, 2.0, 3.0]])
    assert move(device, alone, dt=0.5, steps=3) == (0.0, 0)
    assert np.array_equal(alone, [[1.0, 2.0, 3.0]])
    crowd = pile(5, 1.0, 8)
    start = crowd.copy()
    assert move(device, crowd, dt=0.5, steps=0) == (0.0, 0)
    assert np.array_equal(crowd, start)


def test_a_drive_carries_a_cell_as_far_as_it_says(device):
    for previous in (None, np.zeros((2, 3))):
        position, drive = np.array([[0.0, 0, 0], [500.0, 0, 0]]), np.array([[0.3, -0.2, 0.1], [90.0, 0, 0]])
        moved = move(device, position, dt=0.5, steps=4, drive=drive, previous=previous)
        np.testing.assert_allclose(position[0], 2.0 * drive[0], rtol=1e-12)
        assert position[1, 0] == pytest.approx(500.0 + 2.0 * 90.0)  # 45 µm in a step: not cut
        assert moved.bounded == 0
        assert previous is None or not previous.any()


def test_springs_draw_cells_together_at_their_rate(device):
    position = np.array([[0.0, 0.0, 0.0], [100.0, 40.0, 0.0]])
    springs = Springs(pairs=np.array([[0, 1]]), stiffness=np.array([0.005]))
    move(device, position, dt=0.01, steps=1000, springs=springs)
    # d' = -2 k d with k = 0.005/min; Euler's error is (2 k)² t dt/2 = 5e-6 of d.
    left = math.exp(-0.1)
    assert position[1] - position[0] == pytest.approx([100 * left, 40 * left, 0.0], rel=1e-5)
    assert position.sum(axis=0) == pytest.approx([100.0, 40.0, 0.0])


def test_walls_stop_or_throw_back(device):
    for wall, end in (("clamp", 10.0), ("reflect", 9.7)):
        position, drive = np.array([[9.8, 5.0, 5.0]]), np.array([[0.5, 0.0, 0.0]])
        box = {"lower": np.zeros(3), "upper": np.full(3, 10.0), "wall": wall}
        move(device, position, dt=1.0, drive=drive, **box)
        assert position[0] == pytest.approx([end, 5.0, 5.0], rel=1e-12)


def test_a_cell_outside_the_box_is_brought_in(device):
    position = np.array([[-5.0, 5.0, 5.0], [5.0, 5.0, 5.0], [-9.0, 500.0, 5.0]])
    move(device, position, radius=1.0, dt=0.1, lower=np.zeros(3), upper=np.full(3, 10.0))
    np.testing.assert_array_equal(position, [[0, 5, 5], [5, 5, 5], [0, 10, 5]])


def test_a_full_box_holds_its_cells(device):
    """Four times as many cells as fit: they press against the walls and stay inside."""
    position = np.random.default_rng(11).uniform(0.0, 40.0, (64, 3))
    box = {"lower": np.zeros(3), "upper": np.full(3, 40.0)}
    move(device, position, dt=1.0, steps=40, **box)
    assert np.all((position >= 0.0) & (position <= 40.0))
    assert move(device, position, dt=1.0, **box).largest < 0.1 * RADIUS


@given(st.floats(-50.0, 50.0), st.booleans())
def test_walls_let_nobody_through(place, reflects):
    assert 0.0 <= within(place, 0.0, 10.0, reflects) <= 10.0


def test_far_apart_cells_need_no_memory_for_the_space_between():
    position = np.array([[-1e9, 0.0, 0.0], [1e9, 1e9, -1e9], [1e9, 1e9 + 10.0, -1e9]])
    move(CPU, position, lower=-2.0 * np.full(3, 1e9), upper=2.0 * np.full(3, 1e9), dt=0.5)
    assert position[2, 1] - position[1, 1] > 10.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_positions_that_are_not_finite_are_refused(device, bad):
    with pytest.raises(InputError, match=r"finite.*for cell 1\."):
        move(device, np.array([[0.0, 1.0, 0.0], [1.0, bad, 0.0]]), dt=0.1)


def test_arguments_of_a_move_that_do_not_fit_are_refused(device):
    for message, how in {
        "drive": {"drive": np.zeros((3, 3))},
        "previous": {"previous": np.full((2, 3), math.nan)},
        "0 to 1": {"springs": Springs(pairs=np.array([[0, 2]]), stiffness=np.ones(1))},
        "itself": {"springs": Springs(pairs=np.array([[1, 1]]), stiffness=np.ones(1))},
        "dt": {"dt": -1.0},
        "wall": {"wall": "periodic"},
        r"\(3, 3\)": {"bodies": Bodies(radius=np.ones(3))},
    }.items():
        with pytest.raises(InputError, match=message):
            move(device, np.zeros((2, 3)), **{"dt": 0.1, **how})
    with pytest.raises(InputError, match="lower"):
        Space(lower=np.ones(3), upper=np.zeros(3))


def test_bodies_that_make_no_sense_are_refused():
    for message, how in {
        "radius": {"radius": np.array([1.0, 0.0])},
        "repulsion": {"repulsion": np.array([1.0])},
        "reach": {"reach": 0.0},
        "adhesion": {"adhesion": -1.0},
        "moves": {"moves": np.ones(2)},
        "together": {"kind": np.zeros(2, int)},
        "0 to 1, the rows": {"kind": np.array([0, 2]), "affinity": np.ones((2, 2))},
        "square": {"kind": np.zeros(2, int), "affinity": np.ones((2, 3))},
    }.items():
        with pytest.raises(InputError, match=message):
            Bodies(**{"radius": np.ones(2), **how})


@given(st.floats(0.0, 1e3), st.floats(0.0, 100.0), st.floats(0.0, 10.0))
def test_a_step_never_exceeds_a_tenth_of_the_radius(speed, radius, dt):
    assert 0.0 <= step_length(speed, radius, dt) <= 0.1 * radius
