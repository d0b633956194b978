"""How much is needed, how much arrives, and what a dose does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from .intervals import mean_interval, spread
from .logaxis import log_axis, on_axis, place_of_zero
from .panels import Panel, draw_panels, panels_of
from .style import DELIVERED, DOWN, GRID, INK, NEEDED, QUIET, UP, arm_colours, new_figure, styled
from .words import number, wrap

if TYPE_CHECKING:
    import pandas as pd

PLAUSIBLE, OUT_OF_REACH = 1.0, 0.01  # the ratio delivered/needed at which the verdict changes
TITRATION_CAPTION = (
    "titration: cytosolic copies given directly, as a transfected mimic; not a physiological dose"
)


@styled
def titration(
    readouts: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    delivered: Sequence[tuple[str, float, float, float]] = (),
    x_label: str = "cytosolic copies per cell, given directly",
    width: float = 10.0,
) -> Figure:
    """Draw read-outs against copies given directly, and mark what vesicles delivered on the same axis.

    Parameters
    ----------
    readouts : one time point; columns arm, level [copies], replicate, readout, cell, unit, value
    arms : arm name → label; arms that do not occur are left out
    labels : read-out name → label, in the order of the panels
    delivered : (setting, copies, low, high) of each dose to mark [copies per cell]
    x_label : of the horizontal axis
    width : of the figure [inch]
    """
    names = list(dict.fromkeys(readouts["arm"]))
    looks = arm_colours(names)
    marks = {
        d[0]: look for d, look in zip(delivered, (DELIVERED, NEEDED, "#cc79a7", "#009e73"), strict=False)
    }
    every_x = [*readouts["level"], *(v for d in delivered for v in d[1:])]
    zero = place_of_zero(every_x)

    def draw(axes: Axes, panel: Panel) -> None:
        rows = panel.rows(readouts)
        log_axis(axes, every_x, zero=zero)
        for setting, copies, low, high in delivered:
            if setting not in marks:
                continue
            axes.axvline(float(on_axis(copies, zero)), color=marks[setting], linewidth=1.4, linestyle="--")
            if np.isfinite([low, high]).all():
                # A bar at the foot of the panel: shaded bands of several settings would mix their colours.
                height = 0.025 + 0.05 * list(marks).index(setting)
                foot = axes.get_xaxis_transform()
                span = on_axis([low, high], zero)
                axes.plot(
                    span,
                    [height] * 2,
                    color=marks[setting],
                    linewidth=4.5,
                    alpha=0.6,
                    transform=foot,
                    solid_capstyle="butt",
                )
        for arm in names:
            _dose_series(axes, rows[rows["arm"] == arm], "level", zero, *looks[arm])

    # Naming the arm helps only where there is a choice.
    handles: list[Any] = [
        Line2D(
            [], [], color=looks[a][0], linestyle=looks[a][1], marker="o", markersize=4, label=arms.get(a, a)
        )
        for a in names
        if len(names) > 1
    ] or [Line2D([], [], color=looks[names[0]][0], marker="o", markersize=4, label="copies given directly")]
    handles += [
        Line2D([], [], color=colour, linestyle="--", label=f"delivered by vesicles: {setting}")
        for setting, colour in marks.items()
    ]
    figure = draw_panels(panels_of(readouts, labels), draw, x_label=x_label, width=width, handles=handles)
    figure.suptitle(wrap(TITRATION_CAPTION, int(width * 12)), fontsize=9, color=QUIET, x=0.01, ha="left")
    return figure


@styled
def dose_response(
    readouts: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    ic50: pd.DataFrame | None = None,
    fitted_readout: str | None = None,
    drug: str = "drug",
    unit: str = "µmol/L",
    width: float = 10.0,
) -> Figure:
    """Draw read-outs against drug concentration for each arm; curves are the fits, ticks the fitted IC50.

    Parameters
    ----------
    readouts : one time point; columns arm, level (concentration), replicate, readout, cell, unit, value
    arms : arm name → label, in the order of the legend
    labels : read-out name → label, in the order of the panels
    ic50 : columns arm, replicate, ic50, hill, top, fitted: curve top/(1 + (x/ic50)^hill), bottom 0
    fitted_readout : the read-out the fit belongs to; None means the first panel
    drug, unit : name the horizontal axis
    width : of the figure [inch]
    """
    names = [a for a in arms if (readouts["arm"] == a).any()]
    looks = arm_colours(names)
    zero = place_of_zero(readouts["level"])
    panels = panels_of(readouts, labels)
    fitted_readout = fitted_readout or (panels[0].readout if panels else None)

    def draw(axes: Axes, panel: Panel) -> None:
        rows = panel.rows(readouts)
        log_axis(axes, readouts["level"], zero=zero)
        for arm in names:
            fit = _mean_fit(ic50, arm) if panel.readout == fitted_readout else None
            _dose_series(axes, rows[rows["arm"] == arm], "level", zero, *looks[arm], joined=fit is None)
            if fit is None:
                continue
            middle, hill, top = fit
            x = np.geomspace(zero * 3.8, float(readouts["level"].max()) * 1.2, 200)
            axes.plot(x, top / (1 + (x / middle) ** hill), looks[arm][1], color=looks[arm][0], linewidth=1.8)
            axes.plot(
                [middle], [top / 2], "D", color=looks[arm][0], markersize=7, markeredgecolor="white", zorder=5
            )
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))

    handles = [
        Line2D([], [], color=looks[a][0], linestyle=looks[a][1], marker="o", markersize=4, label=arms[a])
        for a in names
    ]
    if any(_mean_fit(ic50, a) for a in names):
        handles.append(
            Line2D([], [], linestyle="none", marker="D", color=QUIET, label="IC50 of the fitted curve")
        )
    return draw_panels(
        panels,
        draw,
        x_label=f"{drug} [{unit}]",
        width=width,
        handles=handles,
        height=3.2 if len(panels) < 3 else 2.6,
    )


@styled
def ic50_shift(shifts: pd.DataFrame, *, arms: Mapping[str, str], width: float = 7.0) -> Figure:
    """Draw IC50(arm)/IC50(control) with its 95 % interval on a logarithmic axis; 1 means no shift.

    shifts : columns arm, control, ratio, low, high;  arms : arm name → label;  width : [inch]
    """
    shifts = shifts[np.isfinite(shifts["ratio"])]
    figure = new_figure(width, 1.0 + 0.42 * max(1, len(shifts)))
    axes = figure.add_subplot()
    axes.axvline(1, color=INK, linewidth=0.9)
    for y, row in enumerate(shifts.itertuples()):
        bounds = np.array([row.low, row.high], dtype=float)
        clear = bool(np.isfinite(bounds).all() and (bounds[0] > 1 or bounds[1] < 1))
        colour = (UP if bounds[0] > 1 else DOWN) if clear else QUIET
        if np.isfinite(bounds).all():
            axes.plot(bounds, [y, y], color=colour, linewidth=2, solid_capstyle="butt")
        axes.plot(
            [row.ratio], [y], "o", color=colour, markerfacecolor=colour if clear else "white", markersize=6
        )
    axes.set_xscale("log")
    extent = np.r_[shifts[["ratio", "low", "high"]].to_numpy(float).ravel(), 1.0]
    extent = extent[np.isfinite(extent) & (extent > 0)]
    axes.set_xlim(extent.min() / 1.25, extent.max() * 1.25)
    _round_ticks(axes)
    axes.set_yticks(
        range(len(shifts)),
        [
            wrap(f"{arms.get(r.arm, r.arm)} / {arms.get(r.control, r.control)}", int(width * 5))
            for r in shifts.itertuples()
        ],
    )
    axes.set_ylim(len(shifts) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("IC50 ratio [1], logarithmic; right of 1: more drug needed")
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    return figure


@styled
def ic50_by_copies(
    ic50: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    delivered: Sequence[tuple[str, float, float, float]] = (),
    unit: str = "µmol/L",
    width: float = 7.0,
) -> Figure:
    """Draw the fitted IC50 against cytosolic copies given directly; arguments as in `titration`.

    ic50 : columns arm, level [copies], replicate, ic50; unfitted ones are NaN
    """
    table = ic50.assign(readout="ic50", cell="", unit=unit, value=ic50["ic50"])
    return titration(table, arms=arms, labels={"ic50": "IC50"}, delivered=delivered, width=width)


@styled
def dose_needed(dose: pd.DataFrame, *, width: float = 10.0) -> Figure:
    """Draw, for each axis and setting, vesicles needed and delivered, and their ratio, with intervals.

    dose : columns cargo, recipient, target, setting, needed, delivered, ratio and each with _low, _high
           (vesicles per recipient; the ratio has no unit);  width : of the figure [inch]
    """
    side_by_side = width > 6
    names = [
        wrap(f"{r.cargo} → {r.target}: {r.setting}", 34 if side_by_side else 26) for r in dose.itertuples()
    ]
    height = 1.25 + len(dose) * (0.24 + 0.17 * max(n.count("\n") + 1 for n in names))
    figure = new_figure(width, height if side_by_side else 2 * height + 0.3)
    left = figure.add_subplot(*((1, 2, 1) if side_by_side else (2, 1, 1)))
    right = figure.add_subplot(*((1, 2, 2) if side_by_side else (2, 1, 2)))

    counts = dose[[f"{k}{e}" for k in ("needed", "delivered") for e in ("", "_low", "_high")]].to_numpy(float)
    zero = place_of_zero(counts) if (counts == 0).any() else None
    log_axis(left, counts, zero=zero, labels=8)
    for y, row in enumerate(dose.itertuples()):
        _log_interval(left, y - 0.14, row, "needed", NEEDED, "o", zero)
        _log_interval(left, y + 0.14, row, "delivered", DELIVERED, "s", zero)
    left.set_xlabel("vesicles per recipient [1]")
    left.set_title("needed for a 20 % change, and delivered")

    ratios = dose[["ratio", "ratio_low", "ratio_high"]].to_numpy(float)
    zero = place_of_zero(np.r_[ratios.ravel(), OUT_OF_REACH]) if (ratios == 0).any() else None
    log_axis(right, np.r_[ratios.ravel(), OUT_OF_REACH / 3, PLAUSIBLE * 3], zero=zero, labels=8)
    start, end = right.get_xlim()
    for low, high, shade, word in (
        (start, OUT_OF_REACH, "#f3d9cc", "out of reach"),
        (OUT_OF_REACH, PLAUSIBLE, "#f6efd2", "implausible here"),
        (PLAUSIBLE, end, "#d3ebe3", "plausible"),
    ):
        right.axvspan(low, high, color=shade, linewidth=0, zorder=0)
        right.text(
            np.sqrt(low * high),
            1.01,
            word if side_by_side else word.replace(" here", "\nhere").replace("out of ", "out of\n"),
            transform=right.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=7.5,
            color=INK,
        )
    for y, row in enumerate(dose.itertuples()):
        _log_interval(right, y, row, "ratio", INK, "o", zero)
    right.set_xlabel("delivered / needed [1]")
    right.set_title("ratio", pad=18 if side_by_side else 28)
    for axes, named in ((left, True), (right, not side_by_side)):
        axes.set_yticks(range(len(dose)), names if named else [""] * len(dose))
        axes.set_ylim(len(dose) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=GRID, linewidth=0.7)
        axes.spines["left"].set_visible(False)
    figure.legend(
        handles=[
            Line2D([], [], color=NEEDED, marker="o", label="needed"),
            Line2D([], [], color=DELIVERED, marker="s", label="delivered"),
        ],
        loc="outside lower center",
        ncols=2,
    )
    return figure


def _dose_series(
    axes: Axes, rows: pd.DataFrame, by: str, zero: float, colour: str, line: str, *, joined: bool = True
) -> None:
    """Draw replicates as faint points and lines, means as points with a 95 % interval and a line through "
    "them."""
    if rows.empty:
        return
    axes.plot(
        on_axis(rows[by], zero), rows["value"], "o", color=colour, markersize=2.5, alpha=0.35, linewidth=0
    )
    for _, run in rows[rows[by] > 0].groupby("replicate"):
        run = run.sort_values(by)
        axes.plot(run[by], run["value"], line, color=colour, linewidth=0.5, alpha=0.3)
    levels, mean, low, high = spread(rows, by)
    x = on_axis(levels, zero)
    if np.isfinite(low).any():
        axes.vlines(x, low, high, color=colour, linewidth=1.3)
    axes.plot(x, mean, "o", color=colour, markersize=4)
    if joined:
        # The step from 0 to the first dose is no stretch of a logarithmic axis: leave it open.
        start = 1 if len(levels) > 1 and levels[0] <= 0 else 0
        axes.plot(x[start:], mean[start:], line, color=colour, linewidth=1.6)


