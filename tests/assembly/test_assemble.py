"""Scenarios to models: complete, traceable, and refused where something does not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exocosm.assembly import Scenario, assemble, cell_table
from exocosm.errors import InputError
from exocosm.experiment import load_study, studies

NAMES = [info.name for info in studies()]


@pytest.fixture
def scenario() -> Scenario:
    return load_study("gbm-hypoxia-macrophage").scenario


@pytest.mark.parametrize("name", NAMES)
def test_everything_in_a_shipped_model_rests_on_statements_that_exist(shipped, name):
    study = load_study(name)
    model = assemble(shipped, study.scenario)
    known = {statement.id for statement in shipped}
    for kind in model.cell_kinds:
        nodes = {node.name: node.kind for node in kind.network.nodes}
        for edge in kind.network.edges:
            assert edge.statements
            if nodes[edge.target] == "phenotype":
                assert edge.statements == (f"definition:{edge.target}",)
            else:
                assert known.issuperset(edge.statements)
        for link in kind.network.links:
            assert link.statements and known.issuperset(link.statements)
            assert nodes.get(link.target) != "phenotype"
        for release in kind.releases:
            assert known.issuperset(release.statements)
            for loading in release.loadings:
                assert loading.statements and known.issuperset(loading.statements)
    for readout in study.readouts:
        assert known.issuperset(readout.statements)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_a_shipped_model_has_source_and_unit(shipped, name):
    for parameter, places in assemble(shipped, load_study(name).scenario).parameters().values():
        assert parameter.source.strip() and parameter.unit and places


@pytest.mark.parametrize("name", NAMES)
def test_a_phenotype_hears_only_the_genes_that_define_it(shipped, name):
    for kind in assemble(shipped, load_study(name).scenario).cell_kinds:
        for node in kind.network.nodes:
            if node.kind == "phenotype":
                genes = {m.gene: m.sign for m in shipped.phenotype(node.name).definition}
                heard = {e.source: e.sign for e in kind.network.edges if e.target == node.name}
                assert heard in ({}, genes)


def test_hypoxia_raises_release_and_loading_of_tumour_cells_only(shipped, scenario):
    model = assemble(shipped, scenario)
    tumour, macrophage = (model.cell_kind(k).releases[0] for k in ("glioblastoma cell", "macrophage"))
    assert [(m.modulator, m.step) for m in tumour.modulations] == [("hypoxia", "release")]
    assert tumour.loadings[0].modulator == "hypoxia"
    assert "release-hypoxia-vesicle-release" in tumour.statements
    assert "sort-hypoxia-mir-1246" in tumour.loadings[0].statements
    assert (macrophage.modulations, macrophage.loadings, macrophage.statements) == ((), (), ())


def test_each_kind_of_cell_in_the_table_is_an_entity_and_can_be_assembled(shipped, scenario):
    for name in cell_table():
        assert shipped.entity(name).name == name
        cells = (*scenario.populations, replace(scenario.populations[0], kind=name, count=1))
        assert assemble(shipped, replace(scenario, populations=cells)).cell_kind(name).name == name


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"axes": ("gbm-mir-1246-macrophage-terf2",)}, "gbm-mir-1246-macrophage-terf2ip"),
        ({"axes": ("release-hypoxia-vesicle-release",)}, "is of kind release; a study lists axes"),
        ({"axes": ("tmz-mir-151a-3p-lost-xrcc4",)}, "lost cargo cannot be simulated"),
        ({"axes": ("tam-mir-21-5p-gbm-temozolomide-resistance",)}, "lacks 'M2 macrophage'"),
        ({"read": {"macrophage": ("NF-kapB",)}}, "NF-k"),
    ],
)
def test_what_does_not_fit_is_refused(shipped, scenario, change, said):
    with pytest.raises(InputError, match=said):
        assemble(shipped, replace(scenario, **change))


def test_an_unknown_kind_of_cell_is_refused(shipped, scenario):
    cells = (*scenario.populations, replace(scenario.populations[0], kind="yeast"))
    with pytest.raises(InputError, match="'yeast' cannot be simulated yet. Known: .*macrophage"):
        assemble(shipped, replace(scenario, populations=cells))


def test_assembling_twice_gives_the_same_model_without_any_event(shipped, scenario):
    model = assemble(shipped, scenario)
    assert model == assemble(shipped, scenario)
    assert model.events == ()
