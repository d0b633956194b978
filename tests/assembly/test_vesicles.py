"""Vesicles and cargo: what each type of cargo needs, and where derived numbers come from."""

from __future__ import annotations

import math

import pytest

from exocosm.assembly import vesicles
from exocosm.errors import InputError
from exocosm.knowledge import Entity, parameter_row


def entity(kind: str, name: str = "X") -> Entity:
    return Entity(name=name, type=kind, id=None, reason="made up")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "per_vesicle", "loss", "roles"),
    [
        ("miRNA", "mirna_copies_per_exosome", "mirna_decay_rate", ("donor", "recipient", "sponged")),
        ("lncRNA", "long_rna_copies_per_vesicle", "long_rna_loss", ("donor", "recipient")),
        ("circRNA", "long_rna_copies_per_vesicle", "long_rna_loss", ("donor", "recipient")),
        ("mRNA", "long_rna_copies_per_vesicle", "long_rna_loss", ("donor", "recipient")),
        ("protein", "protein_copies_per_vesicle", "protein_loss", ("donor", "recipient")),
        ("gene", "protein_copies_per_vesicle", "protein_loss", ("donor", "recipient")),
    ],
)
def test_each_type_of_cargo_takes_the_numbers_of_its_type(kind, per_vesicle, loss, roles):
    from exocosm.assembly import parameter

    cargo = entity(kind)
    assert vesicles.copies_per_vesicle(cargo).value == parameter(per_vesicle, to="dimensionless").value
    assert vesicles.cargo(cargo).loss.value == parameter(loss, to="1/min").value
    names = {vesicles.endogenous(cargo, cell="c", role=role).copies.name for role in roles}
    assert names == {"copies_at_rest:X:c"}


def test_cargo_of_another_type_is_refused_with_the_known_types():
    with pytest.raises(InputError, match="`X` of type chemical.*lncRNA"):
        vesicles.cargo(entity("chemical"))


def test_enrichment_in_hypoxia_is_there_only_where_it_is_stated():
    plain = vesicles.loading(entity("miRNA"), enriched_by_hypoxia=False, statements=("a",))
    rich = vesicles.loading(entity("miRNA"), enriched_by_hypoxia=True, statements=("a", "b"))
    assert (plain.modulator, plain.modulator_fold, plain.statements) == (None, None, ("a",))
    assert rich.modulator == "hypoxia"
    assert rich.modulator_fold is not None
    assert rich.copies == plain.copies


def test_wall_loss_is_two_thirds_of_what_is_lost_in_48_hours():
    row = parameter_row("ev_storage_loss_48h")
    assert row.value is not None
    share = row.value / 100.0 if row.unit != "dimensionless" and row.value > 1 else row.value
    rate = vesicles.small_vesicle().wall_loss
    assert rate.value == pytest.approx(-math.log(1.0 - share) * 2.0 / 3.0 / 2880.0)
    assert rate.prior.low is not None and rate.prior.high is not None
    assert rate.prior.low < rate.value < rate.prior.high


def test_escape_runs_from_functional_delivery_to_content_release():
    escape = vesicles.fate().escape
    assert escape.prior.shape == "loguniform"
    assert escape.prior.low == pytest.approx(0.007)
    assert escape.prior.high == pytest.approx(0.30)
    assert escape.value == pytest.approx(math.sqrt(0.007 * 0.30))


def test_a_vesicle_is_not_hindered_by_less_than_nothing():
    hindrance = vesicles.small_vesicle().hindrance
    assert hindrance.at_most == 1.0
    assert hindrance.drawn(1.0 - 1e-12).value <= 1.0
