"""What cells do to those they touch, compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from ...compiled import Compiled
from ...compiled_cells import ALIVE
from ...laws import interactions as laws
from ...laws import random
from ...laws.interactions import MOST_ATTACKS
from ...laws.random import ATTACHMENT, ATTACK, DETACHMENT, FUSION, PHAGOCYTOSIS
from ...state import State
from .cells import behaviour_value
from .threads import MANY_CELLS, threads_for


def count(compiled: Compiled, state: State, first, other):
    """Count what each cell touches: of each kind (n, k), living (n,), dead (n,); kinds count dead cells too.

    `first` and `other` list those each cell touches, see `contacts`.
    """
    n = state.n_cells
    of_kind = np.zeros((n, len(compiled.kinds)), dtype=np.int64)
    living, dead = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    with threads_for(n, MANY_CELLS):
        _count(state.cells["kind"], state.cells["alive"], first, other, of_kind, living, dead)
    return of_kind, living, dead


def seize(compiled: Compiled, state: State, first, other, dt: float, seed: int):
    """Draw which cell each living cell eats or fuses with in `dt` [min]; returns (when, target, fuses) (n,).

    All that a cell may eat and all that it may fuse with compete as first-order events. `when` is the time of
    the first of them [min], infinite where none falls within `dt`; `target` is the index of the other cell,
    `fuses` is True for fusion.
    """
    cells, n = state.cells, state.n_cells
    when, target = np.full(n, math.inf), np.full(n, -1, dtype=np.int64)
    fuses = np.zeros(n, dtype=np.bool_)
    with threads_for(n, MANY_CELLS):
        _seize(
            cells["id"], cells["kind"], cells["alive"], cells["death"], first, other, compiled.at,
            _behaviours(compiled, state), (seed, state.step), dt, when, target, fuses,
        )  # fmt: skip
    return when, target, fuses


def attack(compiled: Compiled, state: State, first, other, dt: float, seed: int) -> None:
    """Let living cells attack for `dt` [min], one target at a time; damage and tallies are updated in place.

    A free cell begins to attack a living cell that it touches at the attack rate times the immunogenicity; an
    attack lasts for an exponential time of mean "attack duration", or until the two no longer touch or
    one of them is dead. As long as it lasts, the target gains "attack damage rate" of damage per minute.
    """
    cells = state.cells
    tallies = (cells["damage"], cells["attack_time"], cells["damage_delivered"])
    _attack(
        cells["id"], cells["kind"], cells["alive"], cells["attacking"], tallies, first, other, compiled.at,
        _behaviours(compiled, state), (seed, state.step), dt,
    )  # fmt: skip


def attach(compiled: Compiled, state: State, first, other, dt: float, seed: int):
    """Draw which touching cells would attach in `dt` [min]: times [min] (m,) and pairs of indices (m, 2).

    The first of a pair has the lower id; pairs are in the order of `other`.
    """
    cells, n = state.cells, state.n_cells
    when = np.full(len(other), math.inf)
    with threads_for(n, MANY_CELLS):
        _attach(
            cells["id"], cells["kind"], cells["alive"], first, other, compiled.at,
            _behaviours(compiled, state), (seed, state.step), when,
        )  # fmt: skip
    found = np.flatnonzero(when < dt)
    owner = np.searchsorted(first, found, side="right") - 1
    return when[found], np.column_stack([owner, other[found]])


def detach(compiled: Compiled, state: State, pairs, dt: float, seed: int):
    """Draw which attachments (m, 2) of indices, sorted by their ids, come apart in `dt` [min]: (m,) bool.

    Either cell lets go at its own rate.
    """
    gone = np.zeros(len(pairs), dtype=np.bool_)
    ids, kind = state.cells["id"], state.cells["kind"]
    behaviours = _behaviours(compiled, state)
    _detach(ids, kind, pairs, compiled.at.detach, behaviours, (seed, state.step), dt, gone)
    return gone


def _behaviours(compiled: Compiled, state: State):
    return compiled.behaviours.base, compiled.behaviours.column, state.cells["behaviour"]


@njit(cache=True, nogil=True, parallel=True)
def _count(kind, alive, first, other, of_kind, living, dead):
    for i in prange(kind.shape[0]):
        for place in range(first[i], first[i + 1]):
            j = other[place]
            of_kind[i, kind[j]] += 1
            if alive[j]:
                living[i] += 1
            else:
                dead[i] += 1


@njit(cache=True, nogil=True, parallel=True)
def _seize(ids, kind, alive, death, first, other, at, behaviours, key, dt, when, target, fuses):
    seed, step = key
    for i in prange(ids.shape[0]):
        if not alive[i]:
            continue
        for is_fusion in (False, True):
            total = 0.0
            for place in range(first[i], first[i + 1]):
                total += _seizing(is_fusion, i, other[place], kind, alive, death, at, behaviours)
            if not total > 0.0:
                continue
            purpose = FUSION if is_fusion else PHAGOCYTOSIS
            time = laws.waiting_time(total, random.uniform(seed, purpose, step, ids[i], 0))
            if time < min(dt, when[i]):
                mark = random.uniform(seed, purpose, step, ids[i], 1) * total
                when[i] = time
                fuses[i] = is_fusion
                for place in range(first[i], first[i + 1]):
                    rate = _seizing(is_fusion, i, other[place], kind, alive, death, at, behaviours)
                    if rate > 0.0:
                        target[i] = other[place]
                        if mark < rate:
                            break
                        mark -= rate


@njit(cache=True, nogil=True)
def _seizing(is_fusion, i, j, kind, alive, death, at, behaviours):
    """Rate at which cell i fuses with cell j, or eats it."""
    if is_fusion:
        b = at.fuse + kind[j]
        if not alive[j]:
            return 0.0
    elif death[j] == ALIVE:
        b = at.phagocytose + kind[j]
    else:
        b = at.phagocytose_dead + death[j] - 1
    return max(0.0, behaviour_value(behaviours, kind[i], i, b))


@njit(cache=True, nogil=True)
def _attack(ids, kind, alive, attacking, tallies, first, other, at, behaviours, key, dt):
    # One cell after the other: several may attack one target, and the order of a sum is part of the result.
    seed, step = key
    damage, attack_time, delivered = tallies
    for i in range(ids.shape[0]):
        if not alive[i]:
            continue
        target = -1
        total = 0.0
        for place in range(first[i], first[i + 1]):
            j = other[place]
            if alive[j]:
                total += _provoked(i, j, kind, at, behaviours)
                if ids[j] == attacking[i]:
                    target = j
        duration = behaviour_value(behaviours, kind[i], i, at.attack_duration)
        strength = behaviour_value(behaviours, kind[i], i, at.attack_damage_rate)
        now = 0.0
        for draw in range(0, 3 * MOST_ATTACKS, 3):
            if target < 0:
                if not total > 0.0:
                    break
                now += laws.waiting_time(total, random.uniform(seed, ATTACK, step, ids[i], draw))
                if now >= dt:
                    break
                mark = random.uniform(seed, ATTACK, step, ids[i], draw + 1) * total
                target = _provoking(mark, i, kind, alive, first, other, at, behaviours)
            spell = laws.waiting_time(1.0, random.uniform(seed, ATTACK, step, ids[i], draw + 2))
            end = now + duration * spell
            span = min(end, dt) - now
            damage[target] += strength * span
            attack_time[target] += span
            delivered[i] += strength * span
            if end >= dt:
                break
            now = end
            target = -1
        attacking[i] = ids[target] if target >= 0 else -1


@njit(cache=True, nogil=True)
def _provoked(i, j, kind, at, behaviours):
    """Rate at which cell i begins to attack cell j."""
    rate = behaviour_value(behaviours, kind[i], i, at.attack + kind[j])
    return max(
        0.0, laws.attack_rate(rate, behaviour_value(behaviours, kind[j], j, at.immunogenicity + kind[i]))
    )


@njit(cache=True, nogil=True)
def _provoking(mark, i, kind, alive, first, other, at, behaviours):
    """Living cell where the running sum of the rates of cell i passes the mark."""
    found = -1
    for place in range(first[i], first[i + 1]):
        j = other[place]
        if alive[j]:
            rate = _provoked(i, j, kind, at, behaviours)
            if rate > 0.0:
                found = j
                if mark < rate:
                    break
                mark -= rate
    return found


@njit(cache=True, nogil=True, parallel=True)
def _attach(ids, kind, alive, first, other, at, behaviours, key, when):
    seed, step = key
    for i in prange(ids.shape[0]):
        if not alive[i]:
            continue
        for place in range(first[i], first[i + 1]):
            j = other[place]
            if alive[j] and ids[j] > ids[i]:
                rate = laws.attachment_rate(
                    behaviour_value(behaviours, kind[i], i, at.attach),
                    behaviour_value(behaviours, kind[i], i, at.affinity + kind[j]),
                    behaviour_value(behaviours, kind[j], j, at.attach),
                    behaviour_value(behaviours, kind[j], j, at.affinity + kind[i]),
                )
                u = random.uniform(seed, ATTACHMENT, step, ids[i], place - first[i])
                when[place] = laws.waiting_time(rate, u)


@njit(cache=True, nogil=True)
def _detach(ids, kind, pairs, b, behaviours, key, dt, gone):
    seed, step = key
    place = 0
    for m in range(pairs.shape[0]):
        one, two = pairs[m, 0], pairs[m, 1]
        place = place + 1 if m > 0 and pairs[m - 1, 0] == one else 0
        rate = behaviour_value(behaviours, kind[one], one, b) + behaviour_value(behaviours, kind[two], two, b)
        u = random.uniform(seed, DETACHMENT, step, ids[one], place)
        gone[m] = laws.waiting_time(rate, u) < dt
