"""Draws from other distributions, made of keyed uniform numbers (`laws.random`).

A draw takes as many uniforms as it needs: draw index 0, 1, 2, ... of its key (seed, purpose, step, entity).
Draws that should be independent need different keys; several kinds of thing drawn for one cell go into the
entity, for example entity = cell * n_kinds + kind. Counts and means may reach 1e9; NaN counts as nothing.

`register_jitable` leaves these functions plain Python; it only allows compiled kernels to call them too.
"""

from __future__ import annotations

import math

from numba.extending import register_jitable

from .random import block, open_unit, uniform

_SMALL_MEAN = 10.0  # below it inversion is quick; the rejection methods are proved for 10 and above
_LAST = 110  # P(count > 110) < 1e-70 at the largest mean of an inversion: only rounding gets there


@register_jitable
def normal(seed, purpose, step, entity, draw):
    """Draw from the standard normal distribution (Box and Muller 1958).

    It takes the whole block of this key, so `uniform` of the same key is not independent of it.
    """
    w0, w1, w2, w3 = block(seed, purpose, step, entity, draw)
    return math.sqrt(-2.0 * math.log(open_unit(w0, w1))) * math.cos(2.0 * math.pi * open_unit(w2, w3))


@register_jitable
def poisson(mean, seed, purpose, step, entity):
    """Draw a count from the Poisson distribution.

    Inversion below a mean of 10, else PTRS (Hörmann 1993, "The transformed rejection method for generating
    Poisson random variables").
    """
    if not mean > 0.0:
        return 0
    if mean < _SMALL_MEAN:
        return _poisson_inversion(mean, uniform(seed, purpose, step, entity, 0))
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    v_accept = 0.9277 - 3.6224 / (b - 2.0)
    draw = 0
    while True:
        u = uniform(seed, purpose, step, entity, draw) - 0.5
        v = uniform(seed, purpose, step, entity, draw + 1)
        draw += 2
        edge = 0.5 - abs(u)
        count = math.floor((2.0 * a / edge + b) * u + mean + 0.43)
        if edge >= 0.07 and v <= v_accept:
            return int(count)
        if count < 0.0 or (edge < 0.013 and v > edge):
            continue
        if math.log(v * inverse_alpha / (a / (edge * edge) + b)) <= log_poisson(count, mean):
            return int(count)


@register_jitable
def binomial(n, p, seed, purpose, step, entity):
    """Draw the number of successes among `n` trials of probability `p`.

    Inversion where n min(p, 1 - p) < 10, else BTRS (Hörmann 1993, "The generation of binomial random
    variates"). p <= 0 gives 0, p >= 1 gives n.
    """
    n = int(n)
    if n <= 0 or not p > 0.0:
        return 0
    if p >= 1.0:
        return n
    rare = min(p, 1.0 - p)
    if n * rare < _SMALL_MEAN:
        count = _binomial_inversion(n, rare, uniform(seed, purpose, step, entity, 0))
    else:
        count = _binomial_rejection(n, rare, seed, purpose, step, entity)
    return count if p <= 0.5 else n - count


@register_jitable
def _poisson_inversion(mean, u):
    probability = math.exp(-mean)
    count = 0
    while u > probability and count < _LAST:
        u -= probability
        count += 1
        probability *= mean / count
    return count


@register_jitable
def _binomial_inversion(n, p, u):
    odds = p / (1.0 - p)
    probability = math.exp(n * math.log1p(-p))
    count = 0
    last = min(n, _LAST)
    while u > probability and count < last:
        u -= probability
        count += 1
        probability *= odds * (n - count + 1) / count
    return count


@register_jitable
def _binomial_rejection(n, p, seed, purpose, step, entity):
    """BTRS for p <= 0.5 and n p >= 10."""
    width = math.sqrt(n * p * (1.0 - p))
    b = 1.15 + 2.53 * width
    a = -0.0873 + 0.0248 * b + 0.01 * p
    alpha = (2.83 + 5.1 / b) * width
    v_accept = 0.92 - 4.2 / b
    mode = math.floor((n + 1) * p)
    draw = 0
    while True:
        u = uniform(seed, purpose, step, entity, draw) - 0.5
        v = uniform(seed, purpose, step, entity, draw + 1)
        draw += 2
        edge = 0.5 - abs(u)
        count = math.floor((2.0 * a / edge + b) * u + n * p + 0.5)
        if edge >= 0.07 and v <= v_accept:
            return int(count)
        if count < 0.0 or count > n:
            continue
        relative = log_binomial(count, n, p) - log_binomial(mode, n, p)
        if math.log(v * alpha / (a / (edge * edge) + b)) <= relative:
            return int(count)


@register_jitable
def log_poisson(count, mean):
    """Logarithm of the Poisson probability, without cancellation at large means (Loader 2000)."""
    if count == 0.0:
        return -mean
    return -_stirling_error(count) - _deviance(count, mean) - 0.5 * math.log(2.0 * math.pi * count)


@register_jitable
def log_binomial(count, n, p):
    """Logarithm of the binomial probability, without cancellation at large n (Loader 2000).  0 < p < 1"""
    if count == 0.0:
        return n * math.log1p(-p)
    if count == n:
        return n * math.log(p)
    rest = n - count
    errors = _stirling_error(n) - _stirling_error(count) - _stirling_error(rest)
    deviances = _deviance(count, n * p) + _deviance(rest, n * (1.0 - p))
    return errors - deviances + 0.5 * math.log(n / (2.0 * math.pi * count * rest))


@register_jitable
def _stirling_error(n):
    """ln n! - [n ln n - n + ln(2 π n)/2] for n >= 1."""
    if n < 16.0:
        factorial = 1.0
        for i in range(2, int(n) + 1):
            factorial *= i
        return math.log(factorial) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2.0 * math.pi)
    square = float(n) * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / n


@register_jitable
def _deviance(x, mean):
    """x ln(x/mean) + mean - x for x > 0, by a series where the terms nearly cancel."""
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * math.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total = (x - mean) * v
    term = 2.0 * x * v
    for j in range(3, 40, 2):
        term *= v * v
        total += term / j
    return total
