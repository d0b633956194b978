import pytest

from exocosm.errors import InputError
from exocosm.knowledge import UnknownNameError, load, paths, shortcuts


def test_chains_carry_signs_and_statements_shortest_first(kb):
    found = paths(kb, "circ-A", "M2 polarisation", cell="macrophage")
    assert [str(path) for path in found] == [
        "circ-A -| hsa-miR-151a-3p -| STAT3 -> MRC1 -> M2 polarisation",
        "circ-A -| hsa-miR-151a-3p -| XRCC4 -| STAT3 -> MRC1 -> M2 polarisation",
    ]
    short, long = found
    assert short.sign == 1
    assert long.sign == -1
    assert short.names == ("circ-A", "hsa-miR-151a-3p", "STAT3", "MRC1", "M2 polarisation")
    assert short.statements == ("axis-sponge", "mech-stat3-mrc1")
    assert [step.kind for step in short.steps] == ["transfer", "transfer", "influence", "definition"]


def test_contradicting_statements_make_two_chains(kb):
    found = paths(kb, "miR-151a-5p", "M2 polarisation")
    assert sorted(path.sign for path in found) == [-1, 1]
    assert {path.statements[-1] for path in found} == {"mech-stat3-mrc1", "mech-stat3-mrc1-late"}


def test_the_cell_limits_axes_mechanisms_and_phenotypes(kb):
    assert paths(kb, "miR-151a-5p", "M2 polarisation", cell="macrophage") == []
    assert paths(kb, "circ-A", "M2 polarisation", cell="glioblastoma cell") == []


def test_a_mirna_without_strand_is_followed_on_both(kb):
    starts = {path.names[0] for path in paths(kb, "miR-151a", "M2 polarisation")}
    assert starts == {"hsa-miR-151a-3p", "hsa-miR-151a-5p"}


def test_limit_and_names_are_checked(kb):
    assert len(paths(kb, "circ-A", "M2 polarisation", limit=1)) == 1
    with pytest.raises(InputError, match="`limit` to be 1 or more, found 0"):
        paths(kb, "circ-A", "M2 polarisation", limit=0)
    with pytest.raises(UnknownNameError, match="No phenotype is called 'M2'"):
        paths(kb, "circ-A", "M2")
    with pytest.raises(UnknownNameError):
        paths(kb, "circ-B", "M2 polarisation")


def test_a_claimed_phenotype_or_a_packed_cargo_is_no_arrow(kb, records, write):
    assert paths(kb, "hsa-miR-151a-3p", "M2 polarisation", cell="glioblastoma cell") == []
    records["statements"][3]["kind"] = "sorting"
    records["statements"][5]["kind"] = "sorting"
    assert paths(load(write(records), shipped=False), "circ-A", "M2 polarisation") == []


def test_an_influence_on_a_phenotype_is_a_shortcut(kb, records, write):
    assert shortcuts(kb) == []
    records["statements"][3]["target"] = "M2 polarisation"
    records["statements"][0]["phenotypes"].append({"name": "vesicle release", "effect": "up"})
    found = shortcuts(load(write(records), shipped=False))
    assert [influence.id for influence in found] == ["mech-stat3-mrc1", "release-hypoxia"]
