"""Verdicts: what the draws of a read-out say of a reported direction. Fixed before the first score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal[
    "reproduced", "contradicted", "no effect", "not robust", "unexplained", "not understood", "out of scope"
]
VERDICTS: tuple[Verdict, ...] = (
    "reproduced", "contradicted", "no effect", "not robust", "unexplained", "not understood", "out of scope",
)  # fmt: skip
EFFECT = 0.05  # smallest |e| that counts, in log-odds of activity
SHARE = 0.8  # of draws that have to agree


@dataclass(frozen=True)
class Outcome:
    """The verdict of one read-out: shares of draws with and against the reported sign, and the median e."""

    verdict: Verdict
    agrees: float
    disagrees: float
    effect: float


def judged(effects: NDArray[np.float64] | None, reported: int) -> Outcome:
    """Judge the effects e (draws,) of a read-out that was reported to rise (+1) or fall (-1).

    None stands for a read-out that no directed path leads to.
    """
    if effects is None:
        return Outcome("unexplained", 0.0, 0.0, 0.0)
    along = reported * effects
    agrees, disagrees = float(np.mean(along >= EFFECT)), float(np.mean(along <= -EFFECT))
    return Outcome(_verdict(agrees, disagrees), agrees, disagrees, float(np.median(effects)))


def _verdict(agrees: float, disagrees: float) -> Verdict:
    if agrees >= SHARE:
        return "reproduced"
    if disagrees >= SHARE:
        return "contradicted"
    if 1.0 - agrees - disagrees >= SHARE - 1e-12:
        return "no effect"
    return "not robust"
