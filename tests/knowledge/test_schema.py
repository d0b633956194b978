"""The published schema says the same as the records."""

import json
from dataclasses import MISSING, fields

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exocosm import knowledge
from exocosm.knowledge import KnowledgeFileError, read_file
from exocosm.knowledge.base import DATA
from exocosm.knowledge.record import vocabularies

SCHEMA = json.loads((DATA / "schema" / "knowledge.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CLASSES = {
    "document": knowledge.Document,
    "reference": knowledge.Reference,
    "entity": knowledge.Entity,
    "evidence": knowledge.Evidence,
    "context": knowledge.Context,
    "correction": knowledge.Correction,
    "target": knowledge.Target,
    "effect": knowledge.Effect,
    "axis": knowledge.Axis,
    "influence": knowledge.Influence,
    "claim": knowledge.Claim,
    "quantity": knowledge.Quantity,
    "marker": knowledge.Marker,
    "phenotype": knowledge.Phenotype,
    "read_out": knowledge.ReadOut,
    "finding": knowledge.Finding,
}


def test_the_schema_is_itself_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", CLASSES)
def test_schema_and_record_have_the_same_fields_and_words(name):
    definition, record_class = SCHEMA["$defs"][name], CLASSES[name]
    assert set(definition["properties"]) == {field.name for field in fields(record_class)}
    required = {field.name for field in fields(record_class) if field.default is MISSING}
    assert set(definition["required"]) - {"kind"} == required - {"kind"}
    for field, words in vocabularies(record_class).items():
        prop = definition["properties"][field]
        listed = prop.get("items", prop).get("enum", [prop.get("const")])
        assert set(listed) - {None} == set(words)


@pytest.mark.parametrize("path", knowledge.shipped_files(), ids=lambda path: path.name)
def test_shipped_files_follow_the_schema(path):
    data = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)] == []


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from places(item, (*path, i))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_schema_and_reader_judge_a_damaged_file_alike(data, records, write):
    value = data.draw(st.sampled_from([None, 3, "text", "up", "", [], {}, ["x"], True, "10.1/x"]))
    path = data.draw(st.sampled_from([place for place in places(records) if place]))
    records = json.loads(json.dumps(records))
    parent = records
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    try:
        read_file(write(records))
        accepted = True
    except KnowledgeFileError:
        accepted = False
    if (
        path[-1] == "id"
        or "through" in path
        or path[-2:-1] == ("targets",)
        or path[-1] == "targets"
        or "name" in path
    ):
        # Whether an id or an intermediate is known goes beyond a schema, which may let more pass.
        assert VALIDATOR.is_valid(records) or not accepted
    else:
        assert VALIDATOR.is_valid(records) == accepted
