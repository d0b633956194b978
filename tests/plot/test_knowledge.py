"""Figures of the knowledge base: all counts are there, in order, readable, and nothing lies on the labels."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from exocosm import knowledge, plot

TRANSFERS = {
    ("tumour cell", "macrophage"): 12,
    ("tumour cell", "T cell"): 3,
    ("macrophage", "tumour cell"): 5,
    ("fibroblast", "tumour cell"): 1,
    ("fibroblast", "macrophage"): 0,
}


def drawn(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def texts(axes):
    return {(round(t.get_position()[0]), round(t.get_position()[1])): t for t in axes.texts}


def test_matrix_holds_every_count_with_the_busiest_cells_first():
    axes = plot.crosstalk_matrix(TRANSFERS).axes[0]
    donors = [label.get_text() for label in axes.get_yticklabels()]
    recipients = [label.get_text() for label in axes.get_xticklabels()]
    assert donors == ["tumour cell", "macrophage", "fibroblast"]
    assert recipients == ["macrophage", "tumour cell", "T cell"]
    shown = {(donors[y], recipients[x]): int(t.get_text()) for (x, y), t in texts(axes).items()}
    assert shown == {pair: count for pair, count in TRANSFERS.items() if count}
    assert "21 transfers" in axes.get_title(loc="left")
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("donor", "recipient")


def test_matrix_says_what_it_leaves_out():
    axes = plot.crosstalk_matrix(TRANSFERS, most=1).axes[0]
    assert [t.get_text() for t in axes.texts] == ["12"]
    assert axes.get_title(loc="left").endswith("12 of 21 transfers, 1 donor, 1 recipient")


@pytest.mark.parametrize("largest", [1, 2, 7, 40, 1000])
def test_numbers_in_the_matrix_stand_out_from_their_cells(largest):
    transfers = {(f"d{i}", "r"): max(1, round(largest * i / 12)) for i in range(1, 13)}
    axes = plot.crosstalk_matrix(transfers).axes[0]
    image = axes.images[0]
    for (_, row), text in texts(axes).items():
        cell = image.cmap(image.norm(image.get_array()[row, 0]))[:3]
        assert contrast(cell, to_rgb(text.get_color())) > 4.0


def contrast(one, other):
    """Contrast ratio of the Web Content Accessibility Guidelines 2.1."""

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_cargo_types_are_ordered_and_labelled():
    axes = plot.cargo_types({"protein": 3, "miRNA": 20, "lipid": 3}).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["miRNA", "lipid", "protein"]
    assert [bar.get_width() for bar in axes.patches] == [20, 3, 3]
    assert {text.get_text() for text in axes.texts} >= {"20", "3"}
    assert axes.yaxis_inverted()
    assert "26 transfers" in axes.get_title(loc="left")


def test_belief_has_a_panel_for_each_kind_with_all_its_statements():
    beliefs = {"marker": [0.1, 0.5], "axis": [0.0, 0.33, 0.8, 1.0], "open_question": [0.2], "size": []}
    panels = plot.belief_by_kind(beliefs).axes
    assert [axes.get_title(loc="left") for axes in panels] == ["axis (4)", "marker (2)", "open question (1)"]
    assert [sum(bar.get_height() for bar in axes.patches) for axes in panels] == [4, 2, 1]
    medians = [axes.lines[0].get_xdata()[0] for axes in panels]
    assert medians == pytest.approx([np.median(beliefs[k]) for k in ("axis", "marker", "open_question")])


@pytest.mark.parametrize("draw", [plot.crosstalk_matrix, plot.cargo_types, plot.belief_by_kind])
def test_nothing_to_show_is_said(draw):
    figure = draw({})
    drawn(figure)
    assert "There are no" in figure.axes[0].texts[0].get_text()


def test_figures_of_the_shipped_base_show_its_counts():
    base = knowledge.load()
    figures = plot.knowledge_figures(base)
    assert list(figures) == ["crosstalk", "cargo-types", "belief"]
    bars = figures["cargo-types"].axes[0].patches
    assert sum(bar.get_width() for bar in bars) == len(base.axes)
    panels = figures["belief"].axes
    assert sum(bar.get_height() for axes in panels for bar in axes.patches) == len(base)
    assert f"{len(base.axes):,} transfers" in figures["crosstalk"].axes[0].get_title(loc="left")


def test_names_of_cells_do_not_lie_on_each_other():
    figure = plot.knowledge_figures(knowledge.load())["crosstalk"]
    canvas = drawn(figure)
    boxes = [label.get_window_extent(canvas.get_renderer()) for label in figure.axes[0].get_yticklabels()]
    for above, below in zip(boxes, boxes[1:], strict=False):
        assert below.y1 <= above.y0 + 1
    assert all(box.x0 >= 0 for box in boxes)
