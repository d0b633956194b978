"""Signalling of many cells of one kind, as it stands in the equations."""

from __future__ import annotations

import numpy as np

from ...compiled import REPRESSION, CompiledNetwork
from ...laws import signalling as laws


def signal(network: CompiledNetwork, cells, activity, copies, rest_copies, dt) -> None:
    """Advance `activity` (n, nodes) of the given cells (m,) by `dt` [min], from their `copies` (n, c)."""
    free_rest = free_copies(network, rest_copies)
    weights = _dense(network)
    n_nodes = len(network.names)
    kept = np.exp(-dt / network.tau)
    for cell in cells:
        free = free_copies(network, copies[cell])
        production = np.ones(n_nodes)
        inputs = weights @ (activity[cell, :n_nodes] - network.resting)
        for kind, c, node, sign, half in zip(
            network.link_kind, network.link_cargo, network.link_node, network.link_sign, network.link_half,
            strict=True,
        ):  # fmt: skip
            if kind == REPRESSION:
                production[node] *= laws.repression(free[c], free_rest[c], half)
            else:
                inputs[node] += sign * laws.drive(copies[cell, c], rest_copies[c], half)
        for i in range(n_nodes):
            aim = laws.aimed_activity(production[i], network.logit_resting[i], inputs[i])
            activity[cell, i] = laws.relaxed(activity[cell, i], aim, kept[i])


def free_copies(network: CompiledNetwork, copies):
    """Return the free amount (c,) of every cargo when the sponges of the network have bound theirs."""
    from scipy.optimize import brentq

    free = np.array(copies, dtype=float)
    for mirna in np.unique(network.sponge_mirna):
        mine = network.sponge_mirna == mirna
        sites, halves = copies[network.sponge_cargo[mine]], network.sponge_half[mine]

        def excess(m, sites=sites, halves=halves, total=copies[mirna]):
            return m + sum(laws.bound(m, b, k) for b, k in zip(sites, halves, strict=True)) - total

        free[mirna] = brentq(excess, 0.0, copies[mirna], xtol=1e-13, rtol=1e-15) if copies[mirna] > 0 else 0.0
    return free


def _dense(network: CompiledNetwork) -> np.ndarray:
    n = len(network.names)
    weights = np.zeros((n, n))
    for i in range(n):
        for e in range(network.first[i], network.first[i + 1]):
            weights[i, network.source[e]] += network.strength[e]
    return weights
