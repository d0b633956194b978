"""What a knowledge base holds: who sends to whom, what vesicles carry, how far the evidence carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .style import GRID, INK, NEEDED, QUIET, grid_shape, new_figure, styled
from .words import number, wrap

if TYPE_CHECKING:
    from exocosm.knowledge import KnowledgeBase

_SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#cfe3f3", "#6aaed6", "#08519c"])
_BINS = np.linspace(0, 1, 11)


def knowledge_figures(kb: KnowledgeBase) -> dict[str, Figure]:
    """Return the figures of a knowledge base by name: crosstalk, cargo-types, belief."""
    from exocosm.knowledge import counts, crosstalk

    beliefs: dict[str, list[float]] = {}
    for statement in kb.statements:
        beliefs.setdefault(statement.kind, []).append(kb.belief(statement.id))
    return {
        "crosstalk": crosstalk_matrix(crosstalk(kb)),
        "cargo-types": cargo_types(counts(kb)["cargo type of transfers"]),
        "belief": belief_by_kind(beliefs),
    }


@styled
def crosstalk_matrix(
    transfers: Mapping[tuple[str, str], int], *, most: int = 15, width: float = 9.0, words: str = "transfers"
) -> Figure:
    """Draw how many transfers go from each donor to each recipient, the busiest cells first.

    The title says how many of them the cells shown account for.

    Parameters
    ----------
    transfers : (donor, recipient) → count, as `knowledge.crosstalk` returns them
    most : donors and recipients at most; the others are left out
    width : of the figure [inch]
    words : what is counted
    """
    donors, recipients = _busiest(transfers, 0, most), _busiest(transfers, 1, most)
    counts = np.array([[transfers.get((d, r), 0) for r in recipients] for d in donors], dtype=int)
    counts = counts.reshape(len(donors), len(recipients))
    figure = new_figure(width, 2.2 + 0.36 * max(len(donors), 1))
    axes = figure.add_subplot()
    if not counts.size:
        return _nothing(figure, axes, words)
    axes.imshow(counts, cmap=_SHADES, norm="asinh", aspect="auto", vmin=0)
    _annotate(axes, counts)
    axes.set_xticks(
        range(len(recipients)),
        [wrap(name, 30) for name in recipients],
        rotation=40,
        ha="right",
        rotation_mode="anchor",
    )
    axes.set_yticks(range(len(donors)), [wrap(name, 34) for name in donors])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("recipient")
    axes.set_ylabel("donor")
    shown, every = int(counts.sum()), sum(transfers.values())
    text = f"{shown:,} of {every:,} {words}" if shown < every else f"{every:,} {words}"
    ends = f"{_number_of(donors, 'donor')}, {_number_of(recipients, 'recipient')}"
    axes.set_title(f"Who sends to whom: {text}, {ends}")
    return figure


@styled
def cargo_types(counts: Mapping[str, int], *, width: float = 6.5, words: str = "transfers") -> Figure:
    """Draw how often each type of cargo is sent, the commonest on top.

    Parameters
    ----------
    counts : type → count, as ``knowledge.counts(kb)["cargo type of transfers"]``
    width : of the figure [inch]
    words : what is counted
    """
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    figure = new_figure(width, 0.9 + 0.27 * max(len(ordered), 1))
    axes = figure.add_subplot()
    if not ordered:
        return _nothing(figure, axes, words)
    names, values = zip(*ordered, strict=True)
    bars = axes.barh(range(len(names)), values, color=NEEDED, height=0.72)
    axes.bar_label(bars, [f"{value:,}" for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.1, y=0.02)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel(words)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_title(f"What vesicles carry: {sum(values):,} {words}")
    return figure


@styled
def belief_by_kind(beliefs: Mapping[str, Sequence[float]], *, width: float = 9.0) -> Figure:
    """Draw a histogram of belief for each kind of statement, the kinds with most statements first.

    The line is the median; the vertical scales differ, since there are kinds with five statements and with a
    thousand.

    Parameters
    ----------
    beliefs : kind → belief of each statement, 0 to 1
    width : of the figure [inch]
    """
    kinds = sorted((k for k, values in beliefs.items() if len(values)), key=lambda k: (-len(beliefs[k]), k))
    rows, columns = grid_shape(max(len(kinds), 1), width, panel_width=2.2)
    figure = new_figure(width, 0.5 + 1.45 * rows)
    if not kinds:
        return _nothing(figure, figure.add_subplot(), "statements")
    for i, kind in enumerate(kinds):
        axes = figure.add_subplot(rows, columns, i + 1)
        _histogram(axes, np.asarray(beliefs[kind], dtype=float))
        axes.set_title(f"{kind.replace('_', ' ')} ({len(beliefs[kind]):,})")
        if i % columns == 0:
            axes.set_ylabel("statements")
        if i >= len(kinds) - columns:
            axes.set_xlabel("belief")
        else:
            axes.tick_params(labelbottom=False)
    return figure


def _histogram(axes: Axes, values: NDArray[np.float64]) -> None:
    heights, *_ = axes.hist(values, bins=_BINS.tolist(), color=NEEDED, edgecolor="white", linewidth=0.8)
    axes.set_ylim(0, 1.35 * float(np.max(heights)))  # room for the median above the bars
    middle = float(np.median(values))
    axes.axvline(middle, color=INK, linewidth=1.2)
    side, shift = ("right", -3) if middle > 0.5 else ("left", 3)
    axes.annotate(
        number(middle, 2),
        (middle, 1.0),
        xytext=(shift, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha=side,
        va="top",
        fontsize=8,
    )
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="y", color=GRID, linewidth=0.7)


def _busiest(transfers: Mapping[tuple[str, str], int], end: int, most: int) -> list[str]:
    """Return the names at one end of the transfers, those with most of them first."""
    totals: dict[str, int] = {}
    for pair, count in transfers.items():
        if count:
            totals[pair[end]] = totals.get(pair[end], 0) + count
    return sorted(totals, key=lambda name: (-totals[name], name))[:most]


def _number_of(names: Sequence[str], word: str) -> str:
    return f"{len(names)} {word}{'s' * (len(names) != 1)}"


def _annotate(axes: Axes, counts: NDArray[np.int_]) -> None:
    scale = np.arcsinh(counts.max())  # the shades follow the same scale
    for (row, column), count in np.ndenumerate(counts):
        if count:
            red, green, blue, _ = _SHADES(np.arcsinh(count) / scale)
            dark = 0.21 * red**2.2 + 0.72 * green**2.2 + 0.07 * blue**2.2 < 0.2  # relative luminance
            colour = "white" if dark else INK
            axes.text(column, row, f"{count:,}", ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(np.arange(-0.5, counts.shape[1]), minor=True)
    axes.set_yticks(np.arange(-0.5, counts.shape[0]), minor=True)
    axes.grid(which="minor", color=GRID, linewidth=0.8)
    axes.tick_params(which="minor", length=0)


def _nothing(figure: Figure, axes: Axes, words: str) -> Figure:
    axes.axis("off")
    axes.text(0.5, 0.5, f"There are no {words} to show.", ha="center", va="center", color=QUIET)
    return figure
