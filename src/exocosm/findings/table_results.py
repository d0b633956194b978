"""The verdicts of a person's own findings, row by row, beside what the person wrote."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from exocosm.durable import replace_whole
from exocosm.errors import InputError

from .score import Line
from .scorecard import Scorecard
from .table import Row
from .verdict import EFFECT

COLUMNS = (
    *("term", "node", "prediction", "share_agreeing", "median_effect", "verdict", "class", "trace"),
    *("dose_ratio", "problem"),
)
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?")
_FORMULA = tuple("=+-@＝＋－＠")  # the wide forms count in spreadsheets too
_RUN = ("reproduced", "contradicted", "no effect", "not robust")


def results(rows: Sequence[Row], card: Scorecard) -> list[dict[str, Any]]:
    """Return one record per row and read-out, in the table's order: all of its columns, then the model's.

    The model's columns are named with "model_" before them where the table has one of that name already.

    - term, node: the read-out, and the node of the model that it is read from
    - prediction: up, down or none, of the median over all draws, for the row as it is written (of less cargo
      where it speaks of less); empty where nothing was run
    - share_agreeing: of draws with the reported direction
    - median_effect: change of log-odds of the node's activity, for the row as it is written
    - verdict; class: whether the reported effect of more cargo is pro- or anti-tumour
    - trace, dose_ratio: kept for what carried the effect, and for the dose delivered over that needed
    - problem: why there is no verdict, and what was not understood

    Raises
    ------
    InputError : if the scorecard is not of these rows
    """
    by_case: dict[str, list[Line]] = {}
    for line in card.lines:
        by_case.setdefault(line.case.id, []).append(line)
    cases = {case.id: case for case in card.cases}
    named = _column_names({column for row in rows for column in row.original})
    found = []
    for row in rows:
        if row.case is not None and cases.get(row.case.id) != row.case:
            raise InputError(
                f"Expected `card` to be that of `rows`: {row.case.id!r} (line {row.line}) is missing. "
                "Score the cases of all rows."
            )
        for record in _of_row(row, by_case.get(row.case.id, []) if row.case else []):
            found.append({**row.original, **{named[column]: record.get(column, "") for column in COLUMNS}})
    return found


def write_results(path: Path, rows: Sequence[Row], card: Scorecard) -> None:
    """Write the results as a tab-separated table in UTF-8; no cell is a formula to a spreadsheet.

    A text that begins with =, +, - or @ and is no number gets an apostrophe before it.

    Raises
    ------
    InputError : if the scorecard is not of these rows, or the file cannot be written
    """
    records = results(rows, card)
    columns = list(dict.fromkeys(column for record in records for column in record)) or list(COLUMNS)

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(map(_cell, columns))
            writer.writerows([_cell(record.get(column, "")) for column in columns] for record in records)

    try:
        replace_whole(Path(path), write)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror or type(error).__name__}). Give another path."
        ) from None


def _of_row(row: Row, lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """Yield the model's columns of each read-out: judged ones, then those that are not scored."""
    case = row.case
    if case is None:
        yield {"verdict": "out of scope", "problem": "; ".join(row.problems)}
        return
    reasons = {one.term: one.reason for one in case.not_asked if one.counted}
    remarks = [problem for problem in row.problems if problem not in case.problems]
    if case.out_of_scope:
        yield _not_run("", "out of scope", [case.out_of_scope, *row.problems])
        return
    for line in lines:
        if line.asked is None:
            yield _not_run(line.term, "not understood", [reasons[line.term], *remarks])
        else:
            yield _judged(line, -1 if row.less else 1, remarks)
    for one in case.not_asked:
        if not one.counted:
            yield _not_run(one.term, "out of scope", [one.reason, *remarks])


def _not_run(term: str, verdict: str, problems: Iterable[str]) -> dict[str, Any]:
    return {"term": term, "verdict": verdict, "problem": "; ".join(dict.fromkeys(problems))}


def _judged(line: Line, sign: int, remarks: Sequence[str]) -> dict[str, Any]:
    asked, outcome = line.asked, line.outcome
    assert asked is not None
    record: dict[str, Any] = {
        "term": line.term,
        "node": asked.node,
        "verdict": outcome.verdict,
        "class": asked.polarity,
    }
    problems = list(remarks)
    if outcome.verdict in _RUN:
        effect = sign * outcome.effect
        prediction = "up" if effect >= EFFECT else "down" if effect <= -EFFECT else "none"
        record |= {"prediction": prediction, "share_agreeing": outcome.agrees, "median_effect": effect}
    else:
        starts = ", ".join(one.node for one in line.case.inputs)
        problems.insert(0, line.case.no_input or f"no directed path from {starts} to {asked.node}")
    return record | {"problem": "; ".join(problems)}


def _column_names(taken: set[str]) -> dict[str, str]:
    """Name the model's columns so that none is one of the table's."""
    named = {}
    for column in COLUMNS:
        name = column
        while name in taken:
            name = f"model_{name}"
        named[column] = name
    return named


def _cell(value: object) -> str:
    """Write a value so that no spreadsheet takes it for a formula."""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")  # a bare \r would not be quoted
    if text.lstrip()[:1] in _FORMULA and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
