"""Arms against their control: paired by replicate, with interval, effect size and test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

TEST = "Wilcoxon signed-rank, paired by replicate"
VISIBLE = 0.05  # change of an activity, in log-odds, below which an assay would not see it
_RESAMPLES = 4999


def effects(
    readouts: pd.DataFrame, control: str, seed: int, mimics: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Compare each arm with the control at the last time, read-out by read-out.

    Replicates share their draw of the priors across arms, so differences are paired. The interval is a
    95 % bootstrap interval (BCa) of the mean difference, the effect size the mean difference over the
    standard deviation of the differences, p two-sided and Holm-adjusted over the arms (or levels) compared
    for one read-out. A pairing this tight makes tiny differences "significant": an activity that moves by
    less than 0.05 in log-odds is noted as too small to see.

    Parameters
    ----------
    readouts : long table with series, arm, level, replicate, time_h, readout, cell, unit, value
    mimics : in a drug study, arm → copies for the arms that are levels of the titration; its wells without
        drug are compared
    """
    import pandas as pd

    rows = []
    last = _without_drug(readouts[readouts["time_h"] == readouts["time_h"].max()], mimics or {})
    plain = last[last["series"] == "arms"]
    for (readout, cell, unit), group in plain.groupby(["readout", "cell", "unit"], sort=False, dropna=False):
        wide = group.pivot(index="replicate", columns="arm", values="value")
        if control not in wide:
            continue
        for arm in [name for name in dict.fromkeys(group["arm"]) if name != control]:
            row = _paired(wide[control].to_numpy(), wide[arm].to_numpy(), unit, seed)
            rows.append({"series": "arms", "arm": arm, "control": control, "readout": readout, "cell": cell,
                         "unit": unit, "time_h": float(group["time_h"].iloc[0]), **row})  # fmt: skip
    titration = last[last["series"] == "titration"]
    zero = titration[titration["level"] == 0]
    for level, group in titration[titration["level"] > 0].groupby("level"):
        for (readout, cell, unit), mine in group.groupby(
            ["readout", "cell", "unit"], sort=False, dropna=False
        ):
            base = zero[(zero["readout"] == readout) & (zero["cell"] == cell)].set_index("replicate")["value"]
            pair = pd.concat([base, mine.set_index("replicate")["value"]], axis=1, keys=["base", "here"])
            row = _paired(pair["base"].to_numpy(), pair["here"].to_numpy(), unit, seed)
            rows.append({"series": "titration", "arm": f"{level:g} copies", "control": "0 copies",
                         "readout": readout, "cell": cell, "unit": unit,
                         "time_h": float(mine["time_h"].iloc[0]), **row})  # fmt: skip
    table = pd.DataFrame(rows, columns=COLUMNS)
    for _, family in table.groupby(["series", "readout", "cell"], sort=False, dropna=False):
        table.loc[family.index, "p_adjusted"] = holm(family["p_value"].to_numpy(dtype=float))
    return table


def _without_drug(last: pd.DataFrame, mimics: Mapping[str, float]) -> pd.DataFrame:
    """Turn the undosed wells of a drug study into arms and levels of a titration."""
    if not (last["series"] == "dose_response").any():
        return last
    wells = last[(last["series"] == "dose_response") & (last["level"] == 0)].copy()
    copies = wells["arm"].map(dict(mimics))
    wells["series"] = np.where(copies.notna(), "titration", "arms")
    wells["level"] = copies
    return wells


COLUMNS = [
    "series", "arm", "control", "readout", "cell", "unit", "time_h", "n", "control_mean", "control_sd",
    "arm_mean", "arm_sd", "difference", "low", "high", "effect_size", "p_value", "p_adjusted", "test", "note",
]  # fmt: skip


def holm(p_values: np.ndarray) -> np.ndarray:
    """Adjust p-values for their number (Holm 1979); NaN stays NaN and is not counted."""
    from statsmodels.stats.multitest import multipletests

    adjusted = np.full(p_values.shape, np.nan)
    known = np.isfinite(p_values)
    if known.any():
        adjusted[known] = multipletests(p_values[known], method="holm")[1]
    return adjusted


def _paired(control: np.ndarray, arm: np.ndarray, unit: str, seed: int) -> dict[str, object]:
    both = np.isfinite(control) & np.isfinite(arm)
    control, arm = control[both], arm[both]
    difference = arm - control
    n = difference.size
    row: dict[str, object] = {
        "n": n,
        "control_mean": _mean(control),
        "control_sd": _sd(control),
        "arm_mean": _mean(arm),
        "arm_sd": _sd(arm),
        "difference": _mean(difference),
        "test": TEST,
        "note": "",
    }
    low, high = mean_interval(difference, seed)
    spread = _sd(difference)
    row.update(low=low, high=high, effect_size=_mean(difference) / spread if spread > 0 else np.nan)
    row["p_value"] = signed_rank(difference)
    if n and not difference.any():
        row["note"] = "identical in every replicate"
    elif unit == "activity" and n and abs(_logit(arm).mean() - _logit(control).mean()) < VISIBLE:
        row["note"] = f"too small to see: less than {VISIBLE:g} in log-odds"
    elif n < 6:
        row["note"] = f"{n} pairs cannot reach p < 0.05"
    return row


def _logit(activity: np.ndarray) -> np.ndarray:
    return np.log(activity / (1.0 - activity))


def mean_interval(values: np.ndarray, seed: int) -> tuple[float, float]:
    """Return the 95 % bootstrap interval (BCa) of a mean; NaN for fewer than two values."""
    from scipy.stats import bootstrap

    if values.size < 2:
        return float("nan"), float("nan")
    if np.ptp(values) <= 1e-12 * np.abs(values).max(initial=0.0):
        return float(values[0]), float(values[0])
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=_RESAMPLES,
        confidence_level=0.95,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def signed_rank(difference: np.ndarray) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test; 1 when nothing differs, NaN without pairs."""
    from scipy.stats import wilcoxon

    if difference.size < 2:
        return float("nan")
    if not difference.any():
        return 1.0
    return float(wilcoxon(difference, zero_method="pratt").pvalue)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _sd(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if values.size > 1 else float("nan")
