"""Attack, phagocytosis and fusion: chances, competition, what is kept, agreement of back ends."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.backends import get_backend
from exocosm.engine.compiled import compile_model
from exocosm.engine.compiled_cells import APOPTOTIC, NECROTIC, NUCLEAR
from exocosm.engine.interactions import interact, possible, surroundings, touching
from exocosm.engine.laws.interactions import waiting_time
from exocosm.engine.swallow import SHARED_OUT, swallow
from exocosm.errors import InputError
from exocosm.model import CustomDatum, standard_volume

from .models import BACKENDS, assert_same, laid_out, twins
from .small_models import cell, model, number, ramp

SEED = 12
N = 4000
CPU = get_backend("cpu")


def listed(rows) -> tuple[np.ndarray, np.ndarray]:
    """Contacts (first, other) from the list of each cell."""
    first = np.append(0, np.cumsum([len(row) for row in rows])).astype(np.int64)
    return first, np.array([j for row in rows for j in row], dtype=np.int64)


def paired(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Cell i touches cell n + i, and the other way round."""
    return listed([[n + i] for i in range(n)] + [[i] for i in range(n)])


def meeting(does: dict[str, float], kinds, *, target=None, **more):
    """A compiled model of actors and targets, and a state of cells of the given kinds, all of 8 µm."""
    actor = cell("actor", rate=0.0, takes=0.0, does=does, **more)
    other = cell("target", rate=0.0, takes=0.0, does=target, **more)
    compiled = compile_model(model([actor, other], [], ["a"], shape=(1, 40, 40)))
    state = laid_out(compiled, kinds, np.zeros(len(kinds)))
    state.step = 3
    return compiled, state


def pairs_of(does: dict[str, float], n: int = N, **more):
    return meeting(does, np.repeat([0, 1], n), **more)


def assert_share(count, probability: float, n: int = N) -> None:
    assert stats.binomtest(int(count), n, probability).pvalue > 1e-3


# --- eating and fusing


def test_waiting_times_are_exponential():
    draws = (np.arange(10_000) + 0.5) / 10_000
    times = [waiting_time(0.4, u) for u in draws]
    assert stats.kstest(times, stats.expon(scale=1 / 0.4).cdf).statistic < 1e-4
    assert waiting_time(0.0, 0.5) == math.inf


@pytest.mark.parametrize(("rate", "dt"), [(0.05, 1.0), (0.3, 6.0)])
def test_the_living_are_eaten_with_their_probability(device, rate, dt):
    compiled, state = pairs_of({"phagocytose target": rate})
    when, target, fuses = device.interactions.seize(compiled, state, *paired(N), dt, SEED)
    assert_share(np.isfinite(when[:N]).sum(), 1.0 - math.exp(-rate * dt))
    assert not np.isfinite(when[N:]).any()  # targets eat nobody
    assert not fuses.any()
    eaten = np.isfinite(when)
    assert np.all(target[eaten] == np.flatnonzero(eaten) + N)
    assert np.all(when[eaten] < dt)


@pytest.mark.parametrize(
    ("death", "name"), [(APOPTOTIC, "phagocytose apoptotic cell"), (NECROTIC, "phagocytose necrotic cell")]
)
def test_the_dead_are_eaten_by_how_they_died(device, death, name):
    rates = {"phagocytose apoptotic cell": 0.1, "phagocytose necrotic cell": 0.02, "phagocytose target": 9.0}
    compiled, state = pairs_of(rates)
    state.cells["alive"][N:], state.cells["death"][N:] = False, death
    when, _, _ = device.interactions.seize(compiled, state, *paired(N), 1.0, SEED)
    assert_share(np.isfinite(when).sum(), 1.0 - math.exp(-rates[name]))


def test_several_victims_compete_by_their_rates(device):
    """Of an own kind, a target to eat and a target to fuse with: all first-order, one at most."""
    does = {"phagocytose actor": 0.05, "phagocytose target": 0.2, "fuse to target": 0.15}
    compiled, state = meeting(does, [0] * N + [0, 1])
    rows = [[N, N + 1]] * N + [[], []]
    when, target, fuses = device.interactions.seize(compiled, state, *listed(rows), 2.0, SEED)
    acted = np.isfinite(when)
    total = 0.05 + 0.2 + 0.15
    assert_share(acted.sum(), 1.0 - math.exp(-total * 2.0))
    found = [((target == N) & acted).sum(), ((target == N + 1) & ~fuses).sum(), fuses.sum()]
    expected = np.array([0.05, 0.2, 0.15]) / total * acted.sum()
    assert stats.chisquare(found, expected).pvalue > 1e-3
    assert stats.kstest(when[acted], stats.truncexpon(2.0 * total, scale=1 / total).cdf).pvalue > 1e-3


