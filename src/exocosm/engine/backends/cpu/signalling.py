"""Signalling of many cells of one kind, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import REPRESSION, CompiledNetwork
from ...laws import signalling as laws
from .threads import MANY_CELLS, threads_for

_HALVINGS = 60  # of the bracket of the free miRNA: below the rounding of a float64


def signal(network: CompiledNetwork, cells, activity, copies, rest_copies, dt) -> None:
    """Advance `activity` (n, nodes) of the given cells (m,) by `dt` [min], from their `copies` (n, c)."""
    free_rest = free_copies(network, rest_copies)
    with threads_for(len(cells), MANY_CELLS):
        _signal(
            cells, activity, copies, rest_copies, free_rest, network.logit_resting, network.resting,
            np.exp(-dt / network.tau), network.moving, network.first, network.source, network.strength,
            network.link_kind, network.link_cargo, network.link_node, network.link_sign, network.link_half,
            network.sponge_cargo, network.sponge_mirna, network.sponge_half,
        )  # fmt: skip


def free_copies(network: CompiledNetwork, copies):
    """Return the free amount (c,) of every cargo when the sponges of the network have bound theirs."""
    free = np.empty_like(copies)
    _free(copies, network.sponge_cargo, network.sponge_mirna, network.sponge_half, free)
    return free


@njit(cache=True, nogil=True)
def _free(copies, sponge_cargo, sponge_mirna, sponge_half, free):
    free[:] = copies
    for s in range(sponge_mirna.shape[0]):
        mirna = sponge_mirna[s]
        low, high = 0.0, copies[mirna]
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break  # the bracket is as narrow as numbers allow
            total = middle
            for t in range(sponge_mirna.shape[0]):
                if sponge_mirna[t] == mirna:
                    total += laws.bound(middle, copies[sponge_cargo[t]], sponge_half[t])
            if total > copies[mirna]:
                high = middle
            else:
                low = middle
        free[mirna] = 0.5 * (low + high)


@njit(cache=True, nogil=True, parallel=True)
def _signal(
    cells, activity, copies, rest_copies, free_rest, logit_resting, resting, kept, moving, first, source,
    strength, link_kind, link_cargo, link_node, link_sign, link_half, sponge_cargo, sponge_mirna, sponge_half,
):  # fmt: skip
    n_nodes = resting.shape[0]
    for m in prange(cells.shape[0]):
        cell = cells[m]
        free = np.empty(copies.shape[1])
        production = np.ones(n_nodes)
        inputs = np.zeros(n_nodes)
        _free(copies[cell], sponge_cargo, sponge_mirna, sponge_half, free)
        for k in range(link_kind.shape[0]):
            c, node, half = link_cargo[k], link_node[k], link_half[k]
            if link_kind[k] == REPRESSION:
                production[node] *= laws.repression(free[c], free_rest[c], half)
            else:
                inputs[node] += link_sign[k] * laws.drive(copies[cell, c], rest_copies[c], half)
        for i in moving:
            for e in range(first[i], first[i + 1]):
                inputs[i] += strength[e] * (activity[cell, source[e]] - resting[source[e]])
        for i in moving:
            aim = laws.aimed_activity(production[i], logit_resting[i], inputs[i])
            activity[cell, i] = laws.relaxed(activity[cell, i], aim, kept[i])
