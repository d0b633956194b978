"""How the volume of a cell moves to its aims, living and dead."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def solid_after(solid, aim, rate, dt):
    """Solution of dS/dt = rate (aim - S) after `dt`.  [µm³, µm³, 1/min, min] → [µm³]"""
    return aim + (solid - aim) * math.exp(-rate * dt)


@register_jitable
def response(rate, decay, dt):
    """Solution after `dt` of dy/dt = exp(-decay t) - rate y, y(0) = 0.  [1/min, 1/min, min] → [min]

    (exp(-decay dt) - exp(-rate dt))/(rate - decay), written so that equal and vast rates do no harm.
    """
    apart = abs(rate - decay) * dt
    share = -math.expm1(-apart) / apart if apart > 0.0 else 1.0
    return dt * math.exp(-min(rate, decay) * dt) * share


@register_jitable
def fluid_after(fluid, fraction, rate, aim, nuclear, nuclear_rate, cytoplasmic, cytoplasmic_rate, dt):
    """Solution of dF/dt = rate (f (F + S) - F) after `dt`, with the solids S on their way.  → [µm³]

    S(t) = aim + nuclear exp(-nuclear_rate t) + cytoplasmic exp(-cytoplasmic_rate t): what both solids aim at
    together, and how far each is from it now (`solid_after`). f is the fluid fraction aimed at: 1 in a cell
    that swells, 0 in one that dries up (Ghaffarizadeh et al. 2018, doi:10.1371/journal.pcbi.1005991).
    """
    own = rate * (1.0 - fraction)
    drawn_in = aim * response(own, 0.0, dt)
    drawn_in += nuclear * response(own, nuclear_rate, dt)
    drawn_in += cytoplasmic * response(own, cytoplasmic_rate, dt)
    return fluid * math.exp(-own * dt) + rate * fraction * drawn_in


@register_jitable
def calcified_after(fraction, rate, dt):
    """Solution of dc/dt = rate (1 - c) after `dt`.  [1, 1/min, min] → [1]"""
    return 1.0 - (1.0 - fraction) * math.exp(-rate * dt)


@register_jitable
def steadily_grown(radius, rest, rate, power, dt):
    """Radius after `dt` of growth in area (power 2) or volume (3), d(r^p)/dt = rate rest^p.  → [µm]"""
    return (radius**power + rate * dt * rest**power) ** (1.0 / power)


@register_jitable
def is_due(radius, rest, power, division):
    """Say whether a cell has `division` times its area or volume at rest, bar rounding over many steps."""
    return (radius / rest) ** power >= division * (1.0 - 1e-9)


@register_jitable
def radius_of(volume):
    """Radius of the sphere of this volume.  [µm³] → [µm]"""
    return (volume * 0.75 / math.pi) ** (1.0 / 3.0)
