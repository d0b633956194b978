"""The OpenVT reference models, short: exact solutions, units that drop out, formats."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest

import exocosm
from exocosm.export.formats import FORMATS
from exocosm.model import behaviours_of

SCRIPTS = ("monolayer", "sorting", "walk", "chain")


# The chain


def test_the_chain_follows_the_exact_solution_at_first_order(example):
    chain = example("chain")
    errors = []
    for step in (1e-3, 5e-4, 2.5e-4):
        found = chain.run(radius=5.0, cycle=1440.0, step=step, cycles=1.0)
        exact = chain.exact(found.times / 1440.0 * chain.repulsion_number()).y.T
        errors.append(np.abs(chain.places(found, 5.0) - exact).max())
    order = np.polyfit(np.log([4, 2, 1]), np.log(errors), 1)[0]
    assert order == pytest.approx(1.0, abs=0.1)
    assert errors[-1] < 1e-3


def test_the_exact_chain_has_nine_diameters_after_one_cycle(example):
    chain = example("chain")
    places = chain.exact(np.array([0.0, chain.repulsion_number()])).y
    assert np.ptp(places, axis=0) == pytest.approx([5.0, 9.0], abs=1e-8)
    assert places.sum(axis=0) == pytest.approx([0.0, 0.0], abs=1e-9)


# The monolayer


@pytest.fixture(scope="module")
def colonies(example):
    """All three cases at 60 cells, in two systems of units."""
    monolayer = example("monolayer")
    units = ({"radius": 5.0, "cycle": 1440.0}, {"radius": 13.7, "cycle": 211.0})
    return {
        case.name: [monolayer.run(case, cells=60, seed=4, longest=12.0, **unit) for unit in units]
        for case in monolayer.CASES
    }


def test_a_colony_in_units_of_radius_and_cycle_knows_neither(example, colonies):
    """Only rounding tells the runs apart; the colony is stiff enough to forget it."""
    monolayer = example("monolayer")
    for one, other in colonies.values():
        a = monolayer.growth_curve(one, 5.0, 1440.0)
        b = monolayer.growth_curve(other, 13.7, 211.0)
        np.testing.assert_allclose(b, a, rtol=1e-6, atol=1e-6)
        assert np.array_equal(monolayer.neighbour_numbers(one), monolayer.neighbour_numbers(other))


def test_without_inhibition_all_cells_divide_in_step(example, colonies):
    monolayer = example("monolayer")
    time, cells, quiescent, _ = monolayer.growth_curve(colonies["none"][0], 5.0, 1440.0).T
    assert np.array_equal(cells, 2.0 ** np.floor(time + 1e-9))
    assert not quiescent.any()


def test_inhibition_slows_growth_and_its_signal_tells_who_grows(example, colonies):
    monolayer = example("monolayer")
    ends = {name: runs[0].times[-1] / 1440.0 for name, runs in colonies.items()}
    assert ends["none"] == pytest.approx(6.0)
    assert ends["contact"] > ends["none"]
    for name in ("pressure", "contact"):
        rates = np.concatenate([frame.cells["growth_rate"] for frame in colonies[name][0].frames])
        assert set(np.unique(rates * 1440.0).round(9)) <= {0.0, 1.0}, "cells grow at one rate or not at all"
        sizes = np.concatenate([f.cells["radius"] for f in colonies[name][0].frames]) ** 2 / 25.0
        assert sizes.min() >= 1.0 - 1e-9
        assert sizes.max() < 2.0 + 1e-9
        curve = monolayer.growth_curve(colonies[name][0], 5.0, 1440.0)
        assert np.all(np.diff(curve[:, 1]) >= 0)


def test_inner_cells_of_a_lattice_have_six_neighbours(example):
    shared = example("shared")
    xy = shared.hexagonal(8)
    counts = np.bincount(shared.neighbours(xy, 1.1).ravel(), minlength=64).reshape(8, 8)
    assert np.all(counts[1:-1, 1:-1] == 6)
    assert len(shared.neighbours(xy[:2], 2.0)) == 0


# Sorting


@pytest.fixture(scope="module")
def sorted_cells(example):
    """The three regimes with 16 cells for a short while."""
    sorting = example("sorting")
    return {r.name: sorting.run(r, cells=16, seed=3, duration=50.0) for r in sorting.REGIMES}


def test_positions_have_the_header_of_openvt_and_101_snapshots(example, sorted_cells, tmp_path):
    sorting = example("sorting")
    for name, found in sorted_cells.items():
        path = tmp_path / f"{name}.csv"
        sorting.write_positions(found, path, radius=5.0, unit=1.0, seed=3)
        assert path.read_text().splitlines()[0] == "simID,time,cellID,cellType,x,y"
        with open(path) as file:
            rows = list(csv.DictReader(file))
        times = sorted({float(row["time"]) for row in rows})
        assert times == pytest.approx(np.linspace(0.0, 50.0, 101))
        assert len(rows) == 16 * 101
        for time in times[:1]:
            kinds = [row["cellType"] for row in rows if float(row["time"]) == time]
            assert kinds.count("A") == kinds.count("B") == 8
        first = np.array([[float(row["x"]), float(row["y"])] for row in rows[:16]])
        apart = np.linalg.norm(first[:, None] - first[None], axis=2) + 9.0 * np.eye(16)
        assert apart.min() == pytest.approx(sorting.SPACING), "lengths are in diameters"


def test_regimes_start_mixed_or_in_blocks_and_keep_their_cells(example, sorted_cells):
    sorting = example("sorting")
    for regime in sorting.REGIMES:
        frames = sorted_cells[regime.name].frames
        assert all(np.array_equal(f.cells["kind"], frames[0].cells["kind"]) for f in frames)
        y, kind = frames[0].cells["position"][:, 1], frames[0].cells["kind"]
        is_block = y[kind == 0].min() > y[kind == 1].max()
        assert is_block == (regime.start == "block")


def test_adhesion_orders_the_regimes(example):
    """Unlike neighbours cost contacts in sorting, gain them in checkerboard; B spreads on A in engulfment."""
    by_name = {regime.name: regime for regime in example("sorting").REGIMES}
    assert by_name["sorting"].ab < 0.5 * (by_name["sorting"].aa + by_name["sorting"].bb)
    assert by_name["checkerboard"].ab > 0.5 * (by_name["checkerboard"].aa + by_name["checkerboard"].bb)
    engulfing = by_name["engulfment"]
    assert engulfing.bb < engulfing.ab < 0.5 * (engulfing.aa + engulfing.bb)


def test_unlike_cells_part_when_they_hardly_adhere_and_mix_when_they_do(example):
    """From one mixed start, few hundred units: the share of unlike contacts falls with weak A-B adhesion."""
    sorting = example("sorting")
    ends = []
    for ab in (0.0, 3.0):
        regime = replace(sorting.REGIMES[0], aa=0.8, bb=0.8, ab=ab)
        found = sorting.run(regime, cells=36, seed=2, duration=600.0)
        ends.append(sorting.indices(found, 5.0)[-20:, 1].mean())
    assert ends[0] < ends[1] - 0.1


def test_a_free_cell_has_the_calibrated_displacement(example):
    sorting, walk = example("sorting"), example("walk")
    square = walk.fuerth(sorting.CALIBRATED_AT, sorting.speed(), sorting.PERSISTENCE)
    assert square == pytest.approx(1.0)


# The random walk


def test_the_walk_agrees_with_fuerth(example):
    """Within four standard errors at each of four times: p = 2.5e-4 at most for all of them together."""
    walk = example("walk")
    found = walk.run(10.0, replicates=400, duration=80.0, every=20.0, seed=5, radius=5.0, unit=1.0, step=0.5)
    table = walk.compare(found, 10.0, 5.0, 1.0)
    assert np.all(np.abs(table[:, 1] - table[:, 3]) < 4.0 * table[:, 2])
    square = walk.squared_displacements(found, 5.0)[-1]
    assert np.unique(square).size == 400, "every replicate has random numbers of its own"


def test_short_walks_are_straight_and_long_ones_diffusive(example):
    walk = example("walk")
    assert walk.fuerth(1e-3, 0.05, 10.0) == pytest.approx((0.05e-3) ** 2, rel=1e-3)
    assert walk.fuerth(1e6, 0.05, 10.0) == pytest.approx(4.0 * 0.0125 * 1e6, rel=1e-4)


def test_walks_in_units_of_diameter_know_neither_radius_nor_minutes(example):
    walk = example("walk")
    same = {"replicates": 20, "duration": 30.0, "every": 10.0, "seed": 6, "step": 1.0}
    one = walk.squared_displacements(walk.run(5.0, radius=5.0, unit=1.0, **same), 5.0)
    other = walk.squared_displacements(walk.run(5.0, radius=8.0, unit=4.0, **same), 8.0)
    np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-12)


# What all have in common


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_take_a_folder_and_a_seed(example, script, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", [script, "--help"])
    with pytest.raises(SystemExit) as ended:
        example(script).main()
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "--out" in shown
    assert "--seed" in shown


def test_a_script_writes_tables_and_a_figure(example, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(
        "sys.argv", ["monolayer", "--out", str(tmp_path), "--cells", "9", "--only", "contact"]
    )
    example("monolayer").main()
    assert "quiescent" in capsys.readouterr().out
    assert {p.name for p in tmp_path.iterdir()} == {
        "summary.csv", "growth.csv", "neighbours.csv", "monolayer.png"
    }  # fmt: skip
    with open(tmp_path / "growth.csv") as file:
        assert int(list(csv.DictReader(file))[-1]["cells"]) >= 9


def test_the_description_of_the_simulator_says_what_is_true(root, example):
    """Fields are those of OpenVT's schema of simulators; facts are read from where they are decided."""
    about = json.loads((root / "examples" / "openvt" / "exocosm.json").read_text(encoding="utf-8"))
    project = (root / "pyproject.toml").read_text(encoding="utf-8")
    assert set(about) <= {
        "simulator_id", "name", "version", "category", "sub_category", "description", "platform",
        "input_formats", "output_formats", "developer", "license", "website", "documentation",
        "last_updated", "objects", "processes", "boundaries", "containment",
    }  # fmt: skip
    assert {"name", "category", "description"} <= set(about), "required by the schema"
    assert about["version"] == exocosm.__version__
    assert about["license"] == re.search(r'^license = "(.+)"', project, re.M)[1]
    assert re.search(r'^requires-python = "(.+)"', project, re.M)[1] in about["platform"]
    assert about["developer"] in project
    formats = {name.lower().replace("-", "").replace(" csv", "") for name in about["output_formats"]}
    assert formats == {name.replace("-", "") for name in FORMATS}
    objects = {one["object_id"]: one for one in about["objects"]}
    processes = {one["process_id"] for one in about["processes"]}
    assert set().union(*(one["processes"] for one in objects.values())) == processes
    for pair in about["containment"]:
        assert {pair["outer_object_id"], pair["inner_object_id"]} <= set(objects)
    for one in (*about["objects"], *about["processes"]):
        assert all(isinstance(one[key], str) for key in ("name",))


def test_attributes_in_the_description_are_arrays_and_fields_that_exist(root):
    from dataclasses import fields

    from exocosm.engine.state import CELL_ARRAYS, PARTICLE_ARRAYS
    from exocosm.model import Field, Network

    about = json.loads((root / "examples" / "openvt" / "exocosm.json").read_text(encoding="utf-8"))
    known = {
        "cell": {array.name for array in CELL_ARRAYS},
        "vesicle": {array.name for array in PARTICLE_ARRAYS},
        "solute": {field.name for field in fields(Field)},
        "network": {field.name for field in fields(Network)},
    }
    for one in about["objects"]:
        assert set(one["attributes"]) <= known[one["object_id"]]


def test_the_behaviours_that_the_examples_rest_on_exist(example):
    chain_model = example("monolayer").model(example("monolayer").CASES[0], radius=5.0, cycle=60.0, cells=10)
    assert {"growth rate", "migration speed", "adhesive affinity to cell"} <= set(behaviours_of(chain_model))
