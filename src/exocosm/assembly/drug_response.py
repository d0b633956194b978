"""From the IC50 of a viability assay to the lesion load that kills half of the dividing cells."""

from __future__ import annotations

import math

from exocosm.errors import InputError


def viability(dose_over_half_kill: float, hill: float, divisions: float) -> float:
    """Cells at the end of an assay, relative to an undosed well.

    Cells divide at a constant rate, `divisions` = rate x time. A cell of generation g carries lesions
    dose/2^g and dies at its next division with p_g = 1/(1 + (θ/(dose/2^g))^h); the number of divisions
    along a line of descent is Poisson, and every survivor counts double. Drug decay is fast against the
    cycle, so lesions are complete at the first division.  [1, 1, 1] → [1]
    """
    total, alive = 0.0, 1.0
    for generation in range(60):
        weight = math.exp(
            -2.0 * divisions + generation * math.log(2.0 * divisions) - math.lgamma(generation + 1)
        )
        total += weight * alive
        load = dose_over_half_kill / 2.0**generation
        alive /= 1.0 + load**hill
    return total


def half_kill_over_ic50(hill: float, divisions: float) -> float:
    """Return θ/IC50: the half-killing lesion load for which the assay reads half viability at the IC50.

    Raises
    ------
    InputError : for an assay so short that most cells never divide in it
    """
    from scipy.optimize import brentq

    if math.exp(-2.0 * divisions) >= 0.45:  # cells that never divided, of all those in an undosed well
        raise InputError(
            f"In an assay of {divisions:.2g} cell cycles a drug that kills at division cannot halve the "
            "cells. Give a longer assay time."
        )
    log_ratio = brentq(lambda x: viability(math.exp(-x), hill, divisions) - 0.5, -12.0, 12.0)
    return math.exp(log_ratio)
