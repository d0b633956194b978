"""Figures: axes are named with units, labels do not collide, nothing stands over the data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import EllipseCollection

from exocosm import plot


@dataclass
class Frame:
    """A stand-in for a frame of a trajectory."""

    time: float
    cells: dict
    fields: dict


def frame(layers=1, cells=30, seed=0, **more):
    rng = np.random.default_rng(seed)
    position = np.c_[rng.uniform(0, 200, (cells, 2)), rng.uniform(0, 20 * layers, cells)]
    kind = np.arange(cells) % 2
    columns = {
        "position": position,
        "radius": np.full(cells, 8.0),
        "kind": kind,
        "alive": np.arange(cells) > 2,
        "polarised": (kind == 1) & (np.arange(cells) > 20),
        "delivered:miR": np.where(kind == 1, 3.0, 0.0),
    }
    field = rng.random((layers, 10, 10))
    return Frame(60.0, columns | more, {"oxygen": 30 * field, "vesicles:sEV": field * 1e-3})


def readouts(series_levels=(np.nan,), arms=("a", "b"), hours=(0.0, 1.0, 2.0), replicates=3, names=("x", "y")):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {
                "arm": a, "level": lv, "replicate": r, "time_h": h, "readout": n, "cell": "macrophage",
                "unit": "1/um3", "value": rng.random() + 1,
            }
            for a in arms for lv in series_levels for r in range(replicates) for h in hours for n in names
        ]
    )  # fmt: skip


def effects(arms=("b", "c")):
    return pd.DataFrame(
        [
            {
                "arm": a,
                "readout": n,
                "cell": "",
                "unit": "cells",
                "difference": d,
                "low": d - 1,
                "high": d + 1,
            }
            for a, d in zip(arms, (2.0, 0.5), strict=True)
            for n in ("x", "y", "z", "w")
        ]
    )


def dose(**changes):
    start = {"cargo": "miR", "recipient": "macrophage", "target": "T", "setting": "s"}
    numbers = {"needed": 1e5, "delivered": 30.0, "ratio": 3e-4}
    spread = {
        f"{k}{e}": v * f for k, v in numbers.items() for e, f in (("", 1), ("_low", 0.1), ("_high", 10))
    }
    return pd.DataFrame([start | spread, start | spread | {"setting": "other"} | changes])


def network_parts():
    nodes = [{"name": n, "kind": "molecule"} for n in "ABCD"] + [{"name": "M2", "kind": "phenotype"}]
    edges = [
        {"source": s, "target": t, "sign": g}
        for s, t, g in (
            ("A", "B", 1),
            ("B", "C", -1),
            ("C", "B", 1),
            ("A", "D", 1),
            ("C", "M2", 1),
            ("D", "M2", -1),
            ("D", "D", 1),
        )
    ]
    links = [
        {"kind": "repression", "cargo": "miR", "target": "A", "sign": -1},
        {"kind": "sponge", "cargo": "circ", "target": "miR", "sign": -1},
    ]
    return nodes, edges, links


LABELS = {"a": "Control", "b": "A treatment with a long name", "c": "$x_{ & <third>"}
IC50 = pd.DataFrame(
    [
        {
            "arm": a,
            "level": np.nan,
            "replicate": r,
            "ic50": 100.0 + r,
            "hill": 1.5,
            "top": 1.0,
            "fitted": True,
        }
        for a in ("a", "b")
        for r in range(3)
    ]
)
SHIFTS = pd.DataFrame(
    [
        {"arm": "b", "control": "a", "ratio": 1.8, "low": 1.5, "high": 2.2},
        {"arm": "c", "control": "a", "ratio": np.nan, "low": np.nan, "high": np.nan},
    ]
)
MAKERS = {
    "time_courses": partial(plot.time_courses, readouts(), arms=LABELS),
    "forest": partial(plot.forest, effects(), arms=LABELS),
    "titration": partial(
        plot.titration,
        readouts((0.0, 10.0, 1e4), ("a",), (1.0,)),
        arms=LABELS,
        delivered=[("tissue", 0.02, 1e-3, 0.5)],
    ),
    "dose_response": partial(
        plot.dose_response, readouts((0.0, 10.0, 1e3), hours=(1.0,)), arms=LABELS, ic50=IC50
    ),
    "ic50_shift": partial(plot.ic50_shift, SHIFTS, arms=LABELS),
    "ic50_by_copies": partial(plot.ic50_by_copies, IC50.assign(level=IC50["replicate"] * 10.0), arms=LABELS),
    "dose_needed": partial(plot.dose_needed, dose()),
    "tissue": partial(
        plot.tissue,
        [("0 h", frame()), ("24 h", frame(seed=1))],
        kinds=["tumour", "macrophage"],
        spacing=(20, 20, 20),
    ),
}
UNITS = {
    "time_courses": ("time [h]", "1/µm³"),
    "forest": ("difference from control [cells]", ""),
    "titration": ("cytosolic copies per cell, given directly", "1/µm³"),
    "dose_response": ("drug [µmol/L]", "1/µm³"),
    "ic50_shift": ("IC50 ratio [1]", ""),
    "ic50_by_copies": ("cytosolic copies per cell", "µmol/L"),
    "dose_needed": ("vesicles per recipient [1]", ""),
    "tissue": ("x [µm]", "y [µm]"),
}


def drawn(figure):
    with plot.use_style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    return canvas.get_renderer()


@pytest.mark.parametrize("width", [10.0, 4.4])
@pytest.mark.parametrize("name", MAKERS)
def test_axes_are_named_with_units(name, width):
    figure = MAKERS[name](width=width)
    drawn(figure)
    x, y = UNITS[name]
    assert any(x in axes.get_xlabel() for axes in figure.axes)
    assert any(y in axes.get_ylabel() for axes in figure.axes)
    for axes in figure.axes:
        shared = name == "tissue"  # inner panels share the outer labels
        assert shared or axes.get_xlabel() or axes.get_ylabel()


@pytest.mark.parametrize("width", [10.0, 4.4])
@pytest.mark.parametrize("name", MAKERS)
def test_labels_do_not_overlap_and_legends_stay_off_the_data(name, width):
    figure = MAKERS[name](width=width)
    renderer = drawn(figure)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            boxes = [
                label.get_window_extent(renderer)
                for label in axis.get_ticklabels()
                if label.get_text() and label.get_visible()
            ]
            boxes = [b for b in boxes if b.width > 0]
            for i, one in enumerate(boxes):
                assert not any(one.overlaps(other) for other in boxes[i + 1 :]), (
                    f"{name}: tick labels overlap"
                )
    for legend in figure.legends:
        box = legend.get_window_extent(renderer)
        assert not any(box.overlaps(axes.get_window_extent(renderer)) for axes in figure.axes)
        assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1


def test_figures_leave_the_settings_of_the_user_alone():
    before = dict(mpl.rcParams)
    for make in MAKERS.values():
        make(width=6.0)
    assert dict(mpl.rcParams) == before


def test_forest_fills_only_what_leaves_zero_out():
    figure = plot.forest(effects(), arms=LABELS)
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    filled = {line.get_ydata()[0]: line.get_markerfacecolor() for line in points}
    assert filled[0] != "white" and filled[1] == "white"


def test_forest_follows_a_column_that_says_what_is_clear():
    figure = plot.forest(effects().assign(clear=False), arms=LABELS)
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert {line.get_markerfacecolor() for line in points} == {"white"}


def test_bands_stay_within_what_replicates_show():
    two = readouts(replicates=2, names=("x",))
    figure = plot.time_courses(two, arms=LABELS)
    (axes,) = figure.axes
    for band in axes.collections:
        y = band.get_paths()[0].vertices[:, 1]
        assert y.min() >= two["value"].min() - 1e-12 and y.max() <= two["value"].max() + 1e-12


def test_a_long_chain_is_folded_and_keeps_its_ends_apart():
    names = [f"N{i}" for i in range(30)]
    nodes = [{"name": n, "kind": "molecule"} for n in names] + [{"name": "M2", "kind": "phenotype"}]
    chain = [{"source": a, "target": b, "sign": 1} for a, b in zip(names, [*names[1:], "M2"], strict=True)]
    links = [{"kind": "drive", "cargo": "protein", "target": "N0", "sign": 1}]
    figure = plot.network(nodes, chain, links)
    drawn(figure)
    place = {t.get_text(): t.get_position()[0] for t in figure.axes[0].texts}
    assert len(set(place.values())) <= 8
    assert place["protein"] < min(place[n] for n in names) and place["M2"] > max(place[n] for n in names)
    assert figure.get_size_inches()[0] < 17
    assert plot.on_path(chain, links, ["M2"], limit=5) == {"protein", "N0", "N1", "N2", "N3"}


def test_delivered_dose_stands_on_the_axis_of_copies():
    figure = MAKERS["titration"](width=10.0)
    at = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert at == [0.02]
    low, high = figure.axes[0].get_xlim()
    assert low < 1e-3 and high > 1e4
    with plot.use_style():
        assert "not a physiological dose" in figure.get_suptitle().replace("\n", " ")


def test_a_dose_of_nothing_and_a_need_without_end_are_drawn():
    nothing = {"delivered": 0.0, "delivered_low": 0.0, "ratio": 0.0, "ratio_low": 0.0, "needed_high": np.inf}
    figure = plot.dose_needed(dose(**nothing))
    drawn(figure)
    assert "0" in [t.get_text() for t in figure.axes[0].get_xticklabels()]


def test_vesicle_field_is_logarithmic_and_shared_by_all_moments():
    figure = MAKERS["tissue"](width=10.0)
    images = [
        axes.images[0]
        for axes in figure.axes
        if axes.images and type(axes.images[0].norm).__name__ == "LogNorm"
    ]
    assert len(images) == 2 and images[0].norm is images[1].norm


def test_tissue_without_vesicles_or_cargo_shows_cells_alone():
    empty = frame()
    empty.fields = {"oxygen": empty.fields["oxygen"], "vesicles:sEV": np.zeros((1, 10, 10))}
    del empty.cells["delivered:miR"]
    figure = plot.tissue([("0 h", empty)], kinds=["tumour", "macrophage"], spacing=(20, 20, 20))
    drawn(figure)
    assert len(figure.axes) == 2  # the panel and the scale of oxygen


def test_a_thick_tissue_shows_the_cells_its_middle_slice_cuts():
    thick = frame(layers=5, cells=2)
    thick.cells["position"] = np.array(
        [[50.0, 50.0, 54.0], [150.0, 150.0, 5.0]]
    )  # the slice lies at z = 50 µm
    thick.cells["alive"] = np.array([True, True])
    figure = plot.tissue([("0 h", thick)], kinds=["tumour", "macrophage"], spacing=(20, 20, 20))
    circles = [c for c in figure.axes[0].collections if isinstance(c, EllipseCollection)]
    assert sum(len(c.get_offsets()) for c in circles) == 1
    assert circles[0]._widths[0] * 2 == pytest.approx(2 * np.sqrt(8.0**2 - 4.0**2))


def test_network_runs_from_cargo_to_phenotype():
    figure = plot.network(*network_parts())
    renderer = drawn(figure)
    (axes,) = figure.axes
    place = {t.get_text(): t.get_position() for t in axes.texts}
    assert set(place) == {"miR", "circ", "A", "B", "C", "D", "M2"}
    assert place["miR"][0] < place["A"][0] < place["B"][0] < place["M2"][0]
    boxes = [p.get_window_extent(renderer) for p in axes.patches if type(p).__name__ == "FancyBboxPatch"]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])
    arrows = [p for p in axes.patches if type(p).__name__ == "FancyArrowPatch"]
    heads = {type(a.get_arrowstyle()).__name__ for a in arrows}
    assert len(arrows) == 9 and heads == {"CurveFilledB", "BarAB"}


def test_on_path_keeps_what_leads_from_cargo_to_the_ends():
    nodes, edges, links = network_parts()
    edges.append({"source": "B", "target": "dead end", "sign": 1})
    edges.append({"source": "elsewhere", "target": "M2", "sign": 1})
    kept = plot.on_path(edges, links, ["M2"])
    assert kept == {"circ", "miR", "A", "B", "C", "D", "M2"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.24149, "0.241"),
        (12345.0, "12,300"),
        (100.0, "100"),
        (-0.2, "−0.2"),
        (4.06e-5, "4.06×10⁻⁵"),
        (9.999e5, "1×10⁶"),
        (0.0, "0"),
        (float("nan"), "–"),
        (float("inf"), "∞"),
        (None, "–"),
    ],
)
def test_numbers_are_written_for_readers(value, text):
    assert plot.number(value) == text


@pytest.mark.parametrize(
    ("ascii_unit", "text"),
    [
        ("1/um3", "1/µm³"),
        ("umol/L", "µmol/L"),
        ("um2/min", "µm²/min"),
        ("1", ""),
        ("", ""),
        ("cells", "cells"),
        ("copies per cell", "copies per cell"),
    ],
)
def test_units_get_their_signs(ascii_unit, text):
    assert plot.unit(ascii_unit) == text


def test_mean_interval_agrees_with_the_textbook():
    # Student's t, 4 degrees of freedom: 2.776; mean 3, standard error sqrt(2.5 / 5)
    mean, low, high = plot.mean_interval([1, 2, 3, 4, 5])
    assert (mean, low, high) == pytest.approx((3, 3 - 2.776 * 0.7071, 3 + 2.776 * 0.7071), abs=1e-3)
    assert np.isnan(plot.mean_interval([2.0])[1])
