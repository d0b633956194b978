"""Uptake of vesicles by the cells of a voxel."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def capture_probability(clearance, volume, dt):
    """Probability that a vesicle is taken up in one step: 1 - exp(-k dt/V).  [µm³/min, µm³, min] → [1]"""
    return -math.expm1(-clearance * dt / volume)


@register_jitable
def route_clearance(free, match, load, half_saturation):
    """Volume that a route empties of one class: k a/(1 + Σ a n/Km), k = Vmax/Km.  [µm³/min]

    `load` is Σ a n over the classes that compete [vesicles/µm³]. Michaelis-Menten with competing substrates:
    Vmax a n/(Km + Σ a n), so that splitting a class into two equal ones changes nothing.
    """
    return free * match / (1.0 + load / half_saturation)


@register_jitable
def diffusion_limit(diffusion, radius):
    """Largest clearance of a sphere that takes all that touch it: 4 π D R.  [µm²/min, µm] → [µm³/min]

    Smoluchowski 1917, "Versuch einer mathematischen Theorie der Koagulationskinetik kolloider Lösungen".
    """
    return 4.0 * math.pi * diffusion * radius


@register_jitable
def left_of_fraction(fraction, probability):
    """What is left of a fraction of which nothing was taken: f (1 - p)/(1 - f p).  [1, 1] → [1]

    A fraction f < 1 is the chance that one more is there. It is taken with probability f p, and then nothing
    is left; if not, Bayes' rule gives this chance that it is there still. The mean of the two is f (1 - p).
    """
    if probability >= 1.0:
        return 0.0
    return fraction * (1.0 - probability) / (1.0 - fraction * probability)
