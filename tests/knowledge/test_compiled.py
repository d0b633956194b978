"""The compiled JSON says what the YAML says, and is left alone when it does not."""

import json

import pytest

from exocosm.knowledge import compiled, load, shipped_files


@pytest.fixture
def fresh():
    compiled._content.cache_clear()
    yield
    compiled._content.cache_clear()


def test_compiled_and_yaml_give_the_same_base(tmp_path, monkeypatch, fresh):
    monkeypatch.setattr(compiled, "COMPILED", tmp_path / "compiled.json")
    slow = load()
    compiled.write(shipped_files(), tmp_path / "compiled.json")
    compiled._content.cache_clear()
    assert len(compiled.compiled_trees(tuple(shipped_files()))) == len(shipped_files())
    assert load().sha256 == slow.sha256


@pytest.mark.parametrize("content", ["", "{", json.dumps({"digest": "of other files", "trees": {}})])
def test_a_stale_or_damaged_file_is_not_used(tmp_path, monkeypatch, fresh, content):
    monkeypatch.setattr(compiled, "COMPILED", tmp_path / "compiled.json")
    (tmp_path / "compiled.json").write_text(content)
    assert compiled.compiled_trees(tuple(shipped_files())) == {}
    assert len(load()) > 0


def test_lines_are_found_in_the_yaml(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("topic: x\nentities:\n- name: A\n")
    assert compiled.CompiledTree(path, None).line("entities[0].name") == 3
