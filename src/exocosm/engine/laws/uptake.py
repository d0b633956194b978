"""Uptake of vesicles by the cells of a voxel."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def capture_probability(clearance, volume, dt):
    """Probability that a vesicle is taken up in one step: 1 - exp(-k dt/V).  [µm³/min, µm³, min] → [1]"""
    return -math.expm1(-clearance * dt / volume)


@register_jitable
def whole(carry, amount):
    """Add an amount to what is carried over and give out the whole ones: (how many, new carry).

    The carry starts at a random point of [0, 1), so the expected number given out equals the amount
    from the first step on, and the two never differ by more than 1.
    """
    total = carry + amount
    count = math.floor(total)
    rest = total - count
    if rest >= 1.0:  # rounding of a total a hair below a whole number
        return int(count) + 1, 0.0
    return int(count), rest
