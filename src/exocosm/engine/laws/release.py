"""Release of vesicles and the cargo inside them."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def modulated(value, ln_fold, modulator):
    """Multiply by fold ** modulator.  [any, ln 1, 0..1] → [any]"""
    return value * math.exp(ln_fold * modulator)


@register_jitable
def formation(at_rest, ceramide, whole, by_escrt, by_ceramide):
    """Rate at which multivesicular bodies form: k0 · whole · ((1 - c) · ESCRT + c · ceramide).  [1/min]

    c is the share that forms by way of ceramide (nSMase2; Trajkovic et al. 2008,
    doi:10.1126/science.1153124), the others are factors on the parts, 1 at rest.
    GW4869 takes the ceramide part away.
    """
    return at_rest * whole * ((1.0 - ceramide) * by_escrt + ceramide * by_ceramide)


@register_jitable
def fused_share(fusion, lysosome):
    """Share of the bodies that fuse with the plasma membrane: k_fuse/(k_fuse + k_lys).  [1/min] → [1]

    Rab27a and Rab27b work at fusion (Ostrowski et al. 2010, doi:10.1038/ncb2000).
    """
    total = fusion + lysosome
    return fusion / total if total > 0.0 else 0.0


@register_jitable
def staying(leaving, dt):
    """Probability that a body is there still: exp(-k dt), k = k_fuse + k_lys.  [1/min, min] → [1]"""
    return math.exp(-leaving * dt)


@register_jitable
def formed_and_there(forming, leaving, dt):
    """Mean number of bodies that form within `dt` and are there at its end: a (1 - exp(-k dt))/k.  [1]

    With dI/dt = a - k I, bodies that form are a Poisson process; those still there and those gone again are
    independent Poisson numbers, with this mean and a dt less this mean. The resting pool is a/k.
    """
    if leaving * dt < 1e-12:
        return forming * dt
    return -forming * math.expm1(-leaving * dt) / leaving


@register_jitable
def copies_per_vesicle(at_rest, amount, amount_at_rest):
    """Copies per vesicle in proportion to what the donor holds now: q = q0 C/C0.  [copies]"""
    return at_rest * amount / amount_at_rest if amount_at_rest > 0.0 else 0.0


@register_jitable
def kept_amount(amount, production, loss, dt):
    """Solution of dC/dt = production - loss C after `dt`.  [copies, copies/min, 1/min, min] → [copies]"""
    if loss <= 0.0:
        return amount + production * dt
    level = production / loss
    return level + (amount - level) * math.exp(-loss * dt)
