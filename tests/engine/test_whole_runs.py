"""Whole runs: reproducibility, back ends, theory, limits, three dimensions, drugs."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine import Steps, simulate
from exocosm.model import AddCopies, AddDrug, AddVesicles, Loading, Placement

from .small_models import cell, drugged_dish, model, number, talking_tissue, vesicle, with_events


def fingerprint(trajectory) -> str:
    digest = hashlib.sha256()
    for frame in trajectory.frames:
        for group in (frame.cells, frame.fields):
            for name in sorted(group):
                digest.update(name.encode() + np.ascontiguousarray(group[name]).tobytes())
    return digest.hexdigest()


def test_books_close_in_a_dish_with_division_and_wall():
    kind = replace(talking_tissue().cell_kinds[0], radius=number("r:donor", 8.0))
    made = model(
        [kind], [Placement(kind="donor", pattern="dish", count=50)], ["miR-x", "lnc-y"], shape=(1, 1, 1),
        spacing=200.0, dish=True,
    )  # fmt: skip
    trajectory = simulate(made, duration="24 h", seed=3)
    assert trajectory.books[0]["wall"] > 0
    assert len(trajectory.frame(-1).cells["id"]) > 60
    assert max(abs(account["residual"]) for account in trajectory.books) < 1e-11


def test_same_seed_same_bits_whatever_the_threads_and_process():
    import numba

    made = talking_tissue()
    before = numba.get_num_threads()
    try:
        prints = []
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            prints.append(fingerprint(simulate(made, duration="5 h", seed=11, record_every="1 h")))
    finally:
        numba.set_num_threads(before)
    script = (
        "from tests.engine.small_models import talking_tissue\n"
        "from tests.engine.test_whole_runs import fingerprint\n"
        "from exocosm.engine import simulate\n"
        "print(fingerprint(simulate(talking_tissue(), duration='5 h', seed=11, record_every='1 h')))\n"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert prints[0] == prints[1] == elsewhere.stdout.strip()
    assert fingerprint(simulate(made, duration="5 h", seed=12, record_every="1 h")) != prints[0]


def test_reference_and_cpu_make_the_same_run():
    """Discrete events equal, numbers to 1e-9; oxygen is solved to a tolerance, so it is clamped here."""
    made = talking_tissue(shape=(1, 8, 8), count=12)
    made = replace(made, fields=tuple(replace(f, clamped=True) for f in made.fields))
    one, other = (
        simulate(made, duration="2 h", seed=5, device=d, record_every="30 min") for d in ("reference", "cpu")
    )
    for a, b in zip(one.frames, other.frames, strict=True):
        for name in a.cells:
            if a.cells[name].dtype.kind == "f":
                np.testing.assert_allclose(a.cells[name], b.cells[name], rtol=1e-9, atol=1e-9, err_msg=name)
            else:
                np.testing.assert_array_equal(a.cells[name], b.cells[name], err_msg=name)
        for name in a.fields:
            np.testing.assert_allclose(a.fields[name], b.fields[name], rtol=1e-9, atol=1e-15, err_msg=name)
    assert one.frame(-1).cells["taken:sEV"].sum() > 0


def test_without_a_push_everything_stays_at_rest():
    """No vesicles released: activities and copies must not move, endogenous cargo present."""
    made = talking_tissue()
    silent = tuple(
        replace(kind, releases=(), cycle=None, modulations=(), behaviours=()) for kind in made.cell_kinds
    )
    trajectory = simulate(replace(made, cell_kinds=silent), duration="12 h", seed=1)
    first, last = trajectory.frame(0), trajectory.frame(-1)
    np.testing.assert_allclose(last.cells["activity"], first.cells["activity"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(last.cells["cargo:miR-x"], first.cells["cargo:miR-x"], rtol=1e-12)


def box_modes(x, start, diffusion, time, length, modes=400):
    """Density along a closed box of `length` after a unit point release at `start` (cosine series)."""
    k = np.arange(1, modes)[:, None]
    waves = np.cos(k * np.pi * start / length) * np.cos(k * np.pi * x / length)
    return (1 + 2 * (np.exp(-diffusion * (k * np.pi / length) ** 2 * time) * waves).sum(axis=0)) / length


def released_at_one_cell(shape, spacing, diffusion, dt, minutes="120 min"):
    """Put 1e6 vesicles on the one cell of a box and let them spread; the cell takes none up."""
    still = cell("still", rate=0.0, takes=0.0)
    made = model(
        [still],
        [Placement(kind="still", pattern="disc", count=1)],
        shape=shape,
        spacing=spacing,
        vesicles=(vesicle(diffusion=diffusion, loss=0.002),),
    )
    dose = AddVesicles(vesicle="sEV", recipient="still", per_recipient=number("added", 1e6), loadings=())
    trajectory = simulate(
        with_events(made, dose), duration=minutes, record_every="60 min", steps=Steps(exchange=dt, cell=6.0)
    )
    return trajectory


@pytest.mark.parametrize("shape", [(1, 41, 41), (21, 21, 21)])
def test_a_point_release_spreads_as_theory_says_in_2_and_3_dimensions(shape):
    """Per axis the solution is a cosine series; error O(dt) + O(dx²), here below 3 % of the peak."""
    diffusion, spacing = 30.0, 10.0
    trajectory = released_at_one_cell(shape, spacing, diffusion, dt=0.5)
    number_there = trajectory.frame(-1).fields["vesicles:sEV"] * spacing**3
    time = 120.0
    expected = 1e6 * np.exp(-0.002 * time)
    for n in shape:
        centres = (np.arange(n) + 0.5) * spacing
        along = (
            box_modes(centres, centres[n // 2], diffusion, time, n * spacing) * spacing
            if n > 1
            else np.ones(1)
        )
        expected = np.multiply.outer(expected, along)
    assert np.abs(number_there - expected).max() < 0.03 * expected.max()


def test_the_vesicle_field_does_not_depend_on_the_step():
    """Nothing is released or taken up: diffusion and decay are exact in time."""

    def field(dt):
        return released_at_one_cell((1, 41, 41), 10.0, 30.0, dt).frame(-1).fields["vesicles:sEV"]

    fine, coarse = field(1.0), field(6.0)
    np.testing.assert_allclose(coarse, fine, rtol=0, atol=1e-11 * fine.max())


def test_a_ball_of_cells_in_3_dimensions_runs_short_of_oxygen_and_lives_by_the_same_code():
    made = talking_tissue(shape=(9, 9, 9), count=150)
    trajectory = simulate(made, duration="2 h", seed=2, record_every="1 h")
    oxygen = trajectory.frame(-1).fields["oxygen"]
    assert oxygen[4, 4, 4] < oxygen[0, 0, 0] - 2.0  # 150 cells use up a few mmHg
    assert oxygen.max() < 38.0
    heights = trajectory.frame(-1).cells["position"][:, 2]
    assert np.ptp(heights) > 40.0
    assert trajectory.frame(-1).cells["delivered:miR-x"].sum() > 0
    assert max(abs(account["residual"]) for account in trajectory.books) < 1e-11


def test_a_dish_equals_a_tissue_in_the_mixed_limit():
    """Fast diffusion mixes the tissue: vesicles and copies per cell agree within 5 standard errors.

    Both domains hold the same volume and cells; wall loss is off, since only a dish has walls.
    """
    donor = cell("donor", sends={"a": 0.5}, holds={"a": 1000.0}, takes=0.0, rate=4.0, burst=1.0)
    taker = cell("taker", rate=0.0, takes=600.0, escape=0.5)
    places = lambda p: [  # noqa: E731
        Placement(kind="donor", pattern=p, count=20), Placement(kind="taker", pattern=p, count=40)
    ]  # fmt: skip
    fast = (vesicle(diffusion=5e5, loss=0.001, wall=0.0),)
    tissue = model([donor, taker], places("scattered"), ["a"], shape=(1, 10, 10), spacing=20.0, vesicles=fast)
    edge = (100 * 20.0**3) ** (1 / 3)
    dish = model(
        [donor, taker], places("dish"), ["a"], shape=(1, 1, 1), spacing=edge, dish=True, vesicles=fast
    )
    per_cell = {}
    for name, made in (("tissue", tissue), ("dish", dish)):
        taken, copies = [], []
        for seed in range(3):
            last = simulate(made, duration="8 h", seed=seed, steps=Steps()).frame(-1)
            takers = last.cells["kind"] == 1
            taken.append(last.cells["taken:sEV"][takers])
            copies.append(last.cells["delivered:a"][takers])
        per_cell[name] = [np.concatenate(values).astype(float) for values in (taken, copies)]
    for one, other in zip(per_cell["tissue"], per_cell["dish"], strict=True):
        error = np.hypot(one.std() / one.size**0.5, other.std() / other.size**0.5)
        assert abs(one.mean() - other.mean()) < 5 * error
        assert error < 0.04 * one.mean()  # tight enough to notice a wrong volume or rate
        assert one.std() == pytest.approx(other.std(), rel=0.2)


def test_no_cells_and_one_cell():
    kind = cell("only", sends={"a": 1.0}, holds={"a": 10.0})
    for count in (0, 1):
        made = model([kind], [Placement(kind="only", pattern="disc", count=count)], ["a"])
        last = simulate(made, duration="1 h").frame(-1)
        assert len(last.cells["id"]) == count


def test_mimics_are_held_and_drugs_decay():
    made = talking_tissue()
    silent = replace(made, cell_kinds=tuple(replace(k, releases=(), cycle=None) for k in made.cell_kinds))
    mimic = AddCopies(cargo="miR-x", recipient="recipient", copies=number("mimic", 500.0), held=True)
    brief = replace(mimic, held=False)
    held, lost = (
        simulate(with_events(silent, event), duration="24 h").frame(-1).cells for event in (mimic, brief)
    )
    recipients = held["kind"] == 1
    assert held["cargo:miR-x"][recipients] == pytest.approx(520.0)
    assert lost["cargo:miR-x"][lost["kind"] == 1] == pytest.approx(
        20.0 + 500.0 * np.exp(-0.001 * 1440), rel=1e-6
    )
    assert held["activity"][recipients, 0].mean() < 0.1 < lost["activity"][lost["kind"] == 1, 0].mean()

    dish = with_events(drugged_dish(), AddDrug(field="drug", amount=number("dose", 0.2)))
    trajectory = simulate(dish, duration="10 h", record_every="10 h")
    left = 0.2 * np.exp(-0.01 * 600)
    assert trajectory.frame(-1).fields["drug"].item() == pytest.approx(left, rel=1e-9)
    undivided = trajectory.frame(-1).cells["lesions"].max()
    assert undivided == pytest.approx(0.2 - left, rel=1e-9)


def test_a_drug_kills_at_division_and_more_of_it_kills_more():
    alive = []
    for dose in (0.0, 0.03, 0.1, 0.3, 10.0):
        made = with_events(drugged_dish(), AddDrug(field="drug", amount=number("dose", dose)))
        last = simulate(made, duration="24 h", seed=4).frame(-1)
        alive.append(int(last.cells["alive"].sum()))
    assert alive == sorted(alive, reverse=True)
    # Undosed: 200 exp(0.002 * 1440) = 3,564 +- 6 %; overdosed: those that never divided, 11.
    assert alive[0] == pytest.approx(200 * np.exp(0.002 * 1440), rel=0.25)
    assert alive[-1] < 40


def test_daughters_share_excess_and_lesions_and_keep_their_origin():
    made = with_events(
        drugged_dish(half_kill=1e6, count=40), AddDrug(field="drug", amount=number("dose", 0.2))
    )
    last = simulate(made, duration="24 h", seed=4).frame(-1)
    ids, parents = last.cells["id"], last.cells["parent"]
    assert len(set(ids)) == len(ids)
    born = parents >= 0
    assert born.sum() > 40
    assert set(parents[born]) <= set(ids)  # nobody died, so every mother is still there
    # Lesions were complete (0.2 mmol/L) early on: everyone holds 0.2 halved a whole number of times, about.
    halvings = np.log2(0.2 / last.cells["lesions"][ids < 40])
    assert halvings.max() > 1.5


def test_polarisation_starts_at_and_keeps_its_stationary_share():
    """Stationary share 0.001/(0.001 + 0.0005) = 2/3; 400 cells: standard deviation 0.024."""
    made = talking_tissue(shape=(1, 40, 40), count=2)
    many = replace(
        made, placements=(made.placements[0], Placement(kind="recipient", pattern="scattered", count=400))
    )
    silent = replace(many, cell_kinds=tuple(replace(k, releases=()) for k in many.cell_kinds))
    trajectory = simulate(silent, duration="24 h", seed=9)
    for frame in (trajectory.frame(0), trajectory.frame(-1)):
        share = frame.cells["polarised"][frame.cells["kind"] == 1].mean()
        assert share == pytest.approx(2 / 3, abs=0.1)
    flipped = trajectory.frame(0).cells["polarised"][-400:] != trajectory.frame(-1).cells["polarised"][-400:]
    assert 0.2 < flipped.mean() < 0.6


def test_a_loading_counts_hypoxic_donors_more():
    taker = cell("taker", rate=0.0, takes=5e4, escape=1.0)
    donor = cell("donor", sends={"a": 0.5}, holds={"a": 10.0})
    loading = Loading(
        cargo="a", copies=number("q:donor:a", 0.5), modulator="hypoxia", modulator_fold=number("fold", 4.0)
    )
    got = []
    for hypoxia in (0.0, 1.0):
        made = model(
            [taker, donor], [Placement(kind="taker", pattern="scattered", count=20)], ["a"],
        )  # fmt: skip
        dose = AddVesicles(
            vesicle="sEV",
            recipient="taker",
            per_recipient=number("added", 1000.0),
            loadings=(loading,),
            hypoxia=hypoxia,
        )
        got.append(simulate(with_events(made, dose), duration="4 h").frame(-1).cells["delivered:a"].sum())
    assert got[1] / got[0] == pytest.approx(4.0, rel=0.05)
