"""Vesicles in and on cells: competing exits, what goes where, and what comes back."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import solve_ivp

from exocosm.engine.compiled import DIVIDE, compile_model
from exocosm.engine.population import apply_events
from exocosm.errors import InputError
from exocosm.model import Cargo, Fate, Match, Uptake

from .models import laid_out
from .small_models import model, number
from .strips import SEED, N, chi_square_p, close_to, one_each, strip, taker


def holder(**fate):
    """A cell that lets go of what it holds at the given rates and shares."""
    return taker(fate=Fate(**{name: number(name, value) for name, value in {"escape": 0.0, **fate}.items()}))


def full(compiled, vesicles=40, copies=120):
    state = one_each(compiled)
    state.cells["endosome"][:] = vesicles
    state.cells["endosome_copies"][:] = copies
    state.vesicle_books["taken"][:] = vesicles * N
    state.cargo_books["taken"][:] = copies * N
    return state


def test_exits_from_endosomes_are_multinomial(device):
    """Of 40 vesicles Binomial(40, 1 - exp(-0.1 · 5)) leave; 0.2 escape, 0.3 return, 0.5 are degraded."""
    compiled = strip([holder(exit=0.1, escape=0.2, recycled=0.3)])
    state = full(compiled)
    device.vesicles.settle(compiled, state, 5.0, SEED)
    gone = 1.0 - math.exp(-0.5)
    left = state.cells["endosome"][:, 0]
    assert chi_square_p(40 - left, stats.binom(40, gone)) > 1e-3
    back = state.fields["vesicles"].ravel()
    assert chi_square_p(back, stats.binom(40, 0.3 * gone)) > 1e-3
    # Two exits of a multinomial draw: the covariance is -n p_1 p_2.
    assert np.cov(back, 40 - left - back)[0, 1] == pytest.approx(
        -40 * gone**2 * 0.3 * 0.7, abs=4 * 40 / math.sqrt(N)
    )
    books = state.vesicle_books
    for name, share in (("cytosolic", 0.2), ("degraded", 0.5), ("recycled", 0.3)):
        assert close_to(books[name][0] / N, 40 * gone * share, 40 * gone * share)
    assert books["recycled"][0] == back.sum()
    # Copies go with their vesicles: three each on average.
    assert close_to(state.cells["delivered"].mean(), 120 * gone * 0.2, 9 * 40 * gone * 0.2 + 120 * gone * 0.2)
    assert state.cargo_books["recycled"][0, 0] == state.fields["cargo"].sum()
    assert close_to(state.fields["cargo"].mean(), 120 * gone * 0.3, 9 * 40 * gone * 0.3 + 120 * gone * 0.3)
    np.testing.assert_array_equal(state.cells["copies"], 7.0 + state.cells["delivered"])


def test_without_a_rate_vesicles_leave_at_once(device):
    for escape in (0.0, 1.0):
        compiled = strip([holder(escape=escape)])
        state = full(compiled)
        device.vesicles.settle(compiled, state, 1e-3, SEED)
        assert not state.cells["endosome"].any()
        assert not state.cells["endosome_copies"].any()
        assert state.cells["delivered"].sum() == escape * 120 * N
        assert state.cargo_books["degraded"].sum() == (1.0 - escape) * 120 * N


def test_copies_escape_with_their_vesicle(device):
    """One vesicle with 50 copies: all of them arrive, or none."""
    compiled = strip([holder(escape=0.3)])
    state = full(compiled, vesicles=1, copies=50)
    device.vesicles.settle(compiled, state, 1.0, SEED)
    delivered = state.cells["delivered"][:, 0]
    assert set(np.unique(delivered)) == {0.0, 50.0}
    assert close_to((delivered > 0).mean(), 0.3, 0.21)


def docking(compiled_for=1, **rates):
    """A cell with docked vesicles that carry a surface protein and a miRNA."""
    fate = Fate(
        escape=number("e", 0.0), exit=number("x", 1e-12), **{k: number(k, v) for k, v in rates.items()}
    )
    kind = taker(fate=fate)
    dock = Uptake(
        route="dock", matches=(Match(vesicle="sEV"),), clearance=number("d", 9.0), destination="surface"
    )
    return replace(kind, uptakes=(dock,))


SURFACE = [Cargo(name="PD-L1", kind="protein", entity="", loss=number("l", 0.0), surface=True), "a"]


def test_docked_vesicles_follow_on_and_off_and_bound_copies_count_the_surface_cargo(device):
    """dB/dt = -(off + in) B; 50 vesicles for 8 min at 0.02 + 0.05, against the solution."""
    compiled = strip([docking(detach=0.02, internalise=0.05)], SURFACE)
    state = one_each(compiled)
    state.cells["docked"][:], state.cells["docked_copies"][:] = 50, 200
    for state.step in range(4):  # type: ignore[misc]
        device.vesicles.settle(compiled, state, 2.0, SEED)
    solution = solve_ivp(
        lambda _, y: [-0.07 * y[0], 0.02 * y[0], 0.05 * y[0]], (0, 8), [50.0, 0.0, 0.0], rtol=1e-10
    )
    there, off, inside = solution.y[:, -1]
    assert chi_square_p(state.cells["docked"][:, 0], stats.binom(50, there / 50)) > 1e-3
    assert close_to(state.fields["vesicles"].mean(), off, off)
    assert close_to(state.cells["endosome"].mean(), inside, inside)
    assert state.vesicle_books["detached"][0] == state.fields["vesicles"].sum()
    np.testing.assert_array_equal(state.cells["bound"][:, 0], state.cells["docked_copies"][:, 0, 0])
    assert not state.cells["bound"][:, 1].any()  # what is inside the vesicle does not act from outside
    assert close_to(state.cells["bound"][:, 0].mean(), 4.0 * there, 16.0 * there + 4.0 * there)


def test_docking_without_a_way_off_is_refused():
    with pytest.raises(InputError, match="never leave its surface"):
        compile_model(model([docking()], [], ["a"]))


def test_more_than_all_cannot_leave():
    with pytest.raises(InputError, match="add up to at most 1"):
        Fate(escape=number("e", 0.6), recycled=number("r", 0.5))


def test_daughters_share_whole_things_by_chance_and_nothing_is_lost():
    compiled = compile_model(model([docking(detach=0.1)], [], SURFACE, shape=(1, 1, 4)))
    state = laid_out(compiled, np.zeros(800), np.arange(800) % 4)
    rng = np.random.default_rng(1)
    names = ("bodies", "docked", "endosome", "docked_copies", "endosome_copies")
    for name in names:
        state.cells[name][:] = 20
    before = {name: state.cells[name].copy() for name in names}
    state.cells["position"][:] = rng.uniform(0, 20, (800, 3))
    apply_events(compiled, state, np.full(800, DIVIDE), state.cells["kind"], 6.0, SEED)
    mothers, daughters = (
        {name: state.cells[name][rows] for name in names} for rows in (slice(800), slice(800, None))
    )
    for name in names:
        np.testing.assert_array_equal(mothers[name] + daughters[name], before[name])
    for name in names[:3]:
        assert chi_square_p(daughters[name][:, 0], stats.binom(20, 0.5)) > 1e-3
    # Copies follow their vesicles.
    share = daughters["docked"][:, 0] / 20
    assert np.corrcoef(share, daughters["docked_copies"][:, 0, 0])[0, 1] > 0.5
    np.testing.assert_array_equal(state.cells["bound"][:, 0], state.cells["docked_copies"][:, 0, 0])
