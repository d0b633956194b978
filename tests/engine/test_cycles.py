"""Cycles, kinds and inheritance: durations, shares of phases, growth, competing changes."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm
from scipy.optimize import brentq

from exocosm.engine import simulate
from exocosm.engine.backends import get_backend
from exocosm.engine.compiled import DIVIDE, NOTHING, compile_model
from exocosm.engine.population import apply_events
from exocosm.model import (
    Behaviour,
    CustomDatum,
    Cycle,
    Phase,
    Placement,
    flow_cytometry,
    ki67_basic,
    live,
    standard_volume,
)

from .models import laid_out
from .small_models import cell, model, network, node, number, ramp

SEED = 21
CPU = get_backend("cpu")


def cycling(n: int, cycle: Cycle, **more):
    """Founders that carry the number of their family, which all descendants inherit."""
    family = CustomDatum(name="family", value=number("family", 0.0))
    kind = cell("cycling", rate=0.0, takes=0.0, cycle=cycle, custom=(family,), **more)
    compiled = compile_model(model([kind], [], shape=(1, 10, 10)))
    state = laid_out(compiled, np.zeros(n), np.zeros(n))
    state.cells["custom"][:, 0] = np.arange(n)
    return compiled, state


def grow_up(compiled, state, minutes: int, dt: float = 2.0):
    for _ in range(round(minutes / dt)):
        state.step += 1
        drug = np.zeros(state.n_cells)
        events, kinds = CPU.cells.decide(compiled, state, drug, dt, SEED)
        apply_events(compiled, state, events, kinds, dt, SEED)
    return state.cells


def assert_mean(values: np.ndarray, expected: float, bias: float = 0.0) -> None:
    """Mean of independent values within 3.3 standard errors (p = 1e-3), and a known bias of the step."""
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert abs(values.mean() - expected) < 3.3 * error + bias


def test_fixed_phases_last_exactly_and_remainders_are_carried(device):
    """20 and 33 min in steps of 7 min: the n-th division falls in the step that holds n · 53 min."""
    phases = tuple(
        Phase(name=f"p{i}", rate=number(f"p{i}", 1 / t), fixed=True, divides=i == 1)
        for i, t in enumerate((20.0, 33.0))
    )
    compiled, state = cycling(1, Cycle(phases=phases))
    found = []
    for step in range(1, 400):
        events, _ = device.cells.decide(compiled, state, np.zeros(1), 7.0, SEED)
        if events[0] == DIVIDE:
            found.append(step)
    assert found == [math.ceil(53 * n / 7) for n in range(1, len(found) + 1)]
    assert len(found) == 399 * 7 // 53


@pytest.mark.parametrize("minutes", [300, 1200])
def test_phases_of_random_length_follow_their_rate_equations(minutes):
    """All start in G0/G1; mean numbers follow dn/dt = A n with two daughters at division."""
    families = 1000
    a, b, c = 0.00324, 0.00208, 0.00333
    mean = expm(np.array([[-a, 0.0, 2 * c], [a, -b, 0.0], [0.0, b, -c]]) * minutes) @ [1.0, 0.0, 0.0]
    cells = grow_up(*cycling(families, flow_cytometry()), minutes)
    for phase in range(3):
        mine = cells["custom"][cells["phase"] == phase, 0].astype(int)
        # Two minutes delay a phase of mean length 1/r by one minute: r of it, here 0.4 % at most.
        assert_mean(np.bincount(mine, minlength=families), mean[phase], bias=0.004 * mean[phase])


def test_long_growth_settles_at_the_shares_of_its_leading_eigenvector():
    """Flow cytometry: from the stationary shares a day changes nothing but the number."""
    families = 1000
    a, b, c = 0.00324, 0.00208, 0.00333
    rates, vectors = np.linalg.eig(np.array([[-a, 0.0, 2 * c], [a, -b, 0.0], [0.0, b, -c]]))
    lead = np.argmax(rates.real)
    shares = vectors[:, lead].real / vectors[:, lead].real.sum()
    compiled, state = cycling(families, flow_cytometry())
    state.cells["phase"] = np.random.default_rng(1).choice(3, families, p=shares)
    cells = grow_up(compiled, state, 1440)
    family = cells["custom"][:, 0].astype(int)
    for phase in range(3):
        of_phase = (cells["phase"] == phase) - shares[phase]  # of mean 0 in each family
        assert_mean(np.bincount(family, weights=of_phase, minlength=families), 0.0, bias=0.004)


def test_ki67_shares_solve_the_renewal_equation():
    """dQ/dt = -a Q + 2 a Q(t - τ): growth at λ = a (2 e^(-λτ) - 1), share of Q 1/(1 + a (1 - e^(-λτ))/λ)."""
    families, a, tau = 1000, 1 / (4.59 * 60), 15.5 * 60
    growth = brentq(lambda x: a * (2 * math.exp(-x * tau) - 1) - x, 1e-9, a)
    negative = 1 / (1 + a * -math.expm1(-growth * tau) / growth)
    compiled, state = cycling(families, ki67_basic())
    draw = np.random.default_rng(2)
    state.cells["phase"] = (draw.random(families) > negative).astype("i1")
    ages = -np.log1p(draw.random(families) * math.expm1(-growth * tau)) / growth
    state.cells["phase_time"] = np.where(state.cells["phase"] == 1, ages, 0.0)
    cells = grow_up(compiled, state, 1800)
    family = cells["custom"][:, 0].astype(int)
    of_phase = (cells["phase"] == 0) - negative
    assert_mean(np.bincount(family, weights=of_phase, minlength=families), 0.0, bias=0.004)
    sizes = np.bincount(family, minlength=families)
    # Reproductive values differ with phase and age; over stationary founders they average out to exp(λ t).
    assert_mean(sizes, math.exp(growth * 1800), bias=0.005 * math.exp(growth * 1800))


def test_live_cells_multiply_exponentially():
    """Mean e^(rt) and variance e^(rt)(e^(rt) - 1) of a Yule process."""
    families, r, t = 1000, 0.0432 / 60, 2000
    cells = grow_up(*cycling(families, live()), t)
    sizes = np.bincount(cells["custom"][:, 0].astype(int), minlength=families)
    expected = math.exp(r * t)
    assert_mean(sizes, expected, bias=r * 2.0 * r * t * expected)  # r dt of the exponent
    assert sizes.var() == pytest.approx(expected * (expected - 1), rel=0.3)


def test_one_division_per_cell_and_step():
    """The mean factor of a step is 2 - e^(-r dt), however long it is."""
    families, r, dt = 3000, 0.01, 30.0
    cells = grow_up(*cycling(families, live(number("r", r))), 60, dt)
    sizes = np.bincount(cells["custom"][:, 0].astype(int), minlength=families)
    assert_mean(sizes, (2 - math.exp(-r * dt)) ** 2)


def kinds_of(does: dict[str, float], n: int, **more):
    kinds = [cell(name, does=does if name == "a" else None, **more) for name in "abc"]
    compiled = compile_model(model(kinds, [], ["x"], shape=(1, 10, 10)))
    return compiled, laid_out(compiled, np.zeros(n), np.zeros(n))


@pytest.mark.parametrize(("to_b", "to_c"), [(0.3, 0.1), (0.9, 0.6), (0.0, 1.0)])
def test_daughters_are_of_another_kind_with_their_probability(to_b, to_c):
    """Beyond 1 in sum, the probabilities count in proportion."""
    n = 3000
    does = {"asymmetric division to b": to_b, "asymmetric division to c": to_c}
    compiled, state = kinds_of(does, n)
    apply_events(compiled, state, np.full(n, DIVIDE), state.cells["kind"], 6.0, SEED)
    cells, total = state.cells, max(1.0, to_b + to_c)
    assert np.all(cells["kind"][:n] == 0)
    expected = np.array([total - to_b - to_c, to_b, to_c]) / total
    found = np.bincount(cells["kind"][n:], minlength=3)
    assert np.all(found[expected < 1e-12] == 0)
    some = expected > 1e-12
    assert some.sum() == 1 or stats.chisquare(found[some], expected[some] * n).pvalue > 1e-3


def test_a_changed_daughter_has_the_network_and_cycle_of_its_new_kind():
    does = {"asymmetric division to b": 1.0}
    old = cell(
        "a", does=does, volume=standard_volume(), net=network([node("P", 0.2)]), cycle=flow_cytometry()
    )
    new = cell(
        "b",
        volume=standard_volume(),
        net=network([node("Q", 0.7)]),
        cycle=Cycle(phases=live().phases),
        modulations=(ramp("migration speed", 0.0, 1.0),),
        does={"migration speed": 4.0},
    )
    compiled = compile_model(model([old, new], []))
    state = laid_out(compiled, [0], [0])
    state.cells["phase"][:] = 2
    apply_events(compiled, state, np.array([DIVIDE]), np.array([0]), 6.0, SEED)
    cells = state.cells
    assert list(cells["kind"]) == [0, 1]
    assert list(cells["activity"][:, 0]) == [0.2, 0.7]
    assert list(cells["phase"]) == [2, 0]
    assert cells["volume"][:, :3].sum(axis=1) == pytest.approx([1247.0, 1247.0])  # the size is its mother's
    assert list(cells["behaviour"][:, 0]) == [0.0, 4.0]


@pytest.mark.parametrize("dt", [1.0, 12.0])
def test_changes_of_kind_compete_by_their_rates(device, dt):
    n = 3000
    compiled, state = kinds_of({"transform to b": 0.01, "transform to c": 0.03, "transform to a": 9.0}, n)
    _, kinds = device.cells.decide(compiled, state, np.zeros(n), dt, SEED)
    changed = kinds != 0
    assert stats.binomtest(int(changed.sum()), n, 1 - math.exp(-0.04 * dt)).pvalue > 1e-3
    assert stats.binomtest(int((kinds == 2).sum()), int(changed.sum()), 0.75).pvalue > 1e-3


def test_a_changed_cell_keeps_its_size_contents_and_history():
    compiled, state = kinds_of({}, 2, volume=standard_volume())
    cells = state.cells
    cells["volume"][0, :3] *= 1.3
    cells["copies"][:], cells["damage"][:], cells["birth"][:] = 7.0, 0.4, -5.0
    before = {name: array.copy() for name, array in cells.items()}
    apply_events(compiled, state, np.full(2, NOTHING), np.array([1, 0]), 6.0, SEED)
    assert list(state.cells["kind"]) == [1, 0]
    for name in ("id", "volume", "copies", "damage", "birth", "position"):
        np.testing.assert_array_equal(state.cells[name], before[name])


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_a_volume_is_gained_or_lost_with_the_kind(first, second):
    """A kind without a volume of its own has the radius of its kind; one with a volume starts at rest."""
    compiled = compile_model(model([cell("a"), cell("b", volume=standard_volume())], []))
    state = laid_out(compiled, [first], [0])
    apply_events(compiled, state, np.array([NOTHING]), np.array([second]), 6.0, SEED)
    assert state.cells["radius"][0] == pytest.approx([8.0, 8.412710547954228][second])
    if second == 1:
        assert state.cells["volume"][0, :3].sum() == pytest.approx(2494.0)


def test_numbers_of_ones_own_are_inherited_and_amounts_are_halved():
    own = (
        CustomDatum(name="level", value=number("level", 3.0)),
        CustomDatum(name="amount", value=number("amount", 8.0), conserved=True),
    )
    compiled = compile_model(model([cell("a", custom=own), cell("b")], []))
    state = laid_out(compiled, [0, 1], [0, 0])
    state.cells["custom"][:] = [[3.0, 8.0], [5.0, 6.0]]
    apply_events(compiled, state, np.array([DIVIDE, DIVIDE]), state.cells["kind"], 6.0, SEED)
    assert state.cells["custom"].tolist() == [[3.0, 4.0], [5.0, 6.0]] * 2  # in b it is not declared


def test_founders_draw_their_numbers_within_bounds():
    own = CustomDatum(name="drive", value=number("drive", 1.0), spread=0.5, low=0.5, high=2.0)
    kind = cell("a", custom=(own,), rate=0.0, takes=0.0)
    made = model([kind], [Placement(kind="a", pattern="dish", count=2000)], shape=(1, 1, 1), dish=True)
    found = simulate(made, duration="0 min").frame(0).cells["custom:drive"]
    assert found.min() >= 0.5
    assert found.max() <= 2.0
    law = stats.truncnorm(-1.0, 2.0, loc=1.0, scale=0.5)
    assert stats.kstest(found, law.cdf).pvalue > 1e-3


def test_damage_kills_as_its_hazard_says():
    """Damage d = t/min and death at κ d: survival exp(-κ Σ d Δt) over the steps, near exp(-κ t²/2)."""
    n, kappa = 2000, 1e-4
    kind = cell(
        "a",
        rate=0.0,
        takes=0.0,
        dead_time=1e6,
        modulations=(ramp("apoptosis", 0.0, 1.0, "damage", clipped=False),),
    )
    kind = type(kind)(
        **vars(kind)
        | {
            "behaviours": tuple(
                Behaviour(name=name, value=number(name, value))
                for name, value in (("apoptosis", kappa), ("damage rate", 1.0))
            )
        }
    )
    made = model([kind], [Placement(kind="a", pattern="dish", count=n)], shape=(1, 1, 1), dish=True)
    alive = simulate(made, duration="120 min", record_every="120 min", seed=3).frame(-1).cells["alive"].sum()
    damage = 12.0 * np.arange(10)  # sensed before a step adds to it
    assert stats.binomtest(int(alive), n, math.exp(-kappa * 12.0 * damage.sum())).pvalue > 1e-3
