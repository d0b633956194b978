"""Numbers with priors: quantiles, draws keyed by name, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from exocosm.errors import InputError
from exocosm.model import Parameter, Prior, chosen

SHAPES = ("fixed", "lognormal", "loguniform", "uniform", "logituniform")
seeds = st.integers(0, 2**63 - 1)
shares = st.floats(1e-9, 1.0 - 1e-9)


def parameter(name: str = "rate", value: float = 0.3, **more) -> Parameter:
    prior = more.pop("prior", Prior(shape="lognormal", central=0.3, low=0.1, high=0.5))
    return Parameter(
        name=name, value=value, unit="1/min", prior=prior, confidence="assumed", source="a test", **more
    )


@given(
    central=st.floats(1e-6, 1e6),
    below=st.floats(1.0, 1e3),
    above=st.floats(1.0, 1e3),
)
def test_lognormal_has_its_median_and_95_percent_where_it_says(central, below, above):
    """The two halves have their own widths: each bound is met, however lopsided the prior."""
    prior = Prior(shape="lognormal", central=central, low=central / below, high=central * above)
    for share, value in ((0.025, prior.low), (0.5, central), (0.975, prior.high)):
        assert prior.quantile(share) == pytest.approx(value, rel=1e-9)


def test_each_half_of_a_lognormal_is_normal_in_the_logarithm():
    prior = Prior(shape="lognormal", central=2.0, low=1.0, high=32.0)
    z95 = stats.norm.ppf(0.975)
    for share, width in ((0.2, math.log(2.0)), (0.9, math.log(16.0))):
        expected = 2.0 * math.exp(stats.norm.ppf(share) * width / z95)
        assert prior.quantile(share) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("shape", "distribution"),
    [
        ("uniform", stats.uniform(0.1, 0.5)),
        ("loguniform", stats.loguniform(0.1, 0.6)),
    ],
)
@given(share=shares)
def test_bounded_priors_have_the_quantiles_of_their_law(shape, distribution, share):
    prior = Prior(shape=shape, central=0.3, low=0.1, high=0.6)
    assert prior.quantile(share) == pytest.approx(distribution.ppf(share), rel=1e-9)


def test_logituniform_is_uniform_in_the_logit():
    prior = Prior(shape="logituniform", central=0.3, low=0.1, high=0.6)
    logits = [math.log(q / (1.0 - q)) for q in map(prior.quantile, (0.0, 0.25, 0.5, 1.0))]
    low, high = math.log(1 / 9), math.log(1.5)
    assert logits == pytest.approx([low, 0.75 * low + 0.25 * high, 0.5 * (low + high), high], abs=1e-12)


@given(shape=st.sampled_from(SHAPES), one=shares, other=shares)
def test_quantiles_rise(shape, one, other):
    prior = Prior(shape=shape, central=0.3, low=0.1, high=0.6)
    low, high = sorted((prior.quantile(one), prior.quantile(other)))
    assert [low, high] == [prior.quantile(min(one, other)), prior.quantile(max(one, other))]


@given(name=st.text(max_size=20), seed=seeds, draw=st.integers(0, 10**6), value=st.floats(-1e9, 1e9))
def test_a_draw_depends_on_seed_draw_and_name_alone(name, seed, draw, value):
    one = parameter(name).sampled(seed, draw)
    other = parameter(name, value=value, note="elsewhere").sampled(seed, draw)
    assert one.value == other.value
    assert one.value != parameter(name).sampled(seed, draw + 1).value
    assert one.value != parameter(name).sampled(seed + 1, draw).value
    assert one.value != parameter(name + "'").sampled(seed, draw).value


@pytest.mark.parametrize("along", ["seed", "draw", "name"])
def test_draws_follow_the_prior_along_each_part_of_the_key(along):
    prior = Prior(shape="uniform", central=0.5, low=0.0, high=1.0)
    key = {"seed": 3, "draw": 5, "name": "k"}
    drawn = []
    for i in range(4000):
        key[along] = f"k{i}" if along == "name" else i
        drawn.append(parameter(key["name"], prior=prior).sampled(key["seed"], key["draw"]).value)
    assert stats.kstest(drawn, "uniform").pvalue > 1e-3
    # Neighbours are uncorrelated: standard deviation 1/sqrt(4000).
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 4.0 / math.sqrt(4000)


def test_draws_are_the_same_on_every_machine():
    """Values are part of every saved result; these were computed from the definition with hashlib alone."""
    prior = Prior(shape="uniform", central=0.5, low=0.0, high=1.0)
    drawn = [parameter(name, prior=prior).sampled(7, 3).value for name in ("uptake", "K:miR-21")]
    assert drawn == pytest.approx([0.4920814695, 0.3518135963], abs=1e-9)


def test_a_draw_is_capped_and_keeps_its_origin():
    capped = parameter(at_most=0.35)
    assert capped.drawn(0.99).value == 0.35
    assert capped.drawn(0.5).value == pytest.approx(0.3)
    drawn = capped.drawn(0.1)
    assert (drawn.prior, drawn.source, drawn.name) == (capped.prior, capped.source, capped.name)


def test_fixed_numbers_are_never_redrawn():
    number = chosen("hours", 24.0, "h", why="set-up")
    assert number.sampled(1, 2) is number
    assert number.at(12.0).sampled(1, 2).value == 12.0
    assert (number.confidence, number.quoted, number.source) == ("chosen", "24 h", "set-up")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"central": math.nan}, "central"),
        ({"shape": "lognormal", "central": 1.0}, "low=None"),
        ({"shape": "lognormal", "central": 1.0, "low": 2.0, "high": 3.0}, "low <= central <= high"),
        ({"shape": "uniform", "central": 4.0, "low": 2.0, "high": 3.0}, "low <= central <= high"),
        ({"shape": "loguniform", "central": 1.0, "low": 0.0, "high": 3.0}, "low > 0"),
        ({"shape": "logituniform", "central": 0.5, "low": 0.0, "high": 0.9}, "0 < low"),
        ({"shape": "logituniform", "central": 0.5, "low": 0.1, "high": 1.0}, "high < 1"),
    ],
)
def test_impossible_priors_are_refused(arguments, said):
    with pytest.raises(InputError, match=said):
        Prior(**arguments)


def test_numbers_without_value_or_source_are_refused():
    with pytest.raises(InputError, match="`rate` to be finite"):
        parameter(value=math.inf)
    with pytest.raises(InputError, match="`rate` to name its source"):
        Parameter(name="rate", value=1.0, unit="", prior=Prior(central=1.0), confidence="prior", source="")
