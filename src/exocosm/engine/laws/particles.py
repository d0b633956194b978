"""Motion of single vesicles."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def step_width(diffusion, dt):
    """Standard deviation of a Brownian step along one axis: sqrt(2 D dt).  [µm²/min, min] → [µm]"""
    return math.sqrt(2.0 * diffusion * dt)


@register_jitable
def reflected(x, length):
    """Fold a position back into [0, length], as two mirrors would.  [µm, µm] → [µm]"""
    x = abs(x) % (2.0 * length)
    return 2.0 * length - x if x > length else x
