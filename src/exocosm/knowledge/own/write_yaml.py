"""Records → a knowledge file in its canonical form: sections and fields in their order, defaults left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from ..read import KEY_FIELDS

_WIDTH = 110
# As people write records: what it is, who does what, the circumstances, the sources.
_ORDER = (
    *("id", "name", "kind", "type", "title", "citation", "source", "agent", "topic", "donor", "cargo"),
    *("printed_cargo", "cargo_type", "cargo_level", "recipient", "uptake", "target", "targets"),
    *("effect", "through", "relation", "pathways", "phenotypes", "mechanism", "value", "claim", "cells"),
    *("context", "systems", "document", "place", "reference", "printed_reference", "quote"),
    *("quote_licence", "level", "seen", "where", "evidence", "correction", "note"),
)


def knowledge_yaml(topic: str, records: Mapping[str, Iterable[Any]]) -> str:
    """Return the text of a knowledge file with these records, by section, in the order of ids or names."""
    import yaml

    content: dict[str, Any] = {"topic": topic}
    for section, key in KEY_FIELDS.items():
        once = {getattr(record, key): record for record in records.get(section, ())}
        if once:
            content[section] = [_stated(once[name]) for name in sorted(once)]
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _stated(record: Any) -> dict[str, Any]:
    """Return the fields of a record that differ from their default."""
    found = {
        field.name: _plain(getattr(record, field.name))
        for field in fields(record)
        # An axis has its kind by default, and a missing identifier is null; readers want to see both.
        if field.name in ("id", "kind") or getattr(record, field.name) != field.default
    }
    first = {name: found[name] for name in _ORDER if name in found}
    return first | found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _stated(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
