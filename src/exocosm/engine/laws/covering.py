"""How much of a cell its neighbours take: the part of a disc or sphere cut off where it overlaps another.

Two cells that overlap press a straight face between them, where their outlines cross. What of a cell lies
beyond the face is lost to it: a cap of its area or volume, and the face takes the place of its outline. Caps
that overlap are counted twice, as in the definitions of OpenVT for models of cell centres.
"""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def face_at(distance, own, other):
    """Where the face to a neighbour lies, from the centre, in radii: 1 at first touch, -1 once swallowed.

    φ = (d² + r² - s²)/(2 d r), r = `own` and s = `other` radius.  [µm, µm, µm] → [1]
    """
    if distance == 0.0:
        return 0.0 if own == other else (1.0 if own > other else -1.0)
    place = (distance * distance + own * own - other * other) / (2.0 * distance * own)
    return min(1.0, max(-1.0, place))


@register_jitable
def cap_share(face, flat):
    """Share of a disc (arccos φ - φ sqrt(1 - φ²))/π, or of a sphere (1 - φ)² (2 + φ)/4, beyond the face."""
    if flat:
        return (math.acos(face) - face * math.sqrt(1.0 - face * face)) / math.pi
    return 0.25 * (1.0 - face) ** 2 * (2.0 + face)


@register_jitable
def face_share(face, flat):
    """Size of the face in units of the whole outline: sqrt(1 - φ²)/π of a disc, (1 - φ²)/4 of a sphere.

    A face beyond the centre (φ < 0) counts as one through it, so that closer is never less.
    """
    square = 1.0 - max(0.0, face) ** 2
    return math.sqrt(square) / math.pi if flat else 0.25 * square
