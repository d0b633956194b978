"""Signalling of many cells of one kind, as it stands in the equations."""

from __future__ import annotations

import numpy as np

from ...compiled_network import REPRESSION, CompiledNetwork, masks, substeps
from ...laws import signalling as laws


def signal(
    network: CompiledNetwork, cells, activity, copies, rest_copies, dt, *, held=None, added=None
) -> None:
    """Advance `activity` (n, nodes) of the given cells (m,) by `dt` [min], from their `copies` (n, c).

    `held` (nodes,) or (n, nodes): True where a node is knocked out and stays at 0. `added`, of the same
    shape: what over-expression adds to a node's drive [logit]. Cargo does not change during `dt`. Nodes that
    nothing acts on must be at rest (not checked) unless masks are given; long steps are split (`substeps`).
    """
    n_nodes = len(network.names)
    off, extra = masks(network, len(activity), held, added)
    free_rest = free_copies(network, rest_copies)
    weights = _dense(network)
    parts = substeps(network, dt)
    kept = np.exp(-dt / parts / network.tau)
    for cell in cells:
        row = cell if len(off) > 1 else 0
        drive_row = cell if len(extra) > 1 else 0
        production, drives = _cargo(network, copies[cell], rest_copies, free_rest)
        x = np.where(off[row], 0.0, activity[cell, :n_nodes])
        for _ in range(parts):
            inputs = weights @ (x - network.resting) + drives + extra[drive_row]
            aims = _aims(network, x, production, inputs)
            for i in range(n_nodes):
                x[i] = 0.0 if off[row, i] else laws.relaxed(x[i], aims[i], kept[i])
        activity[cell, :n_nodes] = x


def _cargo(network: CompiledNetwork, copies, rest_copies, free_rest):
    """Return the production factor and the drive (nodes,) that cargo puts on the nodes of one cell."""
    production, drives = np.ones(len(network.names)), np.zeros(len(network.names))
    free = free_copies(network, copies)
    for kind, c, node, sign, half in zip(
        network.link_kind, network.link_cargo, network.link_node, network.link_sign, network.link_half,
        strict=True,
    ):  # fmt: skip
        if kind == REPRESSION:
            production[node] *= laws.repression(free[c], free_rest[c], half)
        else:
            drives[node] += sign * laws.drive(copies[c], rest_copies[c], half)
    return production, drives


def _aims(network: CompiledNetwork, x, production, inputs) -> list[float]:
    aims = [
        laws.aimed_activity(production[i], network.logit_resting[i], inputs[i])
        for i in range(len(network.names))
    ]
    for node, a, b in zip(
        network.complex_node, network.complex_first[:-1], network.complex_first[1:], strict=True
    ):
        scarcest = min(x[j] / network.resting[j] for j in network.complex_member[a:b])
        level = laws.complex_level(network.resting[node], scarcest)
        aims[node] = laws.aimed_complex(production[node], level, inputs[node])
    return aims


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
