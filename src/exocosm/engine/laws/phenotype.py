"""Rates of what cells do, from oxygen, signalling and drug lesions."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def hypoxia_signal(oxygen, start, full):
    """Hypoxia from 0 at `start` to 1 at `full`, linear in between.  [mmHg] → [1]"""
    return min(1.0, max(0.0, (start - oxygen) / (start - full)))


@register_jitable
def oxygen_share(oxygen, stop, full):
    """Share of the division rate left at this oxygen: 0 at `stop`, 1 at `full`, linear.  [mmHg] → [1]"""
    return min(1.0, max(0.0, (oxygen - stop) / (full - stop)))


@register_jitable
def necrosis_rate(oxygen, start, full, rate_max):
    """Rate of necrosis: none at `start`, `rate_max` at and below `full`, linear.  [mmHg, 1/min] → [1/min]"""
    return rate_max * min(1.0, max(0.0, (start - oxygen) / (start - full)))


@register_jitable
def event_probability(rate, dt):
    """Probability of a first-order event within `dt`: 1 - exp(-rate dt).  [1/min, min] → [1]"""
    return -math.expm1(-rate * dt)


@register_jitable
def kill_probability(lesions, half_kill, hill, tolerance):
    """Probability that a division kills: 1/(1 + (R θ/lesions)^h).  [mmol/L, mmol/L, 1, 1] → [1]"""
    if lesions <= 0.0:
        return 0.0
    return 1.0 / (1.0 + (tolerance * half_kill / lesions) ** hill)
