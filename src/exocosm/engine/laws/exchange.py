"""What cells add to a dissolved substance in their voxel, and what they take out."""

from __future__ import annotations

from numba.extending import register_jitable


@register_jitable
def kept_share(sink, dt):
    """Share of a concentration that an implicit step of a sink leaves: 1/(1 + dt k).  [1/min, min] → [1]"""
    return 1.0 / (1.0 + dt * sink)


@register_jitable
def added(source, kept, dt):
    """What an implicit step adds, the sink at work on it: dt s · share kept.  [unit/min, 1, min] → [unit]

    With the share kept, u' = (u + dt s)/(1 + dt k): backward Euler for u' = s - k u. Secretion at rate S
    towards a saturation density c and uptake at rate U are s = S c and k = S + U (Ghaffarizadeh et al.
    2016, doi:10.1093/bioinformatics/btv730).
    """
    return dt * source * kept
