"""Stochastic Boolean networks: when the next node flips, and which.

A network is a Markov process in continuous time: each node flips on its own at a rate that depends on the
state of all (Gillespie 1976; with nodes that are on or off: Stoll et al. 2012, "Continuous time Boolean
modeling for biological signaling: application of Gillespie algorithm", doi:10.1186/1752-0509-6-116).
"""

from __future__ import annotations

import math

from numba.extending import register_jitable

from .random import BOOLEAN, block, open_unit


@register_jitable
def event_draws(seed, cell, event):
    """Draw two uniform numbers for event number `event` of a cell: for its time and for its node."""
    w0, w1, w2, w3 = block(seed, BOOLEAN, event & 0xFFFFFFFF, cell, event >> 32)
    return open_unit(w0, w1), open_unit(w2, w3)


@register_jitable
def waiting_time(total, u):
    """Time to the next flip when all rates add to `total` > 0: -ln(u)/total.  [1/time, 1] → [time]"""
    return -math.log(u) / total