def test_the_dead_do_nothing(device):
    compiled, state = pairs_of({"phagocytose target": 1e3, "attack target": 1e3, "fuse to target": 1e3}, 10)
    state.cells["alive"][:10], state.cells["death"][:10] = False, APOPTOTIC
    when, _, _ = device.interactions.seize(compiled, state, *paired(10), 9.0, SEED)
    device.interactions.attack(compiled, state, *paired(10), 9.0, SEED)
    assert not np.isfinite(when).any()
    assert not state.cells["damage"].any()


def test_of_many_who_want_one_the_first_gets_it(device):
    """Five predators and one prey in 1,000 places: each prey is eaten once, by anyone alike."""
    places = 1000
    compiled, state = meeting({"phagocytose target": 50.0}, [0, 0, 0, 0, 0, 1] * places)
    rows = [[6 * p + 5] if i < 5 else [] for p in range(places) for i in range(6)]
    when, target, fuses = device.interactions.seize(compiled, state, *listed(rows), 1.0, SEED)
    first = np.argmin(when.reshape(places, 6), axis=1)
    assert np.isfinite(when).sum() == 5 * places
    before = state.cells["id"].copy()
    there = swallow(compiled, state, when, target, fuses)
    assert there.sum() == 5 * places == state.n_cells
    np.testing.assert_array_equal(state.cells["id"], before[there])
    assert np.all(state.cells["kind"] == 0)
    assert stats.chisquare(np.bincount(first, minlength=6)[:5]).pvalue > 1e-3


def test_who_is_gone_eats_no_more_and_who_has_eaten_may_be_eaten():
    compiled, state = meeting({"phagocytose actor": 1.0}, [0, 0, 0, 0])
    swallow(
        compiled, state, np.array([0.3, 0.1, 0.2, 0.4]), np.array([1, 2, 3, 0]), np.zeros(4, dtype=bool)
    )  # 1 eats 2; 2 is gone and cannot eat 3; 0 eats 1; 3 eats 0
    assert list(state.cells["id"]) == [3]


def test_eating_takes_the_volume_and_books_the_copies():
    """Solids go into the cytoplasm; conserved data are taken over, other contents go with the cell."""
    own = (
        CustomDatum(name="stuff", value=number("stuff", 3.0), conserved=True),
        CustomDatum(name="level", value=number("level", 2.0)),
    )
    compiled, state = meeting({}, [0, 1, 1], volume=standard_volume(), custom=own)
    cells = state.cells
    cells["copies"][:, 0] = [5.0, 7.0, 11.0]
    cells["attacking"][:] = [1, -1, 1]
    cells["custom"][:] = [3.0, 2.0]
    before = cells["volume"].copy()
    swallow(compiled, state, np.array([0.5, np.inf, np.inf]), np.array([1, -1, -1]), np.zeros(3, dtype=bool))
    cells = state.cells
    assert list(cells["id"]) == [0, 2]
    assert cells["volume"][0, 0] == before[0, 0] + before[1, 0]
    assert cells["volume"][0, NUCLEAR] == before[0, NUCLEAR]
    assert cells["volume"][0, :3].sum() == pytest.approx(2 * 2494.0, rel=1e-12)
    assert cells["radius"][0] == pytest.approx((2 * 2494.0 * 0.75 / math.pi) ** (1 / 3), rel=1e-12)
    assert list(cells["copies"][:, 0]) == [5.0, 11.0]
    assert list(state.gone_copies) == [7.0]
    assert list(cells["custom"][0]) == [6.0, 2.0]
    assert list(cells["attacking"]) == [-1, -1]
    assert cells["aim"][0] == 1.0  # what was eaten is digested: the aim stays, and so do the nuclei
    assert cells["nuclei"][0] == 1


