"""Knock-downs in the donor change what is sent, as the records say."""

from dataclasses import replace

import numpy as np
import pytest

from exocosm.assembly import Scenario, assemble
from exocosm.assembly.scenario import Population
from exocosm.engine.compiled import compile_model
from exocosm.errors import InputError
from exocosm.experiment import SilenceGene
from exocosm.model import chosen


def model_of(kb, axis, *cells):
    scenario = Scenario(
        name="two kinds of cell in a dish",
        axes=(axis,),
        populations=tuple(Population(kind=cell, count=10, pattern="dish") for cell in cells),
        shape=(1, 1, 1),
        spacing=chosen("spacing", 100.0, "um", why="test"),
        oxygen=chosen("oxygen", 38.0, "mmHg", why="test"),
        well_mixed=True,
        read={},
    )
    return assemble(kb, scenario)


def sent(model, donor):
    """Return vesicles per minute and copies per vesicle and cargo of a donor, as the engine sees them."""
    arrays = compile_model(model)
    k = [kind.name for kind in model.cell_kinds].index(donor)
    loads = {cargo.name: arrays.release.load[k, 0, i] for i, cargo in enumerate(model.cargoes)}
    start = {cargo.name: arrays.start_copies[k, i] for i, cargo in enumerate(model.cargoes)}
    return arrays.release.steady()[k, 0], loads, start


PACKED = [
    ("HNRNPA2B1", "circNEIL3", "glioblastoma cell", "macrophage"),
    ("SALL4", "hsa-miR-146a-5p", "hepatocellular carcinoma cell", "macrophage"),
    ("ELK3", "hsa-miR-503-3p", "lymphatic endothelial cell", "breast cancer cell"),
    ("ELK3", "hsa-miR-4269", "lymphatic endothelial cell", "breast cancer cell"),
]


@pytest.mark.parametrize(("gene", "cargo", "donor", "recipient"), PACKED)
def test_silencing_a_packer_lowers_the_copies_of_its_cargo_and_nothing_else(
    shipped, gene, cargo, donor, recipient
):
    (axis,) = [a.id for a in shipped.axes if (a.cargo, a.donor, a.recipient) == (cargo, donor, recipient)][:1]
    model = model_of(shipped, axis, donor, recipient)
    silenced = SilenceGene(gene=gene, cells=(donor,)).apply(model)
    (rate, load, start), (rate_now, load_now, start_now) = sent(model, donor), sent(silenced, donor)
    # 80 % knock-down of a gene to which half of the loading is owed
    assert load_now[cargo] == pytest.approx(load[cargo] * (1.0 - 0.5 * 0.8))
    assert rate_now == rate
    assert start_now == start
    assert {name: q for name, q in load_now.items() if name != cargo} == {
        name: q for name, q in load.items() if name != cargo
    }


# RAB27A works at fusion: with half of the bodies fusing at rest, 0.6 of the rate fuse 0.6/(0.6 + 1) of them.
@pytest.mark.parametrize(("gene", "left"), [("RAB27A", 2.0 * 0.6 / 1.6), ("TP53", 0.6), ("STEAP3", 0.6)])
def test_silencing_a_gene_of_release_lowers_the_number_of_vesicles_only(shipped, gene, left):
    model = model_of(shipped, "gbm-mir-1246-macrophage-terf2ip", "glioblastoma cell", "macrophage")
    silenced = SilenceGene(gene=gene, cells=("glioblastoma cell",)).apply(model)
    (rate, load, start), (rate_now, load_now, start_now) = (
        sent(model, "glioblastoma cell"),
        sent(silenced, "glioblastoma cell"),
    )
    assert rate_now == pytest.approx(left * rate)
    assert (load_now, start_now) == (load, start)


def test_silencing_a_regulator_lowers_the_production_of_its_cargo(shipped):
    model = model_of(shipped, "gbm-circneil3-macrophage-igf2bp3", "glioblastoma cell", "macrophage")
    silenced = SilenceGene(gene="EWSR1", cells=("glioblastoma cell",)).apply(model)
    (_, load, start), (_, load_now, start_now) = (
        sent(model, "glioblastoma cell"),
        sent(silenced, "glioblastoma cell"),
    )
    assert start_now["circNEIL3"] == pytest.approx(0.6 * start["circNEIL3"])
    assert load_now == load


def test_an_excluder_sends_more_when_it_is_silenced(shipped):
    model = model_of(shipped, "gbm-mir-1246-macrophage-terf2ip", "glioblastoma cell", "macrophage")
    kind = model.cell_kind("glioblastoma cell")
    control = replace(kind.releases[0].controls[0], gene="X", sign=-1)
    assert control.factor() == 1.0
    silent = replace(control, activity=chosen("activity", 0.2, "dimensionless", why="test"))
    assert silent.factor() == pytest.approx(1.0 / 0.6)


def test_at_rest_a_control_changes_nothing(shipped):
    model = model_of(shipped, "gbm-circneil3-macrophage-igf2bp3", "glioblastoma cell", "macrophage")
    bare = replace(
        model,
        cell_kinds=tuple(
            replace(
                kind,
                releases=tuple(
                    replace(r, controls=(), loadings=tuple(replace(q, controls=()) for q in r.loadings))
                    for r in kind.releases
                ),
                endogenous=tuple(replace(e, controls=()) for e in kind.endogenous),
            )
            for kind in model.cell_kinds
        ),
    )
    one, two = compile_model(model), compile_model(bare)
    assert np.array_equal(one.release.load, two.release.load)
    np.testing.assert_allclose(one.release.steady(), two.release.steady(), rtol=1e-14)
    for name in ("start_copies", "production"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_a_gene_that_controls_nothing_is_refused_and_those_that_do_are_named(shipped):
    model = model_of(shipped, "gbm-circneil3-macrophage-igf2bp3", "glioblastoma cell", "macrophage")
    with pytest.raises(InputError, match="HNRNPA2B1"):
        SilenceGene(gene="GAPDH", cells=("glioblastoma cell",)).apply(model)
