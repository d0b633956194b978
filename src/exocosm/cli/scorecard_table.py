"""The read-outs of a scorecard as a table, one row each."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from exocosm.durable import replace_whole

from .output import one_line

COLUMNS = (
    "id", "donor", "cargo", "recipient", "inputs", "term", "node", "reported", "class", "stand_in",
    "target_defines_node", "verdict", "why_not", "agrees", "disagrees", "median_effect", "weight",
)  # fmt: skip
_WORDS = {1: "up", -1: "down", None: ""}


def write_table(record: Mapping[str, Any], path: Path) -> Path:
    """Write the read-outs of a scorecard's record as a tab-separated table and return its path."""

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            _write(record, file)

    replace_whole(path, write)
    return path


def _write(record: Mapping[str, Any], file: TextIO) -> None:
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in record["read_outs"]:
        inputs = [f"{one['node']} {_WORDS[one['sign']]} ({one['why']})" for one in row["inputs"]]
        shown = dict(row) | {"inputs": "; ".join(inputs), "reported": _WORDS[row["effect"]]}
        writer.writerow([_cell(shown[name]) for name in COLUMNS])


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value:.6g}"
    text = one_line(value)
    # A spreadsheet would take such a text for a formula.
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
