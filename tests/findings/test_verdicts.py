"""Verdicts by their definition, weights and classes by hand, and what a broken base does to them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.assembly import select
from exocosm.findings import EFFECT, Asked, Outcome, Setting, cases_of, judged
from exocosm.findings.response import effects as effects_on
from exocosm.findings.response import influences
from exocosm.findings.score import Line, effects_of, lines, score
from exocosm.knowledge import KnowledgeBase

from .conftest import SETTING


@pytest.mark.parametrize(
    ("along", "against", "verdict"),
    [(80, 0, "reproduced"), (79, 21, "not robust"), (0, 80, "contradicted"), (10, 10, "no effect"),
     (79, 0, "not robust"), (11, 10, "not robust"), (0, 0, "no effect"), (100, 0, "reproduced")],
)  # fmt: skip
def test_verdicts_at_their_bounds(along, against, verdict):
    effects = np.concatenate([np.full(along, EFFECT), np.full(against, -EFFECT)])
    effects = np.append(effects, np.full(100 - len(effects), 0.99 * EFFECT))
    assert judged(effects, 1).verdict == verdict
    mirrored = {"reproduced": "contradicted", "contradicted": "reproduced"}.get(verdict, verdict)
    assert judged(effects, -1).verdict == mirrored


def test_no_path_is_unexplained():
    assert judged(None, 1) == Outcome("unexplained", 0.0, 0.0, 0.0)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=60), st.sampled_from([1, -1]))
def test_turning_effects_and_report_together_changes_nothing(values, reported):
    one, other = judged(np.array(values), reported), judged(-np.array(values), -reported)
    assert (one.verdict, one.agrees, one.disagrees) == (other.verdict, other.agrees, other.disagrees)


def line(case, polarity, verdict, weight):
    return Line(case, Asked(("t",), "n", 1, polarity), "t", Outcome(verdict, 1.0, 0.0, 0.1), weight)


def test_scores_by_hand(some_cases):
    """Pro: 1/2 + 1 of 2 1/2; anti: 0 of 1/2; a term nobody knows counts against both."""
    a, b, c = (replace(case, papers=frozenset({str(i)})) for i, case in enumerate(some_cases[:3]))
    listed = [
        line(a, "pro", "reproduced", 0.5), line(a, "anti", "not robust", 0.5),
        line(b, "pro", "reproduced", 1.0), line(c, "pro", "contradicted", 1.0),
        line(c, "neither", "reproduced", 1.0),
    ]  # fmt: skip
    found = score(listed)
    assert found.classes["pro"].value == pytest.approx(1.5 / 2.5)
    assert found.classes["anti"].value == 0.0
    assert found.balanced.value == pytest.approx(0.3)
    assert found.classes["pro"].low < 0.6 < found.classes["pro"].high
    unknown = Line(c, None, "word", Outcome("not understood", 0.0, 0.0, 0.0), 1.0)
    worse = score([*listed, unknown])
    assert worse.classes["pro"].value == pytest.approx(1.5 / 3.5)


def test_flipping_all_signs_inverts_verdicts(some_cases, effects):
    flipped = [
        replace(case, asked=tuple(replace(one, effect=-one.effect) for one in case.asked))
        for case in some_cases
    ]
    swap = {"reproduced": "contradicted", "contradicted": "reproduced"}
    one = [x.outcome.verdict for x in lines(some_cases, effects)]
    other = [x.outcome.verdict for x in lines(flipped, effects)]
    assert "reproduced" in one
    assert other == [swap.get(verdict, verdict) for verdict in one]


def rebuilt(kb, statements):
    return KnowledgeBase(
        statements=tuple(statements), entities=kb.entities, references=kb.references,
        documents=kb.documents, phenotypes=kb.phenotypes, findings=kb.findings, version=kb.version,
    )  # fmt: skip


def test_a_broken_sign_lowers_the_score(shipped, everything):
    """The curated influence that carries most of some reproduced read-out is turned around."""
    vocabulary, cases = everything
    central = Setting(draws=0)

    def reproduced(vocabulary, cases):
        found = lines(cases, effects_of(vocabulary, cases, central))
        return [x for x in found if x.outcome.verdict == "reproduced"]

    def carried(line, one):
        """Share of the effect that goes when one influence is left out."""
        left = effects_on(vocabulary, line.case, replace(central, without=frozenset(one.statements)))
        e = left[line.asked.node]
        return 1.0 if e is None else 1.0 - e[0] / line.outcome.effect

    whole = reproduced(vocabulary, cases)
    shares = [
        (carried(x, one), one.statements)
        for x in whole if not x.asked.defines
        for one in influences(vocabulary, x.case, central)
        if one.source in {y.node for y in x.case.inputs}
    ]  # fmt: skip
    share, carriers = max(shares)
    assert share > 0.9
    turned = [
        replace(s, effect="down" if s.effect == "up" else "up") if s.id in carriers else s
        for s in shipped.statements
    ]
    broken = reproduced(*cases_of(rebuilt(shipped, turned)))
    assert sum(x.weight for x in broken) < sum(x.weight for x in whole)


@pytest.mark.parametrize("source", ["target", "cargo"])
def test_a_shortcut_to_a_phenotype_is_refused(shipped, some_cases, source):
    case = next(
        one for one in some_cases if any(x.node in {p.name for p in shipped.phenotypes} for x in one.asked)
    )
    node = next(x.node for x in case.asked if x.node in {p.name for p in shipped.phenotypes})
    name = case.inputs[0].node if source == "target" else case.cargo
    pattern = next(s for s in shipped.influences if s.kind == "mechanism" and not s.cells)
    shortcut = replace(pattern, id="mech-a-shortcut", source=name, target=node)
    selection = select(rebuilt(shipped, [*shipped.statements, shortcut]), case.circumstances)
    assert node not in {one.target for one in selection.influences}
    assert any("mech-a-shortcut" in one.reason and "define" in one.reason for one in selection.omissions)


def test_without_the_own_target_nothing_is_explained(everything, some_cases):
    vocabulary, _ = everything
    case = next(one for one in some_cases if not any(x.defines for x in one.asked))
    left = effects_of(vocabulary, [case], SETTING, leave_out="own target")
    assert all(value is None for value in left[case.id].values())


def test_left_out_are_exactly_the_statements_of_the_papers(shipped, everything, some_cases):
    vocabulary, _ = everything
    case = some_cases[0]
    assert effects_of(vocabulary, [case], SETTING, leave_out="own paper").keys() == {case.id}
    cited = next(s for s in shipped.influences if any(e.reference for e in s.evidence))
    reference = next(e.reference for e in cited.evidence if e.reference)
    from exocosm.findings.case import paper_of
    from exocosm.findings.leave_out import without_own

    own = replace(case, papers=frozenset({paper_of(shipped)(reference)}))
    left_out = without_own(shipped, own, SETTING, "own paper").without
    assert cited.id in left_out
    for statement in shipped.influences:
        if statement.kind == "mechanism":
            cites = {paper_of(shipped)(e.reference) for e in statement.evidence if e.reference}
            assert (statement.id in left_out) == bool(cites & own.papers)
