"""Release and uptake: laws of the draws, sharing, debits, agreement of back ends."""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.compiled import compile_model
from exocosm.errors import InputError
from exocosm.model import Endogenous

from .models import BACKENDS, assert_same, groups, laid_out, random_model, twins
from .small_models import cell, model, number

seeds = st.integers(0, 2**32 - 1)
N = 4000  # voxels with a cell each, where the law of a draw is looked at
SEED = 77


def chi_square_p(draws, distribution) -> float:
    """p-value of whole numbers against a discrete law, values of few expected draws put together."""
    values = np.arange(int(distribution.ppf(5 / len(draws))), int(distribution.isf(5 / len(draws))) + 1)
    inner = distribution.pmf(values[1:-1])
    last = distribution.sf(values[-2])
    expected = len(draws) * np.concatenate([[distribution.cdf(values[0])], inner, [last]])
    binned = np.clip(draws, values[0], values[-1]) - values[0]
    return float(stats.chisquare(np.bincount(binned.astype(int), minlength=values.size), expected).pvalue)


def strip(kinds, cargoes=("a",), n=N):
    """Compile a model of one line of n voxels of 20 µm."""
    return compile_model(model(kinds, [], cargoes, shape=(1, 1, n)))


def one_each(compiled, kind=0, n=N):
    return laid_out(compiled, np.full(n, kind), np.arange(n))


def donor(**more):
    return cell("donor", **{"rate": 2.0, "burst": 4.0, "sends": {"a": 0.2}, "holds": {"a": 500.0}, **more})


def taker(name="taker", takes=800.0, **more):
    return cell(name, **{"rate": 0.0, "takes": takes, "holds": {"a": 7.0}, **more})


# --- release


def test_bursts_are_poisson(device):
    """2 vesicles per minute in bursts of 4 for 1.5 min: 4 Poisson(0.75), mean 3 and variance 12."""
    compiled = strip([donor()])
    state = one_each(compiled)
    device.vesicles.release(compiled, state, 1.5, SEED)
    released = state.fields["vesicles"][0].ravel()
    assert np.all(released % 4 == 0)
    assert chi_square_p(released / 4, stats.poisson(0.75)) > 1e-3
    assert released.mean() == pytest.approx(3.0, abs=4.0 * math.sqrt(12.0 / N))
    # Variance of the sample variance of B·Poisson(m): B⁴ (m + 2 m²)/N.
    assert released.var() == pytest.approx(12.0, abs=4.0 * 16.0 * math.sqrt((0.75 + 2 * 0.75**2) / N))
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


def test_hypoxia_and_inhibition_change_the_mean(device):
    """2/min, a quarter inhibited, times 3 ** hypoxia."""
    kind = donor()
    release = replace(
        kind.releases[0], modulator="hypoxia", modulator_fold=number("f", 3.0), inhibition=number("i", 0.25)
    )
    compiled = strip([replace(kind, releases=(release,))])
    for hypoxia in (0.0, 0.5, 1.0):
        state = one_each(compiled)
        state.cells["hypoxia"][:] = hypoxia
        device.vesicles.release(compiled, state, 1.0, SEED)
        mean = 1.5 * 3.0**hypoxia
        found = state.fields["vesicles"].mean()
        assert found == pytest.approx(mean, abs=4.0 * math.sqrt(4.0 * mean / N))


def test_the_dead_release_and_take_up_nothing(device):
    compiled = strip([donor(), taker()], n=50)
    state = laid_out(compiled, np.arange(50) % 2, np.arange(50))
    state.cells["alive"][:] = False
    device.vesicles.release(compiled, state, 100.0, SEED)
    assert not state.fields["vesicles"].any()
    state.fields["vesicles"][:] = 10.0
    device.vesicles.take_up(compiled, state, *groups(state), 100.0, SEED)
    assert np.all(state.fields["vesicles"] == 10.0)


def test_cargo_follows_what_the_donor_holds_and_is_debited(device):
    """Copies per vesicle q = q0 C/C0: donors at 0, 1/2, 1 and 4 times rest."""
    compiled = strip([donor()], n=400)
    state = laid_out(compiled, np.zeros(400), np.arange(400))
    level = np.array([0.0, 0.5, 1.0, 4.0])[np.arange(400) % 4]
    state.cells["copies"][:, 0] = before = 500.0 * level
    device.vesicles.release(compiled, state, 3.0, SEED)
    count, loaded = state.fields["vesicles"].ravel(), state.fields["cargo"].ravel()
    assert count[level == 4.0].sum() > 100
    np.testing.assert_allclose(loaded, count * 0.2 * level, rtol=1e-12)
    np.testing.assert_allclose(before - state.cells["copies"][:, 0], loaded, rtol=1e-9, atol=1e-12)
    assert state.cargo_books["released"][0, 0] == pytest.approx(loaded.sum(), rel=1e-12)


def test_a_donor_cannot_give_more_than_it_holds(device):
    compiled = strip([donor(sends={"a": 400.0}, rate=50.0)], n=20)
    state = laid_out(compiled, np.zeros(20), np.arange(20))
    device.vesicles.release(compiled, state, 1.0, SEED)
    assert np.all(state.cells["copies"] == 0.0)
    assert np.all(state.fields["cargo"] == 500.0)


