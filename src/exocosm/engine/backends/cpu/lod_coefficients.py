"""What the sweeps of `lod_sweeps` multiply by: worked out once per problem, in float64."""

from __future__ import annotations

import numpy as np
from numba import njit

TASKS = 16  # threads to keep busy
THINNEST = 12  # planes: each slab costs a joint and what it gathers, about as much as one plane
BLOCK = 32  # rows swept along x at a time: two vectors of float32, four of float64


def slabs_of(planes: int, rows: int, substrates: int) -> np.ndarray:
    """Cut the slab axis: (slabs, 2) first plane and end of each slab; a joint lies at each end but the last.

    Planes of a single row are swept along x in blocks, so slabs and their joints are made of whole blocks.
    """
    wanted = -(-TASKS // substrates)
    if rows == 1:
        height = BLOCK * -(-planes // (BLOCK * wanted))
        ends = list(range(height - 1, planes - 1, height)) + [planes]
    else:
        number = max(1, min(wanted, planes // THINNEST))
        ends = [(i + 1) * (planes + 1) // number - 1 for i in range(number)]
    return np.array(list(zip([0] + [end + 1 for end in ends[:-1]], ends, strict=True)), dtype=np.int64)


@njit(cache=True, nogil=True)
def along_line(alpha, middle, edge, n):
    """Thomas coefficients (2, substrates, n) of a whole line: inverse and carry.

    u'_i = inverse_i f_i + carry_i u'_(i-1) on the way up, u_i = u'_i + carry_i u_(i+1) on the way down; the
    diagonal is middle + 2 alpha, and middle + edge · alpha at both ends.
    """
    out = np.zeros((2, alpha.shape[0], n))
    for s in range(alpha.shape[0]):
        before = 0.0
        for i in range(n):
            out[0, s, i] = 1.0 / (_diagonal(alpha[s], middle[s], edge, i, n) - alpha[s] * before)
            before = out[1, s, i] = alpha[s] * out[0, s, i]
    return out


@njit(cache=True, nogil=True)
def along_slabs(alpha, middle, edge, n, slabs, smallest):
    """Coefficients of lines cut into slabs, and those of the joints.

    Returns (2 directions, 4, substrates, n): inverse and carry as in `along_line`, within each slab; the
    spike, by which a value of 1 at the joint where elimination began adds to u'; and the share of u' in the
    plane where elimination began. Spikes and shares below `smallest`, far below rounding, are 0. Then (4,
    substrates, joints): inverse, couple, forward and backward, for
        u'_q = inverse f_q + couple (ends beside it) + forward u'_(q-1),    u_q = u'_q + backward u_(q+1).
    """
    out = np.zeros((2, 4, alpha.shape[0], n))
    number = slabs.shape[0]
    joints = np.zeros((4, alpha.shape[0], number - 1))
    for s in range(alpha.shape[0]):
        a = alpha[s]
        for m in range(number):
            first, end = slabs[m]
            for direction in range(2):
                before, product = 0.0, 1.0
                for q in range(end - first):
                    i = first + q if direction == 0 else end - 1 - q
                    inverse = 1.0 / (_diagonal(a, middle[s], edge, i, n) - a * before)
                    before = a * inverse
                    out[direction, 0, s, i], out[direction, 1, s, i] = inverse, before
                    out[direction, 3, s, i] = product if product >= smallest else 0.0
                    product *= before
                    out[direction, 2, s, i] = product if product >= smallest else 0.0
        before, beyond = 0.0, 0.0
        for q in range(number - 1):
            k = slabs[q, 1]
            diagonal = middle[s] + 2.0 * a - a * a * (out[0, 0, s, k - 1] + out[1, 0, s, k + 1])
            inverse = 1.0 / (diagonal - before * beyond)
            above = 1.0  # what the joint above adds: a² times the corner of the inverse of the slab between
            for i in range(slabs[q + 1, 0], slabs[q + 1, 1]):
                above *= out[0, 1, s, i]
            above *= a
            joints[0, s, q], joints[1, s, q] = inverse, a * inverse
            joints[2, s, q], joints[3, s, q] = beyond * inverse, above * inverse
            before, beyond = joints[3, s, q], above
    return out, joints


@njit(cache=True, nogil=True)
def _diagonal(alpha, middle, edge, i, n):
    if n == 1:
        return middle
    return middle + alpha * (edge if i == 0 or i == n - 1 else 2.0)
