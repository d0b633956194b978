"""The state as named arrays and plain values, and back: nothing in it is known by name here."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from exocosm.errors import InputError

from .compiled import Compiled
from .start import start
from .state import State

Arrays = dict[str, np.ndarray]
Values = dict[str, Any]
_PLAIN = (bool, int, float, str, type(None))


def taken_apart(value: Any, name: str = "") -> tuple[Arrays, Values]:
    """Return the arrays and the plain values of a dataclass, by their path ("cells/position").

    Dictionaries, tuples, lists and dataclasses are gone into; raises TypeError for anything else.
    """
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufcSU":
        return {name: value}, {}
    if isinstance(value, np.generic):
        return {}, {name: value.item()}
    if isinstance(value, _PLAIN):
        return {}, {name: value}
    arrays: Arrays = {}
    values: Values = {}
    for key, item in _items(value, name):
        more_arrays, more_values = taken_apart(item, f"{name}/{key}" if name else str(key))
        arrays |= more_arrays
        values |= more_values
    return arrays, values


def put_together(compiled: Compiled, seed: int, arrays: Arrays, values: Values) -> State:
    """Return the state that `taken_apart` took apart.

    Raises
    ------
    InputError : if it holds other names, types or numbers of dimensions than a state of this model
    """
    empty = replace(compiled, model=replace(compiled.model, placements=(), events=()))
    template = start(empty, seed)
    known_arrays, known_values = taken_apart(template)
    _compare("arrays", set(known_arrays), set(arrays))
    _compare("values", set(known_values), set(values))
    for name, array in known_arrays.items():
        found = arrays[name]
        if (found.dtype, found.ndim) != (array.dtype, array.ndim):
            raise InputError(
                f"Expected array `{name}` of the checkpoint to be {array.dtype} in {array.ndim} dimensions, "
                f"found {found.dtype} in {found.ndim}."
            )
    state: State = _filled(template, "", arrays, values)
    return state


def _items(value: Any, name: str) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    raise TypeError(f"`{name}` of the state is a {type(value).__name__}, which no checkpoint can hold.")


def _filled(template: Any, name: str, arrays: Arrays, values: Values) -> Any:
    if name in arrays:
        return arrays[name]
    if name in values:
        return values[name]

    def inside(key: Any, item: Any) -> Any:
        return _filled(item, f"{name}/{key}" if name else str(key), arrays, values)

    if isinstance(template, dict):
        return {key: inside(key, item) for key, item in template.items()}
    if isinstance(template, list | tuple):
        return type(template)(inside(i, item) for i, item in enumerate(template))
    return replace(template, **{key: inside(key, item) for key, item in _items(template, name)})


def _compare(noun: str, known: set[str], found: set[str]) -> None:
    if missing := sorted(known - found):
        raise InputError(f"The checkpoint lacks the {noun} {missing}, which a state of this model has.")
    if unknown := sorted(found - known):
        raise InputError(f"The checkpoint holds the {noun} {unknown}, which no state of this model has.")