def test_a_knock_down_lowers_what_is_loaded(device):
    """A production factor of 0.3 keeps the donor at 0.3 C0, so vesicles carry 0.3 q0."""
    kind = donor()
    halved = (Endogenous(cargo="a", copies=number("C0:donor:a", 500.0), production_factor=number("kd", 0.3)),)
    compiled = strip([replace(kind, endogenous=halved)], n=50)
    state = laid_out(compiled, np.zeros(50), np.arange(50))
    assert np.all(state.cells["copies"] == 150.0)
    device.vesicles.release(compiled, state, 3.0, SEED)
    ratio = state.fields["cargo"].sum() / state.fields["vesicles"].sum()
    assert ratio == pytest.approx(0.06, rel=0.01)  # the donor is debited by a percent on the way


def test_loading_what_is_not_held_is_refused():
    with pytest.raises(InputError, match="`donor` loads `a` but holds none"):
        strip([donor(holds={})])


# --- uptake


def test_uptake_of_whole_vesicles_is_binomial(device):
    """N = 30 in each voxel, p = 1 - exp(-k dt/V) with k = 800, V = 8000, dt = 3: 0.2592."""
    compiled = strip([taker()])
    state = one_each(compiled)
    state.fields["vesicles"][:] = 30.0
    device.vesicles.take_up(compiled, state, *groups(state), 3.0, SEED)
    taken = state.cells["taken"][:, 0]
    p = 1.0 - math.exp(-800.0 * 3.0 / 8000.0)
    assert taken.dtype.kind == "i"
    assert chi_square_p(taken, stats.binom(30, p)) > 1e-3
    assert taken.mean() == pytest.approx(30.0 * p, abs=4.0 * math.sqrt(30.0 * p * (1.0 - p) / N))
    np.testing.assert_array_equal(state.fields["vesicles"].ravel(), 30 - taken)
    assert state.vesicle_books["internalised"][0] == taken.sum()


@pytest.mark.parametrize("number_there", [0.05, 0.8, 3.4])
def test_fractions_of_vesicles_are_taken_without_bias(number_there):
    """The mean is N (1 - exp(-k dt/V)) from the first step on, whole numbers only."""
    compiled = strip([taker()])
    means, steps = [], 12
    for seed in range(steps):
        state = laid_out(compiled, np.zeros(N), np.arange(N), seed=seed)
        state.fields["vesicles"][:] = number_there
        BACKENDS[1].vesicles.take_up(compiled, state, *groups(state), 3.0, seed)
        means.append(state.cells["taken"].mean())
    expected = number_there * (1.0 - math.exp(-0.3))
    # The variance of a whole number of mean m is at most that of Poisson, m.
    assert np.mean(means) == pytest.approx(expected, abs=4.0 * math.sqrt(expected / N / steps))


def test_cells_of_a_voxel_share_by_clearance(device):
    """Clearances 1 : 2 : 5 in every voxel: what was taken is multinomial."""
    kinds = [taker(f"taker{i}", takes=k) for i, k in enumerate((100.0, 200.0, 500.0))]
    compiled = strip(kinds, n=400)
    state = laid_out(compiled, np.tile([2, 0, 1], 400), np.repeat(np.arange(400), 3))
    state.fields["vesicles"][:] = 25.0
    state.fields["cargo"][:] = 60.0
    device.vesicles.take_up(compiled, state, *groups(state), 5.0, SEED)
    taken, kind = state.cells["taken"][:, 0], state.cells["kind"]
    by_kind = np.array([taken[kind == k].sum() for k in range(3)])
    assert stats.chisquare(by_kind, by_kind.sum() * np.array([1, 2, 5]) / 8).pvalue > 1e-3
    p = 1.0 - math.exp(-800.0 * 5.0 / 8000.0)
    assert by_kind.sum() == pytest.approx(1e4 * p, abs=4.0 * math.sqrt(1e4 * p * (1.0 - p)))
    # In a voxel as well: the share of the strongest is binomial given what the voxel took.
    of_voxel = taken.reshape(400, 3)
    total, strongest = of_voxel.sum(axis=1), of_voxel[:, 0]
    z = (strongest - total * 5 / 8) / np.sqrt(total * 15 / 64)
    assert np.var(z) == pytest.approx(1.0, abs=4.0 * math.sqrt(2.0 / 400))


def test_cargo_arrives_in_proportion_and_escapes_by_chance(device):
    """Of 50 copies per voxel the share of the captured vesicles enters; 40 % of that reaches the cytosol."""
    compiled = strip([taker(escape=0.4)])
    state = one_each(compiled)
    state.fields["vesicles"][:] = 20.0
    state.fields["cargo"][:] = 50.0
    device.vesicles.take_up(compiled, state, *groups(state), 3.0, SEED)
    share = state.cells["taken"][:, 0] / 20.0
    np.testing.assert_allclose(state.fields["cargo"].ravel(), 50.0 * (1.0 - share), rtol=1e-12)
    delivered = state.cells["delivered"][:, 0]
    assert np.all(delivered == np.round(delivered))
    np.testing.assert_allclose(state.cells["copies"][:, 0], 7.0 + delivered, rtol=1e-12)
    entered = 50.0 * share.sum()
    # Given what entered: binomial, plus the rounding of each voxel to whole copies (variance below 1/4).
    spread = math.sqrt(entered * 0.24 + 0.16 * N / 4.0)
    assert delivered.sum() == pytest.approx(0.4 * entered, abs=4.0 * spread)
    assert state.cargo_books["internalised"][0, 0] == pytest.approx(entered, abs=4.0 * math.sqrt(N / 4.0))


