"""The tables of the page: cells of text, with a link where there is one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .evidence import Records, Reference, seen
from .folder import RunFolder
from .sentences import outcome


@dataclass(frozen=True)
class Cell:
    """Text in a table; `sub` stands small below it, `mark` colours it (CSS class), `parts` are papers."""

    text: str = ""
    sub: str = ""
    mark: str = ""
    parts: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Table:
    """Column heads (those in `numeric` are set right) and rows of cells."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, numeric: Sequence[str] = ()) -> Table:
    """Make a table; numbers are written for readers, None and NaN as '–'."""
    places = frozenset(heads.index(head) for head in numeric)
    return Table(tuple(heads), tuple(tuple(map(_cell, row)) for row in rows), places)


def effects(folder: RunFolder) -> Table:
    """Arm against control, every read-out and time."""
    rows = folder.table("effects")
    many_times = rows["time_h"].nunique() > 1
    several = rows["series"].nunique() > 1
    heads = [
        *(["series"] if several else []),
        "arm",
        "read-out",
        *(["time [h]"] if many_times else []),
        "n",
        "control, mean ± SD",
        "arm, mean ± SD",
        "difference, 95 % interval",
        "effect size (paired dz)",
        "p",
        "p, Holm",
        "reading",
    ]

    def cells(row: Any) -> list[Any]:
        word = outcome(row)
        return [
            *([row.series] if several else []),
            folder.arms.get(row.arm, row.arm),
            Cell(
                folder.labels.get(row.readout, row.readout),
                sub=", ".join(filter(None, (row.cell, _unit(row.unit)))),
            ),
            *([row.time_h] if many_times else []),
            row.n,
            Cell(_num(row.control_mean), sub=f"± {_num(row.control_sd)}"),
            Cell(_num(row.arm_mean), sub=f"± {_num(row.arm_sd)}"),
            Cell(_num(row.difference), sub=_span(row.low, row.high)),
            row.effect_size,
            _p(row.p_value),
            _p(row.p_adjusted),
            Cell(
                word,
                sub="; ".join(filter(None, (row.test, row.note))),
                mark={"higher": "up", "lower": "down"}.get(word, "quiet"),
            ),
        ]

    numeric = [h for h in heads if h not in ("series", "arm", "read-out", "reading")]
    return table(heads, map(cells, rows.itertuples()), numeric=numeric)


def dose(folder: RunFolder) -> Table:
    """Needed, delivered, ratio and verdict for each axis and setting."""
    marks = {"plausible": "up", "implausible in this set-up": "warn", "out of reach": "down"}
    heads = (
        "axis",
        "setting",
        "needed [vesicles per recipient]",
        "delivered [vesicles per recipient]",
        "copies in the cytosol [per recipient]",
        "delivered / needed",
        "verdict",
    )

    def spread(row: Any, quantity: str) -> Cell:
        low, high = (getattr(row, f"{quantity}_{end}") for end in ("low", "high"))
        return Cell(_num(getattr(row, quantity)), sub=_span(low, high))

    rows = (
        [
            Cell(f"{r.cargo} → {r.target}", sub=f"{r.donor} → {r.recipient}"),
            r.setting,
            spread(r, "needed"),
            spread(r, "delivered"),
            r.copies,
            spread(r, "ratio"),
            Cell(str(r.verdict) or "–", mark=marks.get(str(r.verdict), "quiet")),
        ]
        for r in folder.table("dose").itertuples()
    )
    return table(heads, rows, numeric=heads[2:6])


def ic50(folder: RunFolder) -> Table:
    """The fitted curve of each replicate."""
    rows = folder.table("ic50")
    titrated = rows["level"].notna().any()
    heads = [
        "arm",
        *(["copies given"] if titrated else []),
        "replicate",
        "IC50 [µmol/L]",
        "Hill slope",
        "top",
        "fit",
    ]

    def cells(r: Any) -> list[Any]:
        fit = ("fitted" if r.fitted else "not fitted") + (f": {r.note}" if r.note else "")
        level = [r.level] if titrated else []
        return [folder.arms.get(r.arm, r.arm), *level, r.replicate, r.ic50, r.hill, r.top, fit]

    return table(heads, map(cells, rows.itertuples()), numeric=[h for h in heads if h not in ("arm", "fit")])


