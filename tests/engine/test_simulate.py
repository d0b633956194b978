"""The driver: time, frames, events, oxygen and drugs, and what its arguments may be."""

import math
from dataclasses import replace

import numba
import numpy as np
import pytest

from exocosm.engine import Steps, simulate
from exocosm.engine.backends.cpu.threads import MANY_CELLS
from exocosm.engine.compiled import compile_model
from exocosm.engine.signals import sense
from exocosm.errors import InputError, RunError
from exocosm.model import AddCopies, AddDrug, AddVesicles, Loading, Placement

from .models import BACKENDS, arrays, groups, laid_out, random_model, twins
from .small_models import (
    cargo,
    cell,
    drug_field,
    drugged_dish,
    model,
    number,
    talking_tissue,
    vesicle,
    with_events,
)


def still(**more):
    return cell("still", **{"rate": 0.0, "takes": 0.0, **more})


def quiet_dish(*kinds, count=4, **more):
    kinds = kinds or (still(),)
    places = [Placement(kind=kind.name, pattern="dish", count=count) for kind in kinds]
    return model(kinds, places, shape=(1, 1, 1), spacing=100.0, dish=True, **more)


# --- time and frames


def test_frames_come_at_the_interval_and_at_the_end():
    seen = []
    trajectory = simulate(quiet_dish(), duration="84 min", record_every="36 min", progress=seen.append)
    assert list(trajectory.times) == [0.0, 36.0, 72.0, 84.0]
    assert seen == [12.0 * i for i in range(1, 8)]


def test_a_run_of_no_length_is_its_start():
    trajectory = simulate(talking_tissue(count=4), duration="0 h")
    assert list(trajectory.times) == [0.0]
    assert set(trajectory.frame(0).cells["parent"]) == {-1}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"duration": "48"}, "`duration`.*missing unit"),
        ({"duration": "48 um"}, "`duration`.*'um'"),
        ({"duration": "1 h", "record_every": "2"}, "`record_every`.*missing unit"),
        ({"duration": "30 min"}, r"`duration` to be a multiple of the cell step \(12 min\)"),
        ({"duration": "1 h", "seed": -1}, "`seed`.*-1"),
        ({"duration": "1 h", "seed": 2**63}, "`seed`"),
        ({"duration": "1 h", "device": "tpu"}, "`device`.*cpu.*tpu"),
        ({"duration": "1 h", "record_every": "0 min"}, "`record_every`"),
    ],
)
def test_arguments_that_cannot_be_used_are_named(options, said):
    with pytest.raises(InputError, match=said):
        simulate(quiet_dish(), **options)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"exchange": 4.0}, "exchange step, found 4 min"),
        ({"exchange": 3.0, "mechanics": 2.0}, "mechanics step, found 2 min"),
        ({"exchange": 12.0}, "exchange step"),
        ({"cell": 0.0}, "`cell`"),
    ],
)
def test_steps_divide_the_step_of_cells(steps, said):
    with pytest.raises(InputError, match=said):
        Steps(**steps)


# --- what goes wrong is named


def test_a_number_that_grows_beyond_all_bounds_is_named(device):
    dose = AddCopies(cargo="a", recipient="still", copies=number("much", 1.7e308))
    made = with_events(quiet_dish(still(holds={"a": 1.0}), cargoes=["a"]), dose, replace(dose, time=12.0))
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(RunError, match="`copies` is no longer finite at 0.40 h"),
    ):
        simulate(made, duration="1 h", device=device.name)


# --- things done from outside


