"""Arms against their control, judged by scipy on numbers known beforehand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from exocosm.experiment.compare import COLUMNS, effects, holm, mean_interval, signed_rank

CONTROL = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
SHIFT = np.array([0.3, 0.1, 0.5, -0.2, 0.7, 0.4, 0.6, 0.8])


def table(arms: dict[str, np.ndarray], unit: str = "cells", series: str = "arms", readout: str = "count"):
    return pd.DataFrame(
        [
            {"series": series, "arm": arm if series == "arms" else "control",
             "level": np.nan if series == "arms" else float(arm), "replicate": i, "time_h": 2.0,
             "readout": readout, "cell": "macrophage", "unit": unit, "value": value}
            for arm, values in arms.items()
            for i, value in enumerate(values)
        ]
    )  # fmt: skip


def test_difference_interval_effect_and_p_are_those_of_scipy():
    row = effects(table({"control": CONTROL, "arm": CONTROL + SHIFT}), "control", 1).iloc[0]
    assert row["difference"] == pytest.approx(SHIFT.mean())
    assert row["effect_size"] == pytest.approx(SHIFT.mean() / SHIFT.std(ddof=1))
    assert row["p_value"] == pytest.approx(stats.wilcoxon(SHIFT).pvalue)
    assert (row["control_mean"], row["control_sd"]) == pytest.approx((4.5, CONTROL.std(ddof=1)))
    wide = stats.bootstrap((SHIFT,), np.mean, rng=np.random.default_rng(99)).confidence_interval
    assert (row["low"], row["high"]) == pytest.approx((wide.low, wide.high), abs=0.03)
    assert row["n"] == 8


def test_identical_arms_have_p_1_and_say_so():
    row = effects(table({"control": CONTROL, "arm": CONTROL}), "control", 1).iloc[0]
    assert (row["p_value"], row["p_adjusted"], row["difference"], row["low"], row["high"]) == (1, 1, 0, 0, 0)
    assert row["note"] == "identical in every replicate"
    assert np.isnan(row["effect_size"])


def test_holm_runs_over_the_arms_of_one_read_out_only():
    arms = {"control": CONTROL, "a": CONTROL + SHIFT, "b": CONTROL + 1.0, "c": CONTROL - SHIFT**2}
    both = pd.concat([table(arms), table({k: arms[k] for k in ("control", "a")}, readout="other")])
    found = effects(both, "control", 1).set_index(["readout", "arm"])
    raw = found.loc["count", "p_value"].sort_values()
    by_hand = np.minimum(1.0, np.maximum.accumulate(raw.to_numpy() * [3, 2, 1]))
    assert found.loc["count", "p_adjusted"][raw.index].to_numpy() == pytest.approx(by_hand)
    assert found.loc[("other", "a"), "p_adjusted"] == found.loc[("other", "a"), "p_value"]


def test_holm_does_not_count_what_is_not_known():
    assert holm(np.array([0.01, np.nan, 0.04])) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)


def test_an_activity_that_hardly_moves_is_too_small_to_see():
    activity = np.linspace(0.2, 0.4, 8)
    moved = {"control": activity, "little": activity + 0.005, "much": activity + 0.05}
    notes = effects(table(moved, unit="activity"), "control", 1).set_index("arm")["note"]
    assert notes["little"] == "too small to see: less than 0.05 in log-odds"
    assert notes["much"] == ""
    assert (effects(table(moved), "control", 1)["note"] == "").all()  # copies or cells have no such limit


def test_few_pairs_are_said_to_be_few():
    row = effects(table({"control": CONTROL[:3], "arm": CONTROL[:3] + 1.0}), "control", 1).iloc[0]
    assert row["note"] == "3 pairs cannot reach p < 0.05"
    assert row["p_value"] > 0.05


def test_replicates_without_a_value_are_left_out_in_pairs():
    arm = CONTROL + SHIFT
    arm[2] = np.nan
    control = CONTROL.copy()
    control[5] = np.nan
    row = effects(table({"control": control, "arm": arm}), "control", 1).iloc[0]
    kept = np.delete(SHIFT, [2, 5])
    assert (row["n"], row["difference"]) == (6, pytest.approx(kept.mean()))
    nothing = effects(table({"control": CONTROL, "arm": CONTROL * np.nan}), "control", 1).iloc[0]
    assert nothing["n"] == 0
    assert np.isnan(nothing["p_value"])


def test_levels_of_a_titration_are_compared_with_level_0():
    rows = table({"0": CONTROL, "10": CONTROL, "100": CONTROL + SHIFT}, series="titration")
    found = effects(rows, "control", 1)
    assert list(found["arm"]) == ["10 copies", "100 copies"]
    assert set(found["control"]) == {"0 copies"}
    assert found["difference"].tolist() == pytest.approx([0.0, SHIFT.mean()])


def test_only_the_last_time_counts_and_a_cut_run_leaves_an_empty_table():
    early = table({"control": CONTROL, "arm": CONTROL + 9.0}).assign(time_h=0.0)
    late = table({"control": CONTROL, "arm": CONTROL + SHIFT})
    assert effects(pd.concat([early, late]), "control", 1)["difference"][0] == pytest.approx(SHIFT.mean())
    empty = effects(table({"arm": CONTROL}), "control", 1)
    assert list(empty.columns) == COLUMNS
    assert empty.empty


@given(st.lists(st.sampled_from([0.0, 0.0, 1.0, -1.0, 1e-9, 3.5]), min_size=1, max_size=9))
def test_any_differences_give_an_interval_and_a_p_without_a_warning(values):
    difference = np.array(values)
    low, high = mean_interval(difference, 1)
    p = signed_rank(difference)
    if len(values) == 1:
        assert np.isnan([low, high, p]).all()
    else:
        assert low <= high
        assert 0.0 < p <= 1.0
