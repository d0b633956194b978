"""Measured and assumed numbers with their sources, and the priors of what was never measured."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Literal

from exocosm.errors import InputError

from .base import DATA
from .names import UnknownNameError, suggest
from .problems import KnowledgeFileError, Problem
from .record import FieldProblem, RecordError, blank, check
from .structure import structure
from .yaml_tree import YamlTree, read_text

_NUMBERS = ("value", "low", "high", "sd_or_se")


@dataclass(frozen=True, kw_only=True)
class ParameterRow:
    """One number from the literature; where the source says nothing, text is empty and a number None."""

    id: str
    group: str
    parameter: str
    symbol: str
    value: float | None  # [unit]
    low: float | None  # [unit]
    high: float | None  # [unit]
    unit: str
    sd_or_se: float | None  # [unit]
    spread_kind: str
    species: str
    system: str
    source: str
    doi_or_url: str
    confidence: Literal["measured", "derived", "assumed", "unverified"]
    note: str

    def __post_init__(self) -> None:
        check(self, blank(self, "id", "parameter", "unit"))


@dataclass(frozen=True, kw_only=True)
class PriorRow:
    """The prior chosen, before anything is scored, for a parameter without a measured value."""

    id: str
    parameter: str
    value: float  # [unit] centre: median of a distribution, or the fixed number
    unit: str
    distribution: Literal["lognormal", "loguniform", "uniform", "logituniform", "fixed"]
    reason: str
    used_for: str
    low: float | None = None  # [unit]
    high: float | None = None  # [unit]
    source: str | None = None

    def __post_init__(self) -> None:
        check(self, [*blank(self, "id", "parameter", "unit", "reason", "used_for"), *self._range_problems()])

    def _range_problems(self) -> list[FieldProblem]:
        if self.distribution == "fixed":
            return []
        if self.low is None or self.high is None:
            return [("low", f"a {self.distribution} prior needs `low` and `high`.")]
        if not self.low <= self.value <= self.high or self.low == self.high:
            return [
                (
                    "value",
                    f"expected low <= value <= high, found {self.value} in {self.low} to {self.high}.",
                )
            ]
        if self.distribution != "uniform" and self.low <= 0:
            return [("low", f"a {self.distribution} prior needs `low` above 0, found {self.low}.")]
        if self.distribution == "logituniform" and self.high >= 1:
            return [("high", f"a logituniform prior needs `high` below 1, found {self.high}.")]
        return []


@cache
def parameter_rows() -> tuple[ParameterRow, ...]:
    """Return every row of the parameter table, in its order."""
    path = DATA / "parameters.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t")
        expected = [field.name for field in fields(ParameterRow)]
        if reader.fieldnames != expected:
            raise InputError(
                f"Expected the columns {', '.join(expected)} in {path.name}; found {reader.fieldnames}."
            )
        rows = tuple(_parameter_row(row, f"{path.name}:{reader.line_num}") for row in reader)
    _refuse_doubles([row.id for row in rows], path.name)
    return rows


def parameter_row(identifier: str) -> ParameterRow:
    """Return the row with this id, or raise UnknownNameError with the closest ids."""
    return _by_id(_parameters_by_id(), identifier, "parameter")


@cache
def prior_rows() -> tuple[PriorRow, ...]:
    """Return every prior, in the order of the file.

    Raises
    ------
    KnowledgeFileError : with every problem of the file
    """
    path = DATA / "priors.yaml"
    tree = YamlTree(read_text(path), str(path))
    problems = list(tree.problems)

    def report(field: str, message: str) -> None:
        problems.append(Problem(tree.file, tree.line(field), field, message))

    items = tree.value.get("priors") if isinstance(tree.value, dict) else tree.value
    if not isinstance(items, list):
        raise KnowledgeFileError([Problem(str(path), 1, "priors", "expected a list of priors.")])
    prefix = "priors" if isinstance(tree.value, dict) else ""
    rows = [structure(PriorRow, _with_floats(item), f"{prefix}[{i}]", report) for i, item in enumerate(items)]
    if problems:
        raise KnowledgeFileError(problems)
    sound = tuple(row for row in rows if row is not None)
    _refuse_doubles([row.id for row in sound], path.name)
    return sound


def prior_row(identifier: str) -> PriorRow:
    """Return the prior with this id, or raise UnknownNameError with the closest ids."""
    return _by_id({row.id: row for row in prior_rows()}, identifier, "prior")


@cache
def _parameters_by_id() -> dict[str, ParameterRow]:
    return {row.id: row for row in parameter_rows()}


def _parameter_row(row: dict[str, Any], place: str) -> ParameterRow:
    try:
        numbers = {name: float(row[name]) if row[name] else None for name in _NUMBERS}
        return ParameterRow(**{**row, **numbers})
    except RecordError as error:
        raise InputError(f"{place}: {error}") from None
    except (TypeError, ValueError):
        raise InputError(
            f"{place}: expected numbers or nothing in {', '.join(_NUMBERS)}, and no other columns."
        ) from None


def _with_floats(item: Any) -> Any:
    # YAML 1.1 reads 5 as an integer and 1e-3 as text; both are meant as numbers here.
    if not isinstance(item, dict):
        return item
    return {key: _float(value) if key in ("value", "low", "high") else value for key, value in item.items()}


def _float(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return value
    try:
        return float(value)
    except ValueError:
        return value


def _refuse_doubles(identifiers: list[str], file: str) -> None:
    doubles = sorted({identifier for identifier in identifiers if identifiers.count(identifier) > 1})
    if doubles:
        raise InputError(f"{file}: each id may stand once; {', '.join(doubles)} stand more than once.")


def _by_id(rows: dict[str, Any], identifier: str, noun: str) -> Any:
    if identifier not in rows:
        raise UnknownNameError(f"No {noun} has the id {identifier!r}.{suggest(identifier, rows)}")
    return rows[identifier]
