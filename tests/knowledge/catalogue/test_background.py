"""A background confirms, contradicts or lacks what the core says, and never enters it."""

import pytest

from exocosm.errors import InputError
from exocosm.knowledge import catalogue

from .conftest import TABLES


def arrows(*rows):
    return "source,target,sign\n" + "".join(",".join(row) + "\n" for row in rows)


# The small base of ../conftest.py says: STAT3 -> MRC1 (up, and later down), XRCC4 -| STAT3.
def test_each_influence_of_the_core_stands_in_one_list(kb, table):
    path = table("arrows.csv", arrows(("STAT3", "CD206", "1"), ("XRCC4", "STAT3", "up")))
    found = catalogue.compare(kb, catalogue.Background.read(path))
    assert {name: [one.influence.id for one in part] for name, part in found.lists.items()} == {
        "confirmed": ["mech-stat3-mrc1"],
        "contradicted": ["mech-stat3-mrc1-late", "mech-xrcc4-stat3"],
        "disputed": [],
        "unsigned": [],
        "absent": ["release-hypoxia"],
    }
    assert sum(found.counts.values()) == len(kb.influences)
    (confirmed,) = found.confirmed
    assert str(confirmed) == "STAT3 -> MRC1"
    assert [edge.line for edge in confirmed.edges] == [2]


def test_both_signs_and_no_sign_are_lists_of_their_own(kb, table):
    rows = (("STAT3", "MRC1", "1"), ("STAT3", "MRC1", "-1"), ("XRCC4", "STAT3", "0"))
    found = catalogue.compare(kb, catalogue.Background.read(table("arrows.csv", arrows(*rows))))
    assert found.counts == {"confirmed": 0, "contradicted": 0, "disputed": 2, "unsigned": 1, "absent": 1}


def test_direction_counts(kb, table):
    path = table("arrows.csv", arrows(("MRC1", "STAT3", "1"), ("STAT3", "XRCC4", "-1")))
    assert catalogue.compare(kb, catalogue.Background.read(path)).counts["absent"] == len(kb.influences)


def test_names_without_identifier_are_compared_by_name(kb, table):
    path = table("arrows.csv", arrows(("Hypoxia", "vesicle-release", "1")))
    found = catalogue.compare(kb, catalogue.Background.read(path))
    assert [one.influence.id for one in found.confirmed] == ["release-hypoxia"]


@pytest.mark.parametrize(
    ("file", "n"),
    [
        ("omnipath_interactions.tsv", 4),
        ("network.tsv", 2),
        ("signor_all.tsv", 3),
        ("CollecTRI.csv", 2),
        ("dorothea_hs.tsv", 2),
        ("miRTarBase.tsv", 1),
        ("my arrows.csv", 3),
    ],
)
def test_every_signed_format_can_be_a_background(table, file, n):
    background = catalogue.Background.read(table(file))
    assert len(background) == n == background.rows
    assert {edge.weight_class for edge in background.edges} == {catalogue.WEIGHT_CLASS} == {"background"}


def test_from_the_catalogue_and_from_the_file_are_the_same(opened, table):
    path = table("omnipath_interactions.tsv")
    report = opened.add(path)
    kept = catalogue.Background.from_catalogue(opened, report.source)
    assert kept.edges == catalogue.Background.read(path).edges


def test_no_duckdb_is_needed_to_read_one(table, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    assert len(catalogue.Background.read(table("dorothea_hs.tsv"))) == 2


def test_malformed_rows_are_left_out_and_counted(table):
    text = TABLES["dorothea_hs.tsv"] + "STAT3\tA\tCD9\tstrong\n"
    background = catalogue.Background.read(table("dorothea_hs.tsv", text))
    assert (background.rows, len(background), background.n_malformed) == (3, 2, 1)
    assert background.malformed[0].line == 4


def test_a_table_without_influences_is_refused(table, opened):
    path = table("EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt")
    with pytest.raises(catalogue.FormatError, match="holds no influences"):
        catalogue.Background.read(path)
    opened.add(path)
    with pytest.raises(InputError, match="holds no influences"):
        catalogue.Background.from_catalogue(opened, "exocarta-proteins")


def test_a_background_of_nothing_but_malformed_rows_is_refused(table):
    with pytest.raises(catalogue.TableError, match="line 2"):
        catalogue.Background.read(table("a.csv", arrows(("STAT3", "MRC1", "perhaps"))))
    with pytest.raises(InputError, match="no such file"):
        catalogue.Background.read("nothing.csv")


def test_the_core_is_the_same_afterwards(shipped, table):
    before = shipped.sha256
    catalogue.compare(shipped, catalogue.Background.read(table("network.tsv")))
    assert shipped.sha256 == before
