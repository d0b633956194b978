"""Tables of statements: read like YAML, told by line and column, and the same after export and back."""

import csv
import io
from dataclasses import replace

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.knowledge import KnowledgeFileError, load, read_file, save_as, validate
from exocosm.knowledge.export import COLUMNS
from exocosm.knowledge.table.columns import TABLE_COLUMNS
from exocosm.knowledge.table.papers import Paper, Papers

from .conftest import RECORDS

CITATION = "Poe E, Roe J. A long and telling title of five words. A journal. 2019;3:1-9."
MINIMAL = {
    "kind": "axis",
    "donor": "glioblastoma cell",
    "cargo": "miR-151a-3p",
    "recipient": "TAM",
    "target": "repairer;STAT3",
    "target_effect": "down;up",
    "reference": CITATION,
    "doi": "10.1000/poe",
    "seen": "abstract",
    "where": "abstract",
    "claim": "Vesicles lower XRCC4.",
    "quote": "",
    "quote_licence": "",
}


def as_table(*rows, delimiter=","):
    columns = dict.fromkeys(column for row in rows for column in row)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, delimiter=delimiter, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


@pytest.fixture
def base(records, write):
    return write(records, "base.yaml")


@pytest.fixture
def read(base, write):
    """Read rows, or the text of a table, beside the small base; return the new statements and the whole."""

    def read_table(*rows, name="my table.csv"):
        text = rows[0] if isinstance(rows[0], str) else as_table(*rows)
        whole = load(base, write(text, name), shipped=False)
        known = {record["id"] for record in RECORDS["statements"]}
        return [statement for statement in whole if statement.id not in known], whole

    return read_table


def problems(read, *rows, **options):
    with pytest.raises(KnowledgeFileError) as error:
        read(*rows, **options)
    return [(problem.line, problem.field, problem.message) for problem in error.value.problems]


def the_problem(read, **changes):
    (problem,) = problems(read, MINIMAL | changes)
    assert problem[0] == 2
    return problem[1:]


def test_the_columns_are_those_of_the_export():
    assert set(COLUMNS) == TABLE_COLUMNS


def test_a_minimal_table_is_read(read):
    (axis,), whole = read(MINIMAL)
    assert axis.id == "my-table-mir-151a-3p-macrophage-xrcc4"
    assert (axis.donor, axis.cargo, axis.recipient) == ("glioblastoma cell", "hsa-miR-151a-3p", "macrophage")
    assert [(target.name, target.effect) for target in axis.targets] == [("XRCC4", "down"), ("STAT3", "up")]
    (piece,) = axis.evidence
    paper = whole.reference(piece.reference)
    assert (paper.id, paper.doi, paper.citation) == ("poe-2019", "10.1000/poe", CITATION)
    assert paper.seen_in == "my table.csv, line 2"
    assert (piece.seen, piece.where, piece.quote) == ("abstract", "abstract", None)


@pytest.mark.parametrize(
    ("delimiter", "name"), [("\t", "a.tsv"), (";", "a.csv"), ("\t", "a.csv"), (",", "A.CSV")]
)
def test_tabs_and_semicolons_separate_cells_too(read, delimiter, name):
    row = {**MINIMAL, "claim": "one, two; three"}
    (axis,), _ = read("\ufeff" + as_table(row, delimiter=delimiter), name=name)
    assert axis.claim == "one, two; three"
    assert len(axis.targets) == 2


def test_remarks_and_empty_rows_are_left_out_and_lines_still_count(read):
    text = '# a remark\n"# another, with comma",,,\n,,,\n' + as_table(MINIMAL, MINIMAL | {"donor": ""})
    assert problems(read, text) == [(6, "donor", "is missing: expected text.")]


