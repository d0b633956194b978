"""Read-outs over time, arm by arm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .intervals import spread
from .panels import Panel, draw_panels, panels_of
from .style import arm_colours, styled

if TYPE_CHECKING:
    import pandas as pd


@styled
def time_courses(
    readouts: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    width: float = 10.0,
) -> Figure:
    """Draw each read-out over time.

    Thin lines are replicates, thick lines means, bands 95 % intervals of the mean: of the first arm, and of
    arms whose mean leaves the first arm's by more than a hundredth of the values shown.

    Parameters
    ----------
    readouts : columns arm, replicate, time_h [h], readout, cell, unit, value
    arms : arm name → label, in the order of the legend; the first one is drawn in black
    labels : read-out name → label, in the order of the panels
    width : of the figure [inch]
    """
    looks = arm_colours(arms)

    def draw(axes: Axes, panel: Panel) -> None:
        rows = panel.rows(readouts)
        room = float(np.ptp(rows["value"].dropna())) if rows["value"].notna().any() else 0.0
        first: np.ndarray | None = None
        for i, (arm, (colour, line)) in enumerate(looks.items()):
            of_arm = rows[rows["arm"] == arm]
            if of_arm.empty:
                continue
            for _, run in of_arm.groupby("replicate"):
                run = run.sort_values("time_h")
                axes.plot(run["time_h"], run["value"], line, color=colour, linewidth=0.6, alpha=0.35)
            hours, mean, low, high = spread(of_arm, "time_h")
            if np.isfinite(low).any() and _stands_apart(mean, first, room):
                axes.fill_between(hours, low, high, color=colour, alpha=0.12, linewidth=0)
            first = mean if first is None else first
            # Ever thinner lines show around each other where arms agree.
            axes.plot(
                hours,
                mean,
                line,
                color=colour,
                linewidth=max(1.0, 5.0 - 0.9 * i),
                marker="o" if len(hours) == 1 else None,
            )
        axes.margins(x=0.02)

    handles = [
        Line2D([], [], color=colour, linestyle=line, linewidth=2.2, label=arms[arm])
        for arm, (colour, line) in looks.items()
        if (readouts["arm"] == arm).any()
    ]
    return draw_panels(panels_of(readouts, labels), draw, x_label="time [h]", width=width, handles=handles)


def _stands_apart(mean: np.ndarray, first: np.ndarray | None, room: float) -> bool:
    """Tell whether an arm's mean can be told from the first arm's."""
    if first is None or mean.shape != first.shape:
        return True
    return bool(np.nanmax(np.abs(mean - first)) > 0.01 * room)
