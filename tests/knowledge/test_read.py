"""Files that cannot be used: every problem with file, line, field and what would be valid."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exocosm import knowledge
from exocosm.errors import InputError
from exocosm.knowledge import KnowledgeFileError, load, read_file, validate


def problems_of(path):
    with pytest.raises(KnowledgeFileError) as error:
        load(path, shipped=False)
    assert isinstance(error.value, InputError)
    for problem in error.value.problems:
        assert str(problem) in str(error.value)
    return error.value.problems


HEAD = "topic: example\n"
STATEMENT = """\
topic: example
entities:
- {name: A, type: gene, id: "hgnc:1"}
- {name: B, type: gene, id: "hgnc:2"}
statements:
- id: a-b
  kind: mechanism
  source: A
  target: B
  effect: up
  evidence:
  - {seen: memory, where: textbook}
"""


def test_the_example_of_these_tests_is_sound(write):
    assert len(load(write(STATEMENT), shipped=False)) == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        ("effect: up", "effect: upp", 10, "statements[0].effect", "expected one of up, down; found 'upp'"),
        ("effect: up", "efect: up", 10, "statements[0].efect", "is no field here. Did you mean 'effect'?"),
        ("  effect: up\n", "", 6, "statements[0].effect", "is missing: expected one of up, down"),
        ("effect: up", "effect: null", 10, "statements[0].effect", "is null: expected one of up, down"),
        ("effect: up", "effect: 1", 10, "statements[0].effect", "found 1 (a number)"),
        (
            "source: A",
            "source: 80",
            8,
            "statements[0].source",
            "expected text, found 80 (a number). Put it in q",
        ),
        ("source: A", "source: [A]", 8, "statements[0].source", "expected text, found a list"),
        ("kind: mechanism", "kind: mechnism", 7, "statements[0].kind", "Did you mean 'mechanism'?"),
        ("  kind: mechanism\n", "", 6, "statements[0].kind", "expected one of axis, mechanism"),
        ("source: A", "source: AA", 8, "statements[0].source", "'AA' is no entity or phenotype"),
        ("- {seen: memory", "- {seen: memry", 12, "statements[0].evidence[0].seen", "Did you mean 'memory'?"),
        (
            "where: text",
            "quote: x, where: text",
            12,
            "statements[0].evidence[0].quote",
            "carries no reference",
        ),
        (
            "  - {seen: memory, where: textbook}",
            "    text",
            11,
            "statements[0].evidence",
            "expected a list, found",
        ),
        (
            "where: text",
            "document: d, where: t",
            12,
            "statements[0].evidence[0].document",
            "not among the docum",
        ),
        ("topic: example", "topics: example", 1, "topic", "is missing"),
        ("topic: example", "topics: example", 1, "topics", "Did you mean"),
        ("entities:", "entity:", 2, "entity", "is no part of a knowledge file. Did you mean 'entities'?"),
        ('id: "hgnc:2"', "id: null", 4, "entities[1].reason", "a null `id` needs a reason"),
        ('id: "hgnc:2"', 'id: "hgnc:1"', 4, "entities[1].id", "One molecule has one name"),
        (
            "effect: up",
            "effect: up\n  effect: down",
            11,
            "statements[0].effect",
            "is given twice, first in line 10",
        ),
        ("effect: up", "effect: !!python/name:os.system up", 10, "statements[0].effect", "has the tag"),
    ],
)
def test_a_problem_names_line_field_and_what_is_valid(write, old, new, line, field, message):
    assert old in STATEMENT
    path = write(STATEMENT.replace(old, new, 1))
    found = [
        problem for problem in problems_of(path) if problem.field == field and message in problem.message
    ]
    assert found, problems_of(path)
    assert found[0].line == line
    assert found[0].file == str(path)


def test_all_problems_of_a_file_come_in_one_exception(write):
    text = STATEMENT.replace("effect: up", "effect: upp\n  efect: up").replace("source: A", "source: 80")
    text = (
        text.replace("id: a-b", "id: A b")
        .replace("seen: memory", "seen: memry")
        .replace('"hgnc:1"', '"hgcn:1"')
    )
    text = text.replace("topic: example", "topic: example\ntopic: again")
    fields = [problem.field for problem in problems_of(write(text))]
    assert sorted(fields) == [
        "entities[0].id",
        "statements[0].efect",
        "statements[0].effect",
        "statements[0].evidence[0].seen",
        "statements[0].id",
        "statements[0].source",
        "topic",
    ]


def test_a_damaged_entity_is_not_also_reported_as_missing(write):
    problems = problems_of(write(STATEMENT.replace('"hgnc:2"', "2")))
    assert [problem.field for problem in problems] == ["entities[1].id"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"topic: caf\xe9\n", "is not UTF-8 (byte 0xe9)"),
        ("topic: [unclosed\n", "is not valid YAML: while parsing a flow sequence"),
        ("topic: a\x00b\n", "is not valid YAML"),
        ("a: b: c\n", "is not valid YAML: mapping values are not allowed"),
        ("", "expected a mapping with topic"),
        ("- a\n- b\n", "expected a mapping with topic, documents, references"),
        ("one: 1\n---\ntwo: 2\n", "is not valid YAML: expected a single document"),
        (HEAD + "statements: 3\n", "expected a list, found 3"),
        (HEAD + "statements: [3]\n", "expected a mapping with id, donor"),
        (HEAD + "entities:\n- ? [a, b]\n  : c\n", "has a key that is not a word"),
    ],
)
def test_what_is_no_knowledge_file_is_refused_with_a_reason(write, content, message):
    assert message in str(problems_of(write(content))[0])


def test_a_byte_order_mark_does_no_harm(write):
    assert read_file(write("\ufeff" + STATEMENT)).topic == "example"


def test_aliases_that_stand_for_billions_of_values_are_refused(write):
    levels = ["l0: &l0 [a, a, a, a, a, a, a, a, a, a]"]
    levels += [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "aliases (*) stand for more than" in problems_of(write("\n".join(levels)))[0].message


def test_an_alias_of_itself_is_refused(write):
    assert "nested too deeply" in problems_of(write("topic: &a [*a]\n"))[0].message


@pytest.mark.parametrize("text", ["[" * 200_000, "- " * 200_000, "{a: " * 200_000])
def test_endless_nesting_is_refused_and_does_not_crash(write, text):
    assert "nested too deeply" in problems_of(write(text))[0].message


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=80),
        st.text("abk:-[]{}&*!|>'\"#%@?,.0~<= \t\n\r\u00e9\u2028\U0001f600", max_size=80),
    )
)
def test_any_content_is_read_or_refused_with_problems(write, content):
    with contextlib.suppress(KnowledgeFileError):
        read_file(write(content))


def test_an_alias_that_saves_writing_is_read(write):
    text = STATEMENT.replace(
        "  - {seen: memory, where: textbook}", "  - &e {seen: memory, where: textbook}\n  - *e"
    )
    (statement,) = load(write(text), shipped=False)
    assert statement.evidence[0] == statement.evidence[1]


def test_files_that_cannot_be_read_say_why(tmp_path):
    with pytest.raises(InputError, match="There is no file or folder"):
        load(tmp_path / "missing.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.yaml file"):
        load(tmp_path / "empty")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    with pytest.raises(InputError, match="no file or folder"):
        load(tmp_path / "loop.yaml")


def test_ids_given_twice_name_both_places(write, records):
    first = write(records, "one.yaml")
    statement = records["statements"][3]
    second = write({"topic": "again", "statements": [statement, statement]}, "two.yaml")
    with pytest.raises(KnowledgeFileError) as error:
        load(first, second, shipped=False)
    assert len(error.value.problems) == 2
    for problem in error.value.problems:
        assert problem.file == str(second)
        assert f"{first}:" in problem.message
        assert "'mech-stat3-mrc1' is defined a second time" in problem.message


def test_the_same_reference_in_two_files_counts_once_and_must_agree(write, records):
    first = write(records, "one.yaml")
    same = write({"topic": "again", "references": records["references"]}, "two.yaml")
    assert len(load(first, same, shipped=False).references) == 2
    records["references"][0]["citation"] = "Other"
    other = write({"topic": "again", "references": records["references"]}, "three.yaml")
    with pytest.raises(
        KnowledgeFileError, match="'doe-2020' is defined differently; the first is at .*one.yaml:"
    ):
        load(first, other, shipped=False)


def test_one_paper_has_one_reference(write):
    references = [
        {"id": name, "citation": name, "seen_in": "list", "doi": doi}
        for name, doi in (("a-1", "10.1/X"), ("b-1", "10.1/x"))
    ]
    (problem,) = problems_of(write({"topic": "t", "references": references}))
    assert problem.field == "references[1].doi"
    assert "A paper counts once" in problem.message


def test_entities_merge_their_synonyms_and_must_agree_on_the_id(write, records):
    first = write(records, "one.yaml")
    more = {"name": "XRCC4", "type": "gene", "id": "hgnc:12831", "synonyms": ["other", "repairer"]}
    merged = load(first, write({"topic": "t", "entities": [more]}, "two.yaml"), shipped=False)
    assert merged.entity("XRCC4").synonyms == ("repairer", "other")
    conflict = write({"topic": "t", "entities": [{**more, "id": "hgnc:1"}]}, "three.yaml")
    with pytest.raises(
        KnowledgeFileError, match="'XRCC4' is gene hgnc:1 here and gene hgnc:12831 at .*one.yaml:"
    ):
        load(first, conflict, shipped=False)


def test_a_synonym_in_a_statement_is_answered_with_the_name(write, records):
    records["statements"][3]["target"] = "CD206"
    (problem,) = problems_of(write(records))
    assert problem.field == "statements[3].target"
    assert problem.message == "'CD206' is another name of 'MRC1': write that."


def test_findings_name_statements_that_exist(write, records):
    records["findings"][0]["statements"] = ["axis-151a-3pp"]
    (problem,) = problems_of(write(records))
    assert problem.field == "findings[0].statements[0]"
    assert "Did you mean 'axis-151a-3p'" in problem.message


def test_users_files_join_the_shipped_data(write, shipped):
    statement = {
        "id": "users-own-statement",
        "kind": "mechanism",
        "source": shipped.influences[0].source,
        "target": shipped.influences[0].target,
        "effect": "up",
        "evidence": [{"seen": "memory", "where": "own notes"}],
    }
    joined = load(write({"topic": "own", "statements": [statement]}))
    assert len(joined) == len(shipped) + 1
    assert joined.version == shipped.version + "+own"
    assert joined.sha256 != shipped.sha256


def test_validate_lists_problems_of_the_given_files_only(write, tmp_path):
    assert (
        validate([write(STATEMENT.replace("hgnc:1", "hgnc:99999999").replace("hgnc:2", "hgnc:99999998"))])
        == []
    )
    bad = write(STATEMENT.replace("effect: up", "effect: upp"), "bad.yaml")
    missing = tmp_path / "missing.yaml"
    problems = validate([missing, bad])
    assert {problem.file for problem in problems} == {str(bad), str(missing)}
    assert any("There is no file or folder" in problem.message for problem in problems)
    assert any(problem.field == "statements[0].effect" for problem in problems)


def test_every_name_that_is_listed_is_public():
    assert all(hasattr(knowledge, name) for name in knowledge.__all__)
