"""Nulls: how high the score gets when what is known is shuffled. All at the central values of all numbers.

At one draw a read-out is right, wrong, or undecided (|e| below the smallest effect that counts, or no path):
1, 0, or 1/2, as a coin would do. The same for data and shuffles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import InputError

from .case import Case
from .draws import ensemble
from .response import Setting, influences, responses, wiring_of
from .rewiring import effects_at_centre, numbered, rewired
from .score import CLASSES
from .verdict import EFFECT
from .vocabulary import Vocabulary, cell_class

Array = NDArray[np.float64]
Null = Literal["A", "B", "C"]
NULLS: dict[Null, str] = {
    "A": "signs permuted among the curated influences",
    "B": "targets permuted among cases of equal sign and recipient class",
    "C": "influences rewired, numbers of inputs and outputs kept",
}
SHUFFLES = 1999


@dataclass(frozen=True)
class NullResult:
    """The balanced score of the data at the central values, and those of the shuffles."""

    null: Null
    data: float
    shuffled: Array  # (shuffles,)

    @property
    def p(self) -> float:
        """(1 + number of shuffles at least as high)/(shuffles + 1)."""
        return float((1 + np.sum(self.shuffled >= self.data)) / (len(self.shuffled) + 1))

    def quantiles(self) -> tuple[float, float, float]:
        """Return the 2.5, 50 and 97.5 % quantiles of the shuffles."""
        low, middle, high = np.quantile(self.shuffled, [0.025, 0.5, 0.975])
        return float(low), float(middle), float(high)


def run_null(
    vocabulary: Vocabulary,
    cases: list[Case],
    setting: Setting,
    null: Null,
    *,
    shuffles: int = SHUFFLES,
    seed: int = 0,
    progress: Callable[[], None] | None = None,
) -> NullResult:
    """Score the cases that can be scored under one null, at the central values."""
    setting = replace(setting, draws=0)
    scored = [case for case in cases if not case.out_of_scope and case.asked]
    if not any(one.polarity in CLASSES for case in scored for one in case.asked):
        raise InputError("Expected read-outs that are good or bad for a tumour, found none to shuffle.")
    right = [_undecided(case, shuffles + 1) for case in scored]
    if null == "B":
        _permute_targets(vocabulary, scored, setting, right, seed, progress)
    else:
        for i, case in enumerate(scored):
            if case.inputs:
                shuffled = _signs if null == "A" else _rewired
                right[i] = shuffled(vocabulary, case, setting, shuffles, seed)
            if progress is not None:
                progress()
    scores = balanced(scored, right)
    return NullResult(null, float(scores[0]), scores[1:])


def balanced(cases: list[Case], right: list[Array]) -> Array:
    """Return the mean over classes of the weighted share that is right (shuffles + 1,).

    The first is that of the data. `right` holds how right each read-out of each case is: (read-outs,
    shuffles + 1).
    """
    totals = []
    for name in CLASSES:
        sums, weights = np.zeros(right[0].shape[1] if right else 1), 0.0
        for case, values in zip(cases, right, strict=True):
            weight = 1.0 / len(case.asked)
            for one, row in zip(case.asked, values, strict=True):
                if one.polarity == name:
                    sums = sums + weight * row
                    weights += weight
        totals.append(sums / weights if weights else np.full_like(sums, np.nan))
    return np.asarray(np.nanmean(totals, axis=0))


def rightness(effects: Array | None, reported: int, versions: int) -> Array:
    """Return 1 where the sign is as reported, 0 where it is the other, 1/2 where there is no effect."""
    if effects is None:
        return np.full(versions, 0.5)
    along = reported * effects
    return np.where(along >= EFFECT, 1.0, np.where(along <= -EFFECT, 0.0, 0.5))


def _undecided(case: Case, versions: int) -> Array:
    return np.full((len(case.asked), versions), 0.5)


def _signs(vocabulary: Vocabulary, case: Case, setting: Setting, shuffles: int, seed: int) -> Array:
    """Permute the signs among all influences that hold for a case, the same way for the same influences."""
    known = influences(vocabulary, case, setting)
    order = sorted(range(len(known)), key=lambda i: (known[i].source, known[i].target))
    signs = np.array([float(known[i].sign) for i in order])
    place = {(known[i].source, known[i].target): rank for rank, i in enumerate(order)}
    rng = np.random.Generator(np.random.Philox(seed))
    permuted = np.array([rng.permutation(signs) for _ in range(shuffles)]).T
    wiring = wiring_of(vocabulary, case, setting)
    made = ensemble(wiring, ())
    factor = np.ones((len(wiring.arrows), shuffles + 1))
    for e, arrow in enumerate(wiring.arrows):
        rank = place.get((arrow.source, arrow.target))
        if rank is not None:
            factor[e, 1:] = permuted[rank] / signs[rank]
    many = replace(
        made,
        strength=made.strength * factor,
        resting=np.repeat(made.resting, shuffles + 1, axis=1),
        tau=np.repeat(made.tau, shuffles + 1, axis=1),
    )
    reached = [one.node for one in case.asked if one.node not in wiring.unreached]
    found = responses(wiring, many, case, reached, setting)
    return np.array([rightness(found.get(one.node), one.effect, shuffles + 1) for one in case.asked])


def _permute_targets(
    vocabulary: Vocabulary,
    cases: list[Case],
    setting: Setting,
    right: list[Array],
    seed: int,
    progress: Callable[[], None] | None,
) -> None:
    """Fill `right` with cases that act on each other's targets; every pair is run once."""
    groups: dict[tuple[str, int], list[int]] = {}
    for i, case in enumerate(cases):
        if case.inputs:
            signs = sum(one.sign for one in case.inputs)
            key = cell_class(vocabulary.kb, case.recipient), int(np.sign(signs))
            groups.setdefault(key, []).append(i)
    rng = np.random.Generator(np.random.Philox(seed))
    for members in groups.values():
        shuffles = right[members[0]].shape[1] - 1
        chosen = np.array(
            [np.arange(len(members)), *(rng.permutation(len(members)) for _ in range(shuffles))]
        )
        for row, i in enumerate(members):
            table = np.array([_acted_on(vocabulary, cases[i], cases[j], setting) for j in members])
            right[i] = table[chosen[:, row]].T
            if progress is not None:
                progress()


