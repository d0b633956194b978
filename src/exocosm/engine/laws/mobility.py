"""How fast vesicles of a size move: Stokes and Einstein, gaps between cells, and the mean over sizes."""

from __future__ import annotations

import math

_BOLTZMANN = 1.380649e-23  # [J/K]
_POINTS = 400  # of the midpoint rule over ln d


def stokes_einstein(diameter, viscosity, temperature):
    """Diffusion coefficient of a sphere: D = k T/(3 π η d).  [µm, Pa s, K] → [µm²/min]

    Einstein 1905, doi:10.1002/andp.19053220806.
    """
    return _BOLTZMANN * temperature / (3.0 * math.pi * viscosity * diameter * 1e-6) * 1e12 * 60.0


def slit_hindrance(ratio):
    """D/D0 of a sphere in a slit as wide as 1/ratio of its diameter; 0 where it does not fit.  [1] → [1]

    1 + (9/16) λ ln λ - 1.19358 λ + 0.4285 λ³ - 0.3192 λ⁴ + 0.08428 λ⁵, exclusion from the walls included
    (Dechadilok and Deen 2006, doi:10.1021/ie051387n). Rigid spheres and walls: real gaps give way.
    """
    if ratio <= 0.0:
        return 1.0
    if ratio >= 1.0:
        return 0.0
    series = 1.0 - 1.19358 * ratio + 0.4285 * ratio**3 - 0.3192 * ratio**4 + 0.08428 * ratio**5
    return max(0.0, series + 9.0 / 16.0 * ratio * math.log(ratio))


def truncated_quantile(share, sigma, low, high):
    """Logarithm of d/median below which a `share` of the vesicles lies; ln d is normal between bounds.

    `low` and `high` are ln(d/median) of the smallest and largest vesicle.  [1] → [1]
    """
    from statistics import NormalDist

    normal = NormalDist(0.0, sigma)
    below, above = normal.cdf(low), normal.cdf(high)
    inner = min(max(below + share * (above - below), 1e-300), 1.0 - 1e-16)
    return min(high, max(low, normal.inv_cdf(inner)))


def mean_mobility(sigma, low, high, median_ratio):
    """Mean of (median/d) H(d/gap) over the sizes of a class, the factor on D of its median vesicle.  → [1]

    ln d is normal with width `sigma` about the median, between `low` and `high` [ln(d/median)].
    `median_ratio` is median/gap, 0 for no gap: H is then 1, and Stokes and Einstein's 1/d is all.
    """
    total = weight = 0.0
    width = (high - low) / _POINTS
    for i in range(_POINTS):
        x = low + (i + 0.5) * width
        density = math.exp(-0.5 * (x / sigma) ** 2)
        weight += density
        total += density * math.exp(-x) * slit_hindrance(median_ratio * math.exp(x))
    return total / weight