def _mean_fit(ic50: pd.DataFrame | None, arm: str) -> tuple[float, float, float] | None:
    """Return (IC50 [geometric mean], hill, top) over the fitted replicates of `arm`; None without a fit."""
    if ic50 is None or ic50.empty:
        return None
    rows = ic50[(ic50["arm"] == arm) & ic50["fitted"].astype(bool) & ic50["level"].isna()]
    rows = rows[np.isfinite(rows["ic50"]) & (rows["ic50"] > 0)]
    if rows.empty:
        return None
    middle = float(np.exp(mean_interval(np.log(rows["ic50"]))[0]))
    return middle, float(rows["hill"].mean()), float(rows["top"].mean())


def _log_interval(
    axes: Axes, y: float, row: Any, quantity: str, colour: str, marker: str, zero: float | None
) -> None:
    """Draw one interval on a logarithmic axis; infinite ends run into an arrow head at the edge."""
    value, low, high = (float(getattr(row, f"{quantity}{end}")) for end in ("", "_low", "_high"))
    edge = axes.get_xlim()[1]
    ends: NDArray[np.float64] = np.array([value, low, high])
    if zero is not None:
        ends = np.where(ends <= 0, zero, ends)
    if np.isfinite(ends[1]) and not np.isnan(ends[2]):
        axes.plot([ends[1], min(ends[2], edge)], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
        if np.isinf(ends[2]):
            axes.plot([edge], [y], ">", color=colour, markersize=6, clip_on=False)
    if np.isfinite(ends[0]):
        axes.plot([ends[0]], [y], marker, color=colour, markersize=6, markeredgecolor="white")


def _round_ticks(axes: Axes) -> None:
    """Label a short logarithmic axis at 1, 2, 5 times powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    low, high = axes.get_xlim()
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high / low < 300 else (1.0,)))
    if high / low < 4:
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))