def _acted_on(vocabulary: Vocabulary, case: Case, other: Case, setting: Setting) -> Array:
    """Return how right the read-outs (read-outs,) of a case are when the inputs are those of another."""
    swapped = replace(case, inputs=other.inputs)
    wiring = wiring_of(vocabulary, swapped, setting)
    reached = [one.node for one in case.asked if one.node not in wiring.unreached]
    found = responses(wiring, ensemble(wiring, ()), swapped, reached, setting) if reached else {}
    return np.array([rightness(found.get(one.node), one.effect, 1)[0] for one in case.asked])


def _rewired(vocabulary: Vocabulary, case: Case, setting: Setting, shuffles: int, seed: int) -> Array:
    """Rewire the influences that hold for a case; those of definitions stay."""
    known = sorted(influences(vocabulary, case, setting), key=lambda one: (one.source, one.target))
    fixed = vocabulary.arrows({one.node for one in case.asked})
    extra = {one.node for one in case.inputs} | {one.node for one in case.asked}
    cell = numbered(known, fixed, extra)
    free = slice(0, cell.n_free)
    columns = []
    for shuffle in range(shuffles + 1):
        target = cell.target.copy()
        if shuffle:
            rng = np.random.Generator(np.random.Philox(key=[seed, shuffle]))
            target[free] = rewired(cell.source[free], cell.target[free], rng)
        found = effects_at_centre(cell, target, case, setting.dose, 60.0 * setting.hours)
        columns.append(
            [
                float(rightness(None if e is None else np.array([e]), one.effect, 1)[0])
                for e, one in zip(found, case.asked, strict=True)
            ]
        )
    return np.array(columns).T
