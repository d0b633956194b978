"""Cells that start where a list says, each with values of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine import simulate
from exocosm.engine.compiled import compile_model
from exocosm.engine.start import start
from exocosm.errors import InputError
from exocosm.model import CustomDatum, Placement, Rule, Start, standard_volume

from .small_models import cell, model, number

POSITIONS = ((10.0, 20.0, 10.0), (150.0, 60.5, 10.0), (100.0, 100.0, 10.0))


def listed(*starts: Start, kinds=None, **more):
    kind = cell("tumour", custom=(CustomDatum(name="onco", value=number("onco", 1.0)),), **more)
    given = Placement(
        kind="tumour", pattern="given", count=3, positions=POSITIONS, starts=starts, source="test"
    )
    return model(kinds or [kind], [given], vesicles=())


def test_cells_stand_where_the_list_says_with_what_it_says():
    given = (
        Start(of="volume", values=(None, 1000.0, None)),
        Start(of="custom:onco", values=(None, None, 3.0)),
        Start(of="apoptosis", values=(0.5, None, 0.0)),
    )
    compiled = compile_model(listed(*given, volume=standard_volume(), does={"apoptosis": 0.25}))
    cells = start(compiled, 1).cells
    assert np.array_equal(cells["position"], POSITIONS)
    assert cells["custom"][:, 0].tolist() == [1.0, 1.0, 3.0]
    assert cells["own"][:, 0].tolist() == [0.5, 0.25, 0.0]
    assert cells["volume"][:, :3].sum(axis=1) == pytest.approx([2494.0, 1000.0, 2494.0])
    fluid = cells["volume"][:, 0] / cells["volume"][:, :3].sum(axis=1)
    assert fluid == pytest.approx(0.75)  # parts keep their proportions
    assert 4.0 / 3.0 * np.pi * cells["radius"][1] ** 3 == pytest.approx(1000.0)


def test_own_values_are_what_rules_start_from(device):
    rule = Rule(
        signal="oxygen",
        direction="increases",
        behaviour="apoptosis",
        saturation=number("most", 1.0),
        half_max=number("half", 38.0),
        power=number("power", 1.0),
    )
    compiled = compile_model(listed(Start(of="apoptosis", values=(0.5, None, 0.0)), rules=(rule,)))
    state = start(compiled, 1)
    device.cells.behave(compiled, state, np.full((3, 1), 38.0))  # half of the way to saturation
    column = compiled.behaviours.column[compiled.behaviours.index("apoptosis")]
    assert state.cells["behaviour"][:, column] == pytest.approx([0.75, 0.5, 0.5])


@pytest.mark.parametrize("device", ["reference", "cpu"])
def test_only_cells_with_a_rate_of_death_die(device):
    rates = Start(of="apoptosis", values=(1e6, None, None))
    run = simulate(listed(rates, dead_time=1e6, rate=0, takes=0), duration="12 min", device=device)
    assert run.frames[-1].cells["alive"].tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"positions": POSITIONS[:2]}, "one position for each"),
        ({"pattern": "disc"}, "with pattern 'given' alone"),
        ({"starts": (Start(of="volume", values=(1.0,)),)}, "one value of 'volume' for each"),
    ],
)
def test_lists_that_do_not_fit_are_refused(change, said):
    placement = listed().placements[0]
    with pytest.raises(InputError, match=said):
        replace(placement, **change)


@pytest.mark.parametrize(
    ("of", "value", "said"),
    [
        ("volume", 0.0, "Expected 'volume' .* above 0"),
        ("apoptosis", -1.0, "between 0 and inf"),
        ("apoptos", 1.0, "Did you mean 'apoptosis'"),
        ("custom:onc", 1.0, "No custom datum 'custom:onc'"),
    ],
)
def test_values_that_no_cell_can_start_with_are_refused(of, value, said):
    with pytest.raises(InputError, match=said):
        listed(Start(of=of, values=(value, None, None)))


def test_a_cell_outside_the_box_is_refused():
    given = Placement(kind="tumour", pattern="given", count=1, positions=((500.0, 1.0, 1.0),), source="test")
    with pytest.raises(InputError, match="inside a box"):
        start(compile_model(model([cell("tumour")], [given])), 1)
