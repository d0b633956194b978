"""Claims: what a source says beside transfers and arrows."""

import pytest

from exocosm.knowledge import (
    Axis,
    Effect,
    Evidence,
    Quantity,
    RecordError,
    UnknownNameError,
    card,
    roles_of,
)

SEEN = (Evidence(seen="title", where="title"),)


def ids(kb):
    return {statement.id for statement in kb}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"agent": "exosome"}, {"size-exosome"}),
        ({"agent": "vesicle"}, {"size-exosome"}),  # what an exosome is
        ({"cargo": "MRC1"}, {"marker-mrc1"}),
        ({"kind": "open_question"}, {"therapy-doubt"}),
        ({"text": "harm carry"}, {"therapy-doubt"}),
        ({"text": '"without harm"'}, {"therapy-doubt"}),
        ({"text": '"harm without"'}, set()),
        ({"text": "CD206"}, {"marker-mrc1", "mech-stat3-mrc1", "mech-stat3-mrc1-late"}),  # a synonym
        ({"evidence": "detected", "kind": "size"}, {"size-exosome"}),
        ({"system": "S10"}, {"axis-151a-3p"}),
    ],
)
def test_claims_are_found_by_what_they_say(kb, question, answer):
    assert ids(kb.find(**question)) == answer


def test_an_unknown_agent_is_refused(kb):
    with pytest.raises(UnknownNameError, match="exosome"):
        kb.find(agent="exsome")


def test_a_range_upside_down_is_refused():
    with pytest.raises(RecordError, match="Swap"):
        Quantity(quantity="diameter", low=150, high=30, unit="nm")
    assert str(Quantity(quantity="diameter", low=30, high=150, unit="nm")) == "diameter: 30 to 150 nm"


def test_a_card_shows_claim_and_number(kb):
    text = card(kb, "exosome")
    assert "Exosomes measure 30 to 150 nm." in text
    assert "diameter: 30 to 150 nm" in text


def axis(**more):
    return Axis(id="an-axis", donor="a", recipient="b", evidence=SEEN, **more)


def test_a_way_without_molecules_must_say_so():
    effect = {"phenotypes": (Effect(name="growth", effect="up"),)}
    with pytest.raises(RecordError, match="not stated"):
        axis(**effect)
    assert axis(**effect, mechanism="not stated").cargo is None


def test_whole_vesicles_carry_nothing_that_could_be_simulated():
    with pytest.raises(Exception, match="names no cargo"):
        _ = axis().carried


def test_release_and_sorting_are_laid_out_by_role(kb):
    release = roles_of(kb.statement("release-hypoxia"))
    assert (release.agent, [e.name for e in release.phenotypes]) == ("hypoxia", ["vesicle release"])
