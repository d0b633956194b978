"""A person's own findings as a table: what is read, what is not understood, and what is written."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.findings import (
    Case,
    Row,
    Setting,
    Vocabulary,
    read_table,
    results,
    scorecard,
    table_text,
    write_results,
)
from exocosm.findings.effect_words import cargo_level, direction, effect_words
from exocosm.findings.table_names import TableNames, Unknown, _cell_words, kind_of_cell
from exocosm.findings.table_results import COLUMNS as RESULTS
from exocosm.findings.table_text import COLUMNS
from exocosm.knowledge import Effect, Target, load

FEW = Setting(draws=20)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "findings" / "own-table.md"

# Rows that the base carries to their read-outs.
CARRIED = [
    {"id": "tight", "cargo": "miR-182-5p", "recipient": "HUVEC", "target": "TJP1;OCLN;CLDN5",
     "target_effect": "down", "phenotype": "vascular permeability", "phenotype_effect": "up"},
    {"id": "hippo", "cargo": "VEGFC", "cargo_type": "mRNA", "recipient": "endothelial cell",
     "target": "WWTR1", "target_effect": "up", "pathway": "Hippo signalling", "pathway_effect": "down"},
    {"id": "invade", "cargo": "miR-10b-5p", "recipient": "glioma cell", "target": "TFAP2A",
     "target_effect": "down", "phenotype": "invasion", "phenotype_effect": "up"},
    {"id": "notch", "cargo": "NOTCH1", "cargo_type": "protein", "recipient": "non-stem glioma cell",
     "pathway": "Notch signalling", "pathway_effect": "up"},
]  # fmt: skip
OPPOSITE = {"up": "down", "down": "up"}


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(load())


@pytest.fixture
def read(vocabulary, tmp_path):
    """Read a table that is given as text, as bytes, or as rows."""

    def reader(content: str | bytes | list[dict[str, str]]) -> tuple[Row, ...]:
        path = tmp_path / "mine.tsv"
        text = written(content) if isinstance(content, list) else content
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_table(vocabulary, path)

    return reader


@pytest.fixture
def case_of(read):
    """Return the case of one row with a usual content, and these cells instead."""

    def reader(**cells: str) -> Case:
        usual = {"id": "one", "cargo": "miR-10b-5p", "recipient": "glioma cell", "target": "TFAP2A"}
        usual |= {"target_effect": "down", "phenotype": "invasion", "phenotype_effect": "up"}
        case = read([usual | cells])[0].case
        assert case is not None
        return case

    return reader


def written(rows: list[dict[str, str]], columns: list[str] | None = None) -> str:
    columns = columns or list(dict.fromkeys(column for row in rows for column in row))
    file = io.StringIO()
    writer = csv.writer(file, delimiter="\t")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return file.getvalue()


def inputs(case: Case) -> dict[str, int]:
    return {one.node: one.sign for one in case.inputs}


def asked(case: Case) -> dict[str, int]:
    return {one.node: one.effect for one in case.asked}


def counted(case: Case) -> list[str]:
    return [one.term for one in case.not_asked if one.counted]


def cases(rows: tuple[Row, ...]) -> list[Case]:
    return [row.case for row in rows if row.case is not None]


# The file


SMALL = "id\tcargo\trecipient\tphenotype\tphenotype_effect\nx\tmiR-21\tmacrophage\tM2 polarisation\tup\n"


@pytest.mark.parametrize(
    "content",
    [
        SMALL,
        b"\xef\xbb\xbf" + SMALL.encode(),
        SMALL.replace("\n", "\r\n"),
        SMALL.replace("\n", "\r"),
        SMALL.replace("\t", ","),
        "\n" + SMALL + "\n\n",
        SMALL.replace("M2 polarisation", '"M2 polarisation"'),
        SMALL.rstrip("\n"),
    ],
    ids=["plain", "BOM", "CRLF", "CR", "commas", "blank lines", "quotes", "no last line end"],
)
def test_one_table_may_be_saved_in_several_ways(read, content):
    (row,) = read(content)
    assert row.original == {
        "id": "x", "cargo": "miR-21", "recipient": "macrophage", "phenotype": "M2 polarisation",
        "phenotype_effect": "up",
    }  # fmt: skip
    assert asked(row.case) == {"M2 polarisation": 1}
    assert row.problems == ()


def test_commas_are_text_where_the_header_has_tabs(read):
    (row,) = read(SMALL.replace("miR-21", "miR-21, the long one"))
    assert row.case.cargo == "miR-21, the long one"


def test_a_line_is_the_line_of_the_file_also_behind_a_field_with_several(read):
    rows = read('cargo\trecipient\tphenotype\n"two\nlines"\tmacrophage\tEMT\n\nx\tmacrophage\tEMT\n')
    assert [row.line for row in rows] == [2, 5]
    assert [row.case.id for row in rows] == ["row-2", "row-5"]
    assert rows[0].original["cargo"] == "two\nlines"


def test_a_header_alone_is_a_table_without_rows(read, vocabulary, tmp_path):
    rows = read("cargo\trecipient\tphenotype\n")
    assert rows == ()
    card = scorecard(vocabulary, [], FEW, beside=False)
    write_results(tmp_path / "out.tsv", rows, card)
    assert (tmp_path / "out.tsv").read_text().splitlines() == ["\t".join(RESULTS)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty. Begin with a line of column names: id, donor, cargo"),
        (" \n\n", "is empty"),
        (SMALL.replace("M2", "\xfc").encode("latin-1"), r"line 2: is not UTF-8 \(byte 0xfc\)"),
        (SMALL.encode("utf-16"), "line 1: holds a NUL byte. Save the table as text in UTF-8"),
        (SMALL + "a\tb\0\tc\td\te\n", "line 3: holds a NUL byte"),
        (SMALL + "a\tb\n", "line 3: has 2 fields, and the header 5 fields"),
        (SMALL + "y\tm\tmacrophage\tEMT\tup\tdown\n", "line 3: has 6 fields"),
        (SMALL + 'y\t"m\tmacrophage\tEMT\tup\n', "line 3: is no sound row .* quotation mark"),
        (SMALL.replace("cargo", "carg"), "has no column 'cargo'. Did you mean 'carg'?"),
        (SMALL.replace("recipient", "cell"), "has no column 'recipient'"),
        ("cargo\trecipient\tphenotyp\n", "neither a column .* nor 'phenotype'. Did you mean 'phenotyp'"),
        ("cargo\trecipient\tphenotype\t\n", "column 4 has no name"),
        ("cargo\trecipient\tphenotype\tCargo\n", "two columns are called 'Cargo'"),
        (SMALL + "y\tm\tmacrophage\tEMT\tup\n" + "x\tm\tmacrophage\tEMT\tup\n", "'x' stands in lines 2, 4"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(read, content, said):
    with pytest.raises(InputError, match=said):
        read(content)


def test_a_file_that_is_not_there_is_refused(vocabulary, tmp_path):
    for path in (tmp_path / "nowhere.tsv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            read_table(vocabulary, path)


def test_large_files_are_refused(read, monkeypatch):
    monkeypatch.setattr(table_text, "MOST_ROWS", 1)
    assert len(read(SMALL)) == 1
    with pytest.raises(InputError, match="more than 1 rows"):
        read(SMALL + "y\tm\tmacrophage\tEMT\tup\n")
    monkeypatch.setattr(table_text, "MOST_BYTES", len(SMALL) - 1)
    with pytest.raises(InputError, match="Split it"):
        read(SMALL)


def test_the_limits_are_those_of_the_page():
    assert (table_text.MOST_BYTES, table_text.MOST_ROWS) == (50_000_000, 100_000)
    assert "50 MB or 100,000 rows" in PAGE.read_text(encoding="utf-8")


def test_a_made_id_leaves_a_given_one_alone(read):
    rows = read(SMALL.replace("x\t", "row-3\t") + "\tm\tmacrophage\tEMT\tup\n")
    assert [row.case.id for row in rows] == ["row-3", "row-3'"]


# Words


def test_every_word_stands_for_one_thing():
    listed = [word for rows in effect_words().values() for row in rows for word in row]
    assert len(listed) == len(set(listed))
    for section in ("up", "down", "none"):
        for word in (word for row in effect_words()[section] for word in row):
            assert direction(word) == direction(f" {word.upper()} ") == section
    for word in (word for row in effect_words()["present"] for word in row):
        assert cargo_level(word) == "present"
    assert 70 <= sum(len(rows) for rows in effect_words().values()) <= 90


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Up-Regulated", "up"), ("stabilized", "up"), ("destabilised", "down"), ("sponged", "down"),
        ("knocked-down", "down"), ("↑↑", "up"), ("−", "down"), ("- -", "down"), ("'-", "down"), ("'+", "up"),
        ("⬆️", "up"), ("=", "none"), ("not changed", "none"), ("-1", "down"),
    ],
)  # fmt: skip
def test_spellings_and_symbols(word, meant):
    assert direction(word) == meant


def test_american_and_british_words_come_together():
    listed = {word for rows in effect_words().values() for row in rows for word in row}
    british = {word for word in listed if re.search(r"(il|in|on|al)is(e|es|ed|ing|ation)$", word)}
    assert len(british) > 10
    words = british - {"raise", "raises", "raised", "raising"}
    assert {re.sub(r"is(e|es|ed|ing|ation)$", r"iz\1", word) for word in words} <= listed


def test_an_unknown_word_is_not_guessed():
    for word in ("altered", "phosphorylated", "", "+-", "*"):
        with pytest.raises(InputError, match="is not understood"):
            direction(word)
    with pytest.raises(InputError, match="Did you mean 'increased'?"):
        direction("increasd")
    with pytest.raises(InputError, match="cargo level 'unchanged' is not understood"):
        cargo_level("unchanged")
    assert cargo_level("") == "present"


def test_the_page_shows_every_word():
    page = PAGE.read_text(encoding="utf-8")
    for section, rows in effect_words().items():
        shown = re.search(rf"^\| {section} \| (.*) \|$", page, re.MULTILINE)
        assert shown is not None
        assert [word.strip("`") for word in shown[1].split(", ")] == [row[0] for row in rows]
    for column in (*COLUMNS, *RESULTS):
        assert f"`{column}`" in page


# Lists


def test_effects_stand_in_the_order_of_their_names(case_of):
    case = case_of(target="PTEN; TFAP2A;", target_effect="up;silenced", phenotype="invasion;EMT",
                   phenotype_effect="-;+")  # fmt: skip
    assert inputs(case) == {"PTEN": 1, "TFAP2A": -1}
    assert asked(case) == {"invasion": -1, "EMT": 1}


def test_one_effect_is_that_of_all(case_of):
    case = case_of(target="PTEN;TFAP2A", phenotype="invasion;EMT")
    assert inputs(case) == {"PTEN": -1, "TFAP2A": -1}
    assert asked(case) == {"invasion": 1, "EMT": 1}


def test_an_effect_that_is_left_open_is_not_that_of_all(case_of):
    case = case_of(phenotype="invasion;EMT", phenotype_effect="up;")
    assert asked(case) == {"invasion": 1}
    assert [(one.term, one.reason) for one in case.not_asked] == [("EMT", "no sign is stated")]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"phenotype_effect": "up;down;up"}, "`phenotype_effect` has 3 entries, and `phenotype` has 2"),
        ({"target_effect": "up;down"}, "`target_effect` has 2 entries, and `target` has 1 entry"),
        ({"pathway_effect": "up"}, "`pathway_effect` has 1 entry, and `pathway` has 0 entries"),
        ({"phenotype": "invasion;;EMT"}, "`phenotype` has an empty entry"),
    ],
)
def test_lists_of_unequal_length_count_against_their_row_alone(read, cells, said):
    bad = CARRIED[2] | {"id": "bad", "phenotype": "invasion;EMT"} | cells
    first, second, third = read([CARRIED[0], bad, CARRIED[2]])
    assert said in second.problems[0]
    assert counted(second.case) == ["invasion", "EMT"]
    assert second.case.asked == second.case.inputs == ()
    assert second.case.out_of_scope == ""
    assert first.problems == third.problems == ()
    assert asked(third.case) == {"invasion": 1}


def test_an_effect_without_any_term_is_counted_too(case_of):
    assert counted(case_of(phenotype="")) == ["(no term)"]


# What is not understood


def test_an_unknown_term_counts_against_its_row(read):
    (row,) = read([CARRIED[2] | {"phenotype": "invasoin;EMT"}])
    assert counted(row.case) == ["invasoin"]
    assert row.problems == row.case.problems
    assert "Did you mean 'invasion'?" in row.problems[0]
    assert asked(row.case) == {"EMT": 1}


def test_a_term_with_two_meanings_stops_nothing(case_of):
    case = case_of(pathway="ERK", pathway_effect="up")
    assert counted(case) == ["ERK"]
    assert "MAPK1" in case.problems[0]


def test_an_unknown_word_for_an_effect_counts_as_its_read_out(case_of):
    case = case_of(phenotype="invasion;EMT", phenotype_effect="promted;up")
    assert counted(case) == ["invasion"]
    assert "Did you mean 'promoted'?" in case.problems[0]
    assert asked(case) == {"EMT": 1}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"recipient": "glima"}, "recipient 'glima' is not understood"),
        ({"recipient": ""}, "`recipient` is empty"),
        ({"recipient": "PTEN"}, "recipient 'PTEN' is not understood"),
        ({"target": "PTEEN"}, r"target 'PTEEN' is not understood. .*Did you mean 'PTEN'"),
        ({"target": "PTEN;QQQQQ"}, "target 'QQQQQ' is not understood"),
        ({"target_effect": "downish"}, "effect 'downish' is not understood. Did you mean 'down'?"),
        ({"cargo_level": "sideways"}, "cargo level 'sideways' is not understood"),
    ],
)
def test_an_unknown_recipient_or_target_counts_as_every_read_out(case_of, cells, said):
    case = case_of(**{"phenotype": "invasion;EMT"} | cells)
    assert re.search(said, case.problems[0])
    assert counted(case) == ["invasion", "EMT"]
    assert case.asked == case.inputs == ()


def test_what_is_not_understood_scores_nothing(read, vocabulary):
    rows = read([CARRIED[2], CARRIED[2] | {"id": "odd", "recipient": "glima"}])
    card = scorecard(vocabulary, cases(rows), FEW, beside=False)
    assert [line.outcome.verdict for line in card.lines] == ["reproduced", "not understood"]
    assert card.score.classes["pro"].value == pytest.approx(0.5)


# Names


@pytest.mark.parametrize(
    ("target", "nodes"),
    [
        ("p53", {"TP53"}), ("PD-L1", {"CD274"}), ("c-Myc", {"MYC"}), ("pten", {"PTEN"}),
        ("hgnc:9588", {"PTEN"}), ("AKT", {"AKT1", "AKT2", "AKT3"}),
    ],
)  # fmt: skip
def test_targets_are_found_in_the_usual_spellings(case_of, target, nodes):
    assert inputs(case_of(target=target, target_effect="activated")) == dict.fromkeys(nodes, 1)


def test_a_gene_that_the_base_has_never_met_is_a_node_without_influences(case_of, vocabulary):
    name = "OR4F5"
    assert name not in {entity.name for entity in vocabulary.kb.entities}
    case = case_of(target=name.lower())
    assert inputs(case) == {name: -1}
    assert (case.no_input, case.problems) == ("", ())
    (line,) = scorecard(vocabulary, [case], FEW, beside=False).lines
    assert line.outcome.verdict == "unexplained"


def test_a_gene_that_the_base_has_never_met_may_stand_beside_others(case_of, vocabulary):
    alone, both = case_of(), case_of(target="TFAP2A;OR4F5", target_effect="down")
    effects = [scorecard(vocabulary, [one], FEW, beside=False).lines[0].outcome for one in (alone, both)]
    assert effects[0] == effects[1]


def test_a_target_said_to_go_both_ways_is_no_input(case_of):
    for name in ("OR4F5", "PTEN"):
        case = case_of(target=f"{name};{name}", target_effect="up;down")
        assert (case.inputs, case.no_input) == ((), "its targets are said to go both ways")


def test_a_sponged_mirna_frees_the_curated_targets_of_all_its_strands(case_of, vocabulary):
    strands = vocabulary.kb.names_meant("miR-21")
    assert len(strands) == 2
    found = inputs(case_of(cargo="circX", target="miR-21", target_effect="sponged"))
    freed = {
        statement.target
        for statement in vocabulary.kb.influences
        if statement.kind == "mechanism" and statement.source in strands and statement.effect == "down"
    }
    assert {"PTEN", "PDCD4"} <= freed
    assert found == dict.fromkeys(freed, 1)


def test_a_mirna_without_curated_targets_is_understood(case_of):
    case = case_of(target="hsa-miR-4524a-5p")
    assert case.problems == ()
    assert case.no_input == "no stated target is a molecule with a stated change"


def test_without_a_target_a_case_is_unexplained(case_of, vocabulary):
    case = case_of(target="", target_effect="", cargo="lncZ")
    assert case.no_input == "no target is stated"
    (line,) = scorecard(vocabulary, [case], FEW, beside=False).lines
    assert line.outcome.verdict == "unexplained"


def test_a_protein_without_a_target_raises_its_own_level(case_of):
    cells = {"target": "", "target_effect": ""}
    assert inputs(case_of(cargo="PD-L1", cargo_type="Protein", **cells)) == {"CD274": 1}
    assert inputs(case_of(cargo="OR4F5", cargo_type="mRNA", **cells)) == {"OR4F5": 1}
    unknown = case_of(cargo="QQQQQ", cargo_type="protein", **cells)
    assert "cargo 'QQQQQ' is not understood" in unknown.problems[0]
    assert counted(unknown) == ["invasion"]


def test_a_protein_with_a_target_that_is_not_understood_does_not_raise_itself(case_of):
    assert case_of(cargo="PD-L1", cargo_type="protein", target="QQQQQ").inputs == ()
    assert case_of(cargo="PD-L1", cargo_type="protein", target_effect="").inputs == ()


def test_a_kind_of_cargo_that_is_not_understood_is_remarked(read):
    (row,) = read([CARRIED[2] | {"cargo_type": "miRNAs"}])
    assert row.problems == ("`cargo_type` 'miRNAs' is not understood. Did you mean 'miRNA'?",)
    assert row.case.problems == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("glioma-associated macrophages", "macrophage"), ("T-cell lymphoma", "tumour cell"),
        ("macrophages in breast cancer", "macrophage"), ("CD8 T cells", "CD8+ T cell"),
        ("osteosarcoma cells", "tumour cell"), ("non-cancer cells", None), ("giant cells", None),
        ("A549", None), ("tumor cells", "tumour cell"), ("paraganglioma", "tumour cell"),
        ("macrophage exposed to cancer cells", "macrophage"),
    ],
)  # fmt: skip
def test_words_tell_the_kind_of_a_cell(name, kind):
    assert kind_of_cell(name) == kind


def test_names_of_the_base_are_words_too(vocabulary):
    names = TableNames(vocabulary.kb)
    found = {
        text: names.recipient(text) for text in ("MDA-MB-231 breast cancer cells", "NSCLC cells", "odd cells")
    }
    kinds = [None if isinstance(one, Unknown) else one.kind for one in found.values()]
    assert kinds == ["breast cancer cell", "non-small cell lung cancer cell", None]


def test_every_kind_that_words_tell_is_in_the_base(vocabulary):
    types = {entity.name: entity.type for entity in vocabulary.kb.entities}
    assert {types.get(kind) for _, kind in _cell_words().values()} == {"cell_type"}


def test_a_cell_that_the_base_does_not_list_is_taken_by_its_words(read):
    (row,) = read([CARRIED[2] | {"recipient": "U87 glioma cells"}])
    assert row.case.recipient == "U87 glioma cells"
    assert row.case.circumstances.lineage == ("U87 glioma cells", "glioma cell", "tumour cell")
    assert row.case.asked[0].polarity == "pro"
    assert row.case.problems == ()
    assert row.problems == (
        "the knowledge base does not list the cell 'U87 glioma cells': taken as glioma cell",
    )


def test_a_known_cell_keeps_its_lineage(case_of, vocabulary):
    case = case_of(recipient="TAMs", phenotype="M2 polarisation")
    assert case.recipient == "tumour-associated macrophage"
    assert case.circumstances.lineage == vocabulary.kb.lineage("tumour-associated macrophage")


def test_circumstances_are_those_of_the_row(case_of):
    case = case_of(cancer="GBM", condition="under temozolomide")
    assert (case.circumstances.cancer, case.circumstances.condition) == ("glioblastoma", "under temozolomide")
    assert case_of(cancer="odd cancer").circumstances.cancer == "odd cancer"
    assert case_of().circumstances.cancer is case_of().circumstances.condition is None


def test_papers_are_told_by_doi_or_pmid(vocabulary):
    names = TableNames(vocabulary.kb)
    known = next(one for one in vocabulary.kb.references if one.doi and one.pmid)
    for text in (
        known.doi,
        f"https://doi.org/{known.doi.upper()}.",
        f"PMID: {known.pmid}",
        known.pmid,
        known.id,
    ):
        assert names.papers(text) == {known.doi.lower()}
    assert names.papers(f"pmid:{known.pmid}; 10.9999/Other.1") == {known.doi.lower(), "10.9999/other.1"}
    assert names.papers("Someone 2019; 3:5") == {"someone 2019; 3:5"}
    assert names.papers("") == frozenset()


def test_every_name_is_looked_up_once(vocabulary):
    names = TableNames(vocabulary.kb)
    assert names.molecules("QQQQQ") is names.molecules("QQQQQ")
    assert isinstance(names.molecules("QQQQQ"), Unknown)


# Scope


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"cargo": ""}, "whole vesicles: no cargo is named"),
        ({"phenotype": "", "phenotype_effect": ""}, "no effect on the cell is reported"),
        ({"phenotype_effect": ""}, "invasion: no sign is stated"),
        ({"phenotype_effect": "unchanged"}, "invasion: reported as unchanged"),
        (
            {"phenotype": "", "phenotype_effect": "", "pathway": "TFAP2A", "pathway_effect": "up"},
            "never scored",
        ),
    ],
)
def test_what_the_row_alone_puts_out_of_scope(case_of, cells, said):
    case = case_of(**cells)
    assert said in case.out_of_scope
    assert counted(case) == []


def test_a_row_without_anything_is_kept(read, vocabulary):
    rows = read([CARRIED[2], dict.fromkeys(CARRIED[2], ""), CARRIED[0]])
    assert [row.case is None for row in rows] == [False, True, False]
    card = scorecard(vocabulary, cases(rows), FEW, beside=False)
    assert [one["problem"] for one in results(rows, card)] == ["", "nothing stands in this row", ""]


# Less cargo


def test_loss_against_presence_is_turned_around(read):
    more, less = read(
        [
            CARRIED[2],
            CARRIED[2]
            | {"id": "less", "cargo_level": "lost", "target_effect": "up", "phenotype_effect": "down"},
        ]
    )
    assert (more.less, less.less) == (False, True)
    assert less.case.inputs == more.case.inputs
    assert less.case.asked == more.case.asked


def test_the_prediction_is_for_the_row_as_it_is_written(read, vocabulary):
    less = CARRIED[2] | {"cargo_level": "down", "target_effect": "up", "phenotype_effect": "down"}
    rows = read([CARRIED[2], less | {"id": "less"}])
    first, second = results(rows, scorecard(vocabulary, cases(rows), FEW, beside=False))
    assert (first["verdict"], second["verdict"]) == ("reproduced", "reproduced")
    assert (first["prediction"], second["prediction"]) == ("up", "down")
    assert first["median_effect"] == -second["median_effect"] > 0
    assert first["class"] == second["class"] == "pro"


# Results


def test_one_record_for_each_row_and_read_out_in_the_order_of_the_table(read, vocabulary):
    rows = read(
        [
            CARRIED[3] | {"mine": "kept"},
            CARRIED[2] | {"phenotype": "invasion;tumour innervation;foo"},
            CARRIED[0] | {"cargo": ""},
        ]
    )
    found = results(rows, scorecard(vocabulary, cases(rows), FEW, beside=False))
    assert [(one["id"], one["term"], one["verdict"]) for one in found] == [
        ("notch", "Notch signalling", "reproduced"),
        ("invade", "invasion", "reproduced"),
        ("invade", "foo", "not understood"),
        ("invade", "tumour innervation", "out of scope"),
        ("tight", "", "out of scope"),
    ]
    first = found[0]
    assert list(first) == [*rows[0].original, *RESULTS]
    assert first["mine"] == "kept"
    assert first["node"] == "Notch signalling"
    assert first["prediction"] == "up"
    assert first["share_agreeing"] == 1.0
    assert first["trace"] == first["dose_ratio"] == first["problem"] == ""
    assert found[-1]["problem"] == "whole vesicles: no cargo is named"
    assert found[-1]["prediction"] == found[-1]["share_agreeing"] == ""


def test_columns_of_the_table_are_never_overwritten(read, vocabulary):
    rows = read([CARRIED[3] | {"term": "my own", "verdict": "wrong", "model_verdict": "too"}])
    (record,) = results(rows, scorecard(vocabulary, cases(rows), FEW, beside=False))
    assert (record["term"], record["verdict"], record["model_verdict"]) == ("my own", "wrong", "too")
    assert (record["model_term"], record["model_model_verdict"]) == ("Notch signalling", "reproduced")


def test_a_scorecard_of_other_rows_is_refused(read, vocabulary):
    rows = read(CARRIED[:2])
    card = scorecard(vocabulary, cases(rows)[:1], FEW, beside=False)
    with pytest.raises(InputError, match=r"'hippo' \(line 3\) is missing"):
        results(rows, card)


def test_the_file_holds_no_formulas_and_can_be_read_again(read, vocabulary, tmp_path):
    odd = {"=note": "=1+1", "b": "@SUM(A1)", "c": "-3.5e-2", "d": "\t+x", "e": "+4", "f": "a\r=b"}
    rows = read([CARRIED[2] | odd | {"phenotype_effect": "+", "target_effect": "-"}])
    path = tmp_path / "out.tsv"
    write_results(path, rows, scorecard(vocabulary, cases(rows), FEW, beside=False))
    header, record = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""), delimiter="\t")
    cells = dict(zip(header, record, strict=True))
    assert cells["'=note"] == "'=1+1"
    assert [cells[name] for name in "bcdef"] == ["'@SUM(A1)", "-3.5e-2", "'\t+x", "+4", "a\n=b"]
    assert float(cells["median_effect"]) > 0
    (again,) = read_table(vocabulary, path)
    assert (again.case.inputs, again.case.asked) == (rows[0].case.inputs, rows[0].case.asked)


def test_a_file_that_cannot_be_written_is_named(read, vocabulary, tmp_path):
    rows = read(CARRIED[:1])
    card = scorecard(vocabulary, cases(rows), FEW, beside=False)
    with pytest.raises(InputError, match="cannot be written"):
        write_results(tmp_path / "nowhere" / "out.tsv", rows, card)


def test_what_cannot_be_explained_says_why(read, vocabulary):
    rows = read(
        [CARRIED[2] | {"target": "OR4F5"}, CARRIED[2] | {"id": "b", "target": ""} | {"target_effect": ""}]
    )
    found = results(rows, scorecard(vocabulary, cases(rows), FEW, beside=False))
    assert [one["problem"] for one in found] == [
        "no directed path from OR4F5 to invasion",
        "no target is stated",
    ]


# Properties


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(sorted({column for row in CARRIED for column in row})), data=st.data())
def test_the_order_and_case_of_columns_never_matter(read, order, data):
    spelt = [data.draw(st.sampled_from([str.upper, str.title, str.lower, _spaced]))(name) for name in order]
    header, _, body = written(CARRIED, order).partition("\n")
    rows = read("\t".join(spelt) + "\n" + body)
    assert [row.case for row in rows] == [row.case for row in read(CARRIED)]
    assert list(rows[0].original) == [name.strip() for name in spelt]


def _spaced(name: str) -> str:
    return f" {name.replace('_', ' ')} "


_CELLS = st.one_of(
    st.sampled_from(
        ["", "up", "down", "PTEN", "miR-21", "macrophage", "EMT", "EMT;invasion", "up;down", ";", "ERK"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries({name: _CELLS for name in COLUMNS if name != "id"}), min_size=1, max_size=3
    )
)
def test_no_row_is_ever_lost(read, vocabulary, listed):
    listed = [row | {"id": f"r{i}"} for i, row in enumerate(listed)]
    rows = read(listed)
    assert [row.original["id"] for row in rows] == [row["id"] for row in listed]
    assert [dict(row.original) for row in rows] == [
        {name: row[name] for name in rows[0].original} for row in listed
    ]
    for row in rows:
        assert row.case.asked or row.case.out_of_scope or counted(row.case)
    card = scorecard(vocabulary, cases(rows), Setting(draws=0), beside=False)
    found = results(rows, card)
    assert list(dict.fromkeys(one["id"] for one in found)) == [row["id"] for row in listed]


def test_flipping_the_effects_of_a_file_inverts_its_verdicts(read, vocabulary):
    flipped = [
        row | {name: OPPOSITE[row[name]] for name in ("pathway_effect", "phenotype_effect") if name in row}
        for row in CARRIED
    ]
    lines = [scorecard(vocabulary, cases(read(rows)), FEW, beside=False).lines for rows in (CARRIED, flipped)]
    assert [line.outcome.verdict for line in lines[0]] == ["reproduced"] * 4
    assert [line.outcome.verdict for line in lines[1]] == ["contradicted"] * 4
    for one, other in zip(*lines, strict=True):
        assert (one.outcome.agrees, one.outcome.effect) == (other.outcome.disagrees, other.outcome.effect)


def test_cases_are_made_as_those_of_the_base(read, vocabulary):
    """The same words in a table and in an axis of the base give the same inputs and read-outs."""
    from exocosm.findings import case_of_axis

    axes = [
        axis
        for axis in vocabulary.kb.axes
        if axis.cargo and axis.targets and not any(target.through for target in axis.targets)
        and {effect.effect for effect in (*axis.targets, *axis.pathways, *axis.phenotypes)} <= {"up", "down"}
    ][:60]  # fmt: skip
    rows = read([_row_of(axis) for axis in axes])
    assert len(axes) > 30
    for axis, row in zip(axes, rows, strict=True):
        case = case_of_axis(vocabulary, axis)
        assert {**inputs(row.case)} == inputs(case), axis.id
        assert set(row.case.asked) == set(case.asked), axis.id
        assert row.case.circumstances == case.circumstances
        assert bool(row.case.out_of_scope) == bool(case.out_of_scope)


def _row_of(axis) -> dict[str, str]:
    def names(records: tuple[Target, ...] | tuple[Effect, ...]) -> str:
        return ";".join(one.name for one in records)

    def effects(records: tuple[Target, ...] | tuple[Effect, ...]) -> str:
        return ";".join(one.effect for one in records)

    return {
        "id": axis.id, "donor": axis.donor, "cargo": axis.cargo, "cargo_type": axis.cargo_type or "",
        "recipient": axis.recipient, "target": names(axis.targets), "target_effect": effects(axis.targets),
        "pathway": names(axis.pathways), "pathway_effect": effects(axis.pathways),
        "phenotype": names(axis.phenotypes), "phenotype_effect": effects(axis.phenotypes),
        "cancer": axis.context.cancer or "", "condition": axis.context.condition or "",
    }  # fmt: skip
