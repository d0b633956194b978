"""Release of vesicles and the cargo inside them."""

from __future__ import annotations

import math

from numba.extending import register_jitable


@register_jitable
def modulated(value, ln_fold, modulator):
    """Multiply by fold ** modulator.  [any, ln 1, 0..1] → [any]"""
    return value * math.exp(ln_fold * modulator)


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
