"""The table and the JSON of the export, read back by other readers."""

import csv
import io
import json
import os
import threading

import pandas as pd
import pytest

from exocosm.errors import InputError
from exocosm.knowledge import load, save_as
from exocosm.knowledge.export import COLUMNS, FORMATS

PROMISED = (
    *("id", "kind", "document", "place", "cancer", "condition", "donor", "cargo", "cargo_id", "cargo_type"),
    *("cargo_level", "recipient", "uptake", "target", "target_effect", "pathway", "pathway_effect"),
    *("phenotype", "phenotype_effect", "reference", "doi", "pmid", "seen", "quote", "quote_licence"),
    *("printed_reading", "note", "belief", "system"),
)


@pytest.fixture
def table(kb, tmp_path):
    (path,) = save_as(kb, "tsv", tmp_path / "base.tsv")
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False).set_index("id", drop=False)


def test_one_row_a_statement_with_the_promised_columns_first(kb, table):
    assert list(table.columns) == list(COLUMNS)
    assert tuple(COLUMNS)[: len(PROMISED)] == PROMISED
    assert list(table.index) == [statement.id for statement in kb]


def test_a_transfer_stands_in_its_row(table):
    row = table.loc["axis-151a-3p"]
    assert (row.donor, row.cargo, row.cargo_id, row.cargo_type, row.cargo_level, row.recipient) == (
        "glioblastoma cell",
        "hsa-miR-151a-3p",
        "mirbase:MIMAT0000757",
        "miRNA",
        "down",
        "macrophage",
    )
    assert (row.target, row.target_effect, row.pathway, row.phenotype) == (
        "XRCC4",
        "down",
        "STAT3",
        "M2 polarisation",
    )
    assert row.reference == "Doe J. A title. A journal. 2020;1:1-2."
    assert row.printed_reference == "review-2022:7"
    assert row.printed_reading == "miR-151a raises XRCC4"
    assert row.quote_licence == "CC BY 4.0"
    assert row.system == "S10"


def test_lists_run_in_step(table):
    row = table.loc["axis-sponge"]
    assert row.target.split(";") == ["hsa-miR-151a-3p", "STAT3"]
    assert row.target_effect.split(";") == ["down", "up"]
    assert len(row.target_id.split(";")) == 2


def test_what_is_printed_without_strand_stays_without(records, write, tmp_path):
    records["statements"][0]["printed_cargo"] = "hsa-miR-151a"
    save_as(load(write(records), shipped=False), "tsv", tmp_path / "base.tsv")
    with (tmp_path / "base.tsv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    assert rows["axis-151a-3p"]["cargo"] == "hsa-miR-151a"
    assert rows["axis-151a-3p"]["cargo_entity"] == "hsa-miR-151a-3p"


def test_without_quotes_no_words_of_a_source_are_left_in_any_format(shipped, tmp_path):
    long = {e.quote for s in shipped for e in s.evidence if e.quote and len(e.quote.split()) >= 8}
    titles = " ".join([r.citation for r in shipped.references] + [d.title for d in shipped.documents])
    quotes = sorted(quote for quote in long if quote not in titles)
    assert len(quotes) > 300
    for form in FORMATS:
        written = save_as(shipped, form, tmp_path / f"base.{form}", quotes=False)
        text = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in written)
        assert [quote for quote in quotes if quote in text] == []


def test_with_quotes_the_words_are_there(kb, tmp_path):
    quoted = kb.statement("axis-151a-3p").evidence[0].quote
    for form in ("tsv", "json"):
        (path,) = save_as(kb, form, tmp_path / f"base.{form}")
        assert quoted in path.read_text(encoding="utf-8")


def test_json_can_be_loaded_again(kb, tmp_path, write):
    (path,) = save_as(kb, "json", tmp_path / "base.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    for key in ("version", "sha256"):
        content.pop(key)
    for record in content["statements"]:
        assert 0.0 < record.pop("belief") < 1.0
    assert load(write(content), shipped=False).sha256 == kb.sha256


def test_a_tab_or_line_break_in_a_record_does_not_break_a_row(records, write, tmp_path):
    records["statements"][0]["note"] = 'one\ttwo\nthree "four"'
    (path,) = save_as(load(write(records), shipped=False), "tsv", tmp_path / "base.tsv")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(records["statements"])
    assert {len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter="\t")} == {len(COLUMNS)}


def test_wrong_format_and_missing_folder_are_refused_and_nothing_is_left(kb, tmp_path):
    with pytest.raises(InputError, match="tsv"):
        save_as(kb, "tvs", tmp_path / "x")
    with pytest.raises(InputError, match="folder"):
        save_as(kb, "tsv", tmp_path / "none" / "x.tsv")
    assert list(tmp_path.glob("x*")) == []


def test_a_link_keeps_pointing_and_a_device_stays_a_device(kb, tmp_path):
    (tmp_path / "real.tsv").write_text("old", encoding="utf-8")
    (tmp_path / "link.tsv").symlink_to(tmp_path / "real.tsv")
    save_as(kb, "tsv", tmp_path / "link.tsv")
    assert (tmp_path / "link.tsv").is_symlink()
    assert (tmp_path / "real.tsv").read_text(encoding="utf-8").startswith("id\t")
    os.mkfifo(tmp_path / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text(encoding="utf-8")))
    reader.start()
    save_as(kb, "tsv", tmp_path / "pipe")
    reader.join(10)
    assert read[0].startswith("id\t")
    assert (tmp_path / "pipe").is_fifo()
    with pytest.raises(InputError, match="folder"):
        save_as(kb, "tsv", tmp_path)
