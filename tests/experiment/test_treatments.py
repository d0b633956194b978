"""Each treatment changes what it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from exocosm.assembly import parameter
from exocosm.engine import simulate
from exocosm.engine.compiled import compile_model
from exocosm.errors import InputError
from exocosm.experiment import (
    AddBackVesicles,
    ClampField,
    DrugDose,
    KnockDown,
    Mimic,
    ReleaseInhibitor,
    UptakeInhibitor,
    treated,
)
from exocosm.model import AddCopies, AddDrug, AddVesicles

TUMOUR, CARGO = "glioblastoma cell", "hsa-miR-1246"
INHIBITOR = ReleaseInhibitor(cells=(TUMOUR,), cut="ev_release_cut_gw4869_typical")
KNOCK_DOWN = KnockDown(cargo=CARGO, cells=(TUMOUR,))


def with_kind(model, kind):
    return replace(model, cell_kinds=tuple(kind if k.name == kind.name else k for k in model.cell_kinds))


def test_a_release_inhibitor_takes_its_share_of_release_in_its_cells_only(tissue_model):
    done = INHIBITOR.apply(tissue_model)
    (release,) = done.cell_kind(TUMOUR).releases
    cut = parameter("ev_release_cut_gw4869_typical", to="dimensionless").value
    assert release.ceramide is not None
    assert release.ceramide.value == cut
    assert [(i.step, i.share.value) for i in release.inhibitions] == [("ceramide", 1.0)]
    before, after = (compile_model(m).release.steady() for m in (tissue_model, done))
    treated = [kind.name == TUMOUR for kind in done.cell_kinds]
    np.testing.assert_allclose(after[treated], (1.0 - cut) * before[treated])
    np.testing.assert_array_equal(after[np.logical_not(treated)], before[np.logical_not(treated)])
    undone = tissue_model.cell_kind(TUMOUR)
    assert with_kind(done, undone) == tissue_model


def test_an_uptake_inhibitor_leaves_the_complement_of_its_cut(tissue_model):
    cut = parameter("ev_uptake_cut_heparin_typical", to="dimensionless").value
    left = parameter("ev_uptake_factor_4c", to="dimensionless").value
    before = compile_model(tissue_model).uptake.clearance
    k = [kind.name for kind in tissue_model.cell_kinds].index("macrophage")
    for treatment, factor in (
        (UptakeInhibitor(cells=("macrophage",), cut="ev_uptake_cut_heparin_typical"), 1.0 - cut),
        (UptakeInhibitor(cells=("macrophage",), left="ev_uptake_factor_4c", routes=("all",)), left),
    ):
        after = compile_model(treatment.apply(tissue_model)).uptake.clearance
        np.testing.assert_allclose(after[k], factor * before[k])
        np.testing.assert_array_equal(np.delete(after, k, axis=0), np.delete(before, k, axis=0))
    with pytest.raises(InputError, match="no route of uptake.*all"):
        UptakeInhibitor(cells=("macrophage",), left="ev_uptake_factor_4c", routes=("clathrin",)).apply(
            tissue_model
        )
    with pytest.raises(InputError, match="either `cut` or `left`"):
        UptakeInhibitor(cells=("macrophage",))


def test_an_inhibitor_of_a_step_that_no_route_has_is_refused(tissue_model):
    with pytest.raises(InputError, match="no vesicles by a route with the step 'budding'"):
        replace(INHIBITOR, step="budding").apply(tissue_model)


def test_a_knock_down_leaves_the_complement_of_its_efficiency(tissue_model):
    done = KNOCK_DOWN.apply(tissue_model)
    (amount,) = done.cell_kind(TUMOUR).endogenous
    left = amount.production_factor
    assert left is not None
    assert (left.value, left.prior.low, left.prior.high) == pytest.approx((0.2, 0.05, 0.4))
    tumour = replace(done.cell_kind(TUMOUR), endogenous=(replace(amount, production_factor=None),))
    assert with_kind(done, tumour) == tissue_model


def test_a_clamped_field_is_held_at_its_value(tissue_model):
    done = ClampField(field="oxygen", value="38 mmHg").apply(tissue_model)
    oxygen, before = done.field("oxygen"), tissue_model.field("oxygen")
    assert (oxygen.initial.value, oxygen.clamped) == (38.0, True)
    assert replace(oxygen, initial=before.initial, clamped=False) == before
    assert replace(done, fields=tissue_model.fields) == tissue_model


def test_added_vesicles_are_loaded_as_their_donors_load_them(tissue_model):
    treatment = AddBackVesicles(recipient="macrophage", per_recipient=500, hypoxic_donors=True, time="2 h")
    done = treatment.apply(tissue_model)
    (event,) = done.events
    assert isinstance(event, AddVesicles)
    assert (event.per_recipient.value, event.hypoxia, event.time) == (500.0, 1.0, 120.0)
    assert event.loadings == tissue_model.cell_kind(TUMOUR).releases[0].loadings
    assert replace(done, events=()) == tissue_model
    named = replace(treatment, per_recipient="addback_dose_zhang_schekman")
    assert named.offered() == parameter("addback_dose_zhang_schekman", to="dimensionless").value


def test_the_cargo_of_added_vesicles_can_be_picked(dish_model):
    treatment = AddBackVesicles(
        recipient="temozolomide-sensitive glioblastoma cell", per_recipient="10", cargo=("MIF",)
    )
    (event,) = treatment.apply(dish_model).events
    assert [loading.cargo for loading in event.loadings] == ["MIF"]


def test_a_mimic_is_held_and_a_drug_is_added_once(dish_model):
    mimic = Mimic(cargo="MIF", recipient="temozolomide-sensitive glioblastoma cell", copies=10.0)
    drug = DrugDose(drug="temozolomide", concentration="30 uM", time="1 h")
    done = treated(dish_model, (mimic, drug))
    copies, dose = done.events
    assert isinstance(copies, AddCopies) and isinstance(dose, AddDrug)
    assert (copies.copies.value, copies.held, copies.time) == (10.0, True, 0.0)
    assert (dose.amount.value, dose.time) == (pytest.approx(0.03), 60.0)
    assert replace(done, events=()) == dish_model


@pytest.mark.parametrize(
    ("treatment", "said"),
    [
        (ReleaseInhibitor(cells=("yeast",), cut="ev_release_cut_gw4869_typical"), f"`yeast`.*{TUMOUR}"),
        (ReleaseInhibitor(cells=(TUMOUR,), cut="ev_release_cut_gw4869"), "ev_release_cut_gw4869_typical"),
        (KnockDown(cargo="MIF", cells=(TUMOUR,)), f"`MIF`.*{CARGO}"),
        (KnockDown(cargo=CARGO, cells=("yeast",)), f"`yeast`.*{TUMOUR}"),
        (KnockDown(cargo=CARGO, cells=(TUMOUR,), efficiency="x"), "x"),
        (ClampField(field="oxigen", value="38 mmHg"), "`oxigen`.*oxygen"),
        (ClampField(field="oxygen", value="38"), "missing unit"),
        (AddBackVesicles(recipient="yeast", per_recipient="1"), "`yeast`.*macrophage"),
        (AddBackVesicles(recipient="macrophage", per_recipient="-1"), ">= 0 vesicles"),
        (AddBackVesicles(recipient="macrophage", per_recipient="nan"), ">= 0 vesicles"),
        (AddBackVesicles(recipient="macrophage", per_recipient="1", cargo=("MIF",)), f"MIF.*{CARGO}"),
        (Mimic(cargo="MIF", recipient="macrophage", copies=1.0), f"`MIF`.*{CARGO}"),
        (Mimic(cargo=CARGO, recipient="yeast", copies=1.0), "`yeast`.*macrophage"),
        (Mimic(cargo=CARGO, recipient="macrophage", copies=-1.0), ">= 0"),
        (DrugDose(drug="aspirin", concentration="1 uM"), "`aspirin`.*oxygen"),
    ],
)
def test_names_that_the_model_does_not_know_are_refused_with_those_it_knows(tissue_model, treatment, said):
    with pytest.raises(InputError, match=said):
        treatment.apply(tissue_model)


def test_knocking_down_what_a_cell_does_not_hold_is_refused(dish_model):
    model = replace(dish_model, cell_kinds=(*dish_model.cell_kinds, _bare(dish_model)))
    with pytest.raises(InputError, match="`macrophage` holds no `MIF`"):
        KnockDown(cargo="MIF", cells=("macrophage",)).apply(model)


def _bare(model):
    kind = model.cell_kinds[1]
    releases = tuple(replace(r, loadings=()) for r in kind.releases)
    return replace(kind, name="macrophage", endogenous=(), releases=releases)


def books(model):
    trajectory = simulate(model, duration="2 h", seed=4)
    return {account["name"]: account["released"] for account in trajectory.books}


def test_inhibited_cells_release_fewer_vesicles_and_knocked_down_ones_send_fewer_copies(tissue_model):
    """Same seed; the cut is 40 to 70 % of release and 60 to 95 % of production."""
    plain, inhibited, knocked = (
        books(treated(tissue_model, done)) for done in ((), (INHIBITOR,), (KNOCK_DOWN,))
    )
    cargo = f"sEV/{CARGO}"
    assert inhibited["sEV"] < 0.75 * plain["sEV"]
    assert knocked["sEV"] == plain["sEV"]
    assert 0 < knocked[cargo] < 0.4 * plain[cargo]
