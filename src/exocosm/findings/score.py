"""The score: verdicts of all cases, weighed, by class, with what it would be without a case's own sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .case import Asked, Case
from .leave_out import LeaveOut, without_own
from .response import Setting, effects
from .verdict import Outcome, Verdict, judged
from .vocabulary import Vocabulary

Array = NDArray[np.float64]
Effects = dict[str, dict[str, Array | None]]  # case → node → e (draws,)

CLASSES = ("pro", "anti")
_RESAMPLES = 2000
_SEED = 0


@dataclass(frozen=True)
class Line:
    """One read-out of one case with its verdict and its share of the case's weight of 1."""

    case: Case
    asked: Asked | None  # None for a term that was not understood
    term: str
    outcome: Outcome
    weight: float


@dataclass(frozen=True)
class Share:
    """What share of a class is reproduced, with its 95 % interval over papers, of so many read-outs."""

    value: float
    low: float
    high: float
    read_outs: int


@dataclass(frozen=True)
class Score:
    """Shares reproduced by class, and balanced: their mean."""

    classes: dict[str, Share]
    balanced: Share


def effects_of(
    vocabulary: Vocabulary,
    cases: Iterable[Case],
    setting: Setting,
    *,
    leave_out: LeaveOut | None = None,
    known: Mapping[str, dict[str, Array | None]] | None = None,
    progress: Callable[[], None] | None = None,
) -> Effects:
    """Return the effects on the read-outs of all cases that are in scope.

    With `leave_out` each case is run without its own sources; where that leaves nothing out, the effects that
    are `known` are taken.
    """
    found: Effects = {}
    for case in cases:
        if case.out_of_scope:
            continue
        own = setting if leave_out is None else without_own(vocabulary.kb, case, setting, leave_out)
        if own is setting and known is not None:
            found[case.id] = known[case.id]
        else:
            found[case.id] = effects(vocabulary, case, own)
        if progress is not None:
            progress()
    return found


def lines(cases: Iterable[Case], found: Effects) -> list[Line]:
    """Judge every read-out of the cases that are in scope."""
    listed: list[Line] = []
    for case in cases:
        if case.out_of_scope:
            continue
        counted = [one for one in case.not_asked if one.counted]
        weight = 1.0 / max(1, len(case.asked) + len(counted))
        for one in case.asked:
            outcome = judged(found[case.id].get(one.node), one.effect)
            listed.append(Line(case, one, ", ".join(one.terms), outcome, weight))
        unknown = Outcome("not understood", 0.0, 0.0, 0.0)
        listed += [Line(case, None, one.term, unknown, weight) for one in counted]
    return listed


def score(listed: list[Line], *, keep: Callable[[Line], bool] = lambda line: True) -> Score:
    """Weigh the lines; intervals by resampling papers.

    A term that was not understood counts against both classes: nobody knows to which it belongs.
    """
    groups = _by_paper(line for line in listed if keep(line))
    sums = np.array([[_sums(group, name) for name in CLASSES] for group in groups]).reshape(-1, 2, 2)
    rng = np.random.Generator(np.random.Philox(_SEED))
    picks = rng.integers(0, max(1, len(groups)), size=(_RESAMPLES, len(groups)))
    resampled = _shares(sums[picks].sum(axis=1)) if groups else np.full((1, 2), np.nan)
    central = _shares(sums.sum(axis=0)[None])[0] if groups else np.full(2, np.nan)
    counts = [sum(1 for group in groups for line in group if _is(line, name)) for name in CLASSES]
    classes = {name: _share(central[i], resampled[:, i], counts[i]) for i, name in enumerate(CLASSES)}
    return Score(classes, _share(float(central.mean()), resampled.mean(axis=1), sum(counts)))


def counted(listed: list[Line]) -> dict[Verdict, int]:
    """Count the read-outs by verdict."""
    found: dict[Verdict, int] = {}
    for line in listed:
        found[line.outcome.verdict] = found.get(line.outcome.verdict, 0) + 1
    return found


def _by_paper(listed: Iterable[Line]) -> list[list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in listed:
        groups.setdefault(min(line.case.papers, default=line.case.id), []).append(line)
    return list(groups.values())


def _is(line: Line, name: str) -> bool:
    return line.asked is None or line.asked.polarity == name


def _sums(group: list[Line], name: str) -> tuple[float, float]:
    """Return (weight reproduced, weight) of one class."""
    mine = [line for line in group if _is(line, name)]
    return (
        sum(line.weight for line in mine if line.outcome.verdict == "reproduced"),
        sum(line.weight for line in mine),
    )


def _shares(sums: Array) -> Array:
    """Turn (..., class, (reproduced, all)) into shares (..., class), NaN for an empty class."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Array = sums[..., 0] / sums[..., 1]
    return shares


def _share(value: float, resampled: Array, read_outs: int) -> Share:
    finite = resampled[np.isfinite(resampled)]
    low, high = np.quantile(finite, [0.025, 0.975]) if finite.size else (np.nan, np.nan)
    return Share(float(value), float(low), float(high), read_outs)
