"""What the page of a scorecard shows, laid out from its plain record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exocosm.errors import InputError

from .tables import Cell, Table, table

Record = Mapping[str, Any]
CLASSES = {"pro": "pro-tumour", "anti": "anti-tumour", "balanced": "balanced"}
BASELINE = {"pro": 1.0, "anti": 0.0, "balanced": 0.5}  # every read-out called good for the tumour
_NO_DRAWS = ("unexplained", "not understood")
_NEEDED = ("setting", "score", "beside", "nulls", "out_of_scope", "read_outs", "not_scored")


@dataclass(frozen=True)
class Mark:
    """A verdict on the page: a sign that does not rest on colour, the style of its words, what it means."""

    sign: str
    style: str
    meaning: str

    @staticmethod
    def slug(verdict: str) -> str:
        """Return a verdict as the name of a style."""
        return verdict.replace(" ", "-")


MARKS = {
    "reproduced": Mark(
        "✓", "up", "at least 80 % of the draws have the reported sign and change by 0.05 or more"
    ),
    "contradicted": Mark("✗", "down", "at least 80 % of the draws have the opposite sign, by 0.05 or more"),
    "no effect": Mark("○", "", "at least 80 % of the draws change by less than 0.05"),
    "not robust": Mark("≈", "warn", "the draws do not agree: none of the three above holds"),
    "unexplained": Mark("?", "quiet", "nothing of the recipient is changed, or no directed path leads on"),
    "not understood": Mark("¿", "warn", "a term that nobody knows; it counts against both classes"),
}


@dataclass(frozen=True)
class ReadOut:
    """One read-out of a case, ready to be shown."""

    term: str
    node: str
    direction: str
    verdict: str
    share: str
    share_against: str
    effect: str
    kind: str
    stand_in: bool
    defines: bool
    weight: str
    unexplained: str


@dataclass(frozen=True)
class CaseRows:
    """A case with its read-outs, its inputs as (node, change, rule), and its (term, reason) not scored."""

    id: str
    cargo: str
    donor: str
    recipient: str
    inputs: tuple[tuple[str, str, str], ...]
    read_outs: tuple[ReadOut, ...]
    not_scored: tuple[tuple[str, str], ...]

    @property
    def verdicts(self) -> list[str]:
        """The verdicts among the read-outs, each once."""
        return list(dict.fromkeys(one.verdict for one in self.read_outs))


def checked(record: Record) -> Record:
    """Return a record as it is; raises InputError where it is no record of a scorecard."""
    from exocosm.findings import FORMAT

    found = record.get("format")
    if found != FORMAT:
        raise InputError(f"Expected `record` in the format {FORMAT!r}, found {found!r}.")
    missing = [name for name in _NEEDED if name not in record]
    if missing:
        raise InputError(f"Expected `record` to hold {', '.join(missing)}. Give `Scorecard.record()`.")
    for row in record["read_outs"]:
        if row["verdict"] not in MARKS:
            raise InputError(f"Expected verdicts among {list(MARKS)}, found {row['verdict']!r}.")
    return record


def cases(record: Record) -> list[CaseRows]:
    """Group the read-outs by case, in the order of the record."""
    left_out: dict[str, list[tuple[str, str]]] = {}
    for one in record["not_scored"]:
        left_out.setdefault(one["id"], []).append((one["term"], one["reason"]))
    groups: dict[str, list[Record]] = {}
    for row in record["read_outs"]:
        groups.setdefault(row["id"], []).append(row)
    return [_case(rows, tuple(left_out.get(name, ()))) for name, rows in groups.items()]


def scores(record: Record) -> Table:
    """The score by class with its interval, and the baseline."""
    rows = []
    for name, label in CLASSES.items():
        one = record["score"][name]
        rows.append(
            [label, share(one["value"]), _interval(one), str(one["read_outs"]), share(BASELINE[name])]
        )
    heads = ("class", "score", "95 % interval", "read-outs", "always pro-tumour")
    return table(heads, rows, numeric=heads[1:])


def beside(record: Record) -> Table:
    """The scores beside the score."""
    heads = ("score", *CLASSES.values())
    rows = [[name, *(_with_interval(one[key]) for key in CLASSES)] for name, one in record["beside"].items()]
    rows = [["all read-outs", *(_with_interval(record["score"][key]) for key in CLASSES)], *rows]
    baseline = ["always pro-tumour", *(Cell(share(value)) for value in BASELINE.values())]
    return table(heads, [*rows, baseline], numeric=heads[1:])


def nulls(record: Record) -> Table:
    """Every null: what is shuffled, the data, the quantiles of the shuffles, p."""
    heads = ("null", "data", "shuffles: 2.5 %", "50 %", "97.5 %", "p", "number of shuffles")
    rows = [
        [
            Cell(str(one["null"]), sub=str(one["what"])),
            share(one["data"]),
            *(share(quantile) for quantile in one["quantiles"]),
            p_value(one),
            str(one["shuffles"]),
        ]
        for one in record["nulls"]
    ]
    return table(heads, rows, numeric=heads[1:])


def verdicts(record: Record) -> list[tuple[str, dict[str, int]]]:
    """Return (verdict, numbers of read-outs by class and in all) for every verdict."""
    counted = []
    for verdict in MARKS:
        rows = [row for row in record["read_outs"] if row["verdict"] == verdict]
        by_class = {name: sum(row["class"] == name for row in rows) for name in ("pro", "anti", "neither")}
        counted.append((verdict, by_class | {"all": len(rows)}))
    return counted


def out_of_scope(record: Record) -> Table:
    """The cases that cannot be scored, and why."""
    return table(("case", "why"), ([one["id"], one["reason"]] for one in record["out_of_scope"]))


def share(value: float | None) -> str:
    """Write a share between 0 and 1; '–' for one that is not known."""
    return "–" if value is None or math.isnan(value) else f"{value:.3f}"


def p_value(null: Record) -> str:
    """Write the p-value of a null to four places: the smallest that 1,999 shuffles can show is 0.0005."""
    return "–" if share(null["data"]) == "–" else f"{null['p']:.4f}"


def _case(rows: list[Record], not_scored: tuple[tuple[str, str], ...]) -> CaseRows:
    first = rows[0]
    inputs = tuple((one["node"], _acts(one["sign"]), one["why"]) for one in first["inputs"])
    return CaseRows(
        id=first["id"],
        cargo=first["cargo"] or "no cargo named",
        donor=first["donor"],
        recipient=first["recipient"],
        inputs=inputs,
        read_outs=tuple(map(_read_out, rows)),
        not_scored=not_scored,
    )


def _read_out(row: Record) -> ReadOut:
    drawn = row["verdict"] not in _NO_DRAWS
    return ReadOut(
        term=row["term"],
        node=row["node"] or "",
        direction={1: "↑ rises", -1: "↓ falls"}.get(row["effect"], "–"),
        verdict=row["verdict"],
        share=_percent(row["agrees"]) if drawn else "–",
        share_against=_percent(row["disagrees"]) if drawn else "",
        effect=signed(row["median_effect"]) if drawn else "–",
        kind=CLASSES.get(row["class"] or "", row["class"] or "–"),
        stand_in=bool(row["stand_in"]),
        defines=bool(row["target_defines_node"]),
        weight=f"{row['weight']:.2f}",
        unexplained=_why_unexplained(row),
    )


def _why_unexplained(row: Record) -> str:
    if row["verdict"] == "not understood":
        return "Nobody knows this term: it stands in no table of readings and names no molecule."
    if row["verdict"] != "unexplained":
        return ""
    if row["why_not"]:
        return f"Nothing of the recipient is changed: {row['why_not']}."
    return f"No directed path that the model may use leads from the inputs to {row['node']}."


def _acts(sign: int) -> str:
    return "driven up" if sign > 0 else "made less of"


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def signed(value: float) -> str:
    """Write an effect with its sign; what is smaller than its last place is 0."""
    text = f"{value:+.3f}".replace("-", "−")
    return "0.000" if text[1:] == "0.000" else text


def _interval(one: Record) -> str:
    low, high = share(one["low"]), share(one["high"])
    return "–" if low == high == "–" else f"{low} to {high}"


def _with_interval(one: Record) -> Cell:
    return Cell(share(one["value"]), sub=_interval(one))
