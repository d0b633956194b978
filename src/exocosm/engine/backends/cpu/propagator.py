"""The exact solution in time of transport along a line of voxels, as a band matrix of probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float64]

_DROPPED = 1e-13  # share of a voxel's content beyond the band; it is put back by scaling the columns
_LONGEST = 64.0  # mean number of jumps that one series follows; longer times by squaring
_COLUMNS = 256  # per task
_LINES = 16  # per task


@dataclass(frozen=True)
class Propagator:
    """exp(dt J) on a line: `band` (offset, n) and `by_row` (n, offset) hold the probability that what is in
    voxel i - reach + offset ends in i; `low` and `high` (n,) that it leaves there. Nothing is negative, and
    for each voxel all that can happen to its content sums to 1."""

    reach: int
    band: Array
    by_row: Array
    low: Array
    high: Array
    opened: bool


@lru_cache(maxsize=64)
def propagator(n: int, dt: float, forth: float, back: float, low: float, high: float) -> Propagator:
    """Return the propagator of a line of n voxels.

    Parameters
    ----------
    dt : [min]
    forth, back : rates of jumps to the next and to the previous voxel [1/min]
    low, high : rates of leaving at the two ends [1/min]
    """
    chances = _exponential(n, dt, forth, back, low, high)
    inside = chances[1:-1, 1:-1]
    index = np.arange(n)
    distance = np.abs(index[:, None] - index)
    tail = np.cumsum(_by_distance(inside)[::-1], axis=0)[::-1]  # share of a voxel that goes as far or farther
    near = np.flatnonzero(tail.max(axis=1) > _DROPPED)
    reach = int(near[-1]) if near.size else 0
    kept = np.where(distance <= reach, inside, 0.0)
    total = kept.sum(axis=0) + chances[0, 1:-1] + chances[-1, 1:-1]
    kept /= total
    offsets = 4 * -(-(2 * reach + 1) // 4)  # rows of zeros fill up the last group of four
    band = np.zeros((offsets, n))
    for offset in range(2 * reach + 1):
        origin = index - reach + offset
        there = (origin >= 0) & (origin < n)
        band[offset, there] = kept[index[there], origin[there]]
    return Propagator(
        reach=reach,
        band=band,
        by_row=np.ascontiguousarray(band.T),
        low=np.ascontiguousarray(chances[0, 1:-1] / total),
        high=np.ascontiguousarray(chances[-1, 1:-1] / total),
        opened=low > 0.0 or high > 0.0,
    )


def _by_distance(inside: Array) -> Array:
    """Sum over both directions: (distance, origin)."""
    n = len(inside)
    found = np.zeros((n, n))
    for d in range(n):
        found[d, : n - d] += np.diagonal(inside, -d)
        if d:
            found[d, d:] += np.diagonal(inside, d)
    return found


def _exponential(n: int, dt: float, forth: float, back: float, low: float, high: float) -> Array:
    """exp(dt J) with the outside as two places that keep what they get, by uniformisation.

    With q the largest rate of leaving a place, I + J/q is non-negative, and exp(dt J) is the mean of its
    powers under a Poisson distribution of mean q dt: a sum without cancellation (Jensen 1953,
    doi:10.1080/03461238.1953.10419459). Columns are origins.
    """
    up, down = np.zeros(n + 2), np.zeros(n + 2)
    up[1:-1], down[1:-1] = forth, back
    up[n], down[1] = high, low
    busiest = float((up + down).max())
    mean = busiest * dt
    if mean == 0.0:
        return np.eye(n + 2)
    doublings = max(0, math.ceil(math.log2(mean / _LONGEST)))
    mean /= 2.0**doublings
    climb, fall = up / busiest, down / busiest
    stay = 1.0 - climb - fall
    power = np.eye(n + 2)
    total = power * math.exp(-mean)
    weight, k = math.exp(-mean), 0
    while k < mean or weight > 1e-20:
        k += 1
        power = _jump(power, climb, stay, fall)
        weight *= mean / k
        total += weight * power
    for _ in range(doublings):
        total /= total.sum(axis=0)
        total = total @ total
    return total / total.sum(axis=0)


def _jump(power: Array, climb: Array, stay: Array, fall: Array) -> Array:
    """One more jump: the rows of `power` are where things are."""
    after = stay[:, None] * power
    after[1:] += (climb[:, None] * power)[:-1]
    after[:-1] += (fall[:, None] * power)[1:]
    return after


def spread_lines(lines: Array, along: Propagator, survival: Array, sums: Array) -> None:
    """Apply survival and then the propagator to lines (n_lines, n), in place.

    Writes for each task its sum before decay, and what leaves low and high: `sums` (tasks, 3), the
    `line_tasks` of one species together. `survival` is (species,).
    """
    _spread_lines(lines, along.reach, along.band, along.low, along.high, along.opened, survival, sums, _LINES)


def line_tasks(n_lines: int) -> int:
    """Return the number of tasks that so many lines of one species are cut into."""
    return -(-n_lines // _LINES)


@njit(cache=True, nogil=True, parallel=True)
def _spread_lines(lines, reach, band, low, high, opened, survival, sums, per_task):
    per_species = lines.shape[0] // survival.shape[0]
    tasks = sums.shape[0] // survival.shape[0]
    n = lines.shape[1]
    for task in prange(sums.shape[0]):
        s = task // tasks
        first = (task - s * tasks) * per_task
        last = min(first + per_task, per_species)
        padded = np.zeros(n + band.shape[0])
        content = out_low = out_high = 0.0
        for p in range(s * per_species + first, s * per_species + last):
            line = lines[p]
            here = padded[reach : reach + n]
            in_line = _take(line, survival[s], here)
            content += in_line
            if opened:
                for i in range(n):
                    out_low += low[i] * here[i]
                    out_high += high[i] * here[i]
            if in_line > 0.0:
                for offset in range(0, band.shape[0], 4):
                    _add_four(
                        line, band[offset], band[offset + 1], band[offset + 2], band[offset + 3],
                        padded[offset : offset + n], padded[offset + 1 : offset + 1 + n],
                        padded[offset + 2 : offset + 2 + n], padded[offset + 3 : offset + 3 + n],
                    )  # fmt: skip
        sums[task, 0] = content
        sums[task, 1] = out_low
        sums[task, 2] = out_high


@njit(cache=True, nogil=True)
def _take(line, survival, here):
    """Move survival · line to `here`, leave zeros behind and return the sum of the line."""
    n = line.shape[0]
    s0 = s1 = s2 = s3 = 0.0
    whole = n - n % 4
    for i in range(0, whole, 4):
        s0 += line[i]
        s1 += line[i + 1]
        s2 += line[i + 2]
        s3 += line[i + 3]
    for i in range(whole, n):
        s0 += line[i]
    for i in range(n):
        here[i] = survival * line[i]
        line[i] = 0.0
    return (s0 + s1) + (s2 + s3)


@njit(cache=True, nogil=True)
def _add_four(line, b0, b1, b2, b3, o0, o1, o2, o3):
    # One slice per offset: with an index such as i + 1 the loop would not be vectorised.
    for i in range(line.shape[0]):
        line[i] += (b0[i] * o0[i] + b1[i] * o1[i]) + (b2[i] * o2[i] + b3[i] * o3[i])


def spread_rows(stacks: Array, along: Propagator, sums: Array) -> None:
    """Apply the propagator along the middle axis of (stacks, n, columns), in place.

    Writes what leaves low and high: `sums` (stacks, parts, 2), `row_parts(columns)` parts.
    """
    _spread_rows(stacks, along.reach, along.by_row, along.low, along.high, sums, _COLUMNS)


def row_parts(columns: int) -> int:
    """Return the number of tasks that a stack of so many columns is cut into."""
    return -(-columns // _COLUMNS)


@njit(cache=True, nogil=True, parallel=True)
def _spread_rows(stacks, reach, by_row, low, high, sums, width):
    n = stacks.shape[1]
    parts = sums.shape[1]
    for task in prange(stacks.shape[0] * parts):
        p = task // parts
        part = task - p * parts
        stack = stacks[p]
        first = part * width
        last = min(first + width, stack.shape[1])
        before = np.empty((n, last - first))
        out_low = out_high = all_content = 0.0
        for i in range(n):
            content = 0.0
            here, row = before[i], stack[i][first:last]
            for j in range(last - first):
                here[j] = row[j]
                content += row[j]
            out_low += low[i] * content
            out_high += high[i] * content
            all_content += content
        sums[p, part, 0] = out_low
        sums[p, part, 1] = out_high
        if all_content > 0.0:  # nothing spreads where there is nothing
            for i in range(n):
                row = stack[i][first:last]
                _gather(row, before, by_row[i], max(0, i - reach), min(n, i + reach + 1), reach - i)


@njit(cache=True, nogil=True)
def _gather(row, before, chances, first, last, shift):
    """Sum chances · before over the rows from `first` to `last`, four at a time."""
    width = row.shape[0]
    for j in range(width):
        row[j] = 0.0
    whole = first + (last - first) // 4 * 4
    for m in range(first, whole, 4):
        c0, c1 = chances[m + shift], chances[m + 1 + shift]
        c2, c3 = chances[m + 2 + shift], chances[m + 3 + shift]
        b0, b1, b2, b3 = before[m], before[m + 1], before[m + 2], before[m + 3]
        for j in range(width):
            row[j] += (c0 * b0[j] + c1 * b1[j]) + (c2 * b2[j] + c3 * b3[j])
    for m in range(whole, last):
        c0 = chances[m + shift]
        b0 = before[m]
        for j in range(width):
            row[j] += c0 * b0[j]
