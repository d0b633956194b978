"""Findings of several steps: loops, relays, bistability, antagonisms, and conditions instead of a cargo."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Place:
    """A node in a cell: a molecule, a phenotype, vesicle release, or a condition such as hypoxia."""

    cell: str
    node: str


@dataclass(frozen=True)
class Step:
    """One arrow of a finding; `by` is vesicle, secreted, inside or contact, None without a named carrier."""

    start: Place
    end: Place
    sign: int
    by: str | None
    cargo: str | None
    statements: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MultiStep:
    """A finding of several steps as the sources tell it; `record` holds it whole, evidence included."""

    id: str
    title: str
    kind: str
    documents: tuple[str, ...]
    steps: tuple[Step, ...]
    record: dict[str, Any]


@cache
def multi_step_findings() -> tuple[MultiStep, ...]:
    """Return the shipped findings of several steps."""
    import yaml

    text = files("exocosm.findings").joinpath("loops/loops.yaml").read_text(encoding="utf-8")
    return tuple(_finding(record) for record in yaml.load(text, _loader())["loops"])


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _finding(record: dict[str, Any]) -> MultiStep:
    return MultiStep(
        id=record["id"],
        title=record["title"],
        kind=record["kind"],
        documents=tuple(record["documents"]),
        steps=tuple(_step(step) for step in record["steps"] or ()),
        record=record,
    )


def _step(record: dict[str, Any]) -> Step:
    return Step(
        start=Place(**record["from"]),
        end=Place(**record["to"]),
        sign=1 if record["effect"] == "up" else -1,
        by=record["by"],
        cargo=record["cargo"],
        statements=tuple(record["statements"]),
    )