def test_a_row_may_stretch_over_lines(read):
    text = as_table(MINIMAL | {"claim": "one\ntwo"}, MINIMAL | {"seen": "dream"})
    (problem,) = problems(read, text)
    assert problem[:2] == (4, "seen")
    (axis,), _ = read(MINIMAL | {"claim": "one\ntwo"})
    assert axis.claim == "one two"


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"kind": "axes"}, "kind", "expected one of axis"),
        ({"kind": ""}, "kind", "expected one of axis"),
        ({"recipient": ""}, "recipient", "is missing"),
        ({"seen": "abstrct"}, "seen", "Did you mean 'abstract'"),
        ({"where": ""}, "where", "is missing"),
        ({"target_effect": "down;sideways"}, "target_effect", "found 'sideways'"),
        ({"target_effect": "down"}, "target_effect", "has 1 entry, and `target` has 2 entries"),
        ({"target_effect": ""}, "target_effect", "has 0 entries, and `target` has 2 entries"),
        ({"quote": "some words"}, "quote_licence", "has 0 entries, and `quote` has 1 entry"),
        ({"doi": "doi.org/1"}, "doi", "expected a DOI"),
        ({"pmid": "PMC12"}, "pmid", "expected digits"),
        ({"doi": "10.1/a;10.1/b"}, "doi", "has 2 entries for 1 papers"),
        ({"reference": "", "doi": "10.1/new"}, "reference", "give the citation"),
        ({"seen": "memory"}, "reference", "carries no reference"),
        ({"id": "My Id"}, "id", "expected lower-case words"),
        ({"id": "axis-sponge"}, "id", "'axis-sponge' is defined a second time"),
        ({"document": "revue"}, "document", "is not among the documents"),
        ({"value": "30 nm"}, "value", "has no place in an axis"),
        ({"system": "10"}, "system", "expected a system such as 'S10'"),
        ({"correction_reason": "why (title)", "printed_reading": "x"}, "corrected_reading", "is empty"),
        ({"printed_reading": "x", "corrected_reading": "y", "correction_reason": "why"}, "correction_reason",
         "in brackets"),
        ({"donor": "glioblastoma cell;macrophage"}, "donor", "write a row for each"),
        ({"place": "p. 3"}, "place", "stands without a document"),
        ({"level": "shown"}, "level", "expected one of detected"),
    ],
)  # fmt: skip
def test_a_problem_names_line_and_column(read, changes, column, message):
    found = the_problem(read, **changes)
    assert found[0] == column
    assert message in found[1]


@pytest.mark.parametrize(
    ("changes", "column", "said"),
    [
        ({"target": "factor;STAT3"}, "target", ["NFKB1", "STAT3", "`target_id`"]),
        ({"cargo": "miR-151a"}, "cargo", ["hsa-miR-151a-3p", "hsa-miR-151a-5p", "`cargo_id`"]),
        ({"recipient": "macrofage"}, "recipient", ["'macrophage'", "`recipient_id`", "none: REASON"]),
        ({"donor": "STAT3"}, "donor", ["expected a cell", "'STAT3', gene"]),
        ({"cargo": "TAM"}, "cargo", ["expected what vesicles carry", "cell_type"]),
        ({"target": "XRCC4;U87"}, "target", ["may mean", "hgnc:"]),
        ({"cargo_id": "hgnc:x"}, "cargo_id", ["does not look like an identifier"]),
        ({"target_id": "hgnc:1;", "target": "XRCC4;STAT3"}, "target_id", ["hgnc:12831", "not hgnc:1"]),
        ({"target_id": "hgnc:1"}, "target_id", ["has 1 entry for 2"]),
        ({"recipient": "our cell", "recipient_id": "none:"}, "recipient_id", ["say why"]),
        ({"cargo": "our thing", "cargo_id": "none: new"}, "cargo", ["does not say what it is"]),
        ({"cargo": "our thing", "cargo_id": "EFO:0000001"}, "cargo_id", ["what kind of thing"]),
    ],
)  # fmt: skip
def test_a_name_that_is_not_settled_comes_with_candidates_and_a_remedy(read, changes, column, said):
    found = the_problem(read, **changes)
    assert found[0] == column
    for words in said:
        assert words in found[1]


