"""Forces between cells, as velocities: overdamped spheres that repel in overlap and adhere nearby."""

import math

from numba.extending import register_jitable

# Twelve neighbours of a cell in the densest packing overlap by 1 - sqrt(π/(2 sqrt 3)) each, in PhysiCell's
# reckoning; their pressures add up to 1.
_PRESSURE_UNIT = 12.0 * (1.0 - math.sqrt(math.pi / (2.0 * math.sqrt(3.0)))) ** 2


@register_jitable
def pair_speed(distance, contact, span, repulsion, adhesion):
    """Speed at which two cells part, negative when they approach.  [µm, µm, µm, µm/min, µm/min] → [µm/min]

    repulsion (1 - d/R)² where d < R, less adhesion (1 - d/S)² where d < S, with R = `contact` the sum of the
    radii and S = `span` the sum of how far the two reach (Macklin et al. 2012,
    doi:10.1016/j.jtbi.2012.02.002; PhysiCell, Ghaffarizadeh et al. 2018, doi:10.1371/journal.pcbi.1005991).
    """
    overlap = max(0.0, 1.0 - distance / contact)
    gap = max(0.0, 1.0 - distance / span)
    return repulsion * overlap * overlap - adhesion * gap * gap


@register_jitable
def pair_energy(distance, contact, span, repulsion, adhesion):
    """Potential of `pair_speed` = -dE/dd, 0 far away.  [µm, µm, µm, µm/min, µm/min] → [µm²/min]"""
    overlap = max(0.0, 1.0 - distance / contact)
    gap = max(0.0, 1.0 - distance / span)
    return (repulsion * contact * overlap**3 - adhesion * span * gap**3) / 3.0


@register_jitable
def mean_strength(one, other):
    """Strength of a pair from the strengths of its two cells: their geometric mean."""
    return math.sqrt(one * other)


@register_jitable
def pair_pressure(distance, contact):
    """Share of a neighbour in the pressure on a cell.  [µm, µm] → [1]

    (1 - d/R)² where d < R, in units of what 12 neighbours of the densest packing exert together
    (0.027288820670331; PhysiCell's `simple_pressure`, doi:10.1371/journal.pcbi.1005991).
    """
    overlap = max(0.0, 1.0 - distance / contact)
    return overlap * overlap / _PRESSURE_UNIT


@register_jitable
def extrapolated(velocity, before):
    """Velocity of the Adams-Bashforth step of second order, from that of now and of the step before."""
    return 1.5 * velocity - 0.5 * before


@register_jitable
def step_length(speed, radius, dt):
    """Way a cell goes in one step: speed · dt, at most a tenth of its radius.  [µm/min, µm, min] → [µm]

    The bound lets a heap of overlapping cells spread over several steps instead of flying apart in one.
    """
    return min(speed * dt, 0.1 * radius)


@register_jitable
def within(place, lower, upper, reflects):
    """Place on one axis after the walls: stopped at them, or thrown back by as much as it is beyond them."""
    if reflects:
        if place < lower:
            place = 2.0 * lower - place
        elif place > upper:
            place = 2.0 * upper - place
    return min(max(place, lower), upper)
