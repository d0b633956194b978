"""A score beside everything it has to be read with, on one axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .style import DOWN, GRID, INK, NEEDED, QUIET, new_figure, styled
from .words import wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND = "#c9ced6"
_MARKS = {"pro": ("^", DOWN), "anti": ("v", NEEDED), "balanced": ("o", INK)}


@dataclass(frozen=True)
class _Row:
    """One line of the figure: a point, its interval or a null's band, and how it looks."""

    label: str
    value: float
    low: float
    high: float
    marker: str
    colour: str
    middle: float | None = None  # the median of a null; its band is then drawn
    filled: bool = True


@styled
def score_axis(record: Mapping[str, Any], *, width: float = 10.0) -> Figure:
    """Draw the score with its 95 % intervals, the scores beside it, the baseline and the nulls' bands.

    Parameters
    ----------
    record : a scorecard's record; only `score`, `beside` and `nulls` are read
    width : of the figure [inch]
    """
    rows = _rows(record)
    labels = [wrap(row.label, max(20, int(width * 4.6))) for row in rows]
    places, depth = _places(labels)
    figure = new_figure(width, depth + (1.0 if width > 6 else 1.3))
    axes = figure.add_subplot()
    axes.axvline(0.5, color=QUIET, linewidth=0.9, linestyle="--")
    for y, row in zip(places, rows, strict=True):
        _draw(axes, y, row)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(depth, 0.0)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    axes.set_yticks(places, labels)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_xlabel("weighted share")
    figure.legend(handles=_legend(rows), loc="outside lower center", ncols=2 if width > 6 else 1)
    return figure


def _places(labels: list[str]) -> tuple[list[float], float]:
    """Return where rows stand [inch from the top], each with room for its label, and how deep all are."""
    places, depth = [], 0.0
    for label in labels:
        room = 0.08 + 0.145 * (1 + label.count("\n"))
        places.append(depth + room / 2)
        depth += room
    return places, depth


def _rows(record: Mapping[str, Any]) -> list[_Row]:
    names = {"pro": "pro-tumour", "anti": "anti-tumour", "balanced": "balanced: the mean of both"}
    rows = [_of_share(label, record["score"][name], name) for name, label in names.items()]
    rows += [_of_share(f"balanced, {name}", one["balanced"], "balanced", filled=False)
             for name, one in record["beside"].items()]  # fmt: skip
    rows.append(_Row("balanced, if all were called pro-tumour", 0.5, math.nan, math.nan, "s", QUIET))
    for null in record["nulls"]:
        low, middle, high = map(_value, null["quantiles"])
        label = f"null {null['null']}: {null['what']} (p = {null['p']:.4f})"
        rows.append(_Row(label, _value(null["data"]), low, high, "D", INK, middle=middle))
    return rows


def _of_share(label: str, share: Mapping[str, Any], name: str, *, filled: bool = True) -> _Row:
    value, low, high = (_value(share[key]) for key in ("value", "low", "high"))
    return _Row(label, value, low, high, *_MARKS[name], filled=filled)


def _value(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _draw(axes: Axes, y: float, row: _Row) -> None:
    if row.middle is not None:
        axes.fill_between([row.low, row.high], y - 0.09, y + 0.09, color=_BAND, linewidth=0)
        axes.plot([row.middle, row.middle], [y - 0.09, y + 0.09], color=QUIET, linewidth=1.4)
    elif math.isfinite(row.low) and math.isfinite(row.high):
        axes.plot([row.low, row.high], [y, y], color=row.colour, linewidth=2, solid_capstyle="butt")
    if math.isfinite(row.value):
        face = row.colour if row.filled else "white"
        axes.plot([row.value], [y], row.marker, color=row.colour, markerfacecolor=face, markersize=6)


def _legend(rows: list[_Row]) -> list[Any]:
    shown: list[Any] = [
        Line2D([], [], color=INK, marker="o", label="score, 95 % interval over papers"),
        Line2D([], [], color=QUIET, linestyle="--", label="baseline: always pro-tumour"),
    ]
    if any(row.middle is not None for row in rows):
        shown += [
            Line2D([], [], color=INK, marker="D", linewidth=0, label="data, undecided counted as one half"),
            Patch(color=_BAND, label="null: 2.5 to 97.5 % of the shuffles, median"),
        ]
    return shown
