"""Cells: cargo kept up, chances of division, death, change of state and killing by a drug."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.compiled import (
    DEATH,
    DIE,
    DIVIDE,
    DIVISION,
    DRUG_TOLERANCE,
    POLARISATION,
    RATES,
    compile_model,
)
from exocosm.engine.laws import phenotype as laws
from exocosm.model import Cycle, DrugKill, Necrosis, Polarisation

from .models import BACKENDS, assert_same, laid_out, random_model, twins
from .small_models import cargo, cell, drug_field, model, number, oxygen

N = 5000
SEED = 8


def population(kind, n=N, cargoes=()):
    fields = (oxygen(clamped=True, boundary=None), drug_field())
    compiled = compile_model(model([kind], [], cargoes, shape=(1, 1, 1), dish=True, fields=fields))
    return compiled, laid_out(compiled, np.zeros(n), np.zeros(n))


def decided(device, compiled, state, *, oxygen=38.0, drug=0.0, dt=6.0, **ln_factors):
    """Events of one step; keywords name rates and give the ln of their factor."""
    exponents = np.zeros((state.n_cells, len(RATES)))
    for name, value in ln_factors.items():
        exponents[:, RATES[name]] = value
    n = state.n_cells
    return device.cells.decide(
        compiled, state, np.full(n, float(oxygen)), np.full(n, float(drug)), exponents, dt, SEED
    )


def assert_share(count: int, probability: float, n: int = N) -> None:
    assert stats.binomtest(int(count), n, probability).pvalue > 1e-3


def growing(**more):
    cycle = Cycle(
        rate=number("division", 0.02, "1/min"),
        oxygen_stop=number("stop", 5.0),
        oxygen_full=number("full", 38.0),
    )
    return cell("growing", rate=0.0, takes=0.0, **{"cycle": cycle, **more})


def killed(half_kill=0.2, hill=2.0):
    kill = DrugKill(drug="drug", half_kill=number("half", half_kill), hill=number("hill", hill))
    return growing(drug_kill=kill)


# --- laws


@given(st.floats(0, 100), st.floats(0, 50), st.floats(0.1, 50))
def test_oxygen_laws_are_ramps_between_their_ends(oxygen, low, width):
    high = low + width
    assert laws.hypoxia_signal(low, high, low) == laws.oxygen_share(high, low, high) == 1.0
    assert laws.hypoxia_signal(high, high, low) == laws.oxygen_share(low, low, high) == 0.0
    assert laws.hypoxia_signal(oxygen, high, low) == pytest.approx(1.0 - laws.oxygen_share(oxygen, low, high))
    inside = min(max(oxygen, low), high)
    assert laws.oxygen_share(oxygen, low, high) == pytest.approx((inside - low) / width, abs=1e-9)
    assert laws.necrosis_rate(oxygen, high, low, 0.3) == pytest.approx(
        0.3 * (high - inside) / width, abs=1e-9
    )


def test_killing_is_a_hill_curve_moved_by_tolerance():
    assert laws.kill_probability(0.0, 0.1, 2.0, 1.0) == 0.0
    assert laws.kill_probability(0.1, 0.1, 2.0, 1.0) == 0.5
    assert laws.kill_probability(0.3, 0.1, 2.0, 1.0) == pytest.approx(0.9)
    assert laws.kill_probability(0.3, 0.1, 2.0, 3.0) == pytest.approx(0.5)
    assert laws.kill_probability(5.0, math.inf, 1.0, 1.0) == 0.0


# --- cargo


@given(start=st.floats(0, 1e5), rest=st.floats(0, 1e4), loss=st.floats(1e-6, 1.0), dt=st.floats(1e-3, 1e4))
@settings(max_examples=30)
def test_cargo_returns_to_rest_exponentially(start, rest, loss, dt):
    kind = cell("any", rate=0.0, holds={"a": rest})
    compiled, state = population(kind, 3, [cargo("a", loss)])
    state.cells["alive"][2] = False
    state.cells["copies"][:, 0] = [start, rest, start]
    expected = rest + (start - rest) * math.exp(-loss * dt)
    for backend, mine in zip(BACKENDS, twins(state), strict=True):
        backend.cells.keep_cargo(compiled, mine, dt)
        assert mine.cells["copies"][0, 0] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert mine.cells["copies"][1, 0] == pytest.approx(rest, rel=1e-12)
        assert mine.cells["copies"][2, 0] == start  # the dead keep what they had


def test_cargo_without_loss_gathers_linearly(device):
    compiled, state = population(cell("any", rate=0.0), 1, [cargo("a", 0.0)])
    state.production[:] = 0.25
    device.cells.keep_cargo(compiled, state, 8.0)
    assert state.cells["copies"][0, 0] == pytest.approx(2.0, rel=1e-12)


def test_production_covers_loss_and_export(device):
    """An exporter is at rest: what a step produces is what it loses and, on average, sends away."""
    kind = cell("donor", sends={"a": 0.5}, holds={"a": 200.0}, rate=4.0)
    compiled, _ = population(kind, 1, [cargo("a", 0.01)])
    assert compiled.production[0, 0] == pytest.approx(200.0 * 0.01 + 4.0 * 0.5, rel=1e-12)


# --- fate


@pytest.mark.parametrize("ln_factor", [-0.7, 0.0, 0.9])
def test_division_has_its_probability(device, ln_factor):
    compiled, state = population(growing())
    events = decided(device, compiled, state, oxygen=30.0, division=ln_factor)
    rate = 0.02 * 25.0 / 33.0 * math.exp(ln_factor)
    assert_share((events == DIVIDE).sum(), 1.0 - math.exp(-rate * 6.0))
    assert not (events == DIE).any()


@pytest.mark.parametrize(("oxygen_level", "ln_factor"), [(38.0, 0.0), (38.0, 1.0), (3.0, 0.0), (1.0, -1.0)])
def test_death_adds_necrosis_and_apoptosis(device, oxygen_level, ln_factor):
    necrosis = Necrosis(
        oxygen_start=number("start", 5.0), oxygen_max=number("max", 2.5), rate_max=number("most", 0.02)
    )
    kind = growing(cycle=None, necrosis=necrosis, apoptosis=number("apoptosis", 0.01))
    compiled, state = population(kind)
    events = decided(device, compiled, state, oxygen=oxygen_level, death=ln_factor)
    rate = 0.01 * math.exp(ln_factor) + {38.0: 0.0, 3.0: 0.8, 1.0: 1.0}[oxygen_level] * 0.02
    assert_share((events == DIE).sum(), 1.0 - math.exp(-rate * 6.0))


def test_dead_cells_decide_nothing(device):
    compiled, state = population(growing(apoptosis=number("apoptosis", 10.0)))
    state.cells["alive"][::2] = False
    events = decided(device, compiled, state, dt=600.0)
    assert not events[::2].any()
    assert np.all(events[1::2] == DIE)


@pytest.mark.parametrize("ln_tolerance", [0.0, math.log(2.0)])
def test_lesions_kill_at_division_with_their_probability(device, ln_tolerance):
    """Everyone would divide; lesions 0.1 + 0.2 against 0.2 with Hill coefficient 2."""
    compiled, state = population(killed())
    state.cells["lesions"][:] = 0.1
    events = decided(device, compiled, state, drug=0.2, dt=1e5, drug_tolerance=ln_tolerance)
    assert state.cells["lesions"] == pytest.approx(0.3)
    assert set(events) == {DIVIDE, DIE}
    assert_share((events == DIE).sum(), 1.0 / (1.0 + (math.exp(ln_tolerance) * 0.2 / 0.3) ** 2))


def test_lesions_alone_kill_nobody_who_does_not_divide(device):
    compiled, state = population(killed(half_kill=1e-9))
    events = decided(device, compiled, state, oxygen=5.0, drug=100.0)
    assert not events.any()


@pytest.mark.parametrize("ln_factor", [0.0, 0.8])
def test_polarisation_changes_at_its_rates(device, ln_factor):
    """A phenotype multiplies the way forward and divides the way back."""
    kind = growing(
        cycle=None, polarisation=Polarisation(forward=number("f", 0.02), backward=number("b", 0.05))
    )
    compiled, state = population(kind)
    state.cells["polarised"][: N // 2] = True
    decided(device, compiled, state, polarisation=ln_factor)
    change = math.exp(ln_factor)
    back, forth = ~state.cells["polarised"][: N // 2], state.cells["polarised"][N // 2 :]
    assert_share(back.sum(), 1.0 - math.exp(-0.05 / change * 6.0), N // 2)
    assert_share(forth.sum(), 1.0 - math.exp(-0.02 * change * 6.0), N // 2)


def test_hypoxia_follows_oxygen(device):
    """From 0 at 15 mmHg to 1 at 4 mmHg."""
    compiled, state = population(growing(), 4)
    exponents, oxygen_levels = np.zeros((4, len(RATES))), np.array([38.0, 15.0, 9.5, 1.0])
    device.cells.decide(compiled, state, oxygen_levels, np.zeros(4), exponents, 1e-9, SEED)
    assert state.cells["hypoxia"] == pytest.approx([0.0, 0.0, 0.5, 1.0])


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), dt=st.floats(0.1, 1000.0))
def test_back_ends_decide_alike(seed, dt):
    compiled = compile_model(random_model(seed, "tissue"))
    rng = np.random.default_rng(seed)
    n = 60
    state = laid_out(compiled, rng.integers(0, len(compiled.kinds), n), np.zeros(n))
    state.step = int(rng.integers(10**6))
    state.cells["alive"], state.cells["polarised"] = rng.random(n) < 0.9, rng.random(n) < 0.5
    state.cells["lesions"] = rng.random(n)
    state.cells["copies"] *= 10.0 ** rng.uniform(-2, 2, state.cells["copies"].shape)
    oxygen_levels, drug = rng.uniform(0, 40, n), rng.random(n) * 0.1
    exponents = rng.normal(0.0, 1.0, (n, len(RATES)))
    pair, events = twins(state), []
    for backend, mine in zip(BACKENDS, pair, strict=True):
        backend.cells.keep_cargo(compiled, mine, dt)
        events.append(backend.cells.decide(compiled, mine, oxygen_levels, drug, exponents, dt, seed))
    np.testing.assert_array_equal(*events)
    assert_same(*pair)


def test_rates_have_their_places():
    assert [DIVISION, DEATH, POLARISATION, DRUG_TOLERANCE] == list(RATES.values()) == [0, 1, 2, 3]
    kind = replace(killed(), dead_time=number("dead", 30.0))
    compiled, _ = population(kind, 1)
    assert compiled.drug_kill[0] == pytest.approx([0.2, 2.0])
    assert (compiled.drug_field[0], compiled.dead_time[0]) == (1, 30.0)
