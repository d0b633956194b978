"""How cargo acts on targets, and how activity spreads: scalar laws, always relative to rest."""

from __future__ import annotations

import math

from numba.extending import register_jitable

from .exponential import exponential

ACTIVITY_MAX = 0.999


@register_jitable
def bound(free, sites, half):
    """Copies of a miRNA held by one sponge when `free` are free: B M/(K + M).  [copies]

    The free amount M of a pool of M_T copies solves M_T = M + Σ B M/(K + M) over its sponges; the right-hand
    side rises with M, so there is one root in [0, M_T].
    """
    return sites * free / (half + free)


@register_jitable
def repression(free, free_rest, half):
    """Post-transcriptional factor of a target: ρ = (1 + M_rest/K)/(1 + M/K), 1 at rest.  [copies] → [1]"""
    return (1.0 + free_rest / half) / (1.0 + free / half)


@register_jitable
def drive(amount, amount_rest, half):
    """Drive of an activating cargo: u = ln[(1 + C/K)/(1 + C0/K)], 0 at rest.  [copies] → [logit]"""
    return math.log((1.0 + amount / half) / (1.0 + amount_rest / half))


@register_jitable
def aimed_activity(production, logit_resting, inputs):
    """Activity a node moves to: ρ sigmoid(logit b + inputs), kept below 1.  [1]

    Activity is a share of the maximum, so a production raised above rest (ρ > 1) cannot push it past 1.
    """
    aim = production / (1.0 + exponential(-(logit_resting + inputs)))
    return ACTIVITY_MAX if aim > ACTIVITY_MAX else aim


@register_jitable
def complex_level(resting, scarcest):
    """Level of a complex whose scarcest member stands at x/b = `scarcest`: b x/b, capped.  [1]"""
    level = resting * scarcest
    return ACTIVITY_MAX if level > ACTIVITY_MAX else level


@register_jitable
def aimed_complex(production, level, inputs):
    """Activity a complex moves to: ρ sigmoid(logit level + inputs), kept below 1; 0 without a member.  [1]"""
    aim = production * level / (level + (1.0 - level) * exponential(-inputs))
    return ACTIVITY_MAX if aim > ACTIVITY_MAX else aim


@register_jitable
def relaxed(value, aim, kept):
    """Solution of τ dx/dt = aim - x with a fixed aim, where kept = exp(-dt/τ).  [1, 1, 1] → [1]"""
    return aim + (value - aim) * kept


@register_jitable
def relative_activity(activity, resting):
    """Place activity between the extremes: (x - b)/(1 - b) above rest, (x - b)/b below.  → [-1, 1]"""
    if activity >= resting:
        return (activity - resting) / (1.0 - resting)
    return (activity - resting) / resting