def test_fusion_adds_up_what_division_would_share_out():
    compiled, state = meeting({}, [0, 1], volume=standard_volume())
    cells = state.cells
    cells["position"][:] = [[0.0, 0.0, 5.0], [30.0, 60.0, 5.0]]
    cells["volume"][1, :3] *= 2.0
    cells["volume"][:, 3] = [0.0, 0.3]
    cells["radius"][1] *= 2.0 ** (1 / 3)
    for name in SHARED_OUT:
        cells[name][:] = np.array([3, 4]).reshape((2,) + (1,) * (cells[name].ndim - 1))
    cells["nuclei"][1] = 2
    cells["aim"][1] = 2.0
    swallow(compiled, state, np.array([0.5, np.inf]), np.array([1, -1]), np.array([True, False]))
    cells = state.cells
    assert list(cells["id"]) == [0]
    assert cells["position"][0] == pytest.approx([20.0, 40.0, 5.0])  # a third from the larger cell
    assert cells["volume"][0, :3].sum() == pytest.approx(3 * 2494.0, rel=1e-12)
    assert cells["volume"][0, NUCLEAR] == pytest.approx(3 * 135.0, rel=1e-12)
    assert cells["volume"][0, 3] == pytest.approx(0.2)  # of the whole: 0.3 of two thirds
    assert all((cells[name] == 7).all() for name in SHARED_OUT)
    assert cells["nuclei"][0] == 3
    assert cells["aim"][0] == 3.0
    assert not state.gone_copies.any()


def test_a_cell_without_a_volume_of_its_own_is_eaten_as_a_ball():
    actor = cell("actor", volume=standard_volume())
    compiled = compile_model(model([actor, cell("target")], []))
    for eater, gains in ((0, 4.0 / 3.0 * math.pi * 8.0**3), (1, 0.0)):
        state = laid_out(compiled, [0, 1], [0, 0])
        before = state.cells["radius"][eater]
        when = np.where(np.arange(2) == eater, 0.5, np.inf)
        swallow(compiled, state, when, np.array([1, 0]), np.zeros(2, dtype=bool))
        after = state.cells["radius"][0]
        assert 4.0 / 3.0 * math.pi * (after**3 - before**3) == pytest.approx(gains, abs=1e-8)


# --- attack


def attacking_share(k: float, duration: float, t: float) -> float:
    """Probability to be attacking at t when free at 0: dp/dt = k (1 - p) - p/duration."""
    total = k + 1.0 / duration
    return k / total * -math.expm1(-total * t)


def mean_attack_time(k: float, duration: float, t: float) -> float:
    total = k + 1.0 / duration
    return k / total * (t + math.expm1(-total * t) / total)


@pytest.mark.parametrize(("steps", "dt"), [(12, 1.0), (1, 12.0)])
@pytest.mark.parametrize("duration", [0.1, 4.0])
def test_attacks_begin_and_end_at_their_rates_for_any_step(device, duration, steps, dt):
    """Attack rate 0.2, immunogenicity 1.5, damage 0.7/min; 12 min in one step or in twelve."""
    n = 1500
    does = {"attack target": 0.2, "attack duration": duration, "attack damage rate": 0.7}
    compiled, state = pairs_of(does, n, target={"immunogenicity to actor": 1.5})
    for _ in range(steps):
        state.step += 1
        device.interactions.attack(compiled, state, *paired(n), dt, SEED)
    cells, t = state.cells, steps * dt
    assert_share((cells["attacking"][:n] >= 0).sum(), attacking_share(0.3, duration, t), n)
    assert cells["damage"][n:] == pytest.approx(0.7 * cells["attack_time"][n:])
    assert cells["damage_delivered"][:n] == pytest.approx(cells["damage"][n:])
    assert not cells["damage"][:n].any()
    spent = cells["attack_time"][n:]
    error = spent.std(ddof=1) / math.sqrt(n)
    assert abs(spent.mean() - mean_attack_time(0.3, duration, t)) < 3.3 * error  # p = 1e-3


def test_one_target_at_a_time_until_it_dies_or_leaves(device):
    does = {"attack target": 1e6, "attack duration": 1e9}
    compiled, state = meeting(does, [0, 1, 1])
    both, one = listed([[1, 2], [0], [0]]), listed([[1], [0], []])
    device.interactions.attack(compiled, state, *both, 1.0, SEED)
    cells = state.cells
    target = int(cells["attacking"][0])
    assert target in (1, 2)
    assert np.count_nonzero(cells["attack_time"]) == 1
    assert cells["attack_time"][target] == pytest.approx(1.0, abs=1e-4)
    state.step += 1
    cells["alive"][target] = False
    device.interactions.attack(compiled, state, *both, 1.0, SEED)
    assert cells["attack_time"][target] == pytest.approx(1.0, abs=1e-4)
    assert cells["attacking"][0] == 3 - target
    cells["alive"][:] = True
    cells["attacking"][0] = 2
    device.interactions.attack(compiled, state, *one, 1.0, SEED)
    assert cells["attacking"][0] == 1
    device.interactions.attack(compiled, state, *listed([[], [], []]), 1.0, SEED)
    assert cells["attacking"][0] == -1


