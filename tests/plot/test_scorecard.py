"""The score and what stands beside it, on one axis: all of it is there, readable, and where it belongs."""

from __future__ import annotations

import math

import pytest

from exocosm import plot


def share(value, low, high):
    return {"value": value, "low": low, "high": high, "read_outs": 4}


def score(pro, anti):
    return {
        "pro": share(pro, 0.5, 1.0),
        "anti": share(anti, 0.1, 0.9),
        "balanced": share((pro + anti) / 2, 0.4, 0.8),
    }


RECORD = {
    "score": score(0.75, 0.5),
    "beside": {"without own paper": score(0.7, 0.4), "after 24 h": score(0.6, 0.3)},
    "nulls": [
        {"null": "A", "what": "signs permuted among the curated influences of every cell there is",
         "data": 0.71, "p": 0.0005, "quantiles": [0.41, 0.5, 0.59]}
    ],
}  # fmt: skip


def drawn(record, width=9.0):
    figure = plot.score_axis(record, width=width)
    figure.draw_without_rendering()
    return figure.axes[0]


def points(axes):
    return {round(float(x), 3) for line in axes.lines for x in line.get_xdata() if math.isfinite(x)}


@pytest.mark.parametrize("width", [9.0, 4.2])
def test_every_score_and_null_has_a_row_and_no_label_lies_on_another(width):
    axes = drawn(RECORD, width)
    labels = axes.get_yticklabels()
    texts = [label.get_text().replace("-\n", "-").replace("\n", " ") for label in labels]
    assert texts[:3] == ["pro-tumour", "anti-tumour", "balanced: the mean of both"]
    assert texts[3:6] == [
        "balanced, without own paper", "balanced, after 24 h", "balanced, if all were called pro-tumour"
    ]  # fmt: skip
    assert texts[6].startswith("null A: signs permuted") and "0.0005" in texts[6]
    boxes = [label.get_window_extent() for label in labels]
    assert all(upper.y0 >= lower.y1 - 1 for upper, lower in zip(boxes, boxes[1:], strict=False))


def test_points_intervals_and_bands_lie_where_the_record_says():
    axes = drawn(RECORD)
    assert {0.75, 0.5, 0.625, 0.55, 0.45, 0.71, 0.1, 0.9, 0.4, 0.8} <= points(axes)
    (band,) = axes.collections
    box = band.get_datalim(axes.transData)
    assert (box.x0, box.x1) == pytest.approx((0.41, 0.59))


def test_axis_runs_from_0_to_1_whatever_the_scores():
    assert (
        drawn(RECORD).get_xlim() == drawn({**RECORD, "beside": {}, "nulls": []}).get_xlim() == (-0.02, 1.02)
    )


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_class_without_read_outs_has_a_row_and_no_point(missing):
    empty = {name: share(missing, missing, missing) for name in ("pro", "anti", "balanced")}
    axes = drawn({"score": empty, "beside": {}, "nulls": []})
    assert len(axes.get_yticklabels()) == 4
    assert points(axes) == {0.5}
