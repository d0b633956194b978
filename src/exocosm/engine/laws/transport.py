"""How fast matter passes from one voxel to the next, by diffusion and with a flow."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def ogston_share(fibres, solute_radius, fibre_radius):
    """Share of free diffusion left among randomly placed fibres.  [1, µm, µm] → [1]

    D/D0 = exp(-sqrt(φ) (r + r_f)/r_f), φ the volume fraction of the fibres (Ogston, Preston and Wells 1973,
    doi:10.1098/rspa.1973.0064).
    """
    return math.exp(-math.sqrt(fibres) * (solute_radius + fibre_radius) / fibre_radius)


@register_jitable
def harmonic_mean(one, other):
    """Diffusion across the face between two voxels: 2ab/(a + b), 0 where either is 0.  [any] → [same]

    The flux between two layers in series is exact with it, and a voxel that lets nothing through stays so.
    """
    total = one + other
    return 2.0 * one * other / total if total > 0.0 else 0.0


@register_jitable
def jump_rate(diffusion, velocity, distance, spacing):
    """Rate at which matter goes along `velocity` to a neighbour.  [µm²/min, µm/min, µm, µm] → [1/min]

    D/(d h) B(-v d/D), B(z) = z/(exp z - 1): exponential fitting (Scharfetter and Gummel 1969,
    doi:10.1109/T-ED.1969.16566). Never negative; D/(d h) without flow, v/h (upwind) without diffusion. The
    way back has the rate of -v.
    """
    if diffusion <= 0.0:
        return max(velocity, 0.0) / spacing
    reduced = velocity * distance / diffusion
    if abs(reduced) < 1e-4:
        factor = 1.0 + 0.5 * reduced + reduced * reduced / 12.0  # next term of the order of 1e-19
    elif reduced < -700.0:
        factor = 0.0
    else:
        factor = reduced / -math.expm1(-reduced)
    return diffusion / (distance * spacing) * factor
