"""How the volume of a cell moves to its aims, living and dead."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def solid_after(solid, aim, rate, dt):
    """Solution of dS/dt = rate (aim - S) after `dt`.  [µm³, µm³, 1/min, min] → [µm³]"""
    return aim + (solid - aim) * math.exp(-rate * dt)


@register_jitable
def fluid_after(fluid, solid, fraction, rate, dt):
    """Solution of dF/dt = rate (f (F + S) - F) with the solids S held, after `dt`.  → [µm³]

    f < 1 is the fluid fraction aimed at (Ghaffarizadeh et al. 2018, doi:10.1371/journal.pcbi.1005991).
    """
    aim = fraction * solid / (1.0 - fraction)
    return aim + (fluid - aim) * math.exp(-rate * (1.0 - fraction) * dt)


@register_jitable
def swollen_after(fluid, total, rate, dt):
    """Solution of dF/dt = rate (V - F) with V held: the fluid of a swelling cell.  → [µm³]"""
    return total + (fluid - total) * math.exp(-rate * dt)


@register_jitable
def calcified_after(fraction, rate, dt):
    """Solution of dc/dt = rate (1 - c) after `dt`.  [1, 1/min, min] → [1]"""
    return 1.0 - (1.0 - fraction) * math.exp(-rate * dt)


@register_jitable
def radius_of(volume):
    """Radius of the sphere of this volume.  [µm³] → [µm]"""
    return (volume * 0.75 / math.pi) ** (1.0 / 3.0)
