"""The commands: import, catalogue, lookup, background."""

import json

import pytest


@pytest.fixture
def kb_says(exocosm_says, place):
    return lambda *words: exocosm_says("kb", *words, "--catalogue", place)


def test_import_says_what_was_read_and_what_was_left_out(kb_says, table, place):
    path = table("mine.csv", "name,type\nCD63,protein\nCD9,stone\n\nCD63,protein\n")
    code, out, err = kb_says("import", path, "--licence", "my own")
    assert code == 0
    assert "mine, version 1: 1 records from 3 rows, 1 malformed, 1 duplicates." in out
    assert "1 names have an identifier" in out
    assert f"{path}:3: `type`: expected a type" in err
    assert f"Kept in {place}, apart from the curated base." in err


def test_import_as_json_is_one_object(kb_says, table):
    code, out, err = kb_says(
        "import", table("dorothea_hs.tsv"), "--name", "tf", "--release", "2024", "--json"
    )
    found = json.loads(out)["import"]
    assert (code, err) == (0, "")
    assert (found["source"], found["format"], found["release"], found["records"]) == (
        "tf",
        "dorothea",
        "2024",
        2,
    )


def test_many_malformed_rows_are_not_all_printed(kb_says, table):
    path = table("mine.csv", "name,type\nCD63,protein\n" + "CD9,stone\n" * 50)
    _, _, err = kb_says("import", path)
    assert err.count("expected a type") == 20
    assert "30 more malformed rows" in err


def test_bad_input_ends_with_code_2(kb_says, table):
    code, out, err = kb_says("import", table("x.csv", "colour\nred\n"))
    assert (code, out) == (2, "")
    assert "not recognised" in err
    assert kb_says("catalogue")[0] == 2
    assert "exocosm kb import FILE" in kb_says("lookup", "CD63")[2]


def test_catalogue_lists_and_drops(kb_says, table):
    for file in ("mine.csv", "mine.csv", "dorothea_hs.tsv"):
        kb_says("import", table(file))
    code, out, _ = kb_says("catalogue")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[:3] for row in rows[1:]] == [
        ["dorothea", "1", "dorothea"],
        ["mine", "1", "csv"],
        ["mine", "2", "csv"],
    ]
    code, out, err = kb_says("catalogue", "--drop", "mine", "--version", "1")
    assert "1 version of mine removed" in err
    assert len(out.splitlines()) == 3
    found = json.loads(kb_says("catalogue", "--json")[1])
    assert [(row["source"], row["version"]) for row in found["sources"]] == [("dorothea", 1), ("mine", 2)]
    assert kb_says("catalogue", "--version", "1")[0] == 2


def test_lookup_keeps_the_curated_and_the_imported_apart(kb_says, table):
    for file in ("exocarta_experiments.txt", "EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt", "network.tsv"):
        kb_says("import", table(file))
    code, out, _ = kb_says("lookup", "STAT3")
    assert code == 0
    curated, imported = out.split("Imported by you, not curated: influences")
    assert "Curated base: " in curated
    assert "exocosm kb show 'STAT3'" in curated
    assert "MRC1" not in curated
    assert "MRC1" in imported
    _, out, _ = kb_says("lookup", "CD63", "--species", "human")
    assert "Urine" in out
    assert "Cd63" not in out
    assert "Imported by you, not curated: nothing" in kb_says("lookup", "TERF2IP")[1]


def test_lookup_as_json_and_with_a_limit(kb_says, table):
    kb_says("import", table("network.tsv"))
    code, out, _ = kb_says("lookup", "STAT3", "--json", "--limit", "1")
    found = json.loads(out)
    assert code == 0
    assert found["curated"]
    assert found["found"] == {"cargo": 0, "influences": 2}
    assert len(found["imported"]["influences"]) == 1
    assert "1 more with a higher --limit" in kb_says("lookup", "STAT3", "--limit", "1")[2]


def test_lookup_of_a_name_nobody_knows(kb_says, table):
    kb_says("import", table("mine.csv"))
    code, out, _ = kb_says("lookup", "unheard of")
    assert code == 0
    assert "Curated base: 0 statements" in out


def test_background_prints_counts_and_lists(exocosm_says, table, shipped):
    one = next(
        i
        for i in shipped.influences
        if all(shipped.identifier_of(n)[:4] == "hgnc" for n in (i.source, i.target))
    )
    sign = "1" if one.effect == "up" else "-1"
    path = table("network.tsv", f"source\tinteraction\ttarget\n{one.source}\t{sign}\t{one.target}\n")
    code, out, err = exocosm_says("kb", "background", path)
    assert code == 0
    assert any(
        line.split("\t")[0] == "confirmed" and line.split("\t")[-1] == one.id for line in out.splitlines()
    )
    assert "absent" not in out
    assert "1 influences in network.tsv" in err
    everything = exocosm_says("kb", "background", path, "--absent")[1]
    assert len(everything.splitlines()) == len(shipped.influences) + 1
    found = json.loads(exocosm_says("kb", "background", path, "--json")[1])
    assert sum(found["counts"].values()) == len(shipped.influences)
    assert one.id in [row["id"] for row in found["confirmed"]]
