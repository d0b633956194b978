"""Fields in a run: each by its scheme, exchange with cells, books, several fields at once."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine import simulate
from exocosm.engine.backends import get_backend
from exocosm.engine.compiled import compile_model
from exocosm.engine.exchange import CellExchange, cell_exchange
from exocosm.engine.solutes import Solutes, solute_residuals
from exocosm.engine.start import start
from exocosm.errors import RunError
from exocosm.model import (
    AutomaticStep,
    Boundaries,
    Face,
    FaceFlow,
    Field,
    FixedStep,
    Flow,
    Hindrance,
    Pattern,
    Placement,
    fixed_everywhere,
)

from .models import BACKENDS, arrays, laid_out
from .small_models import cell, model, number, oxygen

SHAPE = (2, 5, 6)
VOXELS = 60


def field(name, **more) -> Field:
    made = {
        "unit": "mmol/L",
        "diffusion": number(f"D {name}", 300.0, "um**2/min"),
        "loss": number(f"loss {name}", 0.02, "1/min"),
        "initial": number(f"start {name}", 1.0, "mmol/L"),
        "scheme": "conservative",
    }
    return Field(name=name, **{**made, **more})


def compiled_with(fields, shape=SHAPE):
    still = cell("still", rate=0.0, takes=0.0, breathes=any(f.name == "oxygen" for f in fields))
    placed = [Placement(kind="still", pattern="scattered", count=0)]
    return compile_model(model([still], placed, shape=shape, fields=tuple(fields)))


def exchanged(compiled, n, **given) -> CellExchange:
    none = np.zeros((n, len(compiled.fields)))
    return CellExchange(
        **{name: tuple(given.get(name, none).T) for name in ("uptake", "secretion", "target", "export")}
    )


def advanced(compiled, state, dt, backend="cpu", exchange=None, times=1):
    solutes = Solutes(compiled, get_backend(backend), 1e-8)
    for _ in range(times):
        state.step += 1
        found = solutes.follow(state, dt, exchange)
        solutes.settle(state, exchange)
        state.time += dt
    return found


def all_sorts():
    """One field of each scheme, faces of each kind, hindrance, flow, a clamped one."""
    fibres = field(
        "matrix",
        unit="1",
        initial=number("fibres", 0.1, "1"),
        clamped=True,
        pattern=Pattern(factors=tuple(np.linspace(0.0, 3.0, VOXELS)), source="made up for a test"),
    )
    hindrance = Hindrance(
        by="matrix", solute_radius=number("r", 0.04, "um"), fibre_radius=number("r_f", 0.02, "um")
    )
    some_open = Boundaries(
        x_low=Face(kind="open"), y_high=Face(kind="fixed", value=number("edge", 2.0, "mmol/L"))
    )
    return (
        oxygen(boundary=30.0),
        replace(fibres),
        field("glucose", scheme="adi", step=AutomaticStep(tolerance=number("tol", 1e-3, "mmol/L")),
              boundaries=fixed_everywhere(number("glucose edge", 5.0, "mmol/L")), hindrance=hindrance),
        field("lactate", scheme="adi", step=FixedStep(length=number("dt", 0.5, "min"))),
        field("factor", boundaries=some_open, hindrance=hindrance, step=FixedStep(length=number("dt2", 2.0))),
        field("drug", boundaries=Boundaries(x_high=Face(kind="open")),
              flow=Flow(x=number("vx", 9.0), y=number("vy", 0.0), z=number("vz", -2.0))),
    )  # fmt: skip


@pytest.fixture(scope="module")
def mixed():
    compiled = compiled_with(all_sorts())
    rng = np.random.default_rng(1)
    state = laid_out(compiled, np.zeros(8, int), rng.integers(0, VOXELS, 8))
    exchange = exchanged(compiled, 8, **{k: rng.random((8, 6)) for k in ("uptake", "secretion", "target")})
    exchange = replace(exchange, export=tuple((rng.random((8, 6)) * 1e3).T))
    return compiled, state, exchange


def test_back_ends_follow_all_schemes_alike(mixed):
    compiled, state, exchange = mixed
    states = [copy.deepcopy(state) for _ in BACKENDS]
    for one, backend in zip(states, ("reference", "cpu"), strict=True):
        advanced(compiled, one, 6.0, backend, exchange, times=2)
    for (name, a), (_, b) in zip(arrays(states[0]), arrays(states[1]), strict=True):
        if a.dtype.kind == "f":  # the steady field is solved to 1e-8
            rtol = 1e-9 if name == "fields.solute" else 1e-11
            np.testing.assert_allclose(b, a, rtol=rtol, atol=rtol * np.abs(a).max(initial=0.0), err_msg=name)


def test_books_of_conservative_fields_close(mixed):
    compiled, state, exchange = copy.deepcopy(mixed)
    advanced(compiled, state, 6.0, "cpu", exchange, times=5)
    residuals = solute_residuals(compiled, state)
    assert np.isnan(residuals).tolist() == [True, True, True, True, False, False]
    assert np.abs(residuals[4:]).max() < 1e-12
    assert state.solute_books["left"][4, 4] > 0.0 and state.solute_books["entered"][4, 3] > 0.0
    assert state.solute_books["left"][5, 5] > state.solute_books["left"][5, 4] == 0.0
    assert state.solute_books["taken"][5] > 0.0 and state.solute_books["given"][5] > 0.0


def test_a_restart_from_a_copied_state_gives_the_same_bits(mixed):
    compiled, state, exchange = copy.deepcopy(mixed)
    solutes = Solutes(compiled, get_backend("cpu"), 1e-8)
    solutes.follow(state, 6.0, exchange)
    solutes.settle(state, exchange)
    assert state.fields["solute_step"][2] > 0.0
    again = copy.deepcopy(state)
    solutes.follow(state, 6.0, exchange)
    solutes.settle(state, exchange)
    advanced(compiled, again, 6.0, "cpu", exchange)
    for (name, a), (_, b) in zip(arrays(state), arrays(again), strict=True):
        assert a.tobytes() == b.tobytes(), name


@given(
    secretion=st.floats(0.0, 100.0),
    uptake=st.floats(0.0, 100.0),
    target=st.floats(0.0, 10.0),
    dt=st.floats(0.1, 60.0),
)
@settings(deadline=None, max_examples=30)
def test_one_voxel_exchanges_as_the_exponential_says(secretion, uptake, target, dt):
    """du/dt = f (S (u* - u) - U u) with f the share of the voxel that the cell fills."""
    compiled = compiled_with([field("drug", loss=number("none", 0.0))], shape=(1, 1, 1))
    state = laid_out(compiled, [0], [0])
    given_in = exchanged(
        compiled,
        1,
        secretion=np.array([[secretion]]),
        uptake=np.array([[uptake]]),
        target=np.array([[target]]),
    )
    advanced(compiled, state, dt, "cpu", given_in)
    share = 4.0 / 3.0 * np.pi * 8.0**3 / 20.0**3
    rate = share * (secretion + uptake)
    level = share * secretion * target / rate if rate > 0 else 1.0
    expected = level + (1.0 - level) * np.exp(-rate * dt)
    assert state.fields["solute"][0, 0, 0, 0] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert abs(solute_residuals(compiled, state)[0]) < 1e-12


def test_secretion_towards_a_target_settles_alike_by_every_scheme():
    """Steady, ADI and conservative transport end at the same field: S (u* - u) = loss and outflow."""
    found = []
    step = FixedStep(length=number("dt", 0.02))
    edges = fixed_everywhere(number("edge", 0.5, "mmol/L"))
    for scheme, more in (("steady", {}), ("adi", {"step": step}), ("conservative", {"step": step})):
        compiled = compiled_with([field("factor", scheme=scheme, boundaries=edges, **more)], shape=(1, 4, 5))
        state = laid_out(compiled, [0, 0], [7, 12])
        given_in = exchanged(compiled, 2, secretion=np.full((2, 1), 5.0), target=np.full((2, 1), 3.0))
        advanced(compiled, state, 200.0, "cpu", given_in)
        found.append(state.fields["solute"][0])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-7)
    # Split exchange and transport: an error of the order of dt · rates, here 0.02 · (1.3 + 4 · 0.75).
    np.testing.assert_allclose(found[2], found[0], rtol=0.05)


def test_oxygen_is_the_field_of_that_name():
    compiled = compiled_with([oxygen(), field("growth factor", scheme="steady")])
    state = laid_out(compiled, [0, 0], [3, 30])
    uptake = cell_exchange(compiled, state).uptake
    assert uptake[0].tolist() == [10.0, 10.0] and not uptake[1].any()
    assert compiled.oxygen == 0


def test_every_cell_of_a_crowded_voxel_counts_in_full():
    compiled = compiled_with([oxygen()])
    state = laid_out(compiled, [0] * 20, [7] * 20)
    sink, source = Solutes(compiled, get_backend("cpu"), 1e-4)._exchange(
        state, 0, cell_exchange(compiled, state)
    )
    volume = 20 * 4.0 / 3.0 * np.pi * 8.0**3
    assert sink.reshape(-1)[7] == pytest.approx(10.0 * volume / compiled.model.domain.voxel_volume)
    assert np.count_nonzero(sink) == 1 and not source.any()


def test_fibres_slow_what_they_hinder():
    factors = tuple(np.repeat([0.0, 1.0], 15))
    matrix = field("matrix", unit="1", initial=number("fibres", 0.2, "1"), clamped=True,
                   pattern=Pattern(factors=factors, source="test"))  # fmt: skip
    hindrance = Hindrance(by="matrix", solute_radius=number("r", 0.05), fibre_radius=number("r_f", 0.02))
    peak = Pattern(factors=tuple(float(i in (7, 22)) for i in range(30)), source="test")
    moving = field("factor", hindrance=hindrance, loss=number("none", 0.0), pattern=peak)
    compiled = compiled_with([matrix, moving], shape=(1, 1, 30))
    state = start(compiled, 1)
    advanced(compiled, state, 5.0)
    free, among_fibres = state.fields["solute"][1, 0, 0, [7, 22]]
    assert among_fibres > 1.5 * free
    state.fields["solute"][0] = 1.5
    with pytest.raises(RunError, match="`matrix`.*`factor`.*share"):
        advanced(compiled, state, 5.0)


def test_a_steady_field_that_can_only_fill_up_is_said():
    compiled = compiled_with([field("factor", scheme="steady", loss=number("none", 0.0))])
    state = laid_out(compiled, [0], [3])
    with pytest.raises(RunError, match="`factor` reached no steady state"):
        advanced(compiled, state, 6.0, exchange=exchanged(compiled, 1, export=np.ones((1, 1))))


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 7), (1, 6, 1), (5, 1, 1)])
def test_small_domains_without_cells_and_empty_fields_run(shape):
    zero = number("zero", 0.0, "mmol/L")
    n = int(np.prod(shape))
    faces = {
        f"across_{axis}": (0.0,) * (n // along * (along + 1))
        for axis, along in zip("zyx", shape, strict=True)
    }
    fields = (
        oxygen(),
        field("adi", scheme="adi", initial=zero, step=AutomaticStep(tolerance=number("tol", 1e-3))),
        field("sum", initial=zero, boundaries=Boundaries.everywhere(Face(kind="open"))),
        field("flowing", flow=FaceFlow(**faces, source="test")),
    )
    still = cell("still", rate=0.0, takes=0.0)
    made = model([still], [Placement(kind="still", pattern="scattered", count=0)], shape=shape, fields=fields)
    frame = simulate(made, duration="12 min", record_every="6 min").frame(-1)
    assert not frame.fields["adi"].any() and not frame.fields["sum"].any()
    np.testing.assert_allclose(frame.fields["flowing"], np.exp(-0.02 * 12.0), rtol=1e-12)


@pytest.mark.parametrize("backend", ["reference", "cpu"])
def test_the_split_scheme_decays_and_holds_as_other_programs_do(backend):
    """Without neighbours that differ, each step divides by (1 + dt λ/2)² in a plane; a held rim stays."""
    loose = field(
        "loose", initial=number("start", 3.0), scheme="lod", step=FixedStep(length=number("dt", 0.05))
    )
    rim = fixed_everywhere(number("rim", 7.0))
    held = field("held", scheme="lod", step=FixedStep(length=number("dt", 0.05)), boundaries=rim)
    compiled = compiled_with([loose, held], shape=(1, 5, 6))
    state = laid_out(compiled, [], [])
    advanced(compiled, state, 1.0, backend)
    factor = (1.0 + 0.05 * compiled.fields[0].loss / 2.0) ** (-2 * 20)
    np.testing.assert_allclose(state.fields["solute"][0], 3.0 * factor, rtol=1e-12)
    assert (state.fields["solute"][1, 0, [0, -1]] == 7.0).all()
    assert (state.fields["solute"][1, 0, :, [0, -1]] == 7.0).all()
