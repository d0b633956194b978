"""Volumes of the living and the dead against an ODE solver; what a division makes of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from exocosm.engine.compiled import DIVIDE, NOTHING, compile_model
from exocosm.engine.compiled_cells import APOPTOTIC, NECROTIC
from exocosm.engine.laws.growth import response
from exocosm.engine.population import apply_events, kill
from exocosm.errors import InputError
from exocosm.model import (
    Cycle,
    Death,
    Phase,
    Remains,
    Volume,
    flow_cytometry,
    live,
    standard_apoptosis,
    standard_necrosis,
    standard_volume,
)

from .models import BACKENDS, laid_out
from .small_models import cell, model, number

TOTAL = 2494.0


def grown(n: int = 1, **more):
    """Cells of PhysiCell's default volume: F, N, C = 1870.5, 135, 488.5 µm³ at rest."""
    kind = cell("grown", **{"volume": standard_volume()} | more)
    compiled = compile_model(model([kind], []))
    return compiled, laid_out(compiled, np.zeros(n), np.zeros(n))


def course(parts, rates, aims, fraction, t):
    """Fluid, nuclear and cytoplasmic solid after t by an ODE solver; rates and aims in this order."""

    def slope(_, y):
        return [
            rates[0] * (fraction * y.sum() - y[0]),
            rates[1] * (aims[0] - y[1]),
            rates[2] * (aims[1] - y[2]),
        ]

    return solve_ivp(slope, (0.0, t), parts, method="LSODA", rtol=1e-10, atol=1e-8).y[:, -1]


@given(rate=st.floats(0, 50), decay=st.floats(0, 50), dt=st.floats(1e-3, 1e3))
def test_the_response_to_a_decaying_drive_is_a_difference_of_exponentials(rate, decay, dt):
    found = response(rate, decay, dt)
    if abs(rate - decay) * dt > 1e-3:
        expected = (math.exp(-decay * dt) - math.exp(-rate * dt)) / (rate - decay)
    else:
        expected = dt * math.exp(-0.5 * (rate + decay) * dt)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-300)


@settings(max_examples=30, deadline=None)
@given(
    rates=st.tuples(*[st.floats(0, 1)] * 3),
    fraction=st.floats(0, 0.95),
    sizes=st.tuples(*[st.floats(10, 5000)] * 3),
    aim=st.sampled_from([0.5, 1.0, 2.0]),
    dt=st.floats(0.1, 60),
)
def test_a_living_volume_solves_its_equations_for_any_step(rates, fraction, sizes, aim, dt):
    volume = Volume(
        total=number("V", TOTAL),
        fluid_fraction=number("f", fraction),
        nuclear=number("n", 540.0),
        fluid_rate=number("rF", rates[0]),
        nuclear_rate=number("rN", rates[1]),
        cytoplasmic_rate=number("rC", rates[2]),
    )
    compiled, _ = grown(volume=volume)
    aims = aim * compiled.lives.rest_volume[0, 1:3]
    expected = course(sizes, rates, aims, fraction, dt)
    for backend in BACKENDS:
        state = laid_out(compiled, [0], [0])
        state.cells["volume"][0, :3], state.cells["aim"][0] = sizes, aim
        backend.cells.grow(compiled, state, dt)
        np.testing.assert_allclose(state.cells["volume"][0, :3], expected, rtol=1e-6, atol=1e-5)
        total = state.cells["volume"][0, :3].sum()
        assert 4.0 / 3.0 * math.pi * state.cells["radius"][0] ** 3 == pytest.approx(total)


def test_a_cell_at_rest_stays_at_rest(device):
    compiled, state = grown(3)
    before = state.cells["volume"].copy()
    assert before[0, :3] == pytest.approx([1870.5, 135.0, 488.5])
    for _ in range(50):
        device.cells.grow(compiled, state, 6.0)
    np.testing.assert_allclose(state.cells["volume"], before, rtol=1e-12)
    assert state.cells["radius"] == pytest.approx(8.412710547954228)  # of a ball of 2494 µm³


def test_an_apoptotic_cell_shrinks_as_its_equations_say(device):
    compiled, state = grown(apoptosis=standard_apoptosis())
    parts = state.cells["volume"][0, :3].copy()
    kill(state, np.array([0]), APOPTOTIC)
    for step in range(1, 86):
        device.cells.grow(compiled, state, 6.0)
        if step in (1, 10, 85):
            expected = course(parts, (0.05, 0.35 / 60, 1 / 60), (0.0, 0.0), 0.0, 6.0 * step)
            np.testing.assert_allclose(state.cells["volume"][0, :3], expected, rtol=1e-6, atol=1e-5)
    assert not state.cells["lysed"][0]