def test_vesicles_are_added_where_the_recipients_are():
    """100 each for three recipients in voxels of their own, at the start of the step in which it is due."""
    other = cell("other", rate=0.0, takes=0.0)
    made = model(
        [still(), other],
        [
            Placement(kind="still", pattern="scattered", count=3),
            Placement(kind="other", pattern="scattered", count=5),
        ],
        ["a"],
        vesicles=(vesicle(diffusion=0.0, loss=0.0),),
    )
    loading = Loading(cargo="a", copies=number("q", 0.3))
    dose = AddVesicles(
        vesicle="sEV", recipient="still", per_recipient=number("n", 100.0), loadings=(loading,), time=9.0
    )
    trajectory = simulate(with_events(made, dose), duration="24 min", record_every="6 min", seed=3)
    totals = [frame.fields["vesicles:sEV"].sum() * 8000.0 for frame in trajectory.frames]
    assert totals == pytest.approx([0.0, 0.0, 0.0, 300.0, 300.0])
    last = trajectory.frame(-1)
    voxel = (last.cells["position"][last.cells["kind"] == 0] // 20.0).astype(int)
    density = last.fields["vesicles:sEV"]
    there = {(x, y) for x, y, _ in voxel.tolist()}
    assert {(x, y) for _, y, x in np.argwhere(density > 0).tolist()} == there
    vesicles, copies = trajectory.books
    assert vesicles["added"] == pytest.approx(300.0)
    # Whole copies, Poisson of mean 0.3 a vesicle, and only where vesicles are.
    loaded = last.fields["cargo:sEV:a"] * 8000.0
    assert loaded == pytest.approx(np.round(loaded))
    assert not loaded[density == 0].any()
    assert loaded.sum() == pytest.approx(copies["added"])
    assert copies["added"] == pytest.approx(90.0, abs=4.0 * math.sqrt(90.0))


@pytest.mark.parametrize("held", [False, True])
def test_copies_are_added_once_to_every_recipient_of_the_kind_and_to_no_other(held):
    kinds = (still(holds={"a": 10.0}), cell("other", rate=0.0, takes=0.0, holds={"a": 10.0}))
    mimic = AddCopies(cargo="a", recipient="still", copies=number("mimic", 40.0), time=12.0, held=held)
    trajectory = simulate(
        with_events(quiet_dish(*kinds, cargoes=[cargo("a", 0.01)]), mimic),
        duration="60 min",
        record_every="12 min",
    )
    for frame in trajectory.frames:
        left = 1.0 if held else math.exp(-0.01 * (frame.time - 12.0))
        excess = 40.0 * left if frame.time > 12.0 else 0.0
        copies, kind = frame.cells["cargo:a"], frame.cells["kind"]
        assert copies[kind == 0] == pytest.approx(10.0 + excess, rel=1e-9)
        assert copies[kind == 1] == pytest.approx(10.0, rel=1e-12)


def test_only_the_drug_that_kills_leaves_lesions():
    """Two drugs decay in the same dish; the cells name one of them."""
    made = drugged_dish(half_kill=1e9, count=5)
    sugar = replace(drug_field(), name="sugar")
    made = replace(made, fields=(*made.fields, sugar))
    doses = [AddDrug(field=f, amount=number(f"dose {f}", a)) for f, a in (("drug", 0.2), ("sugar", 30.0))]
    last = simulate(with_events(made, *doses), duration="1 h").frame(-1)
    assert last.cells["lesions"].max() == pytest.approx(0.2 * (1.0 - math.exp(-0.6)), rel=1e-9)
    assert last.fields["sugar"].item() == pytest.approx(30.0 * math.exp(-0.6), rel=1e-9)


def test_a_clamped_field_keeps_its_value():
    made = drugged_dish(half_kill=1e9, count=5)
    held = replace(made.fields[1], initial=number("drug start", 0.5, "mmol/L"), clamped=True)
    last = simulate(replace(made, fields=(made.fields[0], held)), duration="1 h").frame(-1)
    assert last.fields["drug"].item() == 0.5
    assert last.cells["lesions"].max() == pytest.approx(0.5 * 5 * (1.0 - math.exp(-0.12)), rel=1e-9)


# --- space


def test_a_point_spreads_by_2dt_along_each_axis_of_a_box():
    """Backward Euler in flux form keeps ⟨x²⟩ = 2 D t exact while nothing has reached the faces."""
    n, spacing, diffusion, minutes = 31, 10.0, 2.0, 60.0
    made = model(
        [still()],
        [Placement(kind="still", pattern="disc", count=1)],
        shape=(n, n, n),
        spacing=spacing,
        vesicles=(vesicle(diffusion=diffusion, loss=0.01),),
    )
    dose = AddVesicles(vesicle="sEV", recipient="still", per_recipient=number("n", 1000.0), loadings=())
    trajectory = simulate(
        with_events(made, dose), duration=f"{minutes} min", steps=Steps(exchange=3.0), record_every="60 min"
    )
    there = trajectory.frame(-1).fields["vesicles:sEV"] * spacing**3
    assert there.sum() == pytest.approx(1000.0 * math.exp(-0.01 * minutes), rel=1e-9)
    x = (np.arange(n) - n // 2) * spacing
    for axis in range(3):
        along = there.sum(axis=tuple(a for a in range(3) if a != axis)) / there.sum()
        assert along @ x == pytest.approx(0.0, abs=1e-6)
        assert along @ x**2 == pytest.approx(2.0 * diffusion * minutes, rel=1e-6)


def test_hindrance_slows_spreading_in_tissue():
    def variance(hindrance: float) -> float:
        kind = replace(vesicle(diffusion=4.0, loss=0.0), hindrance=number("h:sEV", hindrance))
        made = model(
            [still()],
            [Placement(kind="still", pattern="disc", count=1)],
            shape=(1, 1, 41),
            spacing=10.0,
            vesicles=(kind,),
        )
        dose = AddVesicles(vesicle="sEV", recipient="still", per_recipient=number("n", 10.0), loadings=())
        line = simulate(with_events(made, dose), duration="1 h").frame(-1).fields["vesicles:sEV"].ravel()
        x = (np.arange(41) - 20) * 10.0
        return float(line @ x**2 / line.sum())

    assert variance(1.0) == pytest.approx(2.0 * 4.0 * 60.0, rel=1e-6)
    assert variance(0.25) == pytest.approx(2.0 * 60.0, rel=1e-6)


@pytest.mark.parametrize(("shape", "count"), [((1, 15, 15), 60), ((9, 9, 9), 150)])
def test_oxygen_is_lowest_inside_a_tumour_and_makes_it_hypoxic(shape, count):
    hungry = still(does={"oxygen uptake": 400.0})
    made = model([hungry], [Placement(kind="still", pattern="disc", count=count)], shape=shape)
    frame = simulate(made, duration="0 h").frame(0)
    oxygen_there = frame.fields["oxygen"]
    middle = tuple(n // 2 for n in shape)
    lowest = np.array(np.unravel_index(oxygen_there.argmin(), shape))
    assert np.abs(lowest - middle).max() <= 1  # centres of cells are not spread evenly over the voxels
    assert oxygen_there[middle] < 12.0 < 36.0 < oxygen_there[shape[0] // 2, 0, 0]
    radius = np.linalg.norm(frame.cells["position"] - np.array(shape[::-1]) * 10.0, axis=1)
    hypoxia = frame.cells["hypoxia"]
    assert hypoxia[radius.argmin()] > 0.2
    assert np.corrcoef(radius, hypoxia)[0, 1] < -0.5


def test_two_cells_in_one_place_part():
    made = model([still()], [Placement(kind="still", pattern="disc", count=7)])
    before, after = (
        frame.cells["position"] for frame in simulate(made, duration="2 h", record_every="2 h").frames
    )
    gaps = [
        np.sort(np.linalg.norm(p[:, None] - p, axis=-1)[np.triu_indices(7, 1)])[:6].mean()
        for p in (before, after)
    ]
    assert gaps[0] == pytest.approx(0.95 * 16.0)
    # Repulsion 10 and adhesion 0.4 balance at 1 - d/R = 0.2 (1 - d/1.25 R): d = 0.952 R, R = 16 µm.
    assert gaps[1] == pytest.approx(0.952 * 16.0, rel=0.02)
    assert np.all(after[:, 2] == before[:, 2])


def test_bits_do_not_depend_on_the_number_of_threads():
    """Every phase of cells, with more cells than one thread is given; small runs use one thread anyway."""
    compiled = compile_model(random_model(9, "box"))
    n = 3 * MANY_CELLS
    rng = np.random.default_rng(1)
    start = laid_out(compiled, rng.integers(0, len(compiled.kinds), n), rng.integers(0, 60, n))
    backend, (one, other) = BACKENDS[1], twins(start)
    before = numba.get_num_threads()
    try:
        for threads, state in ((1, one), (before, other)):
            numba.set_num_threads(threads)
            for state.step in (1, 2):
                backend.vesicles.release(compiled, state, 6.0, 3)
                backend.vesicles.take_up(compiled, state, *groups(state), 6.0, 3)
                backend.cells.keep_cargo(compiled, state, 6.0)
                for kind, network in enumerate(compiled.networks):
                    mine, cells = np.flatnonzero(state.cells["kind"] == kind), state.cells
                    rest = compiled.rest_copies[kind]
                    backend.signalling.signal(network, mine, cells["activity"], cells["copies"], rest, 6.0)
                backend.cells.behave(compiled, state, sense(compiled, state, None))
                backend.cells.decide(compiled, state, np.zeros(n), 6.0, 3)
    finally:
        numba.set_num_threads(before)
    assert state.cells["taken"].sum() > n
    for (name, a), (_, b) in zip(arrays(one), arrays(other), strict=True):
        assert a.tobytes() == b.tobytes(), name


# --- many small things together


def test_walls_take_their_share_in_a_dish_only():
    """Loss 0.001 and wall 0.003 a minute: a quarter decays, three quarters stick."""
    dose = AddVesicles(vesicle="sEV", recipient="still", per_recipient=number("n", 100.0), loadings=())
    sticky = (vesicle(loss=0.001, wall=0.003),)
    dish = simulate(with_events(quiet_dish(vesicles=sticky), dose), duration="10 h").books[0]
    gone = 400.0 * (1.0 - math.exp(-0.004 * 600.0))
    assert (dish["decayed"], dish["wall"]) == pytest.approx((gone / 4.0, gone * 3.0 / 4.0))
    tissue = model([still()], [Placement(kind="still", pattern="disc", count=4)], vesicles=sticky)
    books = simulate(with_events(tissue, dose), duration="10 h").books[0]
    gone = 400.0 * (1.0 - math.exp(-0.001 * 600.0))
    assert (books["decayed"], books["wall"]) == pytest.approx((gone, 0.0))


def test_an_exporter_stays_at_rest_on_average_while_it_releases():
    """Steps of 12 min end at C = p + (0.88 C - p) exp(-0.12), p = 2 C0: 3 % high."""
    kind = cell("donor", sends={"a": 0.5}, holds={"a": 200.0}, rate=4.0, burst=1.0, takes=0.0)
    made = quiet_dish(kind, count=400, cargoes=[cargo("a", 0.01)])
    runs = [simulate(made, duration="10 h", record_every="10 h", seed=seed) for seed in range(4)]
    copies = np.concatenate([run.frame(-1).cells["cargo:a"] for run in runs])
    kept = math.exp(-0.12)
    expected = 400.0 * (1.0 - kept) / (1.0 - 0.88 * kept)
    # Vesicles one by one, Poisson(q) copies in each: variance of C about (q² + q) R/(2 (δ + R q/C0)) = 75.
    spread = math.sqrt(75.0)
    assert copies.std() == pytest.approx(spread, rel=0.1)
    assert copies.mean() == pytest.approx(expected, abs=4.0 * spread / math.sqrt(1600))
    assert expected == pytest.approx(200.0, rel=0.04)
