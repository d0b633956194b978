"""Reversible binding of vesicles to matrix."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def exchange(on, off, loss, dt):
    """Solve dn/dt = -on n + off b, db/dt = on n - (off + loss) b over `dt`.  [1/min, min] → [1]

    Returns (e00, e01, e10, e11): n' = e00 n + e01 b, b' = e10 n + e11 b, the matrix exponential of a
    two-state system by its two real eigenvalues; all four lie in [0, 1], and columns add up to at most 1.
    """
    middle = 0.5 * (on + off + loss)
    half_gap = math.sqrt(0.25 * (on - off - loss) ** 2 + on * off)
    total = middle + half_gap  # the fast eigenvalue; the slow one is their product over it, 0 without loss
    decay = math.exp(-on * loss / total * dt) if total > 0.0 else 1.0
    x = half_gap * dt
    fast = math.exp(-2.0 * x)
    even = 0.5 * decay * (1.0 + fast)
    odd = 0.5 * decay * (-math.expm1(-2.0 * x)) / half_gap if half_gap > 0.0 else decay * dt
    skew = 0.5 * (off + loss - on)
    e00 = min(1.0, max(0.0, even + skew * odd))
    e11 = min(1.0, max(0.0, even - skew * odd))
    return e00, off * odd, on * odd, e11
