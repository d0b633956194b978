"""Cells: cargo kept up, chances of division, death, change of state and killing by a drug."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.compiled import DIE, DIVIDE, NOTHING, STARVE, compile_model
from exocosm.engine.laws import phenotype as laws
from exocosm.engine.start import sense_oxygen
from exocosm.model import DrugKill, Polarisation, live

from .models import BACKENDS, assert_same, laid_out, random_model, twins
from .small_models import cargo, cell, drug_field, model, number, oxygen

N = 5000
SEED = 8


def population(kind, n=N, cargoes=()):
    fields = (oxygen(clamped=True, boundary=None), drug_field())
    compiled = compile_model(model([kind], [], cargoes, shape=(1, 1, 1), dish=True, fields=fields))
    return compiled, laid_out(compiled, np.zeros(n), np.zeros(n))


def decided(device, compiled, state, *, drug=0.0, dt=6.0):
    """Events of one step."""
    return device.cells.decide(compiled, state, np.full(state.n_cells, float(drug)), dt, SEED)[0]


def assert_share(count: int, probability: float, n: int = N) -> None:
    assert stats.binomtest(int(count), n, probability).pvalue > 1e-3


def growing(rate=0.02, **more):
    return cell("growing", rate=0.0, takes=0.0, **{"cycle": live(number("division", rate, "1/min")), **more})


def killed(half_kill=0.2, hill=2.0, **more):
    kill = DrugKill(drug="drug", half_kill=number("half", half_kill), hill=number("hill", hill))
    return growing(drug_kill=kill, **more)


# --- laws


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


@pytest.mark.parametrize("rate", [0.005, 0.02, 0.1])
def test_division_has_its_probability(device, rate):
    compiled, state = population(growing(rate))
    events = decided(device, compiled, state)
    assert_share((events == DIVIDE).sum(), 1.0 - math.exp(-rate * 6.0))
    assert set(events) == {DIVIDE, NOTHING}


@pytest.mark.parametrize(("apoptosis", "necrosis"), [(0.01, 0.0), (0.0, 0.02), (0.03, 0.01)])
def test_death_adds_necrosis_and_apoptosis(device, apoptosis, necrosis):
    compiled, state = population(growing(cycle=None, does={"apoptosis": apoptosis, "necrosis": necrosis}))
    events = decided(device, compiled, state)
    total = apoptosis + necrosis
    assert_share((events != NOTHING).sum(), 1.0 - math.exp(-total * 6.0))
    assert_share((events == STARVE).sum(), necrosis / total, (events != NOTHING).sum())


def test_dead_cells_decide_nothing(device):
    compiled, state = population(growing(does={"apoptosis": 10.0}))
    state.cells["alive"][::2] = False
    events = decided(device, compiled, state, dt=600.0)
    assert not events[::2].any()
    assert np.all(events[1::2] == DIE)


@pytest.mark.parametrize("tolerance", [1.0, 2.0])
def test_lesions_kill_at_division_with_their_probability(device, tolerance):
    """Everyone would divide; lesions 0.1 + 0.2 against 0.2 with Hill coefficient 2."""
    compiled, state = population(killed(does={"drug tolerance": tolerance}))
    state.cells["lesions"][:] = 0.1
    events = decided(device, compiled, state, drug=0.2, dt=1e5)
    assert state.cells["lesions"] == pytest.approx(0.3)
    assert set(events) == {DIVIDE, DIE}
    assert_share((events == DIE).sum(), 1.0 / (1.0 + (tolerance * 0.2 / 0.3) ** 2))


def test_lesions_alone_kill_nobody_who_does_not_divide(device):
    compiled, state = population(killed(half_kill=1e-9, cycle=live(number("division", 0.0))))
    events = decided(device, compiled, state, drug=100.0)
    assert not events.any()


@pytest.mark.parametrize("change", [1.0, 2.2])
def test_polarisation_changes_at_its_rates(device, change):
    """The behaviour multiplies the way forward and divides the way back."""
    kind = growing(
        cycle=None,
        does={"polarisation": change},
        polarisation=Polarisation(forward=number("f", 0.02), backward=number("b", 0.05)),
    )
    compiled, state = population(kind)
    state.cells["polarised"][: N // 2] = True
    decided(device, compiled, state)
    back, forth = ~state.cells["polarised"][: N // 2], state.cells["polarised"][N // 2 :]
    assert_share(back.sum(), 1.0 - math.exp(-0.05 / change * 6.0), N // 2)
    assert_share(forth.sum(), 1.0 - math.exp(-0.02 * change * 6.0), N // 2)


def test_hypoxia_follows_oxygen():
    """From 0 at 15 mmHg to 1 at 4 mmHg; the dead keep what they had."""
    compiled, state = population(growing(), 5)
    state.cells["alive"][4] = False
    sense_oxygen(compiled, state, np.array([38.0, 15.0, 9.5, 1.0, 1.0]))
    assert state.cells["hypoxia"] == pytest.approx([0.0, 0.0, 0.5, 1.0, 0.0])


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
    state.cells["activity"] = rng.random(state.cells["activity"].shape)
    signals = rng.uniform(0, 40, (n, len(compiled.behaviours.signals)))
    drug = rng.random(n) * 0.1
    pair, events = twins(state), []
    for backend, mine in zip(BACKENDS, pair, strict=True):
        backend.cells.keep_cargo(compiled, mine, dt)
        backend.cells.behave(compiled, mine, signals)
        events.append(backend.cells.decide(compiled, mine, drug, dt, seed))
    np.testing.assert_array_equal(*events)
    assert_same(*pair)
