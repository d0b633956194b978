"""Networks in many versions, compiled: versions lie side by side, so that one instruction serves several."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...ensembles import Ensemble
from ...laws import signalling as laws
from .threads import threads_for

BLOCK = 64  # versions
_MANY_VERSIONS = 2 * BLOCK


def advance(ensemble: Ensemble, activity, production, drive, held, dt: float, steps: int) -> None:
    """Advance `activity` (n, v) in place by `steps` steps of `dt` [min].

    What a node moves to is held fixed during a step. `production` and `drive` (n, v) act on the nodes;
    those `held` (n,) stay at 0.
    """
    complex_of = np.full(ensemble.n_nodes, -1, dtype=np.int64)
    complex_of[ensemble.complex_node] = np.arange(len(ensemble.complex_node))
    logit = np.log(ensemble.resting / (1.0 - ensemble.resting))
    with threads_for(ensemble.n_versions, _MANY_VERSIONS):
        _advance(
            activity, ensemble.first, ensemble.source, ensemble.strength, ensemble.resting, logit,
            np.exp(-dt / ensemble.tau), complex_of, ensemble.complex_first, ensemble.complex_member,
            production, drive, held, steps,
        )  # fmt: skip


# error_model: a test for a divisor of 0 in every lane would keep the loops from being vectorised.
@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _advance(
    activity, first, source, strength, resting, logit, kept, complex_of, complex_first, complex_member,
    production, drive, held, steps,
):  # fmt: skip
    nodes, versions = activity.shape
    for block in prange((versions + BLOCK - 1) // BLOCK):
        a = block * BLOCK
        b = min(versions, a + BLOCK)
        x, change = activity[:, a:b].copy(), np.empty((nodes, b - a))
        inputs, level = np.empty(b - a), np.empty(b - a)
        for i in range(nodes):
            if held[i]:
                x[i] = 0.0
        for _ in range(steps):
            for i in range(nodes):
                for w in range(b - a):
                    change[i, w] = x[i, w] - resting[i, a + w]
            for i in range(nodes):
                if held[i]:
                    continue
                _inputs(i, first, source, strength[:, a:b], drive[i, a:b], change, inputs)
                if complex_of[i] < 0:
                    _relax(x[i], production[i, a:b], logit[i, a:b], inputs, kept[i, a:b])
                else:
                    c = complex_of[i]
                    members = complex_member[complex_first[c] : complex_first[c + 1]]
                    _level(members, change, resting[:, a:b], resting[i, a:b], level)
                    _relax_complex(x[i], production[i, a:b], level, inputs, kept[i, a:b])
        activity[:, a:b] = x


@njit(cache=True, nogil=True)
def _inputs(i, first, source, strength, drive, change, inputs):
    for w in range(inputs.shape[0]):
        inputs[w] = drive[w]
    for e in range(first[i], first[i + 1]):
        weight, row = strength[e], change[source[e]]
        for w in range(inputs.shape[0]):
            inputs[w] += weight[w] * row[w]


@njit(cache=True, nogil=True, error_model="numpy")
def _relax(x, production, logit, inputs, kept):
    for w in range(x.shape[0]):
        x[w] = laws.relaxed(x[w], laws.aimed_activity(production[w], logit[w], inputs[w]), kept[w])


@njit(cache=True, nogil=True, error_model="numpy")
def _level(members, change, resting, own, level):
    """Fill `level` with that of a complex by the scarcest of its members."""
    for w in range(level.shape[0]):
        level[w] = np.inf
    for j in members:
        for w in range(level.shape[0]):
            level[w] = min(level[w], (resting[j, w] + change[j, w]) / resting[j, w])
    for w in range(level.shape[0]):
        level[w] = laws.complex_level(own[w], level[w])


@njit(cache=True, nogil=True, error_model="numpy")
def _relax_complex(x, production, level, inputs, kept):
    for w in range(x.shape[0]):
        x[w] = laws.relaxed(x[w], laws.aimed_complex(production[w], level[w], inputs[w]), kept[w])
