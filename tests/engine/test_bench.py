"""The workloads: results that other programs found too, and records that can be read."""

import json

import pytest

from exocosm.engine.bench import b1, bandwidth
from exocosm.errors import InputError


def test_b1_finds_the_sums_that_other_solvers_find():
    record = b1(grid=100, substrates=1, steps=1)
    for steps, expected in record["expected_sums"].items():
        assert record["sums"][steps] == pytest.approx(expected, abs=5e-4)  # printed with three decimals
    assert record["memory_bytes"]["field"] == 8 * 100**3
    assert record["ns"]["best"] > 0.0
    json.dumps(record)


def test_b1_compares_with_what_is_on_record():
    record = b1(grid=100, substrates=1, steps=1, threads=1)
    peer, median = record["peer"], record["ns"]["median"]
    assert peer["ratio"] == pytest.approx(2.84 / median)
    assert peer["ratio_at_equal_bandwidth"] == pytest.approx(
        2.84 * 20.0 / (median * record["scale_gb_per_s"])
    )
    assert "peer" not in b1(grid=6, substrates=3, steps=1)


def test_bandwidth_is_measured_for_each_operation():
    assert all(value > 0.0 for value in bandwidth(threads=1, mebibytes=1).values())


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="`threads`"):
        bandwidth(threads=0)
    with pytest.raises(InputError, match="`mebibytes`"):
        bandwidth(mebibytes=0)
    with pytest.raises(InputError, match="`grid`"):
        b1(grid=0)
    with pytest.raises(InputError, match="`dtype`"):
        b1(dtype="f16")
