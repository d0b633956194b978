"""Random numbers as a function of a key: who draws, when, what for, how many before.

Philox4x32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
There is no state to carry: the same key gives the same number in any order and on any number of threads.

`register_jitable` leaves these functions plain Python; it only allows compiled kernels to call them too.
"""

from __future__ import annotations

import numpy as np
from numba.extending import register_jitable

# What a number is drawn for. Values are part of every saved result: add at the end, never renumber.
RELEASE = 1
UPTAKE = 2
SHARE = 3
ESCAPE = 4
DIVISION = 5
DEATH = 6
NECROSIS = 7
POLARISATION = 8
AXIS = 9
INHERIT = 10
PLACEMENT = 11
MOTILITY = 12
DRUG = 13
TRANSFORMATION = 14
CUSTOM = 15
ASYMMETRY = 16
ATTACK = 17
PHAGOCYTOSIS = 18
FUSION = 19
BOOLEAN = 50
TURN = 40
HEADING = 41
WANDER = 42
ATTACHMENT = 60
DETACHMENT = 61
FORMED = 20  # vesicles, from here on
STAYED = 21
GONE = 22
FUSED = 23
LOADED = 24
FRACTION = 25
COPIES = 26
COPY_FRACTION = 27
COPIES_OF_FRACTION = 28
COPY_SHARE = 29
DESTINATION = 30
FATE = 31
BODIES = 32
HANDED_DOWN = 33
PARTICLE_BIRTH = 34
PARTICLE_MOVE = 35
PARTICLE_LOSS = 36
PARTICLE_UPTAKE = 37
ADDED = 38

# All words are 32-bit values held in uint64. Python integers would turn a product into float64 in Numba.
_ROUNDS = 10
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_KEY_STEP_0 = np.uint64(0x9E3779B9)
_KEY_STEP_1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_12 = np.uint64(12)


@register_jitable
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Scramble a counter of four words under a key of two: four words, uniform and independent.

    All words are np.uint64 below 2**32.
    """
    for _ in range(_ROUNDS):
        product_0 = _MULTIPLIER_0 * c0
        product_1 = _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (
            (product_1 >> _HALF) ^ c1 ^ k0,
            product_1 & _LOW,
            (product_0 >> _HALF) ^ c3 ^ k1,
            product_0 & _LOW,
        )
        k0 = (k0 + _KEY_STEP_0) & _LOW
        k1 = (k1 + _KEY_STEP_1) & _LOW
    return c0, c1, c2, c3


@register_jitable
def block(seed, purpose, step, entity, draw):
    """Return the four words that belong to a key.

    key = (seed low, seed high), counter = (entity low, entity high, step, purpose * 2**16 + draw), each 32
    bits: 0 <= seed, entity < 2**63, step < 2**32, purpose and draw < 2**16 (not checked; larger values
    would repeat the words of another key).
    """
    who = np.uint64(entity)
    key = np.uint64(seed)
    what = np.uint64(purpose * 65536 + draw)
    return philox4x32(who & _LOW, who >> _HALF, np.uint64(step) & _LOW, what & _LOW, key & _LOW, key >> _HALF)


@register_jitable
def open_unit(high, low):
    """Turn two words into a number in (0, 1): an odd multiple of 2**-53, so neither 0 nor 1 can come out."""
    bits = ((high << _HALF) | low) >> _12
    return (float(bits) + 0.5) * 2.0**-52


@register_jitable
def uniform(seed, purpose, step, entity, draw):
    """Draw a number from the uniform distribution on (0, 1).  Limits of the key as in `block`."""
    w0, w1, _, _ = block(seed, purpose, step, entity, draw)
    return open_unit(w0, w1)
