"""Fields as data: faces, flow, hindrance, steps; what does not fit is refused by name."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from exocosm.errors import InputError
from exocosm.model import (
    AutomaticStep,
    Boundaries,
    Face,
    FaceFlow,
    Field,
    FixedStep,
    Flow,
    Hindrance,
    Model,
    Pattern,
    fixed_everywhere,
)

from .test_model import model, number

OPEN = Face(kind="open")
VORTEX = FaceFlow(  # one turn around the middle of 2 x 2 voxels
    across_x=(0.0, 1.0, 0.0, 0.0, -1.0, 0.0),
    across_y=(0.0, 0.0, -1.0, 1.0, 0.0, 0.0),
    across_z=(0.0,) * 8,
    source="made up",
)


def field(name="factor", **more) -> Field:
    made = {name: number(f"{name} {{}}".format("f")) for name in ("diffusion", "loss", "initial")}
    return Field(name=name, unit="mmol/L", **{**made, "scheme": "conservative", **more})


def with_fields(*fields, shape=(1, 2, 2)) -> Model:
    return replace(model(shape=shape), fields=(*model().fields, *fields))


def test_every_kind_of_field_reads_back_equal(tmp_path):
    step = AutomaticStep(tolerance=number("tol"))
    by = Hindrance(by="matrix", solute_radius=number("r"), fibre_radius=number("rf"))
    mixed = Boundaries(x_low=OPEN, z_high=Face(kind="fixed", value=number("edge")))
    made = with_fields(
        field("a", flow=VORTEX, boundaries=mixed, step=FixedStep(length=number("dt"))),
        field("b", flow=Flow(x=number("vx"), y=number("vy"), z=number("vz"))),
        field("c", scheme="adi", step=step, hindrance=by, boundaries=fixed_everywhere(number("edge"))),
        replace(field("matrix", pattern=Pattern(factors=(0.0, 0.5, 1.0, 2.0), source="s")), unit="1"),
    )
    made.save(tmp_path / "model.json")
    read = Model.load(tmp_path / "model.json")
    assert read == made
    assert [type(f.flow) for f in read.fields[1:3]] == [FaceFlow, Flow]
    assert [type(f.step) for f in read.fields[1:4]] == [FixedStep, type(None), AutomaticStep]
    assert {"edge", "tol", "vx", "rf", "dt"} < set(read.parameters())
    assert read.replaced(edge=7.0).fields[3].boundaries.y_low.value.value == 7.0


def test_faces_come_as_arrays_have_their_axes():
    values = {f"{axis}_{end}": Face(kind="fixed", value=number("v", i + 1.0))
              for i, (axis, end) in enumerate((a, e) for a in "zyx" for e in ("low", "high"))}  # fmt: skip
    assert [face.value.value for face in Boundaries(**values).in_order()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Face(kind="fixed"), "fixed.*None"),
        (lambda: Face(kind="open", value=number("v")), "open.*1.0"),
        (lambda: Face(kind="periodic"), "periodic"),
        (lambda: field(diffusion=number("D").at(-1.0)), "`factor`.*-1.0"),
        (lambda: field(diffusion=number("D").at(math.nan)), "finite"),
        (lambda: field(scheme="explicit"), "explicit"),
        (lambda: field(clamped=True, flow=VORTEX), "`factor` is clamped and cannot flow"),
        (lambda: field(scheme="steady", flow=VORTEX), "'steady', which knows no flow"),
        (lambda: field(scheme="adi", flow=VORTEX), "'adi', which knows no flow"),
        (lambda: field(scheme="steady", boundaries=Boundaries(x_low=OPEN)), "no open faces"),
        (lambda: field(scheme="steady", step=FixedStep(length=number("dt"))), "takes no `step`"),
        (lambda: field(scheme="adi"), "'adi' and needs a `step`"),
        (lambda: field(scheme="lod"), "'lod' and needs"),
        (lambda: field(step=AutomaticStep(tolerance=number("t"))), "fixed step or none"),
        (lambda: field(initial=number("i").at(-1.0)), "0 or above"),
        (lambda: FixedStep(length=number("dt").at(0.0)), "length"),
        (lambda: AutomaticStep(tolerance=number("t").at(-1.0)), "tolerance"),
        (lambda: Pattern(factors=(1.0, math.inf), source="s"), "factors"),
        (lambda: Pattern(factors=(1.0,), source=""), "source"),
        (lambda: replace(VORTEX, across_x=(math.nan,) * 6), "across_x"),
        (lambda: with_fields(field(pattern=Pattern(factors=(1.0,), source="s"))), "4 voxels, found 1"),
        (lambda: with_fields(field(flow=replace(VORTEX, across_z=(0.0,)))), "`across_z`.*8.*found 1"),
        (lambda: with_fields(field(flow=replace(VORTEX, across_x=(0.0,) * 6))), r"\(0, 0, 0\) gains"),
        (lambda: with_fields(field(hindrance=Hindrance(by="matrix", solute_radius=number("r"),
                                                       fibre_radius=number("rf")))), "`matrix`.*drug"),
        (lambda: with_fields(field(hindrance=Hindrance(by="drug", solute_radius=number("r"),
                                                       fibre_radius=number("rf")))), "`drug`.*mmol/L"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(wrong, message):
    with pytest.raises(InputError, match=message):
        wrong()