def test_an_identifier_settles_an_ambiguous_name(read):
    (axis,), _ = read(MINIMAL | {"target": "factor;STAT3", "target_id": "hgnc:7794;"})
    assert [target.name for target in axis.targets] == ["NFKB1", "STAT3"]
    (axis,), _ = read(MINIMAL | {"cargo": "miR-151a", "cargo_id": "mirbase:MIMAT0004697"})
    assert (axis.cargo, axis.printed_cargo) == ("hsa-miR-151a-5p", "miR-151a")


def test_a_name_that_the_base_does_not_know_is_grounded(read):
    (axis,), whole = read(MINIMAL | {"target": "PD-L1;IL-6", "recipient": "neutrophil", "cargo": "miR-21"})
    assert [target.name for target in axis.targets] == ["CD274", "IL6"]
    assert whole.entity("PD-L1").id == "hgnc:17635"
    assert (whole.entity("neutrophil").type, whole.entity("neutrophil").id) == ("cell_type", "CL:0000775")
    assert (axis.cargo, axis.printed_cargo) == ("hsa-miR-21-5p", "miR-21")


def test_a_name_that_grounding_leads_back_to_the_base_is_the_name_there(read):
    (axis,), whole = read(MINIMAL | {"target": "ENSG00000168610;p50", "target_id": "hgnc:11364;hgnc:7794"})
    assert [target.name for target in axis.targets] == ["STAT3", "NFKB1"]
    assert len(whole.entities) == len(RECORDS["entities"])


def test_what_no_table_knows_is_defined_by_an_identifier_or_a_reason(read):
    row = {
        "cargo": "circ-B", "cargo_type": "circRNA", "cargo_id": "circbase:hsa_circ_0000190",
        "recipient": "clone 7", "recipient_id": "none: a line of our own", "donor": "U87",
        "donor_id": "cellosaurus:CVCL_0022",
    }  # fmt: skip
    (axis,), whole = read(MINIMAL | row)
    assert (axis.donor, axis.cargo, axis.recipient) == ("U87", "circ-B", "clone 7")
    assert whole.entity("clone 7").reason == "a line of our own"
    assert [whole.entity(name).type for name in ("U87", "circ-B")] == ["cell_type", "circRNA"]


def test_several_rows_may_name_one_new_thing(read):
    rows = [
        MINIMAL | {"target": name, "target_effect": "up"} for name in ("PD-L1", "CD274", "B7-H1", "PD-L1")
    ]
    found, whole = read(*rows)
    assert {target.name for axis in found for target in axis.targets} == {"CD274"}
    assert len({axis.id for axis in found}) == 4
    assert set(whole.entity("CD274").synonyms) == {"PD-L1", "B7-H1"}


def test_two_tables_share_what_they_bring_in(base, write):
    row = MINIMAL | {"target": "PD-L1", "target_effect": "up"}
    one, two = write(as_table(row), "one.csv"), write(as_table(row), "two.csv")
    whole = load(base, two, one, shipped=False)
    assert {"one-mir-151a-3p-macrophage-cd274", "two-mir-151a-3p-macrophage-cd274"} <= {s.id for s in whole}
    assert sum(paper.doi == "10.1000/poe" for paper in whole.references) == 1


def test_kinds_and_shapes(read):
    source = {"seen": "title", "where": "title"}
    rows = [
        {"kind": "mechanism", "agent": "APRF", "target": "CD206", "target_effect": "up", "cells": "TAM"},
        {"kind": "release", "agent": "hypoxia", "phenotype": "vesicle release", "phenotype_effect": "up"},
        {"kind": "sorting", "agent": "hypoxia", "cargo": "miR-151a-3p", "cargo_level": "down",
         "donor": "TAM"},
        {"kind": "uptake", "agent": "hypoxia", "recipient": "TAM", "phenotype": "survival",
         "phenotype_effect": "unclear", "claim": "Hypoxia may change uptake."},
        {"kind": "size", "agent": "exosome", "value": "diameter: 30 to 150 nm", "claim": "They are small."},
        {"kind": "open_question", "agent": "harm of vesicles in patients", "claim": "It is open."},
    ]  # fmt: skip
    found, _ = read(*({**row, **source} for row in rows))
    by_kind = {statement.kind: statement for statement in found}
    assert (by_kind["mechanism"].source, by_kind["mechanism"].target) == ("STAT3", "MRC1")
    assert by_kind["mechanism"].cells == ("macrophage",)
    assert by_kind["release"].source == "hypoxia"
    sorting = by_kind["sorting"]
    assert (sorting.target, sorting.effect, sorting.cells) == ("hsa-miR-151a-3p", "down", ("macrophage",))
    assert by_kind["uptake"].agent == "hypoxia"  # an unclear change is no signed arrow
    assert str(by_kind["size"].value) == "diameter: 30 to 150 nm"
    assert by_kind["open_question"].topic == "harm of vesicles in patients"


