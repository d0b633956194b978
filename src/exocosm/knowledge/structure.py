"""Plain data → records. Types come from the records themselves, so there is one description of each."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, NamedTuple, TypeVar, get_args, get_origin

from exocosm.errors import did_you_mean

from .record import RecordError, field_types

Record = TypeVar("Record")
Report = Callable[[str, str], None]  # field, message


class _Slot(NamedTuple):
    """How one field of a record is read."""

    name: str
    hint: Any
    plain: type | None  # text, number or word of a vocabulary: what a value of this type is taken as it is
    required: bool


def structure(record_class: type[Record], data: Any, field: str, report: Report) -> Record | None:
    """Build a record from a mapping; every problem goes to `report`, and None is returned if there was any.

    A field that is null counts as left out. Types are checked here, vocabularies and rules by the record.
    """
    if not isinstance(data, dict):
        report(field, f"expected a mapping with {_field_list(record_class)}; found {_found(data)}.")
        return None
    slots = _slots(typing.cast(Any, record_class))
    unknown = _report_unknown(data, slots, field, report)
    values: dict[str, Any] = {}
    failed: set[str] = set()
    for slot in slots.values():
        value = data.get(slot.name)
        if type(value) is slot.plain:
            values[slot.name] = value
            continue
        below = f"{field}.{slot.name}"
        if value is not None:
            built, sound = _convert(slot.hint, value, below, report)
            values[slot.name] = built
        elif slot.required:
            found = "null" if slot.name in data else "missing"
            report(below, f"is {found}: expected {_expected(slot.hint)}.")
            values[slot.name], sound = _stand_in(slot.hint), False
        else:
            continue
        if not sound:
            failed.add(slot.name)
    try:
        # Built with stand-ins all the same, so that the other problems show now and not next time.
        record = record_class(**values)
    except RecordError as error:
        for name, message in error.problems:
            if re.split(r"[.\[]", name)[0] not in failed:
                report(f"{field}.{name}", message)
        return None
    return None if failed or unknown else record


def _convert(hint: Any, value: Any, field: str, report: Report) -> tuple[Any, bool]:
    """Return the value as the record wants it and whether it was sound; what is not sound is reported."""
    kind = get_origin(hint)
    if kind is tuple:
        return _convert_list(get_args(hint)[0], value, field, report)
    if is_dataclass(hint):
        built = structure(typing.cast(type, hint), value, field, report)
        return built, built is not None
    wanted = type(get_args(hint)[0]) if kind is Literal else hint
    if type(value) is wanted:
        return value, True
    if wanted is float and type(value) is int:
        return float(value), True
    advice = f" Put it in quotes: '{value}'." if wanted is str and isinstance(value, (int, float)) else ""
    report(field, f"expected {_expected(hint)}, found {_found(value)}.{advice}")
    return _stand_in(hint), False


def _convert_list(item_hint: Any, value: Any, field: str, report: Report) -> tuple[Any, bool]:
    if not isinstance(value, list):
        report(field, f"expected a list, found {_found(value)}.")
        return (), False
    items = [_convert(item_hint, item, f"{field}[{i}]", report) for i, item in enumerate(value)]
    return tuple(item for item, sound in items if sound), all(sound for _, sound in items)


def _stand_in(hint: Any) -> Any:
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    return {str: "missing", int: 0, float: 0.0}.get(hint, ())


def _report_unknown(data: dict[str, Any], slots: dict[str, _Slot], field: str, report: Report) -> bool:
    unknown = [key for key in data if key not in slots]
    for key in unknown:
        report(f"{field}.{key}", f"is no field here.{did_you_mean(key, slots)} Known are {', '.join(slots)}.")
    return bool(unknown)


@cache
def _slots(record_class: Any) -> dict[str, _Slot]:
    types_of = field_types(record_class)
    slots = {}
    for field in fields(record_class):
        hint = _without_none(types_of[field.name])
        required = field.default is MISSING and field.default_factory is MISSING
        slots[field.name] = _Slot(field.name, hint, _plain(hint), required)
    return slots


def _plain(hint: Any) -> type | None:
    if get_origin(hint) is Literal:
        return type(get_args(hint)[0])
    return hint if hint in (str, int, float) else None


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (typing.Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


def _expected(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(str(word) for word in get_args(hint))
    if get_origin(hint) is tuple:
        return "a list"
    if is_dataclass(hint):
        return f"a mapping with {_field_list(typing.cast(type, hint))}"
    return {str: "text", int: "a whole number", float: "a number"}[hint]


def _field_list(record_class: type) -> str:
    return ", ".join(_slots(record_class))


def _found(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    kind = {bool: "true or false", int: "a number", float: "a number"}.get(type(value), "text")
    return f"{value!r} ({kind})"
