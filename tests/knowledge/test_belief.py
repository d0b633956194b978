"""Belief against numbers worked out by hand, and the rules it must keep."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.knowledge import Claim, Context, Effect, Evidence, Influence, load
from exocosm.knowledge.belief import belief, contradictions, support, weight


def piece(seen="abstract", reference="a-2020", level=(), where="page"):
    return Evidence(
        seen=seen, where=where, reference=None if seen == "memory" else reference, level=tuple(level)
    )


def arrow(identifier, effect, *evidence, cells=(), source="A", target="B"):
    return Influence(
        id=identifier,
        kind="mechanism",
        source=source,
        target=target,
        effect=effect,
        cells=cells,
        evidence=evidence or (piece(),),
    )


def test_two_papers_combine_and_one_paper_counts_once():
    # 0.6 · 0.8 = 0.48 each: 1 - 0.52² = 0.7296
    assert weight(piece()) == pytest.approx(0.48)
    assert support([piece()]) == pytest.approx(0.48)
    assert support([piece(), piece(seen="title")]) == pytest.approx(0.48)
    assert support([piece(), piece(reference="b-2021")]) == pytest.approx(0.7296)


def test_two_table_rows_without_a_paper_are_two_sources():
    rows = [piece("database_row", reference=None, where=f"row {i}") for i in range(2)]
    assert support(rows) == pytest.approx(0.75)


def test_contradiction_follows_dempster():
    # F = C = 0.48: 0.48 · 0.52 / (1 - 0.2304)
    assert belief(arrow("up", "up"), [arrow("down", "down")]) == pytest.approx(0.48 * 0.52 / (1 - 0.48**2))


@given(
    st.lists(
        st.sampled_from(["full_text", "abstract", "title", "database_row", "memory"]), min_size=1, max_size=5
    ),
    st.lists(st.sampled_from(["full_text", "abstract", "memory"]), max_size=4),
)
def test_belief_stays_between_nothing_and_its_support(read, against):
    mine = arrow("up", "up", *(piece(seen, f"p{i}-2020", where=str(i)) for i, seen in enumerate(read)))
    others = [arrow(f"o{i}", "down", piece(seen, f"q{i}-2020")) for i, seen in enumerate(against)]
    full = support(mine.evidence)
    found = belief(mine, others)
    assert 0.0 < found <= full < 1.0
    assert (found < full) == bool(others)


def test_memory_alone_is_the_weakest_ground():
    weakest = support([piece("memory")])
    assert all(
        weakest < support([piece(seen, level=[level])])
        for seen in ("full_text", "abstract", "title", "database_row")
        for level in ("detected", "transferred", "necessary", "sufficient")
    )


def test_opposite_arrows_contradict_and_a_cell_speaks_for_itself():
    general, other = arrow("a", "up"), arrow("b", "down")
    assert contradictions([general, other]) == {"a": (other,), "b": (general,)}
    special = replace(other, cells=("macrophage",))
    assert contradictions([general, special]) == {}


def test_transfers_contradict_where_cargo_recipient_and_thing_changed_are_the_same(records, write):
    twin = {**records["statements"][0], "id": "axis-opposite", "targets": [{"name": "XRCC4", "effect": "up"}]}
    base = load(write({**records, "statements": [*records["statements"], twin]}), shipped=False)
    assert [s.id for s in base.contradictions("axis-151a-3p")] == ["axis-opposite"]
    alone = load(write(records), shipped=False)
    assert base.belief("axis-151a-3p") < alone.belief("axis-151a-3p")
    # A selection knows of what it left out.
    assert base.subset(["axis-151a-3p"]).belief("axis-151a-3p") == base.belief("axis-151a-3p")


def test_statements_about_other_circumstances_do_not_contradict():
    one, other = arrow("a", "up"), arrow("b", "down")
    glioma, melanoma = Context(cancer="glioma"), Context(cancer="melanoma")
    assert contradictions([replace(one, context=glioma), replace(other, context=glioma)])
    assert contradictions([replace(one, context=glioma), replace(other, context=melanoma)]) == {}
    assert contradictions([one, replace(other, context=Context(condition="hypoxia"))]) == {}


def test_a_suggestion_of_therapy_contradicts_nothing():
    effect = {"agent": "exosome", "evidence": (piece(),), "claim": "x"}
    up = Claim(id="a", kind="immune", phenotypes=(Effect(name="growth", effect="up"),), **effect)
    down = Claim(id="b", kind="therapy", phenotypes=(Effect(name="growth", effect="down"),), **effect)
    assert contradictions([up, down]) == {}
    assert contradictions([up, replace(down, kind="immune")]) == {
        "a": (replace(down, kind="immune"),),
        "b": (up,),
    }