def test_lists_of_sources_run_in_step_and_the_last_entry_goes_on(read):
    row = {
        "reference": f"{CITATION} | Doe J. A title. A journal. 2020;1:1-2.", "doi": "10.1000/poe;",
        "seen": "abstract;title", "where": "page", "level": "detected;necessary",
    }  # fmt: skip
    (axis,), _ = read(MINIMAL | row)
    assert [(piece.reference, piece.seen, piece.where) for piece in axis.evidence] == [
        ("poe-2019", "abstract", "page"),
        ("doe-2020", "title", "page"),
    ]
    assert {piece.level for piece in axis.evidence} == {("detected", "necessary")}


def test_what_was_remembered_rests_on_no_paper(read):
    (axis,), _ = read(MINIMAL | {"seen": "memory;abstract"})
    assert [(piece.seen, piece.reference) for piece in axis.evidence] == [
        ("memory", None),
        ("abstract", "poe-2019"),
    ]


def test_a_paper_is_shared_by_doi_pmid_or_title(read):
    cited_again = "Poe E, et al. A Long and Telling Title of Five Words. J. 2019;3:1-9"
    rows = [
        MINIMAL | {"reference": "", "donor": "macrophage"},  # the DOI alone, before the citation
        MINIMAL,
        MINIMAL | {"reference": cited_again, "doi": "", "pmid": "123"},
        MINIMAL | {"reference": "", "doi": "", "pmid": "123"},
        MINIMAL
        | {"reference": "Doe J. A title. A journal. 2020;1:1-2.", "doi": "https://doi.org/10.1000/doe"},
    ]
    found, whole = read(*rows)
    cited = [piece.reference for statement in found for piece in statement.evidence]
    assert sorted(cited) == ["doe-2020", *["poe-2019"] * 4]
    assert whole.reference("poe-2019").pmid == "123"
    assert len(whole.references) == 3


@pytest.mark.parametrize(
    ("citation", "identifier"),
    [
        ("Doe J. Another matter of some length indeed. 2020.", "doe-2020-another"),
        ("Sánchez-Ruiz M, Roe J, et al. What is this about. Cell (2017) 1:2.", "sanchezruiz-2017"),
        ("van Balkom BWM. Something. J. 2018;7:2019-21.", "vanbalkom-2018"),
        ("J. Poe and E. Roe, Something, 1999", "poe-1999"),
        ("Exosomes", "exosomes"),
        ("???", "paper"),
    ],
)
def test_a_reference_is_named_after_author_and_year(kb, citation, identifier):
    papers = Papers(kb.references)
    papers.add(Paper(citation), 1)
    assert list(papers.made) == [identifier]


