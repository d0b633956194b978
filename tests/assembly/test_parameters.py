"""Rows of the parameter table to priors, by the stated rule."""

from __future__ import annotations

import math
import re
from importlib.resources import files
from typing import Any

import pytest
import yaml

from exocosm import knowledge
from exocosm.assembly import cell_table, overridden, parameter
from exocosm.assembly import parameters as module
from exocosm.assembly.parameters import inverse
from exocosm.errors import InputError
from exocosm.knowledge import ParameterRow, parameter_rows, prior_rows
from exocosm.model import Parameter, Prior, chosen


def row(**given) -> ParameterRow:
    blank: dict[str, Any] = dict.fromkeys(
        ("symbol", "spread_kind", "species", "system", "doi_or_url", "note", "group"), ""
    )
    blank |= {"value": None, "low": None, "high": None, "sd_or_se": None, "source": "a paper"}
    return ParameterRow(
        **{**blank, "id": "made_up", "parameter": "made up", "unit": "um", "confidence": "measured", **given}
    )


@pytest.fixture
def made(monkeypatch):
    """Make a Parameter of a row that is not in the table."""

    def make(to: str = "um", **given) -> Parameter:
        monkeypatch.setattr(module, "parameter_row", lambda identifier: row(**given))
        return parameter("made_up", to=to)

    return make


@pytest.mark.parametrize(
    ("confidence", "factor"), [("measured", 1.5), ("derived", 2.0), ("assumed", 3.0), ("unverified", 10.0)]
)
def test_without_a_range_95_percent_lie_within_a_factor_that_follows_from_the_confidence(
    made, confidence, factor
):
    found = made(value=8.0, confidence=confidence)
    assert found.prior.shape == "lognormal"
    assert found.prior.quantile(0.025) == pytest.approx(8.0 / factor)
    assert found.prior.quantile(0.5) == pytest.approx(8.0)
    assert found.prior.quantile(0.975) == pytest.approx(8.0 * factor)


def test_value_and_range_make_a_log_normal_of_two_halves(made):
    prior = made(value=10.0, low=5.0, high=80.0).prior
    assert [prior.quantile(p) for p in (0.025, 0.5, 0.975)] == pytest.approx([5.0, 10.0, 80.0])


@pytest.mark.parametrize(("bound", "mirror"), [({"low": 2.0}, 50.0), ({"high": 50.0}, 2.0)])
def test_a_value_with_one_bound_is_mirrored(made, bound, mirror):
    prior = made(value=10.0, **bound).prior
    assert (prior.low, prior.high) == (pytest.approx(2.0), pytest.approx(50.0))
    assert mirror in (prior.low, prior.high)


def test_bounds_alone_make_a_log_uniform_around_their_geometric_mean(made):
    found = made(low=2.0, high=50.0)
    assert found.prior.shape == "loguniform"
    assert found.value == pytest.approx(10.0)
    assert [found.prior.quantile(p) for p in (0.0, 0.25, 1.0)] == pytest.approx([2.0, 2.0 * 25**0.25, 50.0])


def test_bounds_that_start_at_zero_make_a_uniform(made):
    prior = made(low=0.0, high=4.0).prior
    assert (prior.shape, prior.central) == ("uniform", 2.0)


@pytest.mark.parametrize("bound", [{"low": 2.0}, {"high": 2.0}])
def test_a_bound_on_one_side_is_no_default(made, bound):
    with pytest.raises(InputError, match="made_up.*bound on one side only"):
        made(**bound)


def test_a_row_to_be_checked_is_no_default(made):
    with pytest.raises(InputError, match="made_up.*CHECK"):
        made(value=1.0, note="CHECK: unit unclear")
    marked = [r.id for r in parameter_rows() if "CHECK" in r.note]
    for identifier in marked:
        with pytest.raises(InputError, match="CHECK"):
            parameter(identifier, to="1")


def test_an_unknown_id_is_refused_with_a_hint():
    with pytest.raises(InputError, match="cell_radius_gbm"):
        parameter("cell_radius_gmb", to="um")


def test_priors_keep_the_distribution_and_reason_written_down_for_them():
    for prior in prior_rows():
        found = parameter(prior.id, to=prior.unit)
        assert (found.value, found.prior.shape, found.confidence) == (
            prior.value,
            prior.distribution,
            "prior",
        )
        assert prior.reason in found.source


