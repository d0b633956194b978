"""Fate of vesicles in and on a cell: competing first-order exits."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def exit_probability(rate, dt):
    """Probability to leave within `dt` at a total rate: 1 - exp(-k dt), 1 for an infinite one.  → [1]"""
    return 1.0 if math.isinf(rate) else -math.expm1(-rate * dt)


@register_jitable
def next_share(share, before):
    """Share of what earlier exits have left over: s/(1 - Σ earlier shares).  [1, 1] → [1]

    With it a multinomial draw becomes a chain of binomial ones.
    """
    rest = 1.0 - before
    return min(1.0, share / rest) if rest > 0.0 else 0.0
