"""The scorecard: all cases with their verdicts, and everything that has to stand beside a score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from exocosm.knowledge import KnowledgeBase

from .case import Case, case_of_axis
from .leave_out import LEAVE_OUTS
from .nulls import NULLS, SHUFFLES, NullResult, run_null
from .response import Setting
from .score import CLASSES, Effects, Line, Score, counted, effects_of, lines, score
from .vocabulary import Vocabulary

FORMAT = "exocosm-scorecard-1"
Progress = Callable[[int, int, str], None]
_USUAL = Setting()


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """Cases, their judged read-outs, the score, and the scores beside it by name."""

    cases: tuple[Case, ...]
    lines: tuple[Line, ...]
    score: Score
    beside: dict[str, Score]
    nulls: tuple[NullResult, ...]
    setting: Setting

    def record(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {
            "format": FORMAT,
            "setting": {
                "hours": self.setting.hours, "dose": self.setting.dose, "draws": self.setting.draws,
                "core": self.setting.core, "background": len(self.setting.background),
            },
            "score": _of_score(self.score),
            "beside": {name: _of_score(one) for name, one in self.beside.items()},
            "nulls": [
                {"null": one.null, "what": NULLS[one.null], "data": one.data, "p": one.p,
                 "quantiles": one.quantiles(), "shuffles": len(one.shuffled)}
                for one in self.nulls
            ],
            "verdicts": dict(counted(list(self.lines))),
            "out_of_scope": [
                {"id": case.id, "reason": case.out_of_scope} for case in self.cases if case.out_of_scope
            ],
            "read_outs": [_of_line(line) for line in self.lines],
            "not_scored": [
                {"id": case.id, "term": one.term, "reason": one.reason}
                for case in self.cases if not case.out_of_scope
                for one in case.not_asked if not one.counted
            ],
        }  # fmt: skip


def cases_of(kb: KnowledgeBase, *, system: str | None = None) -> tuple[Vocabulary, tuple[Case, ...]]:
    """Return the vocabulary, and every transfer of the base as a case; those of one system if it is named."""
    vocabulary = Vocabulary(kb)
    axes = [axis for axis in kb.axes if system is None or system in axis.systems]
    return vocabulary, tuple(case_of_axis(vocabulary, axis) for axis in axes)


def scorecard(
    vocabulary: Vocabulary,
    cases: Sequence[Case],
    setting: Setting = _USUAL,
    *,
    beside: bool = True,
    shuffles: int = SHUFFLES,
    progress: Progress | None = None,
) -> Scorecard:
    """Score cases: verdicts, and with `beside` leave-outs, sensitivity and nulls.

    Every null has so many `shuffles`; 0 leaves them out.

    Raises
    ------
    RunError : when more than 20 % of the draws have no stable rest in some cell
    """
    scope = [case for case in cases if not case.out_of_scope]
    found = effects_of(vocabulary, scope, setting, progress=_step(progress, "verdicts", len(scope)))
    listed = lines(cases, found)
    others = _beside(vocabulary, scope, setting, found, listed, progress) if beside else {}
    nulls = []
    for null in NULLS if beside and shuffles else ():
        step = _step(progress, f"null {null}", len(scope))
        nulls.append(run_null(vocabulary, scope, setting, null, shuffles=shuffles, progress=step))
    return Scorecard(
        cases=tuple(cases),
        lines=tuple(listed),
        score=score(listed),
        beside=others,
        nulls=tuple(nulls),
        setting=setting,
    )


def _beside(
    vocabulary: Vocabulary,
    scope: list[Case],
    setting: Setting,
    found: Effects,
    listed: list[Line],
    progress: Progress | None,
) -> dict[str, Score]:
    parts: dict[str, Callable[[Line], bool]] = {
        "without stand-ins": lambda line: line.asked is None or not line.asked.stand_in,
        "without targets that define the node": lambda line: line.asked is None or not line.asked.defines,
        "with a stated target": lambda line: bool(line.case.inputs),
    }
    others = {name: score(listed, keep=keep) for name, keep in parts.items()}
    for which in LEAVE_OUTS:
        step = _step(progress, f"without {which}", len(scope))
        left = effects_of(vocabulary, scope, setting, leave_out=which, known=found, progress=step)
        others[f"without {which}"] = score(lines(scope, left))
    sensitivity = {}
    if setting.background:
        sensitivity = {
            "curated core alone": replace(setting, background=()),
            "background alone": replace(setting, core=False),
        }
    sensitivity |= {
        "after 24 h": replace(setting, hours=24.0),
        "after 72 h": replace(setting, hours=72.0),
        "at the four-fold dose": replace(setting, dose=4.0 * setting.dose),
    }
    for name, other in sensitivity.items():
        step = _step(progress, name, len(scope))
        others[name] = score(lines(scope, effects_of(vocabulary, scope, other, progress=step)))
    return others


def _step(progress: Progress | None, what: str, total: int) -> Callable[[], None] | None:
    if progress is None:
        return None
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, total, what)

    return step


def _of_score(one: Score) -> dict[str, Any]:
    return {
        **{name: asdict(one.classes[name]) for name in CLASSES},
        "balanced": asdict(one.balanced),
    }


def _of_line(line: Line) -> dict[str, Any]:
    case, asked = line.case, line.asked
    return {
        "id": case.id,
        "donor": case.donor,
        "cargo": case.cargo,
        "recipient": case.recipient,
        "inputs": [{"node": one.node, "sign": one.sign, "why": one.why} for one in case.inputs],
        "term": line.term,
        "node": asked.node if asked else None,
        "effect": asked.effect if asked else None,
        "class": asked.polarity if asked else None,
        "stand_in": bool(asked and asked.stand_in),
        "target_defines_node": bool(asked and asked.defines),
        "verdict": line.outcome.verdict,
        "why_not": case.no_input if line.outcome.verdict == "unexplained" else "",
        "agrees": line.outcome.agrees,
        "disagrees": line.outcome.disagrees,
        "median_effect": line.outcome.effect,
        "weight": line.weight,
    }
