"""One row of a table → one statement as plain data, in the shape of a knowledge file."""

from __future__ import annotations

import re
from typing import Any

from ..grounding.folding import fold
from ..mirna import parse_mirna
from .cells import Row, correction, counted, quantity
from .columns import ARROW_SHAPES, ARROWS, FILLED, Shape
from .grounded_names import Asked, NameProblem, TableNames, asked_names

_ID_LENGTH = 60


def shape_of(row: Row, names: TableNames) -> Shape:
    """Tell the shape of a row from its kind and from what it fills."""
    kind = row["kind"]
    if kind in ("axis", "mechanism"):
        return "axis" if kind == "axis" else "mechanism"
    shape = ARROW_SHAPES.get(kind, "claim")
    if shape == "claim" or not row["agent"] or not row.cells.keys() <= FILLED[shape]:
        return "claim"
    arrow = ARROWS[shape]
    is_signed = row[arrow.effect] in ("up", "down") and row[arrow.target] and ";" not in row[arrow.target]
    return shape if is_signed and not names.is_topic(row["agent"]) else "claim"


def statement_of(row: Row, shape: Shape, names: TableNames) -> dict[str, Any]:
    """Return the statement of a row, without id and evidence; fields not stated are left out."""
    _report_strangers(row, shape)
    record: dict[str, Any] = {
        "kind": row["kind"],
        "claim": row["claim"],
        "context": {name: row[name] or None for name in ("cancer", "species", "condition")},
        "systems": row.listed("system"),
        "correction": correction(row),
        "note": row["note"],
    }
    if shape in ARROWS:
        record.update(_arrow(row, shape, names))
    else:
        record.update(_slots(row, names))
        record.update(_agent(row, names) if shape == "claim" else {"mechanism": row["mechanism"]})
        record["value"] = quantity(row) if shape == "claim" else None
    # Where nothing is stated a field keeps its default.
    return {name: value for name, value in record.items() if value or name == "kind"}


def statement_id(stem: str, record: dict[str, Any], taken: set[str]) -> str:
    """Make an id from the file's name and what the statement names; `taken` ids are not used again."""
    changed = [*record.get("targets", ()), *record.get("pathways", ()), *record.get("phenotypes", ())]
    subject = record.get("source") or record.get("cargo") or record.get("agent") or record.get("topic")
    parts = [stem, subject or record.get("donor") or record["kind"], record.get("recipient")]
    parts.append(record.get("target") or (changed[0]["name"] if changed else None))
    words = [re.sub(r"[^a-z0-9]+", "-", fold(part).removeprefix("hsa ")).strip("-") for part in parts if part]
    wanted = "-".join(word for word in words if word)[:_ID_LENGTH].strip("-") or "row"
    return next(
        name for i in range(1, len(taken) + 2) if (name := wanted if i == 1 else f"{wanted}-{i}") not in taken
    )


def _report_strangers(row: Row, shape: Shape) -> None:
    """Refuse cells that a row of this shape cannot hold, rather than drop them."""
    noun = {"axis": "an axis", "claim": "a claim"}.get(shape, f"an influence of kind {row['kind']}")
    known = FILLED[shape]
    for column in row.cells:
        if column not in known:
            row.report(column, f"has no place in {noun}: leave the cell empty, or choose another kind.")


def _arrow(row: Row, shape: Shape, names: TableNames) -> dict[str, Any]:
    arrow = ARROWS[shape]
    if ";" in row[arrow.target]:
        row.report(arrow.target, "an influence changes one thing: write a row for each.")
    if shape == "sorting":
        target = _cargo(row, names).get("cargo", "")
    else:
        target = next(iter(_names(row, arrow.target, names)), "")
    return {
        "source": _one(row, Asked("agent", row["agent"]), names),
        "target": target,
        "effect": row[arrow.effect],
        "cells": _names(row, arrow.cells, names),
    }


def _slots(row: Row, names: TableNames) -> dict[str, Any]:
    record: dict[str, Any] = {"uptake": row["uptake"], **_cargo(row, names)}
    for column in ("donor", "recipient"):
        found = _names(row, column, names)
        if len(found) > 1:
            row.report(column, f"names {len(found)} cells: write a row for each.")
        record[column] = found[0] if found else None
    for column, field in (("target", "targets"), ("pathway", "pathways"), ("phenotype", "phenotypes")):
        effects = [effect for _, effect in row.in_step(column, f"{column}_effect", missing="unclear")]
        found = _names(row, column, names)
        record[field] = [
            {"name": name, "effect": effect} for name, effect in zip(found, effects, strict=False)
        ]
    return record


def _cargo(row: Row, names: TableNames) -> dict[str, Any]:
    """Read the cargo; what is printed is kept where it leaves the strand open, or differs from the entity."""
    printed, entity = row["cargo"], row["cargo_entity"]
    if not (printed or entity or row["cargo_id"]):
        return {"cargo_type": row["cargo_type"], "cargo_level": row["cargo_level"]}
    asked = Asked("cargo", entity or printed or row["cargo_id"], row["cargo_id"], row["cargo_type"])
    name = _one(row, asked, names)
    keeps = printed and (entity not in ("", printed) or _leaves_strand_open(printed, name))
    return {
        "cargo": name,
        "printed_cargo": printed if keeps else None,
        "cargo_type": row["cargo_type"],
        "cargo_level": row["cargo_level"],
    }


def _agent(row: Row, names: TableNames) -> dict[str, Any]:
    text = row["agent"]
    if not text:
        return {}
    if names.is_topic(text):
        return {"topic": text}
    return {"agent": _one(row, Asked("agent", text), names)}


def _names(row: Row, column: str, names: TableNames) -> list[str]:
    """Return the entities that a list of names means; identifiers run in step with them."""
    identifiers = row.listed(f"{column}_id")
    written = row.listed(column) or identifiers
    if len(identifiers) not in (0, len(written)):
        row.report(f"{column}_id", f"has {counted(identifiers)} for {len(written)} in `{column}`.")
        identifiers = []
    return [_one(row, asked, names) for asked in asked_names(column, written, identifiers)]


def _one(row: Row, asked: Asked, names: TableNames) -> str:
    """Return the entity meant; an unsettled name is reported here and stands for itself from then on."""
    if not asked.text:
        return ""
    try:
        return names.meant(asked)
    except NameProblem as problem:
        row.report(problem.column, str(problem))
        names.unsettled.add(asked.text)
        return asked.text


def _leaves_strand_open(printed: str, name: str) -> bool:
    one, other = parse_mirna(printed), parse_mirna(name)
    return one is not None and other is not None and one.strand is None and other.strand is not None
