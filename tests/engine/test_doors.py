"""What makes no sense is refused at the door, by name; what would have no effect too."""

import json
from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine import Checkpoints, Steps, simulate
from exocosm.engine.backends import get_backend
from exocosm.engine.compiled import compile_model
from exocosm.engine.solutes import Solutes
from exocosm.engine.start import start
from exocosm.errors import InputError
from exocosm.model import AddCopies, AddDrug, AddVesicles, Loading, Model, Placement, Start

from .small_models import cargo, cell, model, number, oxygen, vesicle


def small(**more):
    return model([cell("only")], [Placement(kind="only", pattern="disc", count=2)], ["a"], **more)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: replace(cell("x"), radius=number("r", -3.0)), "`radius of x` to be positive, found -3"),
        (lambda: replace(cargo("a"), loss=number("l", -5.0)), "`loss of a` to be 0 or above"),
        (lambda: replace(vesicle(), hindrance=number("h", -1.0)), "`hindrance of sEV`"),
        (lambda: AddCopies(cargo="a", recipient="x", copies=number("c", -1000.0)), "`copies`"),
        (lambda: AddDrug(field="f", amount=number("c", 1.0), time=float("nan")), "`time`"),
        (
            lambda: AddVesicles(vesicle="v", recipient="x", per_recipient=number("n", -1.0), loadings=()),
            "`per_recipient`",
        ),
        (lambda: Placement(kind="x", pattern="sphere", count=1), "`pattern` to be one of"),
        (lambda: Placement(kind="x", pattern="disc", count=3.5), "whole number"),
        (lambda: Steps(mechanics=6.0, exchange=1.0), "multiple of the mechanics"),
        (lambda: Steps(oxygen_tolerance=0.0), "`oxygen_tolerance` to be positive"),
        (lambda: small(events=(AddDrug(field="oxygen", amount=number("c", 1.0)),)), "has no effect on field"),
    ],
)
def test_numbers_that_make_no_sense_are_named(make, said):
    with pytest.raises(InputError, match=said):
        make()


def test_a_start_without_effect_is_refused():
    apart = Start(of="adhesive affinity to only", values=(2.0,))
    placed = Placement(
        kind="only", pattern="given", count=1, positions=((5.0, 5.0, 5.0),), starts=(apart,), source="test"
    )
    with pytest.raises(InputError, match="affinities are between kinds"):
        model([cell("only")], [placed])


def test_a_misspelt_key_of_a_model_is_refused(tmp_path):
    path = tmp_path / "model.json"
    small().save(path)
    record = json.loads(path.read_text())
    record["domain"]["well_mixd"] = True
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="well_mixd"):
        Model.load(path)


def test_arguments_of_another_type_are_named(tmp_path):
    with pytest.raises(InputError, match="`steps` to be of type Steps, found 3"):
        simulate(small(), duration="1 h", steps=3)
    with pytest.raises(InputError, match="`checkpoint` to be of type Checkpoints"):
        simulate(small(), duration="1 h", checkpoint="here")
    with pytest.raises(InputError, match="`model` to be a Model, found str"):
        simulate("model.json", duration="1 h")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Cannot keep checkpoints"):
        simulate(small(), duration="6 min", checkpoint=Checkpoints(path=tmp_path / "file"))
    with pytest.raises(InputError, match="`frames`"):
        simulate(small(), duration="6 min", frames=tmp_path / "file" / "x.zarr")


def test_a_steady_field_of_little_is_as_exact_as_oxygen():
    """Secreted towards 1e-6 in a box without faces: the level is far below the tolerance of oxygen."""
    signal = replace(
        oxygen(boundary=None), name="IL6", initial=number("none", 0.0), diffusion=number("D", 6e3)
    )
    does = {"IL6 secretion": 0.01, "IL6 secretion target": 1e-6}
    made = model(
        [cell("only", breathes=False, does=does)], [Placement(kind="only", pattern="disc", count=20)],
        fields=(signal,),
    )  # fmt: skip
    compiled = compile_model(made)
    found = []
    for device in ("reference", "cpu"):
        state = start(compiled, 1)
        Solutes(compiled, get_backend(device), Steps().oxygen_tolerance).settle(state)
        found.append(state.fields["solute"][0])
    assert found[0].max() > 1e-9
    np.testing.assert_allclose(found[1], found[0], rtol=1e-3)


def test_large_loads_are_counted_whole():
    """A million vesicles of 20,000 copies each for every cell: the books close."""
    load = Loading(cargo="a", copies=number("q", 2e4))
    event = AddVesicles(
        vesicle="sEV", recipient="only", per_recipient=number("n", 1e6), loadings=(load,), time=0.0
    )
    kind = cell("only", holds={"a": 1.0}, rate=0.0)
    made = model([kind], [Placement(kind="only", pattern="disc", count=3)], ["a"], events=(event,))
    trajectory = simulate(made, duration="1 h")
    assert max(abs(account["residual"]) for account in trajectory.books) < 1e-12
    assert trajectory.frame(-1).cells["delivered:a"].max() > 2.0**31 / 4
    assert "open books" not in trajectory.remarks
