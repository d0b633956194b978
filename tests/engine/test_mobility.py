"""How fast vesicles of a size move: Stokes and Einstein, gaps, and the mean over a class."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from exocosm.engine.compiled import compile_model
from exocosm.engine.laws import mobility as laws
from exocosm.errors import InputError
from exocosm.model import split_by_size

from .small_models import cell, model, number, vesicle

KIND = replace(vesicle(), smallest=number("smallest", 0.03), largest=number("largest", 0.15))


def test_stokes_and_einstein_give_the_tabled_coefficient():
    """80 nm in water at 37 °C (0.692 mPa s): 8.21 µm²/s."""
    assert laws.stokes_einstein(0.08, 0.692e-3, 310.15) / 60.0 == pytest.approx(8.21, rel=2e-3)


def test_the_mean_mobility_of_a_class_is_that_of_its_sizes():
    """Closed form without a gap: exp(s²/2) [Φ(b + s) - Φ(a + s)]/[Φ(b) - Φ(a)]."""
    s, low, high = 0.6, math.log(0.03 / 0.08), math.log(0.15 / 0.08)
    a, b = low / s, high / s
    phi = stats.norm.cdf
    exact = math.exp(s * s / 2.0) * (phi(b + s) - phi(a + s)) / (phi(b) - phi(a))
    assert laws.mean_mobility(s, low, high, 0.0) == pytest.approx(exact, rel=1e-5)
    density = stats.truncnorm(a, b, scale=s).pdf
    with_gap = quad(
        lambda x: density(x) * math.exp(-x) * laws.slit_hindrance(1.6 * math.exp(x)), low, -math.log(1.6)
    )
    assert laws.mean_mobility(s, low, high, 1.6) == pytest.approx(with_gap[0], rel=1e-3)


def test_quantiles_are_those_of_the_cut_distribution():
    s, low, high = 0.6, -0.9, 0.7
    law = stats.truncnorm(low / s, high / s, scale=s)
    for share in (0.0, 0.01, 0.5, 0.99, 1.0):
        assert laws.truncated_quantile(share, s, low, high) == pytest.approx(law.ppf(share), abs=1e-9)


def test_a_gap_holds_up_what_hardly_fits_and_stops_what_does_not():
    """1 for a point, falling, 0 where the sphere fills the slit; near 0 like 1 + (9/16) λ ln λ - 1.19 λ."""
    ratios = np.linspace(0.0, 1.0, 101)
    values = [laws.slit_hindrance(r) for r in ratios]
    assert values[0] == 1.0
    assert values[-1] == laws.slit_hindrance(1.7) == 0.0
    assert np.all(np.diff(values) <= 0.0)
    series = 1.0 - 1.19358 * 0.999 + 0.4285 * 0.999**3 - 0.3192 * 0.999**4 + 0.08428 * 0.999**5
    assert series + 9 / 16 * 0.999 * math.log(0.999) == pytest.approx(0.0, abs=2e-3)  # no jump at the end


def test_gaps_act_in_tissue_only():
    made = model([cell("c")], [], vesicles=[vesicle()])
    narrow = replace(made, domain=replace(made.domain, gap=number("gap", 0.16)))
    dish = model([cell("c")], [], shape=(1, 1, 1), dish=True, vesicles=[vesicle()])
    free = compile_model(made).diffusion[0]
    assert compile_model(narrow).diffusion[0] == pytest.approx(free * laws.slit_hindrance(0.5))
    assert (
        compile_model(replace(dish, domain=replace(dish.domain, gap=number("gap", 0.16)))).diffusion[0]
        == free
    )


def test_bins_of_a_class_share_its_release_and_keep_its_mean_mobility():
    made = model([cell("c", sends={"a": 0.1}, holds={"a": 9.0})], [], ["a"], vesicles=[KIND])
    split = split_by_size(made, "sEV", 4)
    compiled, whole = compile_model(split), compile_model(made)
    assert compiled.vesicles == ("sEV:1", "sEV:2", "sEV:3", "sEV:4")
    np.testing.assert_allclose(compiled.release.steady().sum(), whole.release.steady().sum())
    np.testing.assert_allclose(compiled.production, whole.production)
    np.testing.assert_allclose(compiled.diffusion.mean(), whole.diffusion[0], rtol=1e-3)
    assert np.all(np.diff(compiled.diffusion) < 0.0)
    assert compiled.uptake.match.shape == (1, 1, 4)


def test_sizes_that_make_no_range_are_refused():
    with pytest.raises(InputError, match="0 < smallest < largest"):
        replace(KIND, largest=number("largest", 0.02))
    with pytest.raises(InputError, match="both `smallest` and `largest`"):
        replace(KIND, largest=None)
    with pytest.raises(InputError, match="needs sizes"):
        split_by_size(model([cell("c")], [], vesicles=[vesicle()]), "sEV", 2)
