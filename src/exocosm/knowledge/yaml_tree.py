"""YAML text as plain values, with the line of every field at hand.

The text is parsed once into nodes (by libyaml when PyYAML has it) and the values are built from the nodes
here, because PyYAML's own constructors keep the last of two equal keys without a word and forget the lines.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from .problems import KnowledgeFileError, Problem

_SafeLoader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TAG = "tag:yaml.org,2002:"
# Dates stay text: no field holds one, and "2022-01-01" is more likely part of a name.
_TEXT_TAGS = frozenset({_TAG + "str", _TAG + "timestamp", _TAG + "value"})
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_MAX_COPIED = 100_000  # a few lines of nested aliases can stand for billions of values
_MAX_DEPTH = 50  # knowledge records nest six deep
_SAFE_DEPTH = 10_000  # what the parser's stack certainly holds


class YamlTree:
    """The nodes of one YAML file: `.value` is its plain data, `line(field)` the line where a field stands."""

    def __init__(self, text: str, file: str) -> None:
        """Parse `text`; duplicate keys and unknown tags go into `.problems`, broken YAML raises."""
        self.file = file
        self.problems: list[Problem] = []
        self._seen: set[int] = set()
        self._copied = 0
        self._root = _compose(text, file)
        try:
            self.value = None if self._root is None else self._build(self._root, "")
        except RecursionError:
            raise _too_deep(file) from None

    def line(self, field: str) -> int | None:
        """Return the line (from 1) of `field`, or of the nearest part of its path that exists."""
        node, line = self._root, 1
        for index, key in _STEP.findall(field):
            child = None
            if index and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
                child = node.value[int(index)]
                line = child.start_mark.line + 1
            elif key and isinstance(node, yaml.MappingNode):
                for key_node, value_node in node.value:
                    if key_node.value == key:
                        child, line = value_node, key_node.start_mark.line + 1
            if child is None:
                break
            node = child
        return line

    def _build(self, node: yaml.Node, field: str) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, field)
        if id(node) in self._seen:
            self._copied += 1 + len(node.value)
            if self._copied > _MAX_COPIED:
                what = f"aliases (*) stand for more than {_MAX_COPIED} values. Write the parts out."
                raise KnowledgeFileError([Problem(self.file, node.start_mark.line + 1, field, what)])
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item, f"{field}[{i}]") for i, item in enumerate(node.value)]
        return self._mapping(node, field)

    def _mapping(self, node: yaml.Node, field: str) -> dict[str, Any]:
        built: dict[str, Any] = {}
        first_line: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(key_node, field, "has a key that is not a word. Write `field: value`.")
                continue
            key = key_node.value
            below = f"{field}.{key}" if field else key
            if key in built:
                self._report(key_node, below, f"is given twice, first in line {first_line[key]}. Keep one.")
                continue
            first_line[key] = line
            built[key] = self._build(value_node, below)
        return built

    def _scalar(self, node: yaml.ScalarNode, field: str) -> Any:
        tag, text = node.tag, node.value
        if tag in _TEXT_TAGS:
            return text
        if tag == _TAG + "null":
            return None
        if tag == _TAG + "bool":
            return _BOOLEANS[text.lower()]
        if tag == _TAG + "int":
            # 0123, 0x1F and 1:30 are integers to YAML 1.1 and slips of the pen here.
            return int(text) if re.fullmatch(r"[-+]?(0|[1-9]\d*)", text) else text
        if tag == _TAG + "float":
            try:
                return float(text)
            except ValueError:
                return text
        self._report(
            node, field, f"has the tag {tag!r}, which is not read. Write plain text, a number or null."
        )
        return None

    def _report(self, node: yaml.Node, field: str, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, field, message))


def read_text(path: Path) -> str:
    """Read a UTF-8 file, or raise KnowledgeFileError saying why it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        message = f"is not UTF-8 (byte 0x{error.object[error.start]:02x}). Save the file as UTF-8."
        raise KnowledgeFileError([Problem(str(path), line, "", message)]) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KnowledgeFileError([Problem(str(path), None, "", f"cannot be read: {reason}.")]) from None


def _compose(text: str, file: str) -> yaml.Node | None:
    loader = None
    try:
        if _may_nest_deeply(text) and _depth(text) > _MAX_DEPTH:
            raise RecursionError
        loader = _SafeLoader(text)
        node: yaml.Node | None = loader.get_single_node()
        return node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        what = "; ".join(part for part in (error.context, error.problem) if part)
        raise KnowledgeFileError([Problem(file, line, "", f"is not valid YAML: {what}.")]) from None
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0]
        raise KnowledgeFileError([Problem(file, None, "", f"is not valid YAML: {what}.")]) from None
    except RecursionError:
        raise _too_deep(file) from None
    finally:
        if loader is not None:
            loader.dispose()


def _too_deep(file: str) -> KnowledgeFileError:
    return KnowledgeFileError([Problem(file, None, "", "is nested too deeply for a knowledge file.")])


def _may_nest_deeply(text: str) -> bool:
    # libyaml composes by recursion in C, where a file of 100,000 brackets overflows the stack. Depth cannot
    # exceed twice the longest line plus the number of brackets, so ordinary files skip the second parse.
    longest = max(map(len, text.splitlines()), default=0)
    return 2 * longest + text.count("[") + text.count("{") > _SAFE_DEPTH


def _depth(text: str) -> int:
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if depth > _MAX_DEPTH:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest
