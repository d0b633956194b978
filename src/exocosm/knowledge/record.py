"""What all records share: checks that report every problem at once, and the way back to plain data."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from exocosm.errors import InputError, did_you_mean
from exocosm.identifiers import Identifier

FieldProblem = tuple[str, str]  # field of the record, message


class RecordError(InputError):
    """A record says something that cannot be; `.problems` lists (field, message)."""

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"`{field}`: {message}" for field, message in self.problems))


@cache
def field_types(record_class: Any) -> dict[str, Any]:
    """Map each field of a record class to its type, with annotations given as text resolved."""
    hints = typing.get_type_hints(record_class)
    return {field.name: hints[field.name] for field in fields(record_class)}


@cache
def vocabularies(record_class: Any) -> dict[str, tuple[Any, ...]]:
    """Map each field with a closed vocabulary (a Literal, or a tuple or optional of one) to its words."""
    found = {name: _literal_words(hint) for name, hint in field_types(record_class).items()}
    return {name: words for name, words in found.items() if words}


def _literal_words(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) is Literal:
        return get_args(hint)
    if get_origin(hint) in (tuple, typing.Union, types.UnionType):
        return tuple(word for part in get_args(hint) for word in _literal_words(part))
    return ()


def check(record: Any, problems: Iterable[FieldProblem] = ()) -> None:
    """Raise RecordError when a field leaves its vocabulary or `problems` is not empty."""
    found = [*_outside_vocabulary(record), *problems]
    if found:
        raise RecordError(found)


def _outside_vocabulary(record: Any) -> Iterable[FieldProblem]:
    record_class: Any = type(record)
    for name, words in vocabularies(record_class).items():
        value = getattr(record, name)
        if isinstance(value, tuple):
            for i, item in enumerate(value):
                if item not in words:
                    yield f"{name}[{i}]", not_among(item, words)
        elif value is not None and value not in words:
            yield name, not_among(value, words)


def not_among(value: object, words: Iterable[object]) -> str:
    """Say that `value` is not one of `words`, and which of them is closest."""
    words = list(words)
    known = ", ".join(map(str, words))
    return f"expected one of {known}; found {value!r}.{did_you_mean(value, words)}"


def blank(record: Any, *names: str) -> Iterable[FieldProblem]:
    """Yield a problem for each named text field that is empty."""
    for name in names:
        value = getattr(record, name)
        if value is not None and not value.strip():
            yield name, "is empty: write the text or, where a field may be missing, null."


def identifier_problems(identifier: str | None, reason: str | None) -> Iterable[FieldProblem]:
    """Check `id`: a well-formed identifier in its usual spelling, or null with a reason."""
    if identifier is None:
        if not reason or not reason.strip():
            yield "reason", "a null `id` needs a reason: say why there is no identifier."
        return
    try:
        usual = str(Identifier.parse(identifier))
    except InputError as error:
        yield "id", str(error)
    else:
        if usual != identifier:
            yield "id", f"write {usual!r} for {identifier!r}."


def to_plain(value: Any) -> Any:
    """Turn a record into dictionaries, lists and scalars, keys in the order of the fields."""
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    return value


def strings(value: Any) -> Iterable[str]:
    """Yield every text in a record, nested ones included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from strings(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))
