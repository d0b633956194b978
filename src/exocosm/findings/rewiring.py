"""Null C: the influences of a cell rewired at random; every node keeps its numbers of inputs and outputs."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from exocosm.assembly import (
    MOST_STEPS,
    Signed,
    complex_members,
    edge_weight,
    parameter,
    response_time,
    resting_level,
)
from exocosm.engine import Ensemble, respond

from .case import Case

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_FAR = 1 << 20
_ROUNDS = 200  # of mending what a permutation makes twice or turns onto itself


@dataclass(frozen=True)
class Numbered:
    """All influences of a cell and those of definitions, as numbers at their central values.

    The first `n_free` arrows can be rewired; definitions and members of complexes stay as they are.
    """

    names: tuple[str, ...]
    source: Indices
    target: Indices
    pull: Array  # sign times weight before normalisation, 0 for a member of a complex
    n_free: int
    complexes: dict[int, tuple[int, ...]]


def numbered(known: list[Signed], fixed: list[Signed], extra: set[str]) -> Numbered:
    """Number the nodes and arrows of a cell; `extra` are nodes without an arrow."""
    ends = {one.source for one in (*known, *fixed)} | {one.target for one in (*known, *fixed)} | extra
    made_up = {name: complex_members(name) for name in sorted(ends) if complex_members(name)}
    names = tuple(sorted(ends.union(*made_up.values())))
    index = {name: i for i, name in enumerate(names)}
    links = [(index[member], index[name]) for name, members in made_up.items() for member in members]
    arrows = [*known, *fixed]
    return Numbered(
        names=names,
        source=np.array([index[one.source] for one in arrows] + [a for a, _ in links], dtype=np.int64),
        target=np.array([index[one.target] for one in arrows] + [b for _, b in links], dtype=np.int64),
        pull=np.array([one.sign * edge_weight(one).value for one in arrows] + [0.0] * len(links)),
        n_free=len(known),
        complexes={index[name]: tuple(index[m] for m in members) for name, members in made_up.items()},
    )


def rewired(source: Indices, target: Indices, rng: np.random.Generator) -> Indices:
    """Return permuted targets, so that no arrow stands twice and none leads to where it starts.

    What cannot be mended in many rounds goes back to where it was.
    """
    width = int(max(source.max(initial=0), target.max(initial=0))) + 1
    found = rng.permutation(target)
    for _ in range(_ROUNDS):
        pairs = source * width + found
        _, first = np.unique(pairs, return_index=True)
        wrong = np.ones(len(found), dtype=bool)
        wrong[first] = False
        wrong |= source == found
        if not wrong.any():
            return found
        mixed = np.flatnonzero(wrong)
        partners = rng.choice(len(found), size=len(mixed), replace=False)
        together = np.union1d(mixed, partners)
        found[together] = found[rng.permutation(together)]
    return target.copy()


def effects_at_centre(
    cell: Numbered, target: Indices, case: Case, dose: float, minutes: float
) -> list[float | None]:
    """Return e of each read-out of a case at central values, None without a path, for arrows to `target`."""
    index = {name: i for i, name in enumerate(cell.names)}
    starts = [index[one.node] for one in case.inputs]
    reads = [index[one.node] for one in case.asked]
    n = len(cell.names)
    after, before = _steps(cell.source, target, starts, n), _steps(target, cell.source, reads, n)
    kept = after[cell.source] + 1 + before[target] <= MOST_STEPS
    nodes = np.unique(np.concatenate([cell.source[kept], target[kept], starts, reads]))
    place = np.full(n, -1)
    place[nodes] = np.arange(len(nodes))
    drawn = np.flatnonzero(kept & (cell.pull != 0.0))
    order = drawn[np.argsort(target[drawn], kind="stable")]
    made = _ensemble(cell, nodes, place, cell.source[order], target[order], cell.pull[order])
    production, drive = np.ones_like(made.resting), np.zeros_like(made.resting)
    for one in case.inputs:
        row = place[index[one.node]]
        if one.sign < 0:
            production[row] = 1.0 / (1.0 + dose)
        else:
            drive[row] = log(1.0 + dose)
    end, rest = respond(made, minutes, production=production, drive=drive)[:, 0], made.resting[:, 0]
    e = np.log(end / (1.0 - end)) - np.log(rest / (1.0 - rest))
    return [float(e[place[read]]) if after[read] <= MOST_STEPS else None for read in reads]


def _ensemble(
    cell: Numbered, nodes: Indices, place: Indices, source: Indices, target: Indices, pull: Array
) -> Ensemble:
    rows = place[target]
    norm = np.sqrt(np.bincount(rows, pull**2, minlength=len(nodes)))
    gain = parameter("signalling_gain", to="dimensionless").value
    complexes = {
        int(place[c]): [int(place[m]) for m in members if place[m] >= 0]
        for c, members in cell.complexes.items()
        if place[c] >= 0
    }
    complexes = {c: members for c, members in complexes.items() if members}
    return Ensemble(
        first=np.searchsorted(rows, np.arange(len(nodes) + 1)).astype(np.int64),
        source=place[source].astype(np.int64),
        strength=(gain * pull / norm[rows])[:, None],
        resting=np.full((len(nodes), 1), resting_level("any").value),
        tau=np.full((len(nodes), 1), response_time("any").value),
        complex_node=np.array(sorted(complexes), dtype=np.int64),
        complex_first=np.cumsum([0, *(len(complexes[c]) for c in sorted(complexes))]).astype(np.int64),
        complex_member=np.array([m for c in sorted(complexes) for m in complexes[c]], dtype=np.int64),
    )


def _steps(source: Indices, target: Indices, starts: list[int], n: int) -> Indices:
    """Return the least number of arrows from any start to each node (n,), up to as many as are assembled."""
    found = np.full(n, _FAR)
    found[starts] = 0
    for _ in range(MOST_STEPS):
        np.minimum.at(found, target, found[source] + 1)
    return found
