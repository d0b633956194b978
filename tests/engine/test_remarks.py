"""What a run says of itself: a domain full of cells, steps too long; and what holds at walls."""

from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine import Checkpoints, Steps, resume, simulate
from exocosm.model import AddDrug, FixedStep, Placement, live

from .small_models import cell, model, number


def crowd(shape, count=4, kind=None):
    kind = kind or cell("only", breathes=False, cycle=live(number("division", 0.02, "1/min")))
    placed = [Placement(kind="only", pattern="disc", count=count)]
    return model([kind], placed, shape=shape, spacing=20.0)


def test_a_usual_run_has_nothing_to_say():
    still = cell("only", breathes=False)
    assert simulate(crowd((1, 9, 9), kind=still), duration="1 h").remarks == {}


@pytest.mark.parametrize("shape", [(1, 4, 4), (3, 3, 3)])
def test_a_domain_full_of_cells_is_named_with_its_time_and_the_run_goes_on(shape):
    """More area or volume than the box: 4 cells of 201 µm² in 6,400 µm², 4 of 2,145 µm³ in 216,000 µm³."""
    most = {1: 6400.0 / (np.pi * 64.0), 3: 216000.0 / (4.0 / 3.0 * np.pi * 512.0)}[shape[0]]
    trajectory = simulate(crowd(shape), duration="4 h", record_every="6 min")
    counts = np.array([len(frame.cells["id"]) for frame in trajectory.frames])
    first = trajectory.times[np.argmax(counts > most)] / 60.0
    assert counts[-1] > most
    assert f"From {first:g} h on the cells were larger than the domain" in trajectory.remarks["no room"]
    last = trajectory.frame(-1).cells["position"]
    assert (last >= 0.0).all() and (last <= np.array(shape[::-1]) * 20.0).all()


def test_daughters_stay_inside_the_walls_from_their_first_frame_on():
    """A cell in the corner divides: both daughters are in the box before anything pushes them."""
    kind = cell("only", breathes=False, cycle=live(number("division", 10.0, "1/min")))
    corner = Placement(
        kind="only", pattern="given", count=1, positions=((0.5, 0.5, 10.0),), source="made up for a test"
    )
    made = model([kind], [corner], shape=(1, 4, 4), spacing=20.0)
    places = [simulate(made, duration="6 min", seed=seed).frame(-1).cells["position"] for seed in range(20)]
    assert all(len(position) == 2 for position in places)
    assert np.min(places) >= 0.0


def test_a_mechanics_step_too_long_for_the_forces_is_named():
    heap = tuple((30.0 + 4.0 * (i % 5), 30.0 + 4.0 * (i // 5), 10.0) for i in range(25))
    placed = Placement(kind="only", pattern="given", count=25, positions=heap, source="made up for a test")
    made = model([cell("only", breathes=False)], [placed], shape=(1, 5, 5), spacing=20.0)
    cut = simulate(made, duration="6 min", steps=Steps(mechanics=1.0)).remarks
    assert "the mechanics step (1 min) is too long" in cut["moves cut"]
    assert "moves cut" not in simulate(made, duration="6 min", steps=Steps(mechanics=0.01)).remarks


def test_a_migration_step_longer_than_a_cell_is_named():
    runner = cell("only", breathes=False, does={"migration speed": 20.0})
    made = crowd((1, 40, 40), count=2, kind=runner)
    said = simulate(made, duration="6 min", steps=Steps(mechanics=1.0)).remarks["long ways"]
    assert "20 um in one mechanics step (1 min)" in said
    assert simulate(made, duration="6 min", steps=Steps(mechanics=0.1)).remarks == {}


def test_remarks_outlive_a_restart(tmp_path):
    made = crowd((1, 4, 4))
    whole = simulate(made, duration="3 h").remarks
    points = Checkpoints(path=tmp_path / "points", every="1 h")
    stop = iter(range(10**6))

    def until(time):
        if next(stop) == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(made, duration="3 h", checkpoint=points, progress=until)
    assert whole and resume(tmp_path / "points").remarks == whole


def test_events_that_never_came_are_named():
    made = replace(crowd((1, 9, 9), kind=cell("only", breathes=False)), events=())
    late = AddDrug(field="oxygen", amount=number("more", 1.0), time=120.0)
    fields = tuple(replace(f, scheme="conservative", clamped=True) for f in made.fields)
    said = simulate(replace(made, fields=fields, events=(late,)), duration="1 h").remarks
    assert "1 event(s) at or after the end did not happen, the first at 2 h" in said["events left"]


def test_what_splitting_costs_is_said():
    """20 cells take 10/min of what their voxel holds, in steps of 1 min, where D/dx² is 250/min."""
    hungry = cell("only", does={"oxygen uptake": 10.0})
    made = crowd((1, 10, 10), count=20, kind=hungry)
    fields = tuple(replace(f, scheme="conservative") for f in made.fields)
    coarse = simulate(replace(made, fields=fields), duration="6 min").remarks
    assert "`oxygen`" in coarse["split steps of oxygen"]
    fine = tuple(replace(f, step=FixedStep(length=number("step", 0.01))) for f in fields)
    assert simulate(replace(made, fields=fine), duration="6 min").remarks == {}
