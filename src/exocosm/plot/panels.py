"""Small multiples: one panel per read-out, a shared legend under them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from .style import GRID, grid_shape, new_figure
from .words import number, unit, wrap

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One read-out in one cell kind."""

    readout: str
    cell: str
    label: str  # as shown to the reader, without unit
    unit: str

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of `table` that belong to this panel."""
        return table[(table["readout"] == self.readout) & (table["cell"].fillna("") == self.cell)]


def panels_of(table: pd.DataFrame, labels: Mapping[str, str] | None = None) -> list[Panel]:
    """List the read-outs of `table` in the order of `labels` (name → label), then of the table."""
    labels = labels or {}
    keys = table.assign(cell=table["cell"].fillna(""), unit=table["unit"].fillna(""))
    seen = list(keys[["readout", "cell", "unit"]].drop_duplicates().itertuples(index=False, name=None))
    several = len({cell for _, cell, _ in seen if cell}) > 1
    order = {name: i for i, name in enumerate(labels)}
    seen.sort(key=lambda key: order.get(key[0], len(order)))

    def label(readout: str, cell: str) -> str:
        text = labels.get(readout, readout)
        # The cell kind is named where there is more than one to choose from.
        return f"{text}, {cell}" if several and cell and cell.lower() not in text.lower() else text

    return [Panel(readout=r, cell=c, label=label(r, c), unit=u) for r, c, u in seen]


def draw_panels(
    panels: Sequence[Panel],
    draw: Callable[[Axes, Panel], None],
    *,
    x_label: str,
    width: float,
    handles: Sequence[Line2D] = (),
    height: float = 2.5,
) -> Figure:
    """Draw each panel with `draw(axes, panel)` and put one legend below all of them.

    width : of the figure [inch]; a narrow one gets fewer columns
    height : of a row of panels [inch]
    """
    rows, columns = grid_shape(len(panels), width)
    longest = max((len(str(h.get_label())) for h in handles), default=1)
    per_row = max(1, min(len(handles) or 1, int(width * 13.5 // (longest + 7))))
    legend_rows = -(-len(handles) // per_row) if handles else 0
    figure = new_figure(width, rows * height + 0.3 + 0.22 * legend_rows)
    letters = int(width / columns * 11)
    for i, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, i + 1)
        draw(axes, panel)
        axes.set_title(wrap(panel.label, letters))
        axes.set_ylabel(unit(panel.unit) or "value [1]")
        axes.set_xlabel(x_label)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
        axes.grid(color=GRID, linewidth=0.7)
    if handles:
        figure.legend(handles=list(handles), loc="outside lower center", ncols=per_row)
    return figure
