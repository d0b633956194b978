"""Dose responses: known curves are found again, and what is no curve is said to be none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from exocosm.experiment.ic50 import fit, hill, ic50_table, shift_table

DOSE = np.array([0.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0])


@pytest.mark.parametrize(("ic50", "slope"), [(25.0, 0.8), (100.0, 1.0), (250.0, 2.0), (900.0, 4.0)])
def test_a_known_curve_is_recovered(ic50, slope):
    found = fit(DOSE, hill(DOSE, ic50, slope))
    assert found[:2] == pytest.approx((ic50, slope), rel=1e-4)
    assert found[2:] == (True, "")


def test_noise_moves_the_ic50_by_little():
    rng = np.random.default_rng(2)
    found = [fit(DOSE, hill(DOSE, 200.0, 1.5) * rng.normal(1.0, 0.05, DOSE.size))[0] for _ in range(50)]
    assert np.median(found) == pytest.approx(200.0, rel=0.05)


@pytest.mark.parametrize(
    ("left", "note"),
    [
        ([1, 1, 0.9, 0.9, 0.8, 0.7, 0.6], "does not cross one half"),
        ([1, 0.4, 0.3, 0.2, 0.1, 0, 0], "does not cross one half"),
        ([np.nan] * 7, "no cells in the undosed well"),
        ([1, 0.49, 0.51, 0.49, 0.505, 0.495, 0.503], ""),
    ],
)
def test_what_has_no_ic50_within_the_doses_gets_none(left, note):
    value, _, fitted, said = fit(DOSE, np.array(left, dtype=float))
    if note:
        assert (fitted, np.isnan(value)) == (False, True)
        assert note in said
    else:
        assert fitted is (10.0 <= value <= 3000.0)


@pytest.mark.parametrize("left", [[1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 0.5, 0.5, 0, 0], [1, 0, 0, 0, 1, 1, 1]])
def test_the_steps_of_a_few_cells_never_warn(left):
    value, slope, fitted, note = fit(DOSE, np.array(left, dtype=float))
    assert fitted == (note == "")
    assert not fitted or (10.0 <= value <= 3000.0 and slope > 0)


def wells(curves: dict[tuple[str, int], float], drop: tuple[str, int, float] | None = None) -> pd.DataFrame:
    rows = [
        {"series": "dose_response", "arm": arm, "level": dose, "replicate": replicate, "time_h": 72.0,
         "readout": "cells", "value": 80.0 * hill(dose, ic50, 1.2)}
        for (arm, replicate), ic50 in curves.items()
        for dose in DOSE
        if drop != (arm, replicate, dose)
    ]  # fmt: skip
    return pd.DataFrame(rows)


CURVES = {("control", r): 100.0 * 1.1**r for r in range(6)} | {
    ("arm", r): 200.0 * 1.1**r * 1.02 ** (-1) ** r for r in range(6)
}


def test_every_arm_and_replicate_is_fitted_against_its_own_undosed_well():
    found = ic50_table(wells(CURVES), "cells").set_index(["arm", "replicate"])
    for key, ic50 in CURVES.items():
        assert found.loc[key, "ic50"] == pytest.approx(ic50, rel=1e-3)
        assert found.loc[key, "top"] == pytest.approx(80.0)


def test_an_arm_that_a_cut_run_left_without_some_doses_is_not_fitted():
    found = ic50_table(wells(CURVES, drop=("arm", 3, 0.0)), "cells")
    assert ("arm", 3) not in set(zip(found["arm"], found["replicate"], strict=True))
    assert len(found) == len(CURVES) - 1
    (row,) = shift_table(found, "control", 1).to_dict("records")
    assert (row["n"], row["note"]) == (5, "no IC50 in 1 of 6 replicates")


def test_the_shift_is_the_geometric_mean_of_paired_ratios():
    (row,) = shift_table(ic50_table(wells(CURVES), "cells"), "control", 1).to_dict("records")
    assert row["ratio"] == pytest.approx(2.0, rel=1e-3)
    assert 1.9 < row["low"] < 2.0 < row["high"] < 2.1
    assert row["p_value"] == row["p_adjusted"] == pytest.approx(2 / 2**6)


def test_the_control_under_another_name_is_not_compared_with_itself():
    twin = {("mimic-0", r): ic50 for (arm, r), ic50 in CURVES.items() if arm == "control"}
    found = ic50_table(wells(CURVES | twin), "cells")
    assert list(shift_table(found, "control", 1, same="mimic-0")["arm"]) == ["arm"]


def test_a_run_cut_before_its_control_has_no_shifts():
    found = ic50_table(wells({k: v for k, v in CURVES.items() if k[0] == "arm"}), "cells")
    assert shift_table(found, "control", 1).empty
