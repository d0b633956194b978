"""Cells that grow steadily and divide at a size: how fast, how big, where daughters lie, what slows them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine import Checkpoints, Steps, simulate
from exocosm.engine.compiled import DIE, DIVIDE, NOTHING, compile_model
from exocosm.engine.population import apply_events
from exocosm.errors import InputError
from exocosm.model import Growth, Model, Placement, live

from .models import BACKENDS, laid_out
from .small_models import cell, model, number, ramp

CYCLE = 100.0  # [min]
RADIUS = 8.0  # of small_models.cell  [µm]


def growing(of: str = "area", division: float = 2.0, **more):
    size = Growth(of=of, rate=number("growth", 1.0 / CYCLE, "1/min"), division=number("division", division))
    return cell("growing", growth=size, takes=0.0, rate=0.0, breathes=False, **more)


def one_cell(shape=(1, 20, 20), **more) -> Model:
    return model(
        [growing(**more)], [Placement(kind="growing", pattern="disc", count=1)], shape=shape, fields=()
    )


@pytest.mark.parametrize(("of", "power"), [("area", 2), ("volume", 3)])
def test_size_grows_linearly_and_is_halved_by_division(device, of, power):
    compiled = compile_model(model([growing(of)], []))
    state = laid_out(compiled, [0, 0, 0], [0, 0, 0])
    state.cells["position"][:] = 100.0  # far from the walls
    state.cells["alive"][2] = False
    steps = 7
    for step in range(1, steps + 1):
        device.cells.grow(compiled, state, CYCLE / steps)
        size = (state.cells["radius"] / RADIUS) ** power
        np.testing.assert_allclose(size, [1.0 + step / steps] * 2 + [1.0], rtol=1e-12)
        events, _ = device.cells.decide(compiled, state, np.zeros(3), CYCLE / steps, 1)
        assert events.tolist() == ([DIVIDE, DIVIDE, NOTHING] if step == steps else [NOTHING] * 3)
    apply_events(compiled, state, np.array([DIVIDE, NOTHING, NOTHING]), state.cells["kind"], 1.0, 1)
    radius = state.cells["radius"]  # the remains of the dead cell are gone
    assert radius == pytest.approx([RADIUS, RADIUS * 2.0 ** (1.0 / power), RADIUS])
    apart = np.linalg.norm(state.cells["position"][0] - state.cells["position"][2])
    mother = RADIUS * 2.0 ** (1.0 / power)
    assert apart == pytest.approx(2.0 * (mother - RADIUS)), "the daughters just fill the mother's outline"


def test_the_size_of_division_sets_the_time_and_the_size_at_birth(device):
    """With division at 3 A0 a cell born with 3/2 A0 takes 3/2 of the time of a doubling from A0."""
    compiled = compile_model(model([growing(division=3.0)], []))
    state, times = laid_out(compiled, [0], [0]), []
    for step in range(1, 81):
        device.cells.grow(compiled, state, CYCLE / 20)
        events, kinds = device.cells.decide(compiled, state, np.zeros(state.n_cells), CYCLE / 20, 1)
        if (events == DIVIDE).any():
            times.append(step)
            apply_events(compiled, state, events, kinds, CYCLE / 20, 1)
    assert times == [40, 70]
    assert state.n_cells == 4


def test_uninhibited_cells_double_in_step_and_any_way_of_division_is_random():
    made = one_cell()
    trajectory = simulate(
        made, duration=f"{4 * CYCLE} min", record_every=f"{CYCLE} min", steps=Steps(cell=5.0, exchange=5.0)
    )
    assert [len(frame.cells["id"]) for frame in trajectory.frames] == [1, 2, 4, 8, 16]
    assert trajectory.frames[-1].cells["radius"] == pytest.approx(RADIUS)
    assert trajectory.frames[-1].cells["growth_rate"] == pytest.approx(1.0 / CYCLE)


def test_back_ends_grow_alike_under_inhibition():
    by_contact = ramp("growth rate", 0.9, 0.2, "contact fraction")
    by_size = replace(
        by_contact, signal="compressed size", zero=number("none", 0.8), one=number("full", 0.95)
    )
    made = one_cell(modulations=(by_contact, by_size))
    found = [
        simulate(made, duration="500 min", device=name, steps=Steps(cell=10.0, exchange=10.0))
        .frames[-1]
        .cells
        for name in ("reference", "cpu")
    ]
    assert 4 < len(found[0]["id"]) < 32, "inhibited, but not stopped"
    for name in ("id", "parent", "alive"):
        np.testing.assert_array_equal(found[1][name], found[0][name])
    for name in ("position", "radius", "growth_rate"):
        np.testing.assert_allclose(found[1][name], found[0][name], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("gap", "signal", "limits"),
    [(1.9, "compressed size", (0.9, 0.9001)), (1.2, "compressed size", (0.9, 0.9001)),
     (1.9, "contact fraction", (0.2, 0.1999)), (1.2, "contact fraction", (0.2, 0.1999))],
)  # fmt: skip
def test_a_threshold_on_what_is_left_stops_growth(gap, signal, limits):
    """Two cells at a distance of 1.9 r are free, at 1.2 r (face at 0.6 r) both signals stop them."""
    made = model(
        [growing(modulations=(ramp("growth rate", *limits, signal),), does={"is_movable": 0.0})],
        [Placement(kind="growing", pattern="given", count=2, source="test",
                   positions=((50.0, 50.0, 10.0), (50.0 + gap * RADIUS, 50.0, 10.0)))],
        fields=(),
    )  # fmt: skip
    frame = simulate(made, duration="6 min", record_every="6 min").frames[-1]
    expected = 1.0 / CYCLE if gap == 1.9 else 0.0
    assert frame.cells["growth_rate"] == pytest.approx([expected] * 2)
    assert frame.cells["radius"] == pytest.approx(RADIUS * math.sqrt(1.0 + 6.0 * expected))


def test_dead_cells_do_not_grow_and_the_dying_do_not_divide():
    compiled = compile_model(model([growing(does={"apoptosis": 1e9})], []))
    for backend in BACKENDS:
        state = laid_out(compiled, [0], [0])
        state.cells["radius"][:] = 2.0 * RADIUS
        events, _ = backend.cells.decide(compiled, state, np.zeros(1), 1.0, 1)
        assert events.tolist() == [DIE]


def test_a_run_ends_with_the_number_of_cells_asked_for(tmp_path):
    steps = Steps(cell=5.0, exchange=5.0)
    trajectory = simulate(one_cell(), duration="1000 min", steps=steps, until_cells=5)
    assert len(trajectory.frames[-1].cells["id"]) == 8
    assert trajectory.times[-1] == pytest.approx(3 * CYCLE)
    with pytest.raises(InputError, match="until_cells"):
        simulate(one_cell(), duration="10 min", steps=steps, until_cells=0)
    with pytest.raises(InputError, match="found both"):
        simulate(
            one_cell(),
            duration="10 min",
            steps=steps,
            until_cells=5,
            checkpoint=Checkpoints(path=tmp_path / "c"),
        )


def test_growth_and_a_cycle_exclude_each_other_and_sizes_are_checked(tmp_path):
    with pytest.raises(InputError, match="found both"):
        replace(growing(), cycle=live())
    with pytest.raises(InputError, match="division"):
        growing(division=1.0)
    with pytest.raises(InputError, match="`of`"):
        growing("girth")
    made = one_cell()
    made.save(tmp_path / "model.json")
    assert Model.load(tmp_path / "model.json") == made