def test_damage_from_all_attackers_adds_up(device):
    does = {"attack target": 1e6, "attack duration": 1e9, "attack damage rate": 0.5}
    compiled, state = meeting(does, [0] * 9 + [1])
    device.interactions.attack(compiled, state, *listed([[9]] * 9 + [list(range(9))]), 2.0, SEED)
    assert state.cells["damage"][9] == pytest.approx(9.0, abs=1e-4)
    assert state.cells["attack_time"][9] == pytest.approx(18.0, abs=1e-4)
    assert state.cells["damage_delivered"][:9] == pytest.approx(1.0, abs=1e-4)


# --- whole encounters


def crowd(seed: int, n: int, size: float = 60.0):
    """Living and dead cells of three kinds in a heap, that do everything to each other."""
    rng = np.random.default_rng(seed)
    kinds = []
    names = ("k0", "k1", "k2")
    for name in names:
        does = {
            f"{what} {k}": rng.choice([0.0, 0.3, 5.0])
            for what in ("attack", "phagocytose", "fuse to")
            for k in names
        }
        does |= {f"immunogenicity to {k}": rng.uniform(0, 2) for k in names}
        does |= {"phagocytose apoptotic cell": 0.5, "phagocytose necrotic cell": 0.2}
        does |= {"attack duration": rng.uniform(0, 3), "cell attachment rate": rng.uniform(0, 1)}
        does |= {"cell detachment rate": 0.3, "maximum number of cell attachments": float(rng.integers(0, 4))}
        has_volume = rng.random() < 0.7
        more = {"volume": standard_volume()} if has_volume else {}
        own = (CustomDatum(name="stuff", value=number("stuff", 1.5), conserved=True),)
        ramps = (ramp("phagocytose k1", 0.0, 38.0),) if rng.random() < 0.5 else ()
        kinds.append(cell(name, holds={"a": 50.0}, does=does, custom=own, modulations=ramps, **more))
    compiled = compile_model(model(kinds, [], ["a"]))
    state = laid_out(compiled, rng.integers(0, 3, n), np.zeros(n))
    cells = state.cells
    cells["id"] = rng.permutation(3 * n)[:n]
    cells["position"] = rng.uniform(0, size, (n, 3))
    cells["alive"] = rng.random(n) < 0.8
    cells["death"] = np.where(cells["alive"], 0, rng.integers(1, 3, n))
    attacks = cells["alive"] & (rng.random(n) < 0.5)
    cells["attacking"] = np.where(attacks, rng.choice(cells["id"], n) if n else -1, -1)
    cells["copies"] = rng.uniform(0, 100, cells["copies"].shape)
    cells["custom"] = rng.uniform(0, 5, cells["custom"].shape)
    if compiled.lives.has_volume:
        cells["volume"][:, 3] = rng.random(n)
    cells["behaviour"] *= rng.uniform(0, 2, cells["behaviour"].shape)
    state.step, state.next_id = int(rng.integers(10**6)), 3 * n
    return compiled, state


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 30), dt=st.floats(0.01, 5.0))
def test_back_ends_agree_and_nothing_is_lost_or_doubled(seed, n, dt):
    compiled, state = crowd(seed, n)
    before = {name: array.copy() for name, array in state.cells.items()}
    pair = twins(state)
    for _ in range(3):
        there = []
        for backend, mine in zip(BACKENDS, pair, strict=True):
            mine.step += 1
            there.append(interact(compiled, mine, backend, possible(compiled), dt, seed))
        np.testing.assert_array_equal(*there)
        assert_same(*pair)
        np.testing.assert_array_equal(pair[0].attachments, pair[1].attachments)
    mine, cells = pair[1], pair[1].cells
    assert len(set(cells["id"])) == len(cells["id"]) == mine.n_cells
    assert set(cells["id"]) <= set(before["id"])
    assert cells["copies"].sum() + mine.gone_copies.sum() == pytest.approx(before["copies"].sum())
    assert cells["custom"].sum() == pytest.approx(before["custom"].sum())
    assert cells["nuclei"].sum() <= before["nuclei"].sum()
    has = compiled.lives.rest_volume[:, 0] > 0
    if has.all():
        assert cells["volume"][:, :3].sum() == pytest.approx(before["volume"][:, :3].sum())
        calcified = [(c["volume"][:, 3] * c["volume"][:, :3].sum(axis=1)).sum() for c in (cells, before)]
        assert calcified[0] == pytest.approx(calcified[1])
    if possible(compiled).attacks:
        assert set(cells["attacking"]) <= {-1, *cells["id"][cells["alive"]]}
    assert np.all(cells["position"] >= 0)
    assert np.all(cells["position"] <= 60.0)


