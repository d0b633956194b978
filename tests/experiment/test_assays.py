"""Read-outs: one number per frame, of living cells of one kind; and what a model cannot give is refused."""

from __future__ import annotations

import numpy as np
import pytest

from exocosm.errors import InputError
from exocosm.experiment.assays import QUANTITIES, ReadOut, check, measure
from exocosm.trajectory import Frame, Trajectory


def readout(quantity: str, cell: str = "b", of: str = "") -> ReadOut:
    return ReadOut(name="r", label="R", quantity=quantity, unit="", cell=cell, of=of)


@pytest.fixture
def trajectory() -> Trajectory:
    """Cells of kinds a, b, b, b, the last one dead; one frame, then one in which no b lives."""
    cells = {
        "kind": np.array([0, 1, 1, 1]),
        "alive": np.array([True, True, True, False]),
        "polarised": np.array([True, True, False, True]),
        "hypoxia": np.array([1.0, 0.0, 0.2, 1.0]),
        "activity": np.array([[0.9], [0.2], [0.4], [0.9]]),
        "cargo:X": np.array([9.0, 1.0, 3.0, 9.0]),
        "delivered:X": np.array([9.0, 0.0, 1.0, 9.0]),
        "taken:sEV": np.array([9.0, 4.0, 6.0, 9.0]),
    }
    fields = {"oxygen": np.array([[[3.0, 1.0]]]), "vesicles:sEV": np.array([[[1e-6, 3e-6]]])}
    gone = {**cells, "alive": np.array([True, False, False, False])}
    return Trajectory(
        frames=(Frame(time=0.0, cells=cells, fields=fields), Frame(time=6.0, cells=gone, fields=fields)),
        kinds=("a", "b"),
        nodes={"a": (), "b": ("N",)},
        spacing=(1.0, 1.0, 1.0),
        origin=(0.0, 0.0, 0.0),
    )


@pytest.mark.parametrize(
    ("asked", "value", "without_cells"),
    [
        (readout("activity", of="N"), 0.3, np.nan),
        (readout("delivered", of="X"), 0.5, np.nan),
        (readout("copies", of="X"), 2.0, np.nan),
        (readout("taken", of="sEV"), 5.0, np.nan),
        (readout("polarised"), 0.5, np.nan),
        (readout("hypoxic"), 0.5, np.nan),
        (readout("count"), 2.0, 0.0),
        (readout("lowest", of="oxygen"), 1.0, 1.0),
        (readout("vesicles_per_ml", of="vesicles:sEV"), 2e6, 2e6),
    ],
)
def test_each_quantity_by_hand(trajectory, asked, value, without_cells):
    assert measure(trajectory, asked) == pytest.approx([value, without_cells], nan_ok=True)


def test_every_quantity_is_tried_above():
    tried = {"activity", "delivered", "copies", "taken", "polarised", "hypoxic", "count", "lowest"}
    assert set(QUANTITIES) == tried | {"vesicles_per_ml"}


def test_the_read_outs_of_the_shipped_studies_can_be_given(tissue, tissue_model, dish, dish_model):
    for study, model in ((tissue, tissue_model), (dish, dish_model)):
        for asked in study.readouts:
            check(asked, model)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (readout("count", "macrofage"), "no cell 'macrofage'.*Did you mean 'macrophage'"),
        (readout("activity", "macrophage", "STAT33"), "Did you mean 'STAT3'"),
        (readout("delivered", "macrophage", "MIF"), "no 'MIF'.*hsa-miR-1246"),
        (readout("taken", "macrophage", "EV"), "no 'EV'.*sEV"),
        (readout("lowest", of="oxigen"), "Did you mean 'oxygen'"),
    ],
)
def test_what_a_model_cannot_give_is_refused(tissue_model, asked, said):
    with pytest.raises(InputError, match=said):
        check(asked, tissue_model)


def test_an_unknown_quantity_is_refused():
    with pytest.raises(InputError, match="`quantity` to be one of .*activity"):
        readout("mood")