def test_units_are_converted_with_the_whole_prior(made):
    found = made(to="um", value=2.0, low=1.0, high=4.0, unit="mm")
    assert (found.value, found.unit, found.quoted) == (2000.0, "um", "2 [1 to 4] mm")
    assert (found.prior.low, found.prior.high) == (pytest.approx(1000.0), pytest.approx(4000.0))


def test_known_rows_by_hand():
    """0.1 per hour is 1/600 per minute; a uptake of 1 %/h in 5e6 um³ per cell clears 833 um³/min."""
    assert parameter("long_rna_loss", to="1/min").value == pytest.approx(0.1 / 60.0)
    from exocosm.assembly.vesicles import uptake

    source = knowledge.parameter_row("ev_uptake_fraction_per_hour_hela")
    assert source.value is not None
    per_hour = source.value / 100.0 if "percent" in source.unit or "%" in source.unit else source.value
    assert uptake().clearance.value == pytest.approx(per_hour / 60.0 * 5e6)
    assert uptake().clearance.at_most == 5e4


def test_a_rate_from_a_time_turns_the_range_around():
    time = Parameter(
        name="t",
        value=20.0,
        unit="min",
        prior=Prior(shape="lognormal", central=20.0, low=10.0, high=80.0),
        confidence="measured",
        source="a paper",
    )
    rate = inverse(time, name="r", unit="1/min", factor=math.log(2.0), why="ln 2 over the time")
    ln2 = math.log(2.0)
    assert (rate.value, rate.prior.low, rate.prior.high) == pytest.approx((ln2 / 20, ln2 / 80, ln2 / 10))
    assert (rate.confidence, rate.source) == ("derived", "a paper")


def used_identifiers() -> set[str]:
    """Every id that code, the cell table or a shipped study asks for."""
    found = set()
    for package in ("exocosm.assembly", "exocosm.experiment"):
        for entry in files(package).iterdir():
            if entry.name.endswith(".py"):
                text = entry.read_text(encoding="utf-8")
                found.update(re.findall(r'(?:parameter|_fixed)\(\s*"([a-z0-9_]+)"', text))
                found.update(re.findall(r'efficiency: str = "([a-z0-9_]+)"', text))
    for cell in cell_table().values():
        for key in ("radius", "doubling_time", "death", "dead_time", "release"):
            found.update({cell[key]} if key in cell else ())
        found.update(cell.get("polarisation", {}).values())
    for entry in files("exocosm").joinpath("studies").iterdir():
        if entry.name.endswith(".yaml"):
            study = yaml.safe_load(entry.read_text(encoding="utf-8"))
            found.add(study["oxygen"])
            found.update(
                study["drug"][k] for k in ("loss", "ic50", "ic50_resistant", "hill") if "drug" in study
            )
            for arm in study["arms"]:
                for treatment in arm.get("treatments", ()):
                    found.update(
                        treatment[k] for k in ("cut", "efficiency", "per_recipient") if k in treatment
                    )
    return found


def test_every_number_asked_for_exists_with_source_and_unit():
    rows = {r.id: r for r in parameter_rows()} | {p.id: p for p in prior_rows()}
    used = used_identifiers()
    assert len(used) > 30
    assert used <= set(rows)
    for identifier in used:
        found = parameter(identifier, to=rows[identifier].unit)
        assert found.source.strip()
        assert found.unit
        assert math.isfinite(found.value)


def test_settings_of_the_user_are_checked_against_the_parameters_there_are():
    known = {
        "rate": chosen("rate", 1.0, "1/min", why="test"),
        "share": parameter("ev_escape_fraction_hela", to="dimensionless", at_most=1.0, name="share"),
        "resting": parameter("resting_present", to="dimensionless", name="resting"),
    }
    assert overridden(known, {"rate": 2, "share": 0.5}) == {"rate": 2.0, "share": 0.5}
    for settings, said in (
        ({"rat": 1.0}, "Did you mean 'rate'"),
        ({"rate": -1.0}, "not to be negative"),
        ({"rate": math.nan}, "finite"),
        ({"rate": math.inf}, "finite"),
        ({"rate": True}, "number in 1/min"),
        ({"rate": "fast"}, "number in 1/min"),
        ({"share": 1.5}, "at most 1"),
        ({"resting": 1.0}, "between 0 and 1"),
    ):
        with pytest.raises(InputError, match=said):
            overridden(known, settings)