def test_everything_and_nothing_escape(device):
    for escape in (0.0, 1.0):
        compiled = strip([taker(escape=escape)], n=50)
        state = laid_out(compiled, np.zeros(50), np.arange(50))
        state.fields["vesicles"][:] = 20.0
        state.fields["cargo"][:] = 50.0
        device.vesicles.take_up(compiled, state, *groups(state), 3.0, SEED)
        entered = state.cargo_books["internalised"][0, 0]
        assert entered > 100
        assert state.cells["delivered"].sum() == escape * entered


def random_state(seed: int, domain: str):
    """A state in the middle of things: vesicles and cargo everywhere, cells far from rest, some dead."""
    compiled = compile_model(random_model(seed, domain))
    rng = np.random.default_rng(seed + 1)
    n, n_voxels = 25, math.prod(compiled.model.domain.shape)
    state = laid_out(compiled, rng.integers(0, len(compiled.kinds), n), rng.integers(0, n_voxels, n), seed)
    state.step = int(rng.integers(0, 10**6))
    state.cells["alive"] = rng.random(n) < 0.9
    state.cells["hypoxia"] = rng.random(n)
    state.cells["copies"] *= 10.0 ** rng.uniform(-2, 1, state.cells["copies"].shape)
    for name in ("vesicles", "cargo"):
        shape = state.fields[name].shape
        state.fields[name][:] = 10.0 ** rng.uniform(-3, 4, shape) * (rng.random(shape) < 0.8)
    return compiled, state


@settings(max_examples=40)
@given(seed=seeds, domain=st.sampled_from(["dish", "tissue", "box"]), dt=st.floats(0.01, 60.0))
def test_back_ends_draw_alike_from_the_same_state(seed, domain, dt):
    compiled, state = random_state(seed, domain)
    pair = twins(state)
    for backend, mine in zip(BACKENDS, pair, strict=True):
        for _ in range(2):
            mine.step += 1
            backend.vesicles.release(compiled, mine, dt, seed)
            backend.vesicles.take_up(compiled, mine, *groups(mine), dt, seed)
    assert_same(*pair)


@settings(max_examples=40)
@given(seed=seeds, domain=st.sampled_from(["dish", "tissue", "box"]), dt=st.floats(0.01, 1e4))
def test_uptake_takes_no_more_than_there_is(seed, domain, dt):
    """Per voxel: field + carry + taken is kept; nothing is negative, nobody gets half a vesicle."""
    compiled, state = random_state(seed, domain)
    order, first = groups(state)
    for backend in BACKENDS:
        now = copy.deepcopy(state)
        backend.vesicles.take_up(compiled, now, order, first, dt, seed)
        n_voxels = now.fields["vesicles"][0].size
        for v in range(len(compiled.vesicles)):
            taken = np.bincount(now.cells["voxel"], weights=now.cells["taken"][:, v], minlength=n_voxels)
            there = state.fields["vesicles"][v].ravel()
            assert np.all(taken <= there + 1.0)
            kept = (now.fields["vesicles"] + now.fields["vesicle_carry"])[v].ravel() + taken
            before = there + state.fields["vesicle_carry"][v].ravel()
            np.testing.assert_allclose(kept, before, rtol=1e-12)
        for name in ("vesicles", "cargo"):
            assert np.all((now.fields[name] >= 0.0) & (now.fields[name] <= state.fields[name]))
        for name in ("vesicle_carry", "cargo_carry"):
            assert np.all((now.fields[name] >= 0.0) & (now.fields[name] < 1.0))
        left = now.fields["cargo"] + now.fields["cargo_carry"]
        gone = (state.fields["cargo"] + state.fields["cargo_carry"] - left).sum(axis=(-3, -2, -1))
        np.testing.assert_allclose(gone, now.cargo_books["internalised"], rtol=1e-9, atol=1e-6)
        assert np.all(now.cells["delivered"] >= 0)
        assert now.cells["delivered"].sum() <= now.cargo_books["internalised"].sum()
        new = now.cells["copies"] - state.cells["copies"]
        np.testing.assert_allclose(
            new, now.cells["delivered"], rtol=0, atol=1e-9 * now.cells["copies"].max(initial=1)
        )


def test_carry_is_uniform_at_the_start():
    """A random point of [0, 1) for each voxel: what makes the first whole vesicle unbiased."""
    state = one_each(strip([taker()]))
    for name in ("vesicle_carry", "cargo_carry"):
        assert stats.kstest(state.fields[name].ravel(), "uniform").pvalue > 1e-3
