"""Numbers, units and names as a reader expects to see them."""

from __future__ import annotations

import math
import re
import textwrap

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None, digits: int = 3) -> str:
    """Write a number to `digits` significant digits: 0.241, 12,300, 4.1×10⁻⁵, −0.2, ∞.

    A missing one is '–'.
    """
    if value is None:
        return "–"
    value = float(value)
    if math.isnan(value):
        return "–"
    sign = "−" if value < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    if size == 0:
        return "0"
    rounded = float(f"{size:.{digits - 1}e}")
    exponent = math.floor(math.log10(rounded))
    if -4 < exponent < 6:
        decimals = max(0, digits - 1 - exponent)
        text = f"{rounded:,.{decimals}f}"
        return sign + (text.rstrip("0").rstrip(".") if "." in text else text)
    mantissa = f"{rounded / 10.0**exponent:.{digits - 1}f}".rstrip("0").rstrip(".")
    return f"{sign}{mantissa}×10{str(exponent).translate(_SUPERSCRIPT)}"


def power(value: float, _position: int | None = None) -> str:
    """Label a tick of a logarithmic axis: 0.01, 1, 1,000, 10⁵ (other ticks stay unlabelled)."""
    if value <= 0:
        return ""
    exponent = math.log10(value)
    if abs(exponent - round(exponent)) > 1e-6:
        return ""
    whole = round(exponent)
    return number(10.0**whole) if -2 <= whole <= 4 else f"10{str(whole).translate(_SUPERSCRIPT)}"


def unit(text: str | None) -> str:
    """Spell an ASCII unit with its signs: 'umol/L' → 'µmol/L', '1/um3' → '1/µm³'; '' and '1' mean no unit."""
    if not text or str(text) in {"1", "nan", "dimensionless"}:
        return ""
    text = re.sub(r"\bu(?=(m|mol|g|l|L|M|s)\b|m[23]\b)", "µ", str(text))
    return re.sub(r"(?<=m)([23])\b", lambda match: match[1].translate(_SUPERSCRIPT), text)


def with_unit(label: str, unit_text: str | None) -> str:
    """'oxygen', 'mmHg' → 'oxygen [mmHg]'."""
    spelled = unit(unit_text)
    return f"{label} [{spelled}]" if spelled else label


def wrap(text: str, width: int) -> str:
    """Break a label into lines of at most `width` characters."""
    return "\n".join(textwrap.wrap(str(text), width, break_long_words=True)) or str(text)
