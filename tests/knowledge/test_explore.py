"""Neighbourhood, comparison and gaps on the small base."""

import pytest

from exocosm.errors import InputError
from exocosm.knowledge import compare, counts, crosstalk, gaps, load, neighbourhood


def ids(kb):
    return {statement.id for statement in kb}


def test_the_neighbourhood_grows_by_molecules_and_stops_at_cells(kb):
    near = ids(neighbourhood(kb, "XRCC4"))
    assert near == {"axis-151a-3p", "mech-xrcc4-stat3"}
    further = ids(neighbourhood(kb, "XRCC4", steps=2))
    assert near < further
    assert "mech-stat3-mrc1" in further  # through STAT3
    assert "release-hypoxia" not in ids(neighbourhood(kb, "XRCC4", steps=9))  # only cells lead there
    with pytest.raises(InputError, match="steps"):
        neighbourhood(kb, "XRCC4", steps=0)


def test_two_cancers_are_compared_by_cargo(records, write):
    first = records["statements"][0]
    other = {
        **first,
        "id": "axis-melanoma",
        "context": {"cancer": "melanoma"},
        "targets": [{"name": "XRCC4", "effect": "up"}],
    }
    alone = {**other, "id": "axis-melanoma-circ", "cargo": "circ-A"}
    kb = load(write({**records, "statements": [*records["statements"], other, alone]}), shipped=False)
    found = compare(kb, "GBM", "melanoma")
    assert ids(found.shared) == {"axis-151a-3p", "axis-melanoma"}
    assert ids(found.only_second) == {"axis-melanoma-circ"}
    assert not found.only_first.statements
    assert found.opposed == (("hsa-miR-151a-3p", "XRCC4", "down"),)


def test_gaps_name_what_is_missing(records, write):
    silent = {
        **records["statements"][0],
        "id": "axis-silent",
        "cargo": None,
        "targets": [],
        "pathways": [],
        "mechanism": "not stated",
        "phenotypes": [{"name": "M2 polarisation", "effect": "up"}, {"name": "hypoxia", "effect": "up"}],
    }
    kb = load(write({**records, "statements": [*records["statements"], silent]}), shipped=False)
    found = gaps(kb)
    assert ids(found.without_cargo) == {"axis-silent"}
    assert not found.without_target.statements
    assert ids(found.without_phenotype) == {"axis-151a-5p", "axis-sponge"}
    assert found.undefined == ("hypoxia",)
    # XRCC4 -| STAT3 -> MRC1 explains the only axis that states both a target and a defined phenotype.
    assert found.without_path == ()
    without = [s for s in records["statements"] if s["id"] not in ("mech-xrcc4-stat3", "axis-sponge")]
    cut = load(write({**records, "statements": without}), shipped=False)
    assert gaps(cut).without_path == (("axis-151a-3p", "M2 polarisation"),)


def test_counts_agree_with_the_base(kb):
    found = counts(kb)
    assert found["in all"]["statements"] == len(kb) == sum(found["kind"].values())
    assert found["cargo type of transfers"] == {"miRNA": 2, "circRNA": 1}
    assert sum(crosstalk(kb).values()) == len(kb.axes)
