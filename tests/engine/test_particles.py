"""Single vesicles: Brownian steps, faces, uptake, and agreement with the field in mean and variance."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from exocosm.engine import Steps, simulate
from exocosm.engine.compiled import compile_model
from exocosm.engine.laws import particles as laws
from exocosm.engine.particles import spawn, tally
from exocosm.errors import InputError
from exocosm.model import AddVesicles, Loading, Placement

from .models import BACKENDS, assert_same, groups, laid_out, random_model, twins
from .small_models import cell, model, number, vesicle, with_events
from .strips import SEED, chi_square_p, close_to, strip, taker


def followed(made, **domain):
    return replace(made, domain=replace(made.domain, single_vesicles=True, **domain))


def still(diffusion=20.0, shape=(1, 9, 9), **more):
    """A domain without cells and losses."""
    kinds = [cell("none", rate=0.0, takes=0.0)]
    return model(
        kinds, [], ["a"], shape=shape, vesicles=[vesicle(diffusion=diffusion, loss=0.0, wall=0.0)], **more
    )


def put(compiled, state, place, count, copies=0):
    spawn(compiled, state, 0, [np.array(place)] * count, [copies], SEED)
    tally(compiled, state)


def test_vesicles_from_a_point_are_binomial_about_the_field_of_the_diffusion_equation():
    """4,000 from the middle of a box, 20 steps: numbers per voxel against the images of a Gaussian."""
    compiled = compile_model(followed(still(diffusion=30.0, shape=(1, 7, 7))))
    state = laid_out(compiled, [], [])
    put(compiled, state, [60.0, 75.0, 10.0], 4000)
    for state.step in range(1, 21):  # type: ignore[misc]
        BACKENDS[1].vesicles.move(compiled, state, 1.5, SEED)
    width, length = math.sqrt(2.0 * 30.0 * 30.0), 140.0

    def share(start):
        edges = np.arange(8) * 20.0
        images = [start + 2 * n * length for n in range(-3, 4)] + [
            2 * n * length - start for n in range(-3, 4)
        ]
        return sum(np.diff(stats.norm.cdf(edges, image, width)) for image in images)

    expected = 4000 * np.outer(share(75.0), share(60.0)).ravel()
    found = state.fields["vesicles"].ravel()
    assert found.sum() == 4000
    assert stats.chisquare(found, expected * (4000 / expected.sum())).pvalue > 1e-3


def test_the_mean_square_way_is_two_d_t_by_the_diameter_of_each(device):
    """Sizes from 40 to 160 nm: every vesicle moves by its own D, and the mean is that of the class."""
    kind = replace(
        vesicle(diffusion=20.0, loss=0.0), smallest=number("small", 0.04), largest=number("large", 0.16)
    )
    kinds = [cell("none", rate=0.0, takes=0.0)]
    compiled = compile_model(followed(model(kinds, [], ["a"], shape=(60, 60, 60), vesicles=[kind])))
    state = laid_out(compiled, [], [])
    put(compiled, state, [600.0, 600.0, 600.0], 600)
    own = state.particles["diffusion"]
    assert close_to(own.mean(), compiled.diffusion[0], own.var(), 600)
    assert 10.0 <= own.min() < 15.0 < 30.0 < own.max() <= 40.0
    device.vesicles.move(compiled, state, 5.0, SEED)
    way = (state.particles["position"] - 600.0) / np.sqrt(2.0 * own * 5.0)[:, None]
    assert stats.kstest(way.ravel(), "norm").pvalue > 1e-3


@pytest.mark.parametrize("x", [-730.0, -30.0, 0.0, 55.0, 100.0, 130.0, 220.0, 1e6 + 3])
def test_reflection_folds_like_a_triangle_wave(x):
    folded = laws.reflected(x, 100.0)
    assert folded == pytest.approx(100.0 - abs(abs(x) % 200.0 - 100.0))


def test_open_faces_let_vesicles_go_and_the_books_know(device):
    compiled = compile_model(followed(still(diffusion=200.0, shape=(1, 3, 3)), open_faces=True))
    state = laid_out(compiled, [], [])
    put(compiled, state, [2.0, 30.0, 10.0], 500, copies=900)
    state.vesicle_books["added"][0], state.cargo_books["added"][0, 0] = 500, 900
    device.vesicles.move(compiled, state, 0.5, SEED)
    # One step of width sqrt(200) = 14 µm from 2 µm before a face, 30 µm from those at the sides.
    inside = stats.norm.cdf(58 / 14.14213) - stats.norm.cdf(-2 / 14.14213)
    inside *= stats.norm.cdf(30 / 14.14213) - stats.norm.cdf(-30 / 14.14213)
    left = state.vesicle_books["left"][0]
    assert close_to(left / 500, 1.0 - inside, inside * (1.0 - inside), 500)
    assert state.fields["vesicles"].sum() == 500 - left
    assert state.fields["cargo"].sum() == 900 - state.cargo_books["left"][0, 0]


def test_vesicles_are_taken_as_from_the_field(device):
    """Mean and variance of what a cell takes are binomial, in both modes and back ends."""
    n = 500
    made = followed(model([taker()], [], ["a"], shape=(1, 1, n)))
    for compiled in (compile_model(made), strip([taker()], n=n)):
        state = laid_out(compiled, np.zeros(n), np.arange(n))
        if compiled.model.domain.single_vesicles:
            places = [np.array([20.0 * i + 10.0, 10.0, 10.0]) for i in range(n) for _ in range(20)]
            spawn(compiled, state, 0, places, [10 * n], SEED)
            tally(compiled, state)
        else:
            state.fields["vesicles"][:], state.fields["cargo"][:] = 20.0, 10.0
        device.vesicles.take_up(compiled, state, *groups(state), 6.0, SEED)
        p = 1.0 - math.exp(-0.6)
        taken = state.cells["taken"][:, 0]
        assert chi_square_p(taken, stats.binom(20, p)) > 1e-3
        assert state.fields["vesicles"].sum() == 20 * n - taken.sum()
        copies = state.cells["endosome_copies"].sum()
        assert copies == pytest.approx(10 * n * p, abs=4.0 * math.sqrt(10 * n * p))
        assert state.cargo_books["taken"][0, 0] == copies


def test_a_run_of_both_modes_takes_the_same_numbers():
    """198 vesicles among three cells: what is taken in 1 h, over seeds, as a field and as particles.

    On 20 µm voxels, at sqrt(D V/k) = 90 µm between release and uptake: coarser ones would blur the field.
    """
    kinds = [taker(takes=300.0)]
    made = model(kinds, [Placement(kind="taker", pattern="disc", count=3)], ["a"], shape=(1, 5, 5),
                 vesicles=[vesicle(diffusion=300.0)])  # fmt: skip
    loading = Loading(cargo="a", copies=number("q", 0.5))
    dose = AddVesicles(vesicle="sEV", recipient="taker", per_recipient=number("n", 66.0), loadings=(loading,))
    taken, copies = [], []
    for mode in (made, followed(made)):
        runs = [
            simulate(with_events(mode, dose), duration="60 min", seed=s, steps=Steps(exchange=2.0))
            for s in range(30)
        ]
        taken.append([run.books[0]["taken"] for run in runs])
        copies.append([run.books[1]["taken"] for run in runs])
        assert max(abs(a["residual"]) for run in runs for a in run.books) < 1e-12
    for found in (taken, copies):
        assert stats.ttest_ind(*found, equal_var=False).pvalue > 1e-3
        ratio = np.var(found[0], ddof=1) / np.var(found[1], ddof=1)
        assert stats.f(29, 29).ppf(5e-4) < ratio < stats.f(29, 29).isf(5e-4)


@pytest.mark.parametrize("seed", range(6))
def test_back_ends_move_and_take_single_vesicles_alike(seed):
    made = random_model(seed, "tissue")
    made = replace(made, vesicle_kinds=tuple(replace(v, binding=None) for v in made.vesicle_kinds))
    compiled = compile_model(followed(made, open_faces=bool(seed % 2)))
    rng = np.random.default_rng(seed)
    state = laid_out(compiled, rng.integers(0, len(compiled.kinds), 12), rng.integers(0, 35, 12), seed)
    state.cells["position"][:] = rng.uniform(0, 150, (12, 3))
    state.cells["position"][:, 2] = 0.0
    pair = twins(state)
    for backend, mine in zip(BACKENDS, pair, strict=True):
        for mine.step in range(1, 4):
            backend.vesicles.release(compiled, mine, 3.0, seed)
            backend.vesicles.move(compiled, mine, 3.0, seed)
            backend.vesicles.take_up(compiled, mine, *groups(mine), 3.0, seed)
            backend.vesicles.settle(compiled, mine, 3.0, seed)
    assert_same(*pair)


def test_what_single_vesicles_cannot_do_is_refused():
    from .test_matrix import binding

    with pytest.raises(InputError, match="do not bind to matrix yet"):
        followed(model([taker()], [], ["a"], vesicles=binding()))
    with pytest.raises(InputError, match="`open_faces` with `single_vesicles` only"):
        replace(still().domain, open_faces=True)
