"""One look for all figures: colours that colour-blind readers can tell apart, quiet axes, plain text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Literal, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

P = ParamSpec("P")
R = TypeVar("R")

INK = "#1b1f24"
QUIET = "#6b7280"
GRID = "#e3e6ea"
UP = "#007a5a"  # a darker Okabe-Ito bluish green: thin lines need the contrast
DOWN = "#c44e00"  # a darker Okabe-Ito vermilion
NEEDED = "#0072b2"
DELIVERED = "#d55e00"

# Okabe & Ito 2008, "Color Universal Design"; yellow is left out because thin yellow lines vanish on white.
ARM_COLOURS = ("#000000", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
LineStyle = Literal["-", "--", ":", "-."]
LINE_STYLES: tuple[LineStyle, ...] = ("-", "--", ":", "-.")

_RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#9aa1ab",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlecolor": INK,
    "text.color": INK,
    "text.parse_math": False,  # names come from users: a "$" in a name is a dollar sign
    "xtick.color": "#4b5563",
    "ytick.color": "#4b5563",
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "lines.linewidth": 1.8,
}


def use_style() -> Any:
    """Return a context manager that sets exocosm's look and restores the user's settings afterwards."""
    return mpl.rc_context(_RC)


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw inside `use_style`."""

    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with use_style():
            return draw(*args, **kwargs)

    return wrapper


def arm_colours(arms: Iterable[str]) -> dict[str, tuple[str, LineStyle]]:
    """Give each arm a (colour, line style).

    The first arm (the control) is black; the line style changes after seven arms.
    """
    return {
        arm: (ARM_COLOURS[i % len(ARM_COLOURS)], LINE_STYLES[(i // len(ARM_COLOURS)) % len(LINE_STYLES)])
        for i, arm in enumerate(arms)
    }


def new_figure(width: float, height: float, *, pad: float = 0.06, compress: bool = False) -> Figure:
    """Return an empty figure [inch] that keeps its labels apart; `compress` suits axes of fixed aspect."""
    return Figure(
        figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=pad, h_pad=pad, compress=compress)
    )


def grid_shape(panels: int, width: float, *, panel_width: float = 3.2) -> tuple[int, int]:
    """Return (rows, columns) for small multiples on a page `width` [inch] wide."""
    columns = max(1, min(panels, int(width // panel_width)))
    return -(-panels // columns), columns
