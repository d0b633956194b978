"""The one internal unit system, and the way in.

Numbers are converted once, where data enter; everything inside works on bare floats in the units of
`INTERNAL`. A bare number where a unit is needed is refused, because nothing in it says which unit was meant.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .errors import InputError

if TYPE_CHECKING:
    import pint

INTERNAL: Mapping[str, str] = MappingProxyType(
    {
        "length": "um",
        "time": "min",
        "concentration": "mmol/L",  # small molecules in fields
        "partial pressure": "mmHg",  # oxygen
        "vesicle density": "vesicle/um**3",  # per volume of tissue
        "amount in a cell": "copy/cell",
        "radiation dose": "Gy",
    }
)
"""What is measured → the unit in which Exocosm holds it."""

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<unit>.*?)\s*", re.DOTALL)

_PREFIXED_CLOCK_UNIT = re.compile(r".+(minute|hour|day|week)")
_HOW_TO_WRITE_UNITS = 'Write units as in "um**2/s", "1/h", "umol/L" or "percent".'


def minutes(duration: object) -> float:
    """Read a duration such as ``"48 h"`` and return it in minutes.

    >>> minutes("48 h")
    2880.0
    """
    return quantity(duration, to=INTERNAL["time"])


def quantity(text: object, *, to: str) -> float:
    """Read a number with its unit, such as ``"100 umol/L"``, and return it in the unit `to`.

    >>> quantity("100 umol/L", to="mmol/L")
    0.1

    Raises
    ------
    InputError : if the unit is missing or unknown, if it measures something else than `to`, or if the
        number is not finite
    """
    found = _QUANTITY.fullmatch(text) if isinstance(text, str) else None
    if found and found["unit"]:
        return float(convert(float(found["number"]), found["unit"], to))
    if found or (isinstance(text, (int, float)) and not isinstance(text, bool)):
        raise InputError(f"Expected a number and a unit, found {text!r}: missing unit. {_example(text, to)}")
    raise InputError(f'Expected a number and a unit, found {text!r}. Write, for example, "1 {to}".')


def convert(value: Any, unit: str, to: str) -> Any:
    """Return `value` (a number or an array), given in `unit`, in the unit `to`.

    >>> convert(2.0, "um**2/s", "um**2/min")
    120.0
    """
    source, target = parse(unit), parse(to)
    if source.dimensionality != target.dimensionality:
        raise InputError(
            f"Expected a unit that converts to {to!r}, found {unit!r}, which measures {source.dimensionality}"
            f" instead of {target.dimensionality}. {_example(1, to)}"
        )
    result = _registry().Quantity(value, source).to(target).magnitude
    if isinstance(result, float) and not math.isfinite(result):
        raise InputError(f"Expected a finite quantity, found {value!r} {unit}. Give an ordinary number.")
    return result


def parse(unit: str) -> pint.Unit:
    """Return the unit written as text, such as "um**2/s", "1/(mL*day)" or "percent"; "1" has no dimension."""
    try:
        parsed = _registry().parse_units("dimensionless" if unit.strip() in {"", "1"} else unit)
    except Exception as error:  # pint raises tokenizer, type and lookup errors alike on text that is no unit
        raise InputError(f"Expected a unit, found {unit!r}. {_HOW_TO_WRITE_UNITS}") from error
    # "hh" would pass as hectohours and turn a slip of the finger into a simulation of 200 days.
    if slips := [name for name in parsed._units if _PREFIXED_CLOCK_UNIT.fullmatch(name)]:
        raise InputError(f"Expected a unit, found {unit!r}, read as {slips[0]!r}. {_HOW_TO_WRITE_UNITS}")
    return parsed


@functools.cache
def _registry() -> pint.UnitRegistry[Any]:
    # Imported here, because most commands never convert a unit and pint takes a while to load.
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry()
    # What is counted has no dimension: "vesicle/um**3" and "1/um**3" are the same quantity.
    for counted in ("vesicle = 1 = _ = vesicles", "copy = 1 = _ = copies", "cell = 1 = _ = cells"):
        registry.define(counted)
    return registry


def _example(number: object, to: str) -> str:
    same = "h" if to == INTERNAL["time"] else to
    return f'Write, for example, "{str(number).strip()} {same}".'
