"""Grounding in bulk says what `ground` says, name by name."""

import pytest

from exocosm.knowledge.catalogue.grounder import AMBIGUOUS, Grounder
from exocosm.knowledge.grounding import AmbiguousGroundingError, NotInTableError, ground
from exocosm.knowledge.grounding.identifier_table import shipped_table

GENES = [
    "CD63", "cd63", "CD-63", "PD-L1", "PDL1", "NF-κB", "NFKB1", "TGF-β1", "TGFB1", "IL-6", "IL6", "p53",
    "TP53", "HER2", "CAR-T", "MALAT1", "MIR21", "hsa-mir-21", "SEPT2", "MARCH1", "CAP", "p21", "nonsense-7",
    "IL-10Rα",
]  # fmt: skip
MIRNAS = [
    "hsa-miR-21-5p", "miR-21", "hsa-miR-21", "hsa-mir-21", "miR-21*", "miR-151a", "miR-151a-3p", "let-7a",
    "let-7", "hsa-miR-1246", "mmu-miR-21a-5p", "miR-29", "hsa-miR-99999", "hsa-mir-8086-5p", "miR-16-1",
    "microRNA-155",
]  # fmt: skip


def one_by_one(name, types):
    """What `ground` says, in the words of the grounder."""
    try:
        found = ground(name, types=types)
    except NotInTableError:
        return None, None
    except AmbiguousGroundingError:
        return None, AMBIGUOUS
    return found.id, found.how


@pytest.mark.parametrize(
    ("kind", "types", "names"),
    [
        ("protein", "protein", GENES),
        ("gene", "gene", GENES),
        ("miRNA", ["miRNA", "miRNA_precursor"], MIRNAS),
        ("chemical", "chemical", ["cholesterol", "ATP", "zinc", "sphingomyelin", "no such thing"]),
    ],
)
def test_in_bulk_as_one_by_one(kind, types, names):
    found = Grounder().meanings((name, kind) for name in names)
    for name in names:
        identifier, how = one_by_one(name, types)
        assert found[name, kind][0] == identifier, name
        assert (found[name, kind][1] == AMBIGUOUS) == (how == AMBIGUOUS), name


def test_a_sample_of_the_whole_table_in_bulk_as_one_by_one():
    table = shipped_table()
    types = table.types.to_pylist()
    numbers = [i for i in range(0, len(table), 397) if types[i] in ("gene", "lncRNA")]
    names = [table.row(number).name for number in numbers]
    assert len(names) > 100
    found = Grounder().meanings((name, "gene") for name in names)
    wrong = [name for name in names if found[name, "gene"][0] != one_by_one(name, "gene")[0]]
    assert not wrong


def batch(**columns):
    n = len(columns["name"])
    return {
        "line": list(range(n)),
        "given_id": [None] * n,
        "type": ["protein"] * n,
        "species": [None] * n,
        **columns,
    }


def test_only_human_names_are_grounded_unless_the_table_says_they_are():
    found = Grounder().add_identifiers(
        batch(name=["CD9"] * 3, species=["Homo sapiens", "Mus musculus", None]), "cargo"
    )
    assert found["id"] == ["hgnc:1709", None, "hgnc:1709"]
    found = Grounder().add_identifiers(batch(name=["CD9"], species=["Mus musculus"]), "cargo", is_human=True)
    assert found["id"] == ["hgnc:1709"]


def test_given_identifiers_of_the_base_are_taken_and_others_are_not():
    given = ["HGNC:1709", "ncbigene:928", "hgnc:none", "words"]
    found = Grounder().add_identifiers(batch(name=["something of mine"] * 4, given_id=given), "cargo")
    assert found["id"] == ["hgnc:1709", None, None, None]
    assert found["id_how"] == ["given", None, None, None]


def test_how_a_name_was_found_is_kept():
    names = ["CD9", "PD-L1", "hsa-miR-21-5p", "miR-21", "unheard of"]
    types = ["protein", "protein", "miRNA", "miRNA", "protein"]
    found = Grounder().add_identifiers(batch(name=names, type=types), "cargo")
    assert found["id_how"] == ["symbol", "alias", "name", "strand inferred", None]


@pytest.mark.parametrize("kind", ["circRNA", "DNA", "virus", "other"])
def test_types_the_table_does_not_hold_have_no_identifier(kind):
    found = Grounder().add_identifiers(batch(name=["CD9"], type=[kind]), "cargo")
    assert found["id"] == [None]