def ic50_shift(folder: RunFolder) -> Table:
    """The shift of the IC50 with its interval."""
    shifts = folder.table("ic50_shift")
    titrated = shifts["level"].notna().any()
    heads = [
        "arm",
        *(["copies given"] if titrated else []),
        "control",
        "n",
        "IC50 ratio",
        "95 % interval",
        "p",
        "p, Holm",
        "note",
    ]
    rows = (
        [
            folder.arms.get(r.arm, r.arm),
            *([r.level] if titrated else []),
            folder.arms.get(r.control, r.control),
            r.n,
            r.ratio,
            _span(r.low, r.high),
            _p(r.p_value),
            _p(r.p_adjusted),
            r.note,
        ]
        for r in shifts.itertuples()
    )
    return table(heads, rows, numeric=[h for h in heads if h not in ("arm", "control", "note")])


def edges(network: dict[str, Any], records: Records) -> Table:
    """Every edge and every link from cargo, with the papers behind it and what was read of them."""
    heads = ("source", "acts", "target", "relation", "reference", "what was read")
    signs = {1: Cell("raises →", mark="up"), -1: Cell("lowers ⊣", mark="down")}
    rows = []
    for link in network.get("links") or ():
        # A repression or a sponge lowers by its nature, whatever sign stands beside it.
        sign = -1 if link.get("kind") in ("repression", "sponge") else link.get("sign", 1)
        rows.append(_edge(link["cargo"], signs[sign], link, records, str(link.get("kind") or "")))
    for edge in network.get("edges") or ():
        rows.append(_edge(edge["source"], signs[1 if edge.get("sign", 1) > 0 else -1], edge, records, ""))
    return table(heads, rows)


def omissions(network: dict[str, Any]) -> Table:
    """What was left out of the network, and why."""
    rows = ([o.get("subject", ""), o.get("reason", "")] for o in network.get("omissions") or ())
    return table(("left out", "why"), rows)


def parameters(folder: RunFolder, records: Records) -> Table:
    """Every number with its range and its origin."""
    heads = ("name", "value", "unit", "95 % range", "prior", "confidence", "source", "as quoted", "note")

    def cells(r: Any) -> list[Any]:
        references = tuple(records.source(text) for text in dict.fromkeys((r.source, r.reference)) if text)
        name = Cell(r.name)
        confidence = Cell(
            r.confidence, mark="warn" if r.confidence in ("assumed", "unverified", "prior") else ""
        )
        return [
            name,
            r.value,
            _unit(r.unit),
            _span(r.low, r.high),
            r.prior,
            confidence,
            Cell(parts=references),
            r.quoted,
            r.note,
        ]

    return table(heads, map(cells, folder.table("parameters").itertuples()), numeric=("value", "95 % range"))


def books(folder: RunFolder) -> Table:
    """Where the vesicles went: means over replicates, the worst residual of all."""
    rows = folder.table("books")
    columns = ["released", "added", "free", "internalised", "decayed", "wall", "left"]
    titrated = rows["level"].notna().any()
    heads = [
        "series",
        "arm",
        *(["level"] if titrated else []),
        "vesicle",
        *columns,
        "largest residual (relative)",
    ]
    lines = []
    for key, group in rows.groupby(["series", "arm", "level", "vesicle"], dropna=False, sort=False):
        series, arm, level, vesicle = key
        lines.append(
            [
                series,
                folder.arms.get(arm, arm),
                *([level] if titrated else []),
                vesicle,
                *group[columns].mean(),
                group["residual"].abs().max(),
            ]
        )
    return table(heads, lines, numeric=[h for h in heads if h not in ("series", "arm", "vesicle")])


def _edge(source: str, sign: Cell, record: dict[str, Any], records: Records, kind: str) -> list[Any]:
    ids = [str(s) for s in record.get("statements") or ()]
    supports = records.supports(ids)
    sentences = [sentence for support in supports for sentence in support.sentences]
    references = [s.reference or s.document for s in sentences]
    read = list(dict.fromkeys(s.seen for s in sentences)) or [seen(None)]
    relation = "; ".join(filter(None, (kind, records.relation(ids))))
    checked = all(word not in (seen("memory"), seen(None)) for word in read)
    papers = tuple(dict.fromkeys(r for r in references if r))
    return [
        source,
        sign,
        record["target"],
        relation,
        Cell("" if papers else "–", parts=papers),
        Cell(", ".join(read), mark="" if checked else "warn"),
    ]


def _cell(value: Any) -> Cell:
    if isinstance(value, Cell):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Cell("–")
    return Cell(value) if isinstance(value, str) else Cell(_num(value))


def _num(value: Any) -> str:
    from exocosm.plot import number

    return number(value)


def _unit(text: str) -> str:
    from exocosm.plot import unit

    return unit(text)


def _span(low: Any, high: Any) -> str:
    return "–" if math.isnan(float(low)) and math.isnan(float(high)) else f"{_num(low)} to {_num(high)}"


def _p(value: Any) -> str:
    value = float(value)
    return "–" if math.isnan(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"
