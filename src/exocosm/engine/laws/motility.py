"""Motility: persistent random walks, in jumps of direction and as Fürth's process in continuous time."""

import math

from numba.extending import register_jitable


@register_jitable
def turning_probability(dt, persistence, exact):
    """Probability that a cell takes a new direction in a step.  [min, min] → [1]

    1 - exp(-dt/T) where turns come at the rate 1/T, or dt/T as PhysiCell has it
    (doi:10.1371/journal.pcbi.1005991); a persistence of 0 turns in every step.
    """
    if persistence <= dt * 1e-12:
        return 1.0
    return -math.expm1(-dt / persistence) if exact else min(1.0, dt / persistence)


@register_jitable
def heading(u, v, flat):
    """Turn two uniform numbers into a direction, uniform on the sphere or on the circle in the plane."""
    angle = 2.0 * math.pi * u
    z = 0.0 if flat else 2.0 * v - 1.0
    level = math.sqrt(max(0.0, 1.0 - z * z))
    return level * math.cos(angle), level * math.sin(angle), z


@register_jitable
def unit(x, y, z):
    """Direction of a vector; nought stays nought."""
    length = math.sqrt(x * x + y * y + z * z)
    if length == 0.0:
        return 0.0, 0.0, 0.0
    return x / length, y / length, z / length


@register_jitable
def mixed(share, random, towards):
    """Mix a bias into a random direction, in one axis: (1 - b) random + b towards."""
    return (1.0 - share) * random + share * towards


@register_jitable
def wander_factors(speed, persistence, dt, axes):
    """Return the five factors of a step of Fürth's process.  [µm/min, min, min, 1]

    Each component of the velocity is an Ornstein-Uhlenbeck process with variance s² = S²/axes and
    correlation exp(-t/P) (Fürth 1920, doi:10.1007/BF01328731). With θ = dt/P, a = exp(-θ) and two standard
    normal numbers ξ, η the step is exact for any dt:

        Δx = P (1 - a) v + p ξ,    v' = a v + q ξ + w η

    p² = s² P² (2θ - 3 + 4a - a²), p q = s² P (1 - a)², q² + w² = s² (1 - a²). The mean squared displacement
    from a start in the steady state is 2 S² P² (t/P - 1 + exp(-t/P)).
    Returns (P (1 - a), p, a, q, w).
    """
    theta = dt / persistence
    decay = math.exp(-theta)
    rest = -math.expm1(-theta)
    variance = speed * speed / axes
    # 2θ - 3 + 4a - a², which is of order θ³, cancels where θ is small.
    spread = 2.0 * (theta - rest) - rest * rest
    if theta < 1e-2:
        terms = 7.0 / 30.0 - theta * (1.0 / 12.0 - theta * 31.0 / 1260.0)
        spread = theta * theta * theta * (2.0 / 3.0 - theta * (0.5 - theta * terms))
    p = math.sqrt(variance * spread) * persistence
    q = variance * persistence * rest * rest / p if p > 0.0 else 0.0
    w = math.sqrt(max(0.0, -variance * math.expm1(-2.0 * theta) - q * q))
    return persistence * rest, p, decay, q, w