@pytest.mark.parametrize("dt", [0.5, 6.0])
def test_a_necrotic_cell_swells_bursts_and_dries(device, dt):
    """It bursts in the step in which the solution passes twice the volume at death, and calcifies."""
    compiled, state = grown(necrosis=standard_necrosis())
    parts = state.cells["volume"][0, :3].copy()
    kill(state, np.array([0]), NECROTIC)
    rates, solid = (0.67 / 60, 0.13 / 60, 0.0032 / 60), (0.0, 0.0)

    def burst(_, y):
        return y.sum() - 2.0 * TOTAL

    burst.terminal = True

    def slope(_, y):
        return [rates[0] * (y[1] + y[2]), -rates[1] * y[1], -rates[2] * y[2]]

    found = solve_ivp(slope, (0, 1e4), parts, events=burst, method="LSODA", rtol=1e-10, atol=1e-8)
    at = math.ceil(found.t[-1] / dt)
    assert 400.0 < at * dt < 480.0
    for _ in range(at):
        assert not state.cells["lysed"][0]
        device.cells.grow(compiled, state, dt)
    assert state.cells["lysed"][0]
    expected = course(parts, rates, solid, 1.0, at * dt)
    np.testing.assert_allclose(state.cells["volume"][0, :3], expected, rtol=1e-6)
    for _ in range(100):
        device.cells.grow(compiled, state, dt)
    dried = course(expected, (0.05 / 60, *rates[1:]), solid, 0.0, 100 * dt)
    np.testing.assert_allclose(state.cells["volume"][0, :3], dried, rtol=1e-6)
    assert state.cells["volume"][0, 3] == pytest.approx(-math.expm1(-0.0042 / 60 * (at + 100) * dt))


def lifetime(compiled, state, device, how: int, dt: float = 6.0) -> tuple[float, float]:
    """Time [min] from death to rupture (0 without) and from there to removal."""
    kill(state, np.array([0]), how)
    steps, lysed = 0, 0
    while True:
        apply_events(compiled, state, np.full(state.n_cells, NOTHING), state.cells["kind"], dt, 1)
        if state.n_cells == 0:
            return lysed * dt, (steps - lysed) * dt
        device.cells.grow(compiled, state, dt)
        steps += 1
        if not lysed and state.cells["lysed"][0]:
            lysed = steps


def test_remains_are_gone_after_their_time():
    compiled, state = grown(apoptosis=standard_apoptosis())
    assert lifetime(compiled, state, BACKENDS[1], APOPTOTIC) == (0.0, 516.0)


def test_the_time_of_the_burst_counts_from_the_burst():
    remains = standard_necrosis().remains
    compiled, state = grown(necrosis=Death(duration=number("short", 600.0), remains=remains))
    swelling, rest = lifetime(compiled, state, BACKENDS[1], NECROTIC)
    assert 400.0 < swelling < 480.0
    assert rest == 600.0


def test_remains_without_a_volume_do_not_wait_to_burst():
    compiled, state = grown(volume=None, necrosis=standard_necrosis())
    assert lifetime(compiled, state, BACKENDS[1], NECROTIC, 600.0) == (0.0, 86400.0)


@settings(max_examples=20)
@given(sizes=st.tuples(*[st.floats(1e-3, 1e5)] * 3), aim=st.floats(0.1, 8.0))
def test_division_halves_the_volume_exactly(sizes, aim):
    compiled, state = grown(2, cycle=live())
    cells = state.cells
    cells["volume"][0], cells["aim"][0] = [*sizes, 0.25], aim
    before = cells["volume"][0].copy()
    apply_events(compiled, state, np.array([DIVIDE, NOTHING]), cells["kind"], 6.0, 1)
    cells = state.cells
    mother, other, daughter = cells["volume"]
    np.testing.assert_array_equal(mother[:3] + daughter[:3], before[:3])
    np.testing.assert_array_equal(mother, daughter)
    assert mother[3] == 0.25
    assert other[:3].sum() == pytest.approx(TOTAL)
    assert list(cells["aim"]) == [aim / 2, 1.0, aim / 2]
    assert cells["radius"][0] == pytest.approx((before[:3].sum() / 2 * 0.75 / math.pi) ** (1 / 3))


def test_a_growing_cell_doubles_before_it_divides(device):
    """In flow cytometry's phases the aim doubles on entering S; both daughters end up at rest again."""
    compiled, state = grown(cycle=flow_cytometry())
    state.cells["aim"][:] = 2.0
    for _ in range(400):
        device.cells.grow(compiled, state, 6.0)
    assert state.cells["volume"][0, :3] == pytest.approx([3741.0, 270.0, 977.0], rel=1e-3)
    apply_events(compiled, state, np.array([DIVIDE]), state.cells["kind"], 6.0, 1)
    assert state.cells["volume"][:, :3].sum(axis=1) == pytest.approx(TOTAL, rel=1e-3)
    assert list(state.cells["aim"]) == [1.0, 1.0]


@pytest.mark.parametrize(("start", "aim"), [(0, 1.0), (1, 2.0), (2, 2.0)])
def test_founders_between_growth_and_division_aim_at_twice_their_size(start, aim):
    """Else their daughters would aim at half for ever."""
    _, state = grown(cycle=Cycle(phases=flow_cytometry().phases, start=start))
    assert state.cells["aim"][0] == aim


def test_cycles_that_never_grow_or_always_do_start_at_their_size():
    never = Cycle(phases=(Phase(name="p", rate=number("r", 1.0), divides=True),))
    assert grown(cycle=never)[1].cells["aim"][0] == 1.0
    assert grown(cycle=live())[1].cells["aim"][0] == 1.0


def test_remains_with_impossible_numbers_are_refused():
    numbers = dict.fromkeys(
        ("fluid_rate", "lysed_fluid_rate", "cytoplasmic_rate", "nuclear_rate", "calcification_rate"),
        number("zero", 0.0),
    )
    with pytest.raises(InputError, match="rupture"):
        Remains(**numbers, rupture=number("r", 0.0))
    with pytest.raises(InputError, match="nuclear_rate"):
        Remains(**numbers | {"nuclear_rate": number("n", -1.0)}, rupture=number("r", 2.0))