def test_one_title_with_two_dois_is_two_papers(kb):
    papers = Papers(kb.references)
    for doi in ("10.1/a", "10.1/b"):
        papers.add(Paper(CITATION, doi), 1)
    assert list(papers.made) == ["poe-2019", "poe-2019-long"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: begin with a line of column names"),
        ("# only a remark\n", "is empty"),
        ('kind,donor\naxis,"open\n', "quotation mark without its partner"),
        ("kind,donr\naxis,x\n", "is no column of a table of statements. Did you mean 'donor'"),
        ("kind,kind\naxis,axis\n", "is a column twice"),
        ("kind,donor\naxis,macrophage,more\n", "has 3 cells, and the header names 2 columns"),
        (b"kind\ncaf\xe9\n", "is not UTF-8"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(base, write, text, message):
    with pytest.raises(KnowledgeFileError) as error:
        load(base, write(text, "bad.csv"), shipped=False)
    assert message in str(error.value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text("abkind,;\t\"'#|:()\n\r 0\u00e9", max_size=60),
    st.sampled_from(["kind,agent\n", "kind\tvalue\n", ""]),
)
def test_any_text_is_read_or_refused_with_problems(write, text, header):
    try:
        read_file(write((header + text).encode(), "any.csv"))
    except KnowledgeFileError as error:
        assert error.problems


def test_a_folder_is_searched_for_tables_too(base, write):
    write(as_table(MINIMAL), "folder/one.csv")
    write(as_table(MINIMAL, delimiter="\t"), "folder/deep/two.tsv")
    folder = base.parent / "folder"
    assert len(load(base, folder, shipped=False)) == len(RECORDS["statements"]) + 2
    with pytest.raises(InputError, match="no table"):
        (base.parent / "none").mkdir()
        load(base.parent / "none", shipped=False)


def test_a_table_is_validated_with_the_shipped_names(write):
    row = {"kind": "mechanism", "agent": "STAT3", "target": "PTEN", "target_effect": "up"}
    good = write(as_table(row | {"seen": "memory", "where": "notes"}), "good.csv")
    bad = write(as_table(row | {"seen": "memory", "where": "notes", "target": "PTENN"}), "bad.csv")
    (problem,) = validate([good, bad])
    assert (problem.file, problem.line, problem.field) == (str(bad), 2, "target")
    assert "'PTEN'" in problem.message


# From records to the table and back


def without_statements(records):
    return {
        section: content for section, content in records.items() if section not in ("statements", "findings")
    }


def through_the_table(records, write, folder):
    """Return the base of these records, and what its exported table gives beside the other records."""
    rest = write(without_statements(records), "rest.yaml")
    before = load(write(records, "whole.yaml"), shipped=False)
    (table,) = save_as(before, "tsv", folder / "exported.tsv")
    return before, load(rest, table, shipped=False), table


def held(statement):
    """Return what a table holds of a statement with one piece of evidence."""
    if statement.kind == "mechanism" or hasattr(statement, "relation"):
        return replace(statement, relation=None)
    targets = tuple(replace(target, through=None) for target in statement.targets)
    return replace(statement, targets=targets, cargo_type=None)


def test_the_small_base_comes_back_from_its_table(records, write, tmp_path):
    before, after, _ = through_the_table(records, write, tmp_path)
    assert [held(statement) for statement in after] == [held(statement) for statement in before]


WORDS = st.text("aé (),'\"-:", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
CLAIM = WORDS.filter(lambda text: " | " not in text)
CELLS = st.sampled_from(["glioblastoma cell", "macrophage"])
GENES = st.sampled_from(["XRCC4", "STAT3", "NFKB1", "MRC1"])
CARGO = st.sampled_from(["hsa-miR-151a-3p", "circ-A", "MRC1"])
CHANGE = st.sampled_from(["up", "down", "binds", "unclear"])
PROCESS = st.sampled_from(["survival", "M2 polarisation", "vesicle release"])


def lists(names):
    return st.lists(st.fixed_dictionaries({"name": names, "effect": CHANGE}), max_size=3)


LEVELS = st.lists(
    st.sampled_from(["detected", "transferred", "necessary", "sufficient"]), max_size=2, unique=True
)
PIECES = st.one_of(
    st.fixed_dictionaries({"seen": st.just("memory"), "where": WORDS}),
    st.fixed_dictionaries(
        {"seen": st.sampled_from(["full_text", "abstract", "title", "database_row"]), "where": WORDS},
        optional={"reference": st.sampled_from(["doe-2020", "roe-2021"]), "level": LEVELS},
    ),
    st.fixed_dictionaries(
        {"seen": st.just("full_text"), "where": WORDS, "document": st.just("review-2022"), "quote": CLAIM,
         "quote_licence": st.just("CC BY 4.0")},
        optional={"place": WORDS, "printed_reference": st.sampled_from(["7", "7,8"])},
    ),
)  # fmt: skip
COMMON = {
    "note": WORDS,
    "systems": st.lists(st.sampled_from(["S1", "S10"]), max_size=2, unique=True),
    "context": st.fixed_dictionaries({}, optional={"cancer": WORDS, "species": WORDS, "condition": WORDS}),
    "correction": st.fixed_dictionaries(
        {
            "printed": WORDS,
            "corrected": WORDS,
            "reason": st.just("the title says (so)"),
            "source": st.just("a (b)"),
        }
    ),
}
AXES = st.fixed_dictionaries(
    {"kind": st.just("axis"), "donor": CELLS, "recipient": CELLS, "mechanism": st.just("not stated")},
    optional={**COMMON, "claim": CLAIM, "cargo": CARGO, "cargo_level": st.sampled_from(["up", "down"]),
              "uptake": WORDS, "targets": lists(GENES), "pathways": lists(GENES),
              "phenotypes": lists(PROCESS)},
)  # fmt: skip
CLAIMS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["marker", "therapy", "immune"]), "claim": CLAIM},
    optional={**COMMON, "agent": st.sampled_from(["exosome", "hypoxia", "STAT3"]), "donor": CELLS,
              "cargo": CARGO, "recipient": CELLS, "targets": lists(GENES), "phenotypes": lists(PROCESS),
              "value": st.just({"quantity": "a size: b", "low": 30, "high": 150.5, "unit": "nm (mean)"})},
)  # fmt: skip
ARROW = {"source": GENES, "effect": st.sampled_from(["up", "down"])}
INFLUENCES = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just(kind), "target": targets, **ARROW},
        optional={**COMMON, "claim": CLAIM, "cells": st.lists(CELLS, max_size=2, unique=True)},
    )
    for kind, targets in [
        ("mechanism", GENES), ("sorting", CARGO), ("release", PROCESS), ("biogenesis", PROCESS),
        ("uptake", PROCESS),
    ]
)  # fmt: skip
STATEMENTS = st.one_of(AXES, CLAIMS, INFLUENCES)
PATIENT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def with_statements(records, statements):
    numbered = [{**statement, "id": f"row-{i}"} for i, statement in enumerate(statements)]
    for statement in numbered:
        if "cargo" not in statement:
            statement.pop("cargo_level", None)  # the table says nothing of the level of what is not named
    return {**records, "statements": numbered, "findings": []}


