"""When cells act on each other: waiting times of first-order events, and which of several comes about."""

from __future__ import annotations

import math

from numba.extending import register_jitable

MOST_ATTACKS = 1000  # of one cell in one step; more are not told from an attack without a break


@register_jitable
def waiting_time(rate, uniform):
    """Time until a first-order event: -ln(u)/rate, never for a rate of 0.  [1/min, (0, 1)] → [min]

    It falls within dt with probability 1 - exp(-rate dt).
    """
    return -math.log(uniform) / rate if rate > 0.0 else math.inf


@register_jitable
def attack_rate(rate, immunogenicity):
    """Rate at which a cell begins to attack another, from its own rate and how the other provokes it."""
    return rate * immunogenicity


@register_jitable
def attachment_rate(rate, affinity, other_rate, other_affinity):
    """Rate at which two cells attach: either may take hold of the other.  [1/min, 1, 1/min, 1] → [1/min]"""
    return rate * affinity + other_rate * other_affinity
