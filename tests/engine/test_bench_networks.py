"""The benchmark of signalling runs, and the files it writes for another program say the same network."""

from pathlib import Path

import numpy as np
import pytest

from exocosm.engine.bench import cmaboss
from exocosm.engine.bench.b5_networks import _ratios, b5a, random_edges, random_rates
from exocosm.errors import InputError


def test_the_workload_has_the_edges_it_promises():
    edges = random_edges(100, 300)
    assert len({(a, b) for a, b, _ in edges}) == 300
    assert all(a != b and 0 <= a < 100 and 0 <= b < 100 for a, b, _ in edges)
    assert sorted(random_edges(4, 12)) == sorted(set(random_edges(4, 12)))
    logic = [attributes["logic"] for attributes in random_rates(100, 300).values()]
    fed = {b for _, b, _ in edges}
    assert sum(text.count("N") for text in logic) == 300 + (100 - len(fed))


def test_both_lines_come_out_with_figures_of_one_run():
    found = b5a(cells=70, nodes=12, edges=30, threads=1)
    boolean, ode = found["boolean"], found["logic_ode"]
    assert boolean["recorded_cmaboss_us_per_cell_and_unit"] is None  # only for the sizes it was measured at
    assert boolean["events_per_cell_and_unit"] > 0
    assert {"in_one_call", "call_per_unit"} <= set(boolean["us_per_cell_and_unit"])
    assert np.isclose(min(ode["us_per_cell_step"].values()) * ode["cell_steps_per_second"], 1e6)


def test_ratios_say_how_many_times_as_long_the_other_takes():
    ours = {
        "in_one_call": {"clock": 2.0, "processor": 1.0},
        "call_per_unit": {"clock": 4.0, "processor": 2.0},
    }
    theirs = {"measured_cmaboss": {"clock": 30.0, "processor": 20.0}}
    assert _ratios(ours | theirs, 40.0) == {
        "in_one_call": {"recorded": 40.0, "clock": 15.0, "processor": 20.0},
        "call_per_unit": {"recorded": 20.0, "clock": 7.5, "processor": 10.0},
    }
    assert _ratios(ours, None) == {"in_one_call": {}, "call_per_unit": {}}


def test_files_for_cmaboss_hold_every_node_and_setting():
    rates = random_rates(5, 9)
    with cmaboss.files(rates, {"up": 1.0, "down": 2.0}, 100, 10, 1) as paths:
        network, quick, full = (Path(p).read_text() for p in (*paths.timed, paths.compared[1]))
    assert all(f"Node {name} {{" in network and f"[{name}].istate" in quick for name in rates)
    assert f"logic = {rates['N3']['logic']};" in network
    assert "$down = 2.0;" in quick and "sample_count = 100;" in quick
    assert quick.count("is_internal") == 4 and "is_internal" not in full


@pytest.mark.parametrize("bad", [{"cells": 0}, {"dtype": "f32"}, {"threads": 10_000}, {"edges": 10**6}])
def test_workloads_that_cannot_be_are_refused(bad):
    with pytest.raises(InputError):
        b5a(**{"cells": 10, "nodes": 5, "edges": 6} | bad)