@PATIENT
@given(st.lists(st.tuples(STATEMENTS, PIECES), min_size=1, max_size=4))
def test_statements_come_back_from_their_table(records, write, tmp_path, drawn):
    statements = [{**statement, "evidence": [piece]} for statement, piece in drawn]
    before, after, _ = through_the_table(with_statements(records, statements), write, tmp_path)
    assert [held(statement) for statement in after] == [held(statement) for statement in before]


@PATIENT
@given(st.lists(st.tuples(STATEMENTS, st.lists(PIECES, min_size=1, max_size=3)), min_size=1, max_size=3))
def test_a_table_that_is_read_and_exported_again_is_the_same(records, write, tmp_path, drawn):
    statements = [{**statement, "evidence": pieces} for statement, pieces in drawn]
    _, after, table = through_the_table(with_statements(records, statements), write, tmp_path)
    (again,) = save_as(after, "tsv", tmp_path / "again.tsv")
    one, two = (
        list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter="\t"))
        for path in (table, again)
    )
    folded = {"belief", "printed_reference"}  # rest on which piece goes with which paper
    for before, back in zip(one, two, strict=True):
        assert {name: before[name] for name in before if name not in folded} == {
            name: back[name] for name in back if name not in folded
        }


def test_the_example_records_are_plain_yaml(records):
    assert yaml.safe_load(yaml.safe_dump(records)) == records
