"""A changing population: identity, shares of daughters, remains, and rest through divisions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.compiled import DIE, DIVIDE, NOTHING, compile_model
from exocosm.engine.population import apply_events
from exocosm.engine.start import apply_event
from exocosm.model import AddCopies, Endogenous

from .models import laid_out, random_model
from .small_models import cargo, cell, model, number

SEED = 5


def donors(n: int, *, factor: float = 1.0, shape=(1, 10, 10), dead_time: float = 60.0):
    """An exporter: 200 copies at rest, lost at 0.01/min, and 0.5 copies with each of 4 vesicles a minute."""
    kind = cell("donor", sends={"a": 0.5}, holds={"a": 200.0}, rate=4.0, dead_time=dead_time)
    amount = Endogenous(cargo="a", copies=kind.endogenous[0].copies, production_factor=number("kd", factor))
    kind = replace(kind, endogenous=(amount,))
    compiled = compile_model(model([kind], [], [cargo("a", 0.01)], shape=shape))
    state = laid_out(compiled, np.zeros(n), np.zeros(n))
    state.cells["position"][:] = 50.0
    return compiled, state


def divide(compiled, state, events=None):
    events = np.full(state.n_cells, DIVIDE) if events is None else np.asarray(events)
    apply_events(compiled, state, events, state.cells["kind"], 6.0, SEED)
    return state.cells


@pytest.mark.parametrize("factor", [0.0, 0.3, 1.0])
def test_daughters_of_a_cell_at_rest_are_at_rest(factor):
    """Export is part of rest: neither the exporter nor a knock-down of it may jump at division."""
    compiled, state = donors(3, factor=factor)
    cells = divide(compiled, state)
    assert cells["copies"][:, 0] == pytest.approx(np.full(6, 200.0 * factor), rel=1e-12)


def test_cargo_that_is_never_lost_stays_at_rest_as_well():
    kind = cell("keeper", rate=0.0, holds={"a": 30.0})
    compiled = compile_model(model([kind], [], [cargo("a", 0.0)]))
    assert np.all(divide(compiled, laid_out(compiled, [0, 0], [0, 0]))["copies"] == 30.0)


def test_what_exceeds_rest_is_shared_out_and_so_are_lesions():
    compiled, state = donors(2)
    state.cells["copies"][:, 0] = [260.0, 150.0]
    state.cells["lesions"][:] = [0.4, 0.0]
    cells = divide(compiled, state)
    assert cells["copies"][:, 0] == pytest.approx([230.0, 175.0, 230.0, 175.0])
    assert list(cells["lesions"]) == [0.2, 0.0, 0.2, 0.0]


def test_a_held_mimic_is_held_in_both_daughters():
    compiled, state = donors(1)
    mimic = AddCopies(cargo="a", recipient="donor", copies=number("mimic", 500.0), held=True)
    apply_event(compiled, state, mimic)
    assert state.cells["copies"][0, 0] == 700.0
    assert divide(compiled, state)["copies"][:, 0] == pytest.approx([700.0, 700.0])


def test_the_tally_of_what_was_taken_is_split_and_kept():
    compiled, state = donors(3)
    state.cells["taken"][:, 0] = [0, 7, 8]
    state.cells["delivered"][:, 0] = [1.0, 5.0, 6.0]
    cells = divide(compiled, state)
    for name, before in (("taken", [0, 7, 8]), ("delivered", [1, 5, 6])):
        mothers, daughters = cells[name][:3, 0], cells[name][3:, 0]
        assert list(mothers + daughters) == before
        assert np.all(np.abs(mothers - daughters) <= 1)
        assert np.all(cells[name] == np.round(cells[name]))


@pytest.mark.parametrize(("shape", "axes"), [((1, 10, 10), 2), ((10, 10, 10), 3)])
def test_daughters_lie_side_by_side_along_a_random_axis(shape, axes):
    """Half a radius (4 µm) apart, the mother's centre in the middle; in the plane in a flat domain."""
    compiled, state = donors(2000, shape=shape)
    position = divide(compiled, state)["position"]
    np.testing.assert_allclose(position[:2000] + position[2000:], 100.0, rtol=1e-12)
    apart = position[2000:] - position[:2000]
    np.testing.assert_allclose(np.linalg.norm(apart, axis=1), 4.0, rtol=1e-12)
    assert (apart[:, 2] == 0.0).all() == (axes == 2)
    # Isotropic: components have mean 0 and variance 16/axes (variance of a square below 16²/2).
    for a in range(axes):
        assert abs(apart[:, a].mean()) < 4.0 * 4.0 / np.sqrt(axes * 2000)
        assert np.mean(apart[:, a] ** 2) == pytest.approx(16.0 / axes, abs=4.0 * 16.0 / np.sqrt(4000))


def test_remains_stay_for_their_time_and_go():
    compiled, state = donors(3, dead_time=13.0)
    divide(compiled, state, [DIE, NOTHING, NOTHING])
    assert list(state.cells["alive"]) == [False, True, True]
    for expected in (3, 2, 2):  # dead for 12, 18 and 24 min
        divide(compiled, state, np.full(state.n_cells, NOTHING))
        assert state.n_cells == expected
    assert list(state.cells["id"]) == [1, 2]


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 6))
def test_everyone_is_someone_through_any_history(seed, steps):
    """Ids are never used twice, parents were alive when they divided, counts add up, arrays keep in line."""
    compiled = compile_model(random_model(seed))
    rng = np.random.default_rng(seed)
    state = laid_out(compiled, rng.integers(0, len(compiled.kinds), 6), np.zeros(6))
    known = set(range(6))
    for _ in range(steps):
        before = {name: array.copy() for name, array in state.cells.items()}
        events = rng.choice([NOTHING, DIVIDE, DIE], state.n_cells) * before["alive"]
        divide(compiled, state, events)
        cells = state.cells
        assert {len(array) for array in cells.values()} == {state.n_cells}
        assert len(set(cells["id"])) == state.n_cells
        new = ~np.isin(cells["id"], before["id"])
        assert new.sum() == (events == DIVIDE).sum()
        assert not known & set(cells["id"][new])
        known |= set(cells["id"][new])
        np.testing.assert_array_equal(cells["parent"][new], before["id"][events == DIVIDE])
        np.testing.assert_array_equal(cells["kind"][new], before["kind"][events == DIVIDE])
        np.testing.assert_array_equal(cells["activity"][new], before["activity"][events == DIVIDE])
        assert cells["alive"].sum() == before["alive"].sum() + new.sum() - (events == DIE).sum()


def test_nothing_happens_to_an_empty_population():
    compiled, state = donors(0)
    assert divide(compiled, state)["id"].size == 0
