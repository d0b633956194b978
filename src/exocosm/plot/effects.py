"""Arms against their control: a forest plot per read-out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from .panels import panels_of
from .style import DOWN, GRID, INK, QUIET, UP, grid_shape, new_figure, styled
from .words import number, with_unit, wrap

if TYPE_CHECKING:
    import pandas as pd


@styled
def forest(
    effects: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    width: float = 10.0,
) -> Figure:
    """Draw the difference arm − control with its 95 % interval; filled and coloured when it is clear.

    A column `clear` (bool) says which rows are; without it, those whose interval leaves zero out.

    Parameters
    ----------
    effects : one row per arm, read-out and cell: columns arm, readout, cell, unit, difference, low, high
    arms : arm name → label, from top to bottom
    labels : read-out name → label, in the order of the panels
    width : of the figure [inch]
    """
    panels = panels_of(effects, labels)
    shown = [arm for arm in arms if (effects["arm"] == arm).any()]
    rows, columns = grid_shape(len(panels), width)
    height = rows * (0.95 + 0.33 * len(shown)) + 0.45
    figure = new_figure(width, height)
    for i, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, i + 1)
        axes.axvline(0, color=INK, linewidth=0.9)
        for y, arm in enumerate(shown):
            for row in panel.rows(effects[effects["arm"] == arm]).itertuples():
                _interval(
                    axes,
                    y,
                    float(row.difference),
                    float(row.low),
                    float(row.high),
                    getattr(row, "clear", True),
                )
        axes.set_ylim(len(shown) - 0.5, -0.5)
        named = i % columns == 0
        axes.set_yticks(range(len(shown)), [wrap(arms[a], 24) if named else "" for a in shown])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_title(wrap(panel.label, int(width / columns * 9)))
        axes.set_xlabel(with_unit("difference from control", panel.unit))
        axes.margins(x=0.12)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(lambda value, _: number(value))
        axes.grid(axis="x", color=GRID, linewidth=0.7)
    figure.legend(
        handles=[
            Line2D([], [], color=UP, marker="o", label="clearly higher"),
            Line2D([], [], color=DOWN, marker="o", label="clearly lower"),
            Line2D([], [], color=QUIET, marker="o", markerfacecolor="white", label="no clear change"),
        ],
        loc="outside lower center",
        ncols=3 if width > 6 else 1,
    )
    return figure


def _interval(axes: object, y: int, difference: float, low: float, high: float, clear: bool) -> None:
    """Draw one interval; without a finite interval only a hollow point is drawn."""
    clear = bool(clear and np.isfinite([low, high]).all() and (low > 0 or high < 0))
    colour = (UP if low > 0 else DOWN) if clear else QUIET
    if np.isfinite([low, high]).all():
        axes.plot([low, high], [y, y], color=colour, linewidth=2, solid_capstyle="butt")  # type: ignore[attr-defined]
    axes.plot(  # type: ignore[attr-defined]
        [difference], [y], "o", color=colour, markerfacecolor=colour if clear else "white", markersize=6
    )
