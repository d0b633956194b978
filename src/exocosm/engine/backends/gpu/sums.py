"""Sums and maxima on the card, in an order that depends on the number of values alone."""

from __future__ import annotations

from typing import Any

from numba import cuda

from . import card

_ADDED = 32  # values that one thread takes
_LANES = 32  # neighbouring threads take neighbouring values


def add_up(values: Any, out: Any, first: int = 0) -> None:
    """Add the sum of each row of (rows, n) to `out[first + row]`; both on the card."""
    _fold_all(values, out, first, _fold, _finish)


def find_largest(values: Any, out: Any) -> None:
    """Write the largest value of each row of (rows, n) to `out[row]`; values are 0 or above."""
    _fold_all(values, out, 0, _fold_largest, _finish_largest)


def _fold_all(values: Any, out: Any, first: int, fold: Any, finish: Any) -> None:
    rows, n = values.shape
    while n > _LANES:
        # Lane l of a group adds every 32nd of 1024 values: one thread reads no two that lie together.
        n = -(-n // (_ADDED * _LANES)) * _LANES
        partial = card.room((rows, n))
        card.for_each(fold, rows * n, values, partial)
        values = partial
    card.for_each(finish, rows, values, out, first)


@cuda.jit(cache=True)
def _fold(values, out):
    thread = cuda.grid(1)
    rows, lanes = out.shape
    if thread < rows * lanes:
        row = thread // lanes
        lane = thread - row * lanes
        start = lane // _LANES * (_ADDED * _LANES) + lane % _LANES
        total = 0.0
        for q in range(_ADDED):
            at = start + q * _LANES
            if at < values.shape[1]:
                total += values[row, at]
        out[row, lane] = total


@cuda.jit(cache=True)
def _finish(values, out, first):
    row = cuda.grid(1)
    if row < values.shape[0]:
        total = 0.0
        for at in range(values.shape[1]):
            total += values[row, at]
        out[first + row] += total


@cuda.jit(cache=True)
def _fold_largest(values, out):
    thread = cuda.grid(1)
    rows, lanes = out.shape
    if thread < rows * lanes:
        row = thread // lanes
        lane = thread - row * lanes
        start = lane // _LANES * (_ADDED * _LANES) + lane % _LANES
        largest = 0.0
        for q in range(_ADDED):
            at = start + q * _LANES
            if at < values.shape[1]:
                largest = max(largest, values[row, at])
        out[row, lane] = largest


@cuda.jit(cache=True)
def _finish_largest(values, out, first):
    row = cuda.grid(1)
    if row < values.shape[0]:
        largest = 0.0
        for at in range(values.shape[1]):
            largest = max(largest, values[row, at])
        out[first + row] = largest
