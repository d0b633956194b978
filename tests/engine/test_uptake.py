"""Uptake: whole vesicles and whole copies, routes that compete, sharing among cells."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.backends.reference.uptake import clearances
from exocosm.engine.laws import uptake as laws
from exocosm.model import Match, Uptake, UptakeModulation

from .models import BACKENDS, groups, laid_out
from .small_models import number, ramp, vesicle
from .strips import SEED, N, chi_square_of, chi_square_p, close_to, donor, one_each, strip, taker


def take(device, compiled, state, dt, seed=SEED):
    device.vesicles.take_up(compiled, state, *groups(state), dt, seed)


def route(name, takes, *, classes=("sEV",), match=1.0, **more):
    return Uptake(
        route=name,
        matches=tuple(Match(vesicle=v, factor=number(f"a:{name}:{v}", match)) for v in classes),
        clearance=number(f"k:{name}", takes, "um**3/min"),
        **more,
    )


def test_uptake_of_whole_vesicles_is_binomial(device):
    """N = 30 in each voxel, p = 1 - exp(-k dt/V) with k = 800, V = 8000, dt = 3: 0.2592."""
    compiled = strip([taker()])
    state = one_each(compiled)
    state.fields["vesicles"][:] = 30.0
    take(device, compiled, state, 3.0)
    taken = state.cells["taken"][:, 0]
    p = 1.0 - math.exp(-800.0 * 3.0 / 8000.0)
    assert taken.dtype.kind == "i"
    assert chi_square_p(taken, stats.binom(30, p)) > 1e-3
    np.testing.assert_array_equal(state.fields["vesicles"].ravel(), 30 - taken)
    assert state.vesicle_books["taken"][0] == taken.sum()
    assert state.vesicle_books["unsettled"][0] == 0.0


@pytest.mark.parametrize("number_there", [0.05, 0.8, 3.4])
def test_a_fraction_is_the_chance_that_one_more_is_there(device, number_there):
    """In many steps of any length a voxel gives ⌊n⌋ binomial trials and one that exists with chance f."""
    compiled = strip([taker()])
    state = one_each(compiled)
    state.fields["vesicles"][:] = number_there
    for state.step, dt in enumerate((3.0, 1.0, 6.0)):  # type: ignore[misc]
        take(device, compiled, state, dt)
    p = 1.0 - math.exp(-1.0)
    whole = int(number_there)
    fraction = number_there - whole
    values = np.arange(whole + 2)
    law = stats.binom(whole, p).pmf(values) * (1.0 - fraction * p)
    law[1:] += stats.binom(whole, p).pmf(values[:-1]) * fraction * p
    taken = state.cells["taken"][:, 0]
    assert chi_square_of(taken, values, law) > 1e-3
    assert close_to(taken.mean(), number_there * p, number_there)
    # What is left is what is expected, and the account holds the luck.
    left = state.fields["vesicles"].sum()
    unsettled = state.vesicle_books["unsettled"][0]
    assert left + taken.sum() + unsettled == pytest.approx(N * number_there, rel=1e-12)


@given(fraction=st.floats(0.0, 1.0, exclude_max=True), p=st.floats(0.0, 1.0))
def test_what_is_left_of_a_fraction_keeps_the_mean(fraction, p):
    left = laws.left_of_fraction(fraction, p)
    assert 0.0 <= left <= fraction
    assert (1.0 - fraction * p) * left == pytest.approx(fraction * (1.0 - p), abs=1e-12)


def test_cells_of_a_voxel_share_by_clearance(device):
    """Clearances 1 : 2 : 5 in every voxel: what was taken is multinomial."""
    kinds = [taker(f"taker{i}", takes=k) for i, k in enumerate((100.0, 200.0, 500.0))]
    compiled = strip(kinds, n=400)
    state = laid_out(compiled, np.tile([2, 0, 1], 400), np.repeat(np.arange(400), 3))
    state.fields["vesicles"][:] = 25.0
    state.fields["cargo"][:] = 60.0
    take(device, compiled, state, 5.0)
    taken, kind = state.cells["taken"][:, 0], state.cells["kind"]
    by_kind = np.array([taken[kind == k].sum() for k in range(3)])
    assert stats.chisquare(by_kind, by_kind.sum() * np.array([1, 2, 5]) / 8).pvalue > 1e-3
    p = 1.0 - math.exp(-800.0 * 5.0 / 8000.0)
    assert close_to(by_kind.sum() / 1e4, p, p * (1.0 - p), 10_000)
    # In a voxel as well: the share of the strongest is binomial given what the voxel took.
    of_voxel = taken.reshape(400, 3)
    total, strongest = of_voxel.sum(axis=1), of_voxel[:, 0]
    z = (strongest - total * 5 / 8) / np.sqrt(total * 15 / 64)
    assert np.var(z) == pytest.approx(1.0, abs=4.0 * math.sqrt(2.0 / 400))
    # Copies are in vesicles: who took none got none, and shares follow vesicles.
    got = state.cells["endosome_copies"][:, 0, 0]
    assert not got[taken == 0].any()
    assert got[taken == taken.max()].mean() > got[taken == 1].mean()


@pytest.mark.parametrize("q", [0.03, 0.4, 6.0])
def test_copies_delivered_are_compound_poisson(device, q):
    """Vesicles loaded with Poisson(q) copies each; of 12 per voxel Binomial(12, p) are taken, with theirs.

    The exact law: P(K = k) = Σ_m Binomial(m; 12, p) Poisson(k; m q); its variance exceeds Poisson's by q².
    """
    kind = donor(sends={"a": q}, holds={"a": 1e7}, rate=2000.0, burst=12.0, takes=2500.0)
    release = replace(kind.releases[0], rate=number("rate:donor:sEV", 12e7))
    compiled = strip([replace(kind, releases=(release,))], vesicles=[vesicle(diffusion=1e5)])
    state = one_each(compiled)
    device.vesicles.release(compiled, state, 1e-7, SEED)
    single = state.fields["vesicles"].ravel() == 12.0  # one burst of 12: about a third of the voxels
    assert single.sum() > 1000
    take(device, compiled, state, 2.0)
    p = 1.0 - math.exp(-2500.0 * 2.0 / 8000.0)
    copies = state.cells["endosome_copies"][single, 0, 0]
    values = np.arange(int(12 * q + 10 * math.sqrt(12 * q * (1 + q)) + 10))
    taken = np.arange(13)
    law = stats.binom(12, p).pmf(taken) @ stats.poisson(taken[:, None] * q).pmf(values)
    assert chi_square_of(copies, values, law) > 1e-3
    mean, variance = 12 * p * q, 12 * p * q + 12 * p * (1 - p) * q**2
    assert close_to(copies.mean(), mean, variance, single.sum())
    fourth = law @ (values - mean) ** 4
    assert close_to(copies.var(), variance, fourth - variance**2, single.sum())


def test_copies_of_sparse_vesicles_have_the_mean_and_variance_of_poisson(device):
    """Much less than one copy per voxel: in a hundred steps the number delivered is Poisson all the same."""
    compiled = strip([taker()])
    state = one_each(compiled)
    for state.step in range(100):  # type: ignore[misc]
        state.fields["vesicles"][:] = 2.3
        state.fields["cargo"][:] = 0.05
        take(device, compiled, state, 3.0)
    expected = 100 * 0.05 * (1.0 - math.exp(-0.3))
    copies = state.cells["endosome_copies"][:, 0, 0]
    assert close_to(copies.mean(), expected, expected)
    assert close_to(copies.var(), expected, expected + 2 * expected**2)


def test_a_class_split_in_two_equal_ones_is_taken_as_before():
    """Σ over both halves of Vmax a n/(Km + Σ a n) is that of the whole, at any density, in both back ends."""
    halves = ("left", "right")
    filling = {"half_saturation": number("Km", 2e-3)}
    one = strip([replace(taker(), uptakes=(route("clathrin", 800.0, match=0.7, **filling),))], n=1)
    two = strip(
        [replace(taker(), uptakes=(route("clathrin", 800.0, match=0.7, classes=halves, **filling),))],
        n=1,
        vesicles=[vesicle(name) for name in halves],
    )
    for density in (1e-6, 1e-3, 1.0):
        whole = clearances(one, one_each(one, n=1), 0, 0, [density])[0] * density
        split = sum(
            clearances(two, one_each(two, n=1), 0, v, [density / 2] * 2)[0] * density / 2 for v in range(2)
        )
        assert split == pytest.approx(whole, rel=1e-12)
        assert whole == pytest.approx(800.0 * 2e-3 * 0.7 * density / (2e-3 + 0.7 * density))


def test_split_classes_arrive_in_the_same_numbers_in_a_run(device):
    """A saturated route, 200 vesicles per voxel as one class, or 120 and 80: the same law of the total."""
    filling = {"half_saturation": number("Km", 0.01)}
    names = ("left", "right")
    taken = []
    for classes, numbers in ((("sEV",), (200.0,)), (names, (120.0, 80.0))):
        kind = replace(taker(), uptakes=(route("clathrin", 2000.0, classes=classes, **filling),))
        compiled = strip([kind], vesicles=[vesicle(name, diffusion=100.0) for name in classes])
        state = one_each(compiled)
        state.fields["vesicles"][:] = np.array(numbers)[:, None, None, None]
        take(device, compiled, state, 2.0)
        taken.append(state.cells["taken"].sum(axis=1))
    k = 2000.0 / (1.0 + 200.0 / 8000.0 / 0.01)
    p = 1.0 - math.exp(-k * 2.0 / 8000.0)
    for got in taken:
        assert chi_square_p(got, stats.binom(200, p)) > 1e-3


def test_a_modulator_raises_and_an_inhibitor_lowers_its_route_alone(device):
    raised = UptakeModulation(modulator="dose", fold=number("fold", 3.0))
    uptakes = (
        route("receptor", 100.0, modulations=(raised,)),
        route("clathrin", 200.0, inhibitions=(number("dynasore", 0.5), number("cold", 0.9))),
    )
    compiled = strip([replace(taker(), uptakes=uptakes)])
    state = one_each(compiled)
    state.cells["modulators"][::2, compiled.modulators.index("dose")] = 1.0
    state.fields["vesicles"][:] = 100.0
    take(device, compiled, state, 5.0)
    for rows, k in ((slice(0, None, 2), 310.0), (slice(1, None, 2), 110.0)):
        p = 1.0 - math.exp(-k * 5.0 / 8000.0)
        assert chi_square_p(state.cells["taken"][rows, 0], stats.binom(100, p)) > 1e-3


def test_no_cell_takes_more_than_diffusion_brings(device):
    """4 π D R with D = 2 µm²/min and R = 8 µm: 201 µm³/min, however strong the routes."""
    compiled = strip([taker(takes=1e6)], vesicles=[vesicle(diffusion=2.0)])
    state = one_each(compiled)
    state.fields["vesicles"][:] = 50.0
    take(device, compiled, state, 10.0)
    p = 1.0 - math.exp(-4.0 * math.pi * 2.0 * 8.0 * 10.0 / 8000.0)
    assert chi_square_p(state.cells["taken"][:, 0], stats.binom(50, p)) > 1e-3


def test_routes_lead_where_they_say(device):
    """Endosome : cytosol : surface as 5 : 2 : 1, vesicles and copies alike; fusion delivers at once."""
    uptakes = (
        route("clathrin", 500.0),
        route("fusion", 200.0, destination="cytosol"),
        route("docking", 100.0, destination="surface"),
    )
    kind = taker()
    fate = replace(kind.fate, detach=number("off", 0.1))
    compiled = strip([replace(kind, uptakes=uptakes, fate=fate)])
    state = one_each(compiled)
    state.fields["vesicles"][:] = 30.0
    state.fields["cargo"][:] = 90.0
    take(device, compiled, state, 5.0)
    cells = state.cells
    direct = state.vesicle_books["cytosolic"][0]
    found = np.array([cells["endosome"].sum(), direct, cells["docked"].sum()])
    assert stats.chisquare(found, found.sum() * np.array([5, 2, 1]) / 8).pvalue > 1e-3
    assert found.sum() == cells["taken"].sum()
    copies = np.array(
        [cells["endosome_copies"].sum(), cells["delivered"].sum(), cells["docked_copies"].sum()]
    )
    expected = 3.0 * found
    assert np.all(np.abs(copies - expected) < 4.0 * np.sqrt(expected * 4))
    np.testing.assert_array_equal(cells["copies"], 7.0 + cells["delivered"])


def test_the_dead_take_up_nothing(device):
    compiled = strip([taker()], n=50)
    state = one_each(compiled, n=50)
    state.cells["alive"][:] = False
    state.fields["vesicles"][:] = 10.0
    take(device, compiled, state, 100.0)
    assert np.all(state.fields["vesicles"] == 10.0)


def test_both_back_ends_know_the_same_clearance():
    """The reference's clearance per cell, against the mean of what the compiled loop takes."""
    uptakes = (route("a", 300.0, half_saturation=number("Km", 0.01)), route("b", 200.0, match=0.5))
    compiled = strip([replace(taker(), uptakes=uptakes)])
    state = one_each(compiled)
    state.fields["vesicles"][:] = 400.0
    k, _, _ = clearances(compiled, state, 0, 0, [400.0 / 8000.0])
    take(BACKENDS[1], compiled, state, 2.0)
    p = 1.0 - math.exp(-k * 2.0 / 8000.0)
    assert chi_square_p(state.cells["taken"][:, 0], stats.binom(400, p)) > 1e-3


def test_the_behaviour_of_its_name_multiplies_every_route(device):
    """500 and 300 µm³/min, times 0.5 where nothing changes it, else times what the state says."""
    uptakes = (route("a", 500.0), route("b", 300.0, half_saturation=number("Km", 1e9)))
    for changes, factors in ((), np.full(N, 0.5)), ((ramp("sEV uptake", 0.0, 1.0),), np.arange(N) % 2 * 2.0):
        kind = replace(taker(does={"sEV uptake": 0.5}, modulations=changes), uptakes=uptakes)
        compiled = strip([kind])
        state = one_each(compiled)
        if changes:
            state.cells["behaviour"][:, 0] = factors
        state.fields["vesicles"][:] = 30.0
        take(device, compiled, state, 3.0)
        for factor in np.unique(factors):
            taken = state.cells["taken"][factors == factor, 0]
            p = 1.0 - math.exp(-800.0 * factor * 3.0 / 8000.0)
            if factor:
                assert chi_square_p(taken, stats.binom(30, p)) > 1e-3
            else:
                assert not taken.any()
