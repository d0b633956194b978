"""What cells do to those they touch, cell by cell in plain Python."""

from __future__ import annotations

import math

import numpy as np

from ...compiled import Compiled
from ...compiled_cells import ALIVE
from ...laws.interactions import MOST_ATTACKS, attachment_rate, attack_rate, waiting_time
from ...laws.random import ATTACHMENT, ATTACK, DETACHMENT, FUSION, PHAGOCYTOSIS, uniform
from ...state import State
from .cells import value


def count(compiled: Compiled, state: State, first, other):
    """Count what each cell touches: of each kind (n, k), living (n,), dead (n,); kinds count dead cells too.

    `first` and `other` list those each cell touches, see `contacts`.
    """
    cells, n = state.cells, state.n_cells
    of_kind = np.zeros((n, len(compiled.kinds)), dtype=np.int64)
    living, dead = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for cell in range(n):
        for touched in other[first[cell] : first[cell + 1]]:
            of_kind[cell, cells["kind"][touched]] += 1
            living[cell] += cells["alive"][touched]
            dead[cell] += not cells["alive"][touched]
    return of_kind, living, dead


def seize(compiled: Compiled, state: State, first, other, dt: float, seed: int):
    """Draw which cell each living cell eats or fuses with in `dt` [min]; returns (when, target, fuses) (n,).

    All that a cell may eat and all that it may fuse with compete as first-order events. `when` is the time of
    the first of them [min], infinite where none falls within `dt`; `target` is the index of the other cell,
    `fuses` is True for fusion.
    """
    n = state.n_cells
    when, target = np.full(n, math.inf), np.full(n, -1, dtype=np.int64)
    fuses = np.zeros(n, dtype=bool)
    for cell in map(int, np.flatnonzero(state.cells["alive"])):
        key = (seed, state.step, int(state.cells["id"][cell]))
        for is_fusion, purpose, rate_of in ((False, PHAGOCYTOSIS, _eating), (True, FUSION, _fusing)):
            touched = [int(t) for t in other[first[cell] : first[cell + 1]]]
            rates = [rate_of(compiled, state.cells, cell, t) for t in touched]
            total = _sum(rates)
            if total > 0.0:
                time = waiting_time(total, _uniform(purpose, key, 0))
                if time < min(dt, when[cell]):
                    chosen = _pick(rates, _uniform(purpose, key, 1) * total)
                    when[cell], target[cell], fuses[cell] = time, touched[chosen], is_fusion
    return when, target, fuses


def attack(compiled: Compiled, state: State, first, other, dt: float, seed: int) -> None:
    """Let living cells attack for `dt` [min], one target at a time; damage and tallies are updated in place.

    A free cell begins to attack a living cell that it touches at the attack rate times the immunogenicity; an
    attack lasts for an exponential time of mean "attack duration", or until the two no longer touch or
    one of them is dead. As long as it lasts, the target gains "attack damage rate" of damage per minute.
    """
    for cell in map(int, np.flatnonzero(state.cells["alive"])):
        touched = [int(t) for t in other[first[cell] : first[cell + 1]] if state.cells["alive"][t]]
        _attack_with(compiled, state, cell, touched, dt, seed)


def _attack_with(compiled: Compiled, state: State, cell: int, touched: list[int], dt: float, seed: int):
    cells, at = state.cells, compiled.at
    key = (seed, state.step, int(cells["id"][cell]))
    mine = [t for t in touched if cells["id"][t] == cells["attacking"][cell]]
    target = mine[0] if mine else -1
    rates = [
        attack_rate(
            value(compiled, cells, cell, at.attack + int(cells["kind"][t])),
            value(compiled, cells, t, at.immunogenicity + int(cells["kind"][cell])),
        )
        for t in touched
    ]
    total = _sum(rates)
    duration = value(compiled, cells, cell, at.attack_duration)
    strength = value(compiled, cells, cell, at.attack_damage_rate)
    now = 0.0
    for draw in range(0, 3 * MOST_ATTACKS, 3):
        if target < 0:
            now += waiting_time(total, _uniform(ATTACK, key, draw))
            if now >= dt:
                break
            target = touched[_pick(rates, _uniform(ATTACK, key, draw + 1) * total)]
        end = now + duration * waiting_time(1.0, _uniform(ATTACK, key, draw + 2))
        span = min(end, dt) - now
        cells["damage"][target] += strength * span
        cells["attack_time"][target] += span
        cells["damage_delivered"][cell] += strength * span
        if end >= dt:
            break
        now, target = end, -1
    cells["attacking"][cell] = cells["id"][target] if target >= 0 else -1


def attach(compiled: Compiled, state: State, first, other, dt: float, seed: int):
    """Draw which touching cells would attach in `dt` [min]: times [min] (m,) and pairs of indices (m, 2).

    The first of a pair has the lower id; pairs are in the order of `other`.
    """
    cells, at = state.cells, compiled.at
    when, pairs = [], []
    for cell in map(int, np.flatnonzero(cells["alive"])):
        key = (seed, state.step, int(cells["id"][cell]))
        for place, touched in enumerate(map(int, other[first[cell] : first[cell + 1]])):
            if not cells["alive"][touched] or cells["id"][touched] <= cells["id"][cell]:
                continue
            rate = attachment_rate(
                value(compiled, cells, cell, at.attach),
                value(compiled, cells, cell, at.affinity + int(cells["kind"][touched])),
                value(compiled, cells, touched, at.attach),
                value(compiled, cells, touched, at.affinity + int(cells["kind"][cell])),
            )
            time = waiting_time(rate, _uniform(ATTACHMENT, key, place))
            if time < dt:
                when.append(time)
                pairs.append((cell, touched))
    return np.array(when, dtype=float), np.array(pairs, dtype=np.int64).reshape(-1, 2)


def detach(compiled: Compiled, state: State, pairs, dt: float, seed: int):
    """Draw which attachments (m, 2) of indices, sorted by their ids, come apart in `dt` [min]: (m,) bool.

    Either cell lets go at its own rate.
    """
    cells, b = state.cells, compiled.at.detach
    gone = np.zeros(len(pairs), dtype=bool)
    place = 0
    for m, (one, two) in enumerate(pairs):
        place = place + 1 if m > 0 and pairs[m - 1][0] == one else 0
        key = (seed, state.step, int(cells["id"][one]))
        rate = value(compiled, cells, one, b) + value(compiled, cells, two, b)
        gone[m] = waiting_time(rate, _uniform(DETACHMENT, key, place)) < dt
    return gone


def _eating(compiled: Compiled, cells, cell: int, touched: int) -> float:
    if cells["death"][touched] != ALIVE:
        return value(compiled, cells, cell, compiled.at.phagocytose_dead + int(cells["death"][touched]) - 1)
    return value(compiled, cells, cell, compiled.at.phagocytose + int(cells["kind"][touched]))


def _fusing(compiled: Compiled, cells, cell: int, touched: int) -> float:
    if not cells["alive"][touched]:
        return 0.0
    return value(compiled, cells, cell, compiled.at.fuse + int(cells["kind"][touched]))


def _pick(rates: list[float], mark: float) -> int:
    """Return the place where the running sum of rates passes the mark."""
    last = -1
    for place, rate in enumerate(rates):
        if rate > 0.0:
            last = place
            if mark < rate:
                break
            mark -= rate
    return last


def _sum(rates: list[float]) -> float:
    total = 0.0
    for rate in rates:
        total += max(0.0, rate)
    return total


def _uniform(purpose: int, key, draw: int) -> float:
    seed, step, cell = key
    return uniform(seed, purpose, step, cell, draw)
