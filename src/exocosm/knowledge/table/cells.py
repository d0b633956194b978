"""What stands in one row of a table: texts, lists, numbers; and a way to say what is wrong where."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sized
from typing import Any

Report = Callable[[str, str], None]  # column, message

_NUMBER = r"[-+]?[\d.]+(?:[eE][-+]?\d+)?"
_VALUE = re.compile(rf"(?P<quantity>.+): (?P<low>{_NUMBER})(?: to (?P<high>{_NUMBER}))? (?P<unit>.+)")


class Row:
    """The cells of one row by column; what is left empty is not stated."""

    def __init__(self, line: int, cells: Mapping[str, str], report: Report) -> None:
        """Take the `cells` that start in `line`; problems with them go to `report`."""
        self.line = line
        self.cells = {column: text for column, text in cells.items() if text}
        self.report = report

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def listed(self, column: str) -> list[str]:
        """Return the parts of a cell that ";" separates; an empty part keeps its place."""
        return [part.strip() for part in self[column].split(";")] if self[column] else []

    def texts(self, column: str) -> list[str]:
        """Return the parts of a cell of running text, which " | " separates."""
        return [part.strip() for part in re.split(r"\s\|\s", self[column])] if self[column] else []

    def in_step(
        self, column: str, beside: str, *, texts: bool = False, missing: str = ""
    ) -> list[tuple[str, str]]:
        """Pair the parts of two cells; if they are not equally many, report it and take `missing`."""
        parts, others = (self.texts(name) if texts else self.listed(name) for name in (column, beside))
        if len(parts) == len(others):
            return list(zip(parts, others, strict=True))
        separator = "' | '" if texts else "';'"
        self.report(
            beside,
            f"has {counted(others)}, and `{column}` has {counted(parts)}: give one for each, separated by "
            f"{separator}.",
        )
        return [(part, missing) for part in parts]


def counted(entries: Sized) -> str:
    """Return "1 entry" or "3 entries"."""
    return f"{len(entries)} entr{'y' if len(entries) == 1 else 'ies'}"


def quantity(row: Row) -> dict[str, Any] | None:
    """Read the column `value`: "diameter: 30 to 150 nm"."""
    text = row["value"]
    if not text:
        return None
    match = _VALUE.fullmatch(text)
    try:
        low, high = (float(match[part] or match["low"]) for part in ("low", "high")) if match else (0.0, 0.0)
    except ValueError:
        match = None
    if match is None:
        row.report(
            "value", f"expected what is measured, a number or range and a unit, as in "
            f"'diameter: 30 to 150 nm'; found {text!r}."
        )  # fmt: skip
        return None
    return {"quantity": match["quantity"], "low": low, "high": high, "unit": match["unit"]}


def correction(row: Row) -> dict[str, str] | None:
    """Read a misprint from its three columns; the last says why and, in brackets at its end, the source."""
    columns = ("printed_reading", "corrected_reading", "correction_reason")
    if not any(row[column] for column in columns):
        return None
    reason, source = _reason_and_source(row["correction_reason"])
    for column in columns:
        if not row[column]:
            row.report(column, f"is empty: a correction fills {', '.join(columns)}.")
    if row["correction_reason"] and not (reason and source):
        row.report("correction_reason", "expected the reason and then, in brackets, the source it rests on.")
    stand_in = "missing"
    return {
        "printed": row["printed_reading"] or stand_in,
        "corrected": row["corrected_reading"] or stand_in,
        "reason": reason or stand_in,
        "source": source or stand_in,
    }


def _reason_and_source(text: str) -> tuple[str, str]:
    """Split "reason (source)" at the bracket that the last one closes."""
    depth = 0
    for i in reversed(range(len(text))) if text.endswith(")") else ():
        depth += {")": 1, "(": -1}.get(text[i], 0)
        if depth == 0:
            return text[:i].strip(), text[i + 1 : -1].strip()
    return text, ""
