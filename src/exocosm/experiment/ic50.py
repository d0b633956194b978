"""Dose responses: IC50 of each arm and replicate, and how far vesicles shift it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np

from .compare import holm, mean_interval, signed_rank

if TYPE_CHECKING:
    import pandas as pd


def hill(dose: np.ndarray, ic50: float, slope: float) -> np.ndarray:
    """Share of cells left at a dose: 1/(1 + (dose/IC50)^h).  [any, same, 1] → [1]"""
    return 1.0 / (1.0 + (np.asarray(dose) / ic50) ** slope)


def fit(dose: np.ndarray, left: np.ndarray) -> tuple[float, float, bool, str]:
    """Fit a Hill curve to viability relative to the undosed well: (IC50, slope, fitted, note).

    The curve runs from 1 to 0. Viability that never falls below one half inside the tested doses has no
    IC50 there; that is said, not extrapolated.
    """
    from scipy.optimize import OptimizeWarning, curve_fit

    tested = dose > 0
    if not np.isfinite(left).all():
        return np.nan, np.nan, False, "no cells in the undosed well"
    if left[tested].min() > 0.5 or left[tested].max() < 0.5:
        return np.nan, np.nan, False, "viability does not cross one half within the tested doses"

    def curve(log_dose: np.ndarray, log_ic50: float, log_slope: float) -> np.ndarray:
        return hill(np.exp(log_dose), np.exp(log_ic50), np.exp(log_slope))

    start = (float(np.log(np.median(dose[tested]))), 0.0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", OptimizeWarning)
            warnings.simplefilter("ignore", RuntimeWarning)  # a trial step may overflow; the fit goes on
            best, _ = curve_fit(curve, np.log(dose[tested]), left[tested], p0=start, maxfev=5000)
    except (RuntimeError, OptimizeWarning):
        return np.nan, np.nan, False, "the fit did not converge"
    value, slope = float(np.exp(best[0])), float(np.exp(best[1]))
    if not dose[tested].min() <= value <= dose[tested].max():
        return np.nan, np.nan, False, "the fitted IC50 lies outside the tested doses"
    return value, slope, True, ""


def ic50_table(readouts: pd.DataFrame, readout: str) -> pd.DataFrame:
    """Fit every arm and replicate that was run at all doses, at the last time."""
    import pandas as pd

    rows = []
    series = readouts[(readouts["series"] == "dose_response") & (readouts["readout"] == readout)]
    last = series[series["time_h"] == series["time_h"].max()]
    doses = last["level"].nunique()
    for (arm, replicate), group in last.groupby(["arm", "replicate"], sort=False):
        group = group.sort_values("level")
        if len(group) < doses:
            continue  # a run cut short has no curve for this arm and replicate
        top = float(group["value"].iloc[0])
        left = group["value"].to_numpy() / top if top > 0 else np.full(len(group), np.nan)
        value, slope, fitted, note = fit(group["level"].to_numpy(), left)
        rows.append({"arm": arm, "level": np.nan, "replicate": replicate, "ic50": value, "hill": slope,
                     "top": top, "fitted": fitted, "note": note})  # fmt: skip
    return pd.DataFrame(rows, columns=["arm", "level", "replicate", "ic50", "hill", "top", "fitted", "note"])


def shift_table(ic50: pd.DataFrame, control: str, seed: int, same: str | None = None) -> pd.DataFrame:
    """Compare log IC50 of each arm with the control: geometric mean ratio, 95 % interval, p.

    Arms are paired by replicate. `same` names an arm that is the control itself, shown under another name.
    """
    import pandas as pd

    wide = ic50.pivot(index="replicate", columns="arm", values="ic50")
    rows = []
    arms = dict.fromkeys(ic50["arm"])
    for arm in [name for name in arms if name not in (control, same) and control in arms]:
        both = wide[[control, arm]].dropna()
        change = np.log(both[arm].to_numpy() / both[control].to_numpy())
        low, high = mean_interval(change, seed)
        missing = len(wide) - len(both)
        rows.append({
            "arm": arm,
            "control": control,
            "n": len(both),
            "ratio": float(np.exp(change.mean())) if len(change) else np.nan,
            "low": float(np.exp(low)),
            "high": float(np.exp(high)),
            "p_value": signed_rank(change),
            "note": f"no IC50 in {missing} of {len(wide)} replicates" if missing else "",
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=["arm", "control", "n", "ratio", "low", "high", "p_value", "note"])
    table.insert(7, "p_adjusted", holm(table["p_value"].to_numpy(dtype=float)))
    return table
