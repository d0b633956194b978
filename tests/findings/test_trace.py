"""What carries an effect, against runs without it; and questions nobody can answer."""

from dataclasses import replace

import pytest

from exocosm.errors import InputError
from exocosm.findings import Setting, question, trace
from exocosm.findings.response import effects


def test_a_single_way_in_carries_everything(everything):
    """miR-1246 acts on one molecule, which acts on one: cutting that leaves nothing."""
    vocabulary, _ = everything
    case = question(vocabulary, "miR-1246", "M2 polarisation", "macrophage")
    found = trace(vocabulary, case, "M2 polarisation")
    first = found.carriers[0]
    assert first.influence.source == case.inputs[0].node
    assert first.share == pytest.approx(1.0, abs=1e-9)
    without = Setting(draws=0, without=frozenset(first.influence.statements))
    left = effects(vocabulary, case, without)["M2 polarisation"]
    assert left is None or abs(left[0]) < 1e-12
    whole = effects(vocabulary, case, Setting(draws=0))["M2 polarisation"][0]
    assert found.effect == pytest.approx(float(whole), rel=1e-12)
    assert [one.share for one in found.carriers] == sorted(
        (one.share for one in found.carriers), reverse=True
    )


def test_cut_in_turn_the_ways_into_a_phenotype_add_up(everything):
    """The last influences act side by side on log-odds: their shares add up to one."""
    vocabulary, _ = everything
    case = question(vocabulary, "miR-21", "angiogenesis", "endothelial cell")
    found = trace(vocabulary, case, "angiogenesis")
    into = [one.share for one in found.carriers if one.influence.target == "angiogenesis"]
    assert sum(into) == pytest.approx(1.0, abs=0.02)


def test_without_a_path_nothing_is_claimed(everything):
    vocabulary, _ = everything
    case = question(vocabulary, "miR-1246", "M2 polarisation", "macrophage")
    lost = replace(case, inputs=())
    assert trace(vocabulary, lost, "M2 polarisation").effect is None


@pytest.mark.parametrize(
    ("words", "said"),
    [(("miR-21", "angiogenesis", "neutrophil"), "is known to reach: .*endothelial cell"),
     (("miR-999", "angiogenesis", "macrophage"), "Did you mean 'miR-9"),
     (("miR-21", "angiogenesys", "endothelial cell"), "Did you mean 'angiogenesis'"),
     (("miR-21", "survival of patients", "endothelial cell"), "patient")],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(everything, words, said):
    with pytest.raises(InputError, match=said):
        question(everything[0], *words)
