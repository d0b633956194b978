"""Forces between cells, as velocities: overdamped spheres that repel in overlap and adhere nearby."""

import math

from numba.extending import register_jitable

# Twelve neighbours of a cell in the densest packing overlap by 1 - sqrt(π/(2 sqrt 3)) each, in PhysiCell's
# reckoning; their pressures add up to 1.
_PRESSURE_UNIT = 12.0 * (1.0 - math.sqrt(math.pi / (2.0 * math.sqrt(3.0)))) ** 2


def pair_speed(distance, contact, repulsion, adhesion, reach):
    """Speed at which two cells part, negative when they approach.  [µm, µm, µm/min, µm/min, 1] → [µm/min]

    repulsion (1 - d/R)² where d < R, less adhesion (1 - d/S)² where d < S, with R = `contact` the sum of the
    radii and S = reach · R (Macklin et al. 2012, doi:10.1016/j.jtbi.2012.02.002; PhysiCell, Ghaffarizadeh et
    al. 2018, doi:10.1371/journal.pcbi.1005991).
    """
    speed = 0.0
    if distance < contact:
        overlap = 1.0 - distance / contact
        speed += repulsion * overlap * overlap
    if distance < reach * contact:
        gap = 1.0 - distance / (reach * contact)
        speed -= adhesion * gap * gap
    return speed


def step_length(speed, radius, dt):
    """Way a cell goes in one step: speed · dt, at most a tenth of its radius.  [µm/min, µm, min] → [µm]

    The bound lets a heap of overlapping cells spread over several steps instead of flying apart in one.
    """
    return min(speed * dt, 0.1 * radius)


@register_jitable
def pair_pressure(distance, contact):
    """Share of a neighbour in the pressure on a cell.  [µm, µm] → [1]

    (1 - d/R)² where d < R, in units of what 12 neighbours of the densest packing exert together
    (0.027288820670331; PhysiCell's `simple_pressure`, doi:10.1371/journal.pcbi.1005991).
    """
    overlap = max(0.0, 1.0 - distance / contact)
    return overlap * overlap / _PRESSURE_UNIT