def test_bits_do_not_depend_on_the_number_of_threads():
    compiled, state = crowd(5, 3000, 150.0)
    states, before = (*twins(state), twins(state)[0]), numba.get_num_threads()
    try:
        for threads, mine in zip((1, min(2, before), min(3, before)), states, strict=True):
            numba.set_num_threads(threads)
            for _ in range(2):
                mine.step += 1
                interact(compiled, mine, CPU, possible(compiled), 0.5, SEED)
    finally:
        numba.set_num_threads(before)
    for mine in states[1:]:
        assert_same(states[0], mine, rtol=0.0)
        np.testing.assert_array_equal(states[0].attachments, mine.attachments)


def test_a_well_mixed_predation_follows_its_law():
    """All touch all in 40 groups of 10 predators and 30 prey: each prey lives on with exp(-k P t)."""
    groups, predators, prey, k, t = 40, 10, 30, 4e-4, 250
    compiled, state = meeting({"phagocytose target": k}, ([0] * predators + [1] * prey) * groups)
    group = np.repeat(np.arange(groups), predators + prey)
    rows = [
        np.flatnonzero((group == group[i]) & (state.cells["kind"] != state.cells["kind"][i]))
        for i in range(len(group))
    ]
    for _ in range(t):
        state.step += 1
        when, target, fuses = CPU.interactions.seize(compiled, state, *listed(rows), 1.0, SEED)
        there = swallow(compiled, state, when, target, fuses)
        if not there.all():
            renumbered = np.cumsum(there) - 1
            rows = [renumbered[row[there[row]]] for i, row in enumerate(rows) if there[i]]
    left = (state.cells["kind"] == 1).sum()
    # One cell a minute at most: too few by a share of k · prey · 1 min / 2 = 0.6 %, far below the spread.
    assert_share(left, math.exp(-k * predators * t), groups * prey)


# --- what cells sense of each other


def test_surroundings_are_counted(device):
    """Three in a row 18 µm apart, of radius 8 µm, reach 1.25: the ends do not touch each other."""
    compiled, state = meeting({}, [0, 1, 1])
    cells = state.cells
    cells["position"][:, 0] = [0.0, 18.0, 36.0]
    cells["alive"][2] = False
    found = surroundings(compiled, state, device)
    assert found.of_kind.tolist() == [[0, 1], [1, 1], [0, 1]]
    assert found.living.tolist() == [1, 1, 1]
    assert found.dead.tolist() == [0, 1, 0]
    assert not found.pressure.any()  # they adhere and do not press
    cells["position"][:, 0] = [0.0, 14.0, 34.1]
    found = surroundings(compiled, state, device)
    assert found.living.tolist() == [1, 1, 0]
    assert found.pressure[:2] == pytest.approx((1 - 14 / 16) ** 2 / 0.027288820670331)


def test_cells_reach_as_far_as_their_behaviour_says(device):
    compiled, state = meeting(
        {"relative maximum adhesion distance": 2.0},
        [0, 1],
        target={"relative maximum adhesion distance": 0.5},
    )
    for gap, touch in ((23.9, 1), (24.1, 0)):  # 2 · 8 and, as force ends at the radius at the least, 8 µm
        state.cells["position"][1, 0] = gap
        assert len(touching(compiled, state, device)[1]) == 2 * touch


@pytest.mark.parametrize(
    "does", [{"attack target": 1.0}, {"phagocytose apoptotic cell": 1.0}, {"cell attachment rate": 1.0}]
)
def test_a_dish_refuses_contacts(does):
    kinds = [cell("actor", does=does), cell("target")]
    compiled = compile_model(model(kinds, [], shape=(1, 1, 1), dish=True))
    with pytest.raises(InputError, match=r"well-mixed model `small`.*no places"):
        possible(compiled)


def test_a_dish_without_contacts_is_fine():
    assert not possible(compile_model(model([cell("actor")], [], shape=(1, 1, 1), dish=True))).any
