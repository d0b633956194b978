"""Chances of what cells do: first-order events, and death by a drug at division."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def event_probability(rate, dt):
    """Probability of a first-order event within `dt`: 1 - exp(-rate dt).  [1/min, min] → [1]"""
    return -math.expm1(-rate * dt)


@register_jitable
def ratio(rate, fold):
    """Rate divided by a fold; a fold of 0 makes what was possible certain.  [1/min, 1] → [1/min]"""
    if rate == 0.0:
        return 0.0
    return rate / fold if fold > 0.0 else math.inf


@register_jitable
def kill_probability(lesions, half_kill, hill, tolerance):
    """Probability that a division kills: 1/(1 + (R θ/lesions)^h).  [mmol/L, mmol/L, 1, 1] → [1]"""
    if lesions <= 0.0:
        return 0.0
    return 1.0 / (1.0 + (tolerance * half_kill / lesions) ** hill)
