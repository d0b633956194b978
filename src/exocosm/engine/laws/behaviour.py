"""How signals change behaviours: linear factors and Hill functions."""

from __future__ import annotations

import math

from numba.extending import register_jitable

_LARGEST = 700.0  # ln of what a float64 can hold


@register_jitable
def linear_factor(signal, zero, one, clipped):
    """Factor (s - zero)/(one - zero), never below 0, never above 1 when clipped.  [any, any, any] → [1]"""
    factor = max(0.0, (signal - zero) / (one - zero))
    return min(1.0, factor) if clipped else factor


@register_jitable
def hill_term(signal, half, power):
    """Term (s/half)^power of a Hill function; signals below 0 count as 0.  [any, any, 1] → [1]"""
    if not signal > 0.0:
        return signal - signal  # 0, and NaN for NaN, which must not pass unseen
    if power * math.log(signal / half) > _LARGEST:
        return math.inf
    return (signal / half) ** power


@register_jitable
def ruled_value(base, up, highest, down, lowest):
    """Behaviour under rules: (1 - D)·[(1 - U)·base + U·highest] + D·lowest.  [any, 1, any, 1, any] → [any]

    U = up/(1 + up) and D = down/(1 + down) of the sums of Hill terms (Johnson et al. 2025,
    doi:10.1016/j.cell.2025.06.048).
    """
    u = 1.0 if up == math.inf else up / (1.0 + up)
    d = 1.0 if down == math.inf else down / (1.0 + down)
    return (1.0 - d) * ((1.0 - u) * base + u * highest) + d * lowest
