"""Release by three routes: laws of the draws, pools, steps, loading, and what the donor is left with."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import solve_ivp

from exocosm.engine.laws import release as laws
from exocosm.engine.start import resting_bodies
from exocosm.errors import InputError
from exocosm.model import Behaviour, Control, Endogenous, Inhibition, ReleaseModulation

from .models import BACKENDS, laid_out
from .small_models import number, ramp
from .strips import SEED, N, chi_square_p, close_to, donor, one_each, strip


def releasing(**changes):
    """A donor whose one release is changed; rate 2/min in bursts of 4."""
    kind = donor()
    return replace(kind, releases=(replace(kind.releases[0], **changes),))


def test_bursts_are_poisson(device):
    """2 vesicles per minute in bursts of 4 for 1.5 min: 4 Poisson(0.75), mean 3 and variance 12."""
    compiled = strip([donor()])
    state = one_each(compiled)
    device.vesicles.release(compiled, state, 1.5, SEED)
    released = state.fields["vesicles"][0].ravel()
    assert np.all(released % 4 == 0)
    assert chi_square_p(released / 4, stats.poisson(0.75)) > 1e-3
    assert close_to(released.mean(), 3.0, 12.0)
    # Variance of the sample variance of B·Poisson(m): B⁴ (m + 2 m²)/N.
    assert close_to(released.var(), 12.0, 4.0**4 * (0.75 + 2 * 0.75**2))
    assert state.vesicle_books["released"][0] == released.sum()


def test_draws_of_the_next_step_and_of_another_seed_are_new():
    compiled = strip([donor()])
    state = one_each(compiled)
    draws = []
    for step, seed in ((1, SEED), (2, SEED), (1, SEED + 1)):
        state.step = step
        state.fields["vesicles"][:] = 0.0
        BACKENDS[1].vesicles.release(compiled, state, 1.5, seed)
        draws.append(state.fields["vesicles"].ravel().copy())
    correlation = np.corrcoef(draws)[np.triu_indices(3, 1)]
    assert np.all(np.abs(correlation) < 4.0 / math.sqrt(N))


POOL = {"fused": number("fused", 0.4), "turnover": number("turnover", 0.05)}


def test_the_resting_pool_is_poisson_and_stays_so_and_releases_the_stated_rate(device):
    """dI/dt = k_form - k I: 2/min in bursts of 4, of which 0.4 fuse: 1.25 bodies form per minute, 25 wait."""
    compiled = strip([releasing(**POOL)])
    state = one_each(compiled)
    state.cells["bodies"] = resting_bodies(compiled, state.cells["id"], state.cells["kind"], SEED)
    assert chi_square_p(state.cells["bodies"][:, 0], stats.poisson(25.0)) > 1e-3
    before = state.cells["bodies"][:, 0].copy()
    for step, dt in enumerate((7.0, 20.0, 3.0)):
        state.step = step + 1
        state.fields["vesicles"][:] = 0.0
        device.vesicles.release(compiled, state, dt, SEED)
        released = state.fields["vesicles"].ravel()
        assert chi_square_p(released / 4, stats.poisson(0.5 * dt)) > 1e-3
        assert chi_square_p(state.cells["bodies"][:, 0], stats.poisson(25.0)) > 1e-3
    # A body that was there 30 min ago is there still with probability exp(-1.5).
    kept = np.corrcoef(before, state.cells["bodies"][:, 0])[0, 1]
    assert kept == pytest.approx(math.exp(-1.5), abs=4.0 / math.sqrt(N))


def test_an_emptied_pool_fills_as_its_equation_says(device):
    """Mean of the pool and of what was released, from 60 bodies each, against the solution of the ODEs."""
    compiled = strip([releasing(**POOL)])
    state = one_each(compiled)
    state.cells["bodies"][:] = 60
    total = np.zeros(N)
    for step in range(4):
        state.step = step + 1
        device.vesicles.release(compiled, state, 5.0, SEED)
    total = state.fields["vesicles"].ravel()
    solution = solve_ivp(
        lambda _, y: [1.25 - 0.05 * y[0], 4.0 * 0.4 * 0.05 * y[0]], (0, 20), [60.0, 0.0], rtol=1e-9
    )
    pool, released = solution.y[:, -1]
    assert close_to(state.cells["bodies"].mean(), pool, pool)
    assert close_to(total.mean(), released, 4.0 * released)


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize(
    ("step", "factor"),
    [
        ("release", 0.25),
        ("escrt", 0.3 * 0.25 + 0.7),
        ("ceramide", 0.3 + 0.7 * 0.25),
        ("lysosome", 1.0 / (0.4 + 0.6 * 0.25)),
        ("fusion", 0.25 / (0.4 * 0.25 + 0.6)),
    ],
)
def test_an_inhibitor_acts_on_its_step(step, factor, pooled):
    """Long-run release relative to rest, 0.7 of the bodies made by way of ceramide and 0.4 fusing at rest."""
    share = number("cut", 0.75)
    kind = releasing(
        ceramide=number("c", 0.7),
        fused=number("fused", 0.4),
        turnover=number("turnover", 2.0) if pooled else None,
        inhibitions=(Inhibition(step=step, share=share),),
    )
    compiled = strip([kind])
    assert compiled.release.steady()[0, 0] == pytest.approx(2.0 * factor)
    state = one_each(compiled)
    for state.step in range(12):  # type: ignore[misc]
        if state.step == 6:
            state.fields["vesicles"][:] = 0.0
        BACKENDS[1].vesicles.release(compiled, state, 5.0, SEED)
    expected = 2.0 * factor * 30.0
    assert close_to(state.fields["vesicles"].mean(), expected, 4.0 * expected)


def test_a_gene_acts_on_its_step_too():
    control = Control(gene="RAB27A", sign=1, share=number("s", 0.5), activity=number("a", 0.2), step="fusion")
    compiled = strip([releasing(fused=number("fused", 0.4), controls=(control,))])
    assert compiled.release.steady()[0, 0] == pytest.approx(2.0 * 0.6 / (0.4 * 0.6 + 0.6))


@pytest.mark.parametrize("modulator", ["hypoxia", "senescence"])
def test_a_signal_multiplies_release_by_its_fold(device, modulator):
    """2/min, a quarter inhibited, times 3 ** signal; other signals do nothing."""
    change = ReleaseModulation(modulator=modulator, fold=number("f", 3.0))
    quarter = Inhibition(step="release", share=number("i", 0.25))
    compiled = strip([releasing(modulations=(change,), inhibitions=(quarter,))])
    for signal in (0.0, 0.5, 1.0):
        state = one_each(compiled)
        state.cells["modulators"][:] = 0.7
        state.cells["modulators"][:, compiled.modulators.index(modulator)] = signal
        device.vesicles.release(compiled, state, 1.0, SEED)
        mean = 1.5 * 3.0**signal
        assert close_to(state.fields["vesicles"].mean(), mean, 4.0 * mean)


def test_budding_is_one_by_one_and_knows_no_fusion(device):
    compiled = strip([releasing(route="budding", burst=None)])
    state = one_each(compiled)
    device.vesicles.release(compiled, state, 1.5, SEED)
    assert chi_square_p(state.fields["vesicles"].ravel(), stats.poisson(3.0)) > 1e-3
    with pytest.raises(InputError, match="no step 'fusion'"):
        releasing(route="budding", inhibitions=(Inhibition(step="fusion", share=number("i", 0.5)),))
    with pytest.raises(InputError, match="Only release by multivesicular bodies"):
        releasing(route="budding", ceramide=number("c", 0.5))


def test_apoptotic_bodies_come_at_death_only_and_carry_cytosol(device):
    """9 bodies per dying cell, each with 0.2 copies: 1.8 copies, with the variance of a compound draw."""
    compiled = strip([releasing(route="apoptotic", burst=None, rate=number("bodies", 9.0))])
    state = one_each(compiled)
    device.vesicles.release(compiled, state, 100.0, SEED)
    assert not state.fields["vesicles"].any()
    before = state.cells["copies"].copy()
    device.vesicles.release_at_death(compiled, state, np.arange(0, N, 2), SEED)
    count = state.fields["vesicles"].ravel()
    assert not count[1::2].any()
    assert chi_square_p(count[::2], stats.poisson(9.0)) > 1e-3
    loaded = state.fields["cargo"].ravel()
    assert close_to(loaded[::2].mean(), 1.8, 1.8 + 9.0 * 0.04, N // 2)
    np.testing.assert_array_equal(before[:, 0] - state.cells["copies"][:, 0], loaded)


def test_the_dead_release_nothing(device):
    compiled = strip([donor()], n=50)
    state = one_each(compiled, n=50)
    state.cells["alive"][:] = False
    device.vesicles.release(compiled, state, 100.0, SEED)
    assert not state.fields["vesicles"].any()


def test_cargo_is_whole_copies_in_proportion_to_what_the_donor_holds(device):
    """q = q0 C/C0 with donors at 0, 1/2, 1 and 4 times rest; what is loaded, the donor lacks."""
    compiled = strip([donor(rate=20.0)])
    level = np.array([0.0, 0.5, 1.0, 4.0])[np.arange(N) % 4]
    state = one_each(compiled)
    state.cells["copies"][:, 0] = before = 500.0 * level
    device.vesicles.release(compiled, state, 3.0, SEED)
    count, loaded = state.fields["vesicles"].ravel(), state.fields["cargo"].ravel()
    assert np.all(loaded == np.round(loaded))
    for value in (0.5, 1.0, 4.0):
        mine = level == value
        expected = count[mine].sum() * 0.2 * value
        assert loaded[mine].sum() == pytest.approx(expected, abs=4.0 * math.sqrt(expected))
        # Poisson given the vesicles: the scatter about count · q is Poisson too.
        z = (loaded - count * 0.2 * value)[mine] / np.sqrt(np.maximum(count * 0.2 * value, 1e-9))[mine]
        z = z[count[mine] > 0]
        assert np.var(z) == pytest.approx(1.0, abs=4.0 * math.sqrt((2.0 + 1.0 / 12.0) / z.size) + 0.01)
    assert not loaded[level == 0.0].any()
    np.testing.assert_array_equal(before - state.cells["copies"][:, 0], loaded)
    assert state.cargo_books["released"][0, 0] == loaded.sum()


def test_a_donor_cannot_give_more_than_it_holds(device):
    compiled = strip([donor(sends={"a": 400.0}, rate=50.0)], n=20)
    state = one_each(compiled, n=20)
    state.cells["copies"][:] = 500.5
    device.vesicles.release(compiled, state, 1.0, SEED)
    assert np.all(state.cells["copies"] == 0.5)
    assert np.all(state.fields["cargo"] == 500.0)


def test_a_packer_depletes_the_donor_and_retention_spares_it():
    """Copies lost per minute are R q: in proportion to the factor of the genes that pack or retain."""
    lost = []
    for sign in (1, -1):
        gene = Control(gene="X", sign=sign, share=number("s", 1.0), activity=number("a", 0.5))
        kind = donor(rate=20.0)
        loading = replace(kind.releases[0].loadings[0], controls=(gene,))
        kind = replace(kind, releases=(replace(kind.releases[0], loadings=(loading,)),))
        compiled = strip([kind])
        state = one_each(compiled)
        BACKENDS[1].vesicles.release(compiled, state, 3.0, SEED)
        lost.append(500.0 * N - state.cells["copies"].sum())
    assert lost[1] / lost[0] == pytest.approx(4.0, rel=0.03)


def test_a_knock_down_lowers_what_is_loaded(device):
    """A production factor of 0.3 keeps the donor at 0.3 C0, so vesicles carry 0.3 q0."""
    kind = donor(rate=20.0)
    lowered = (
        Endogenous(cargo="a", copies=number("C0:donor:a", 500.0), production_factor=number("kd", 0.3)),
    )
    compiled = strip([replace(kind, endogenous=lowered)])
    state = one_each(compiled)
    assert np.all(state.cells["copies"] == 150.0)
    device.vesicles.release(compiled, state, 3.0, SEED)
    expected = 0.06 * state.fields["vesicles"].sum()
    assert state.fields["cargo"].sum() == pytest.approx(expected, abs=4.0 * math.sqrt(expected))


def test_one_class_by_two_routes_is_refused():
    kind = donor()
    with pytest.raises(InputError, match="each vesicle class by one route"):
        strip([replace(kind, releases=kind.releases * 2)])


def test_draws_stay_with_cells_when_others_come_before_them(device):
    """A cell keeps its draws when the order of the cells changes: keys name ids, not rows."""
    compiled = strip([donor(rate=20.0)], n=60)
    state, turned = (
        laid_out(compiled, np.zeros(60), np.arange(60)),
        laid_out(compiled, np.zeros(60), np.arange(60)),
    )
    for name in ("id", "voxel"):
        turned.cells[name] = turned.cells[name][::-1].copy()
    for one in (state, turned):
        device.vesicles.release(compiled, one, 3.0, SEED)
    for name in ("vesicles", "cargo"):
        np.testing.assert_array_equal(state.fields[name], turned.fields[name])


some = st.just(0.0) | st.floats(1e-9, 1e3)


@given(forming=some, leaving=some, dt=st.floats(1e-6, 1e3))
def test_bodies_that_form_are_there_or_gone(forming, leaving, dt):
    there = laws.formed_and_there(forming, leaving, dt)
    assert 0.0 <= there <= forming * dt * (1.0 + 1e-12)
    if leaving > 0.0:
        assert there <= forming / leaving * (1.0 + 1e-12)


def test_the_behaviour_of_its_name_multiplies_release(device):
    """2/min in bursts of 4, times 3 where nothing changes it, else times what the state says."""
    for changes, factors in ((), np.full(N, 3.0)), ((ramp("sEV release", 0.0, 1.0),), np.arange(N) % 3):
        compiled = strip([donor(does={"sEV release": 3.0}, modulations=changes)])
        state = one_each(compiled)
        if changes:
            state.cells["behaviour"][:, 0] = factors
        device.vesicles.release(compiled, state, 1.5, SEED)
        released = state.fields["vesicles"].ravel()
        for factor in np.unique(factors):
            mine = released[factors == factor]
            assert close_to(mine.mean(), 3.0 * factor, 4.0 * 3.0 * factor, mine.size)


def test_rest_is_with_the_behaviour_that_a_kind_has_at_rest():
    """The pool, the release in the long run and the export that production makes up for: all 3 times."""
    plain, more = (
        replace(releasing(**POOL), behaviours=(Behaviour(name="sEV release", value=number("r", factor)),))
        for factor in (1.0, 3.0)
    )
    one, three = strip([plain]), strip([more])
    assert one.release.steady()[0, 0] == pytest.approx(2.0)
    assert three.release.steady()[0, 0] == pytest.approx(6.0)
    state = one_each(three)
    bodies = resting_bodies(three, state.cells["id"], state.cells["kind"], SEED)
    assert chi_square_p(bodies[:, 0], stats.poisson(75.0)) > 1e-3
    export = 2.0 * 0.2  # vesicles per minute, copies in each
    assert three.production[0, 0] - one.production[0, 0] == pytest.approx(2.0 * export)
