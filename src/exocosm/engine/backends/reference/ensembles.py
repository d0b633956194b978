"""Networks in many versions, as the equations stand."""

from __future__ import annotations

import numpy as np

from ...ensembles import Ensemble
from ...laws import signalling as laws


def advance(ensemble: Ensemble, activity, production, drive, held, dt: float, steps: int) -> None:
    """Advance `activity` (n, v) in place by `steps` steps of `dt` [min].

    What a node moves to is held fixed during a step. `production` and `drive` (n, v) act on the nodes;
    those `held` (n,) stay at 0.
    """
    for v in range(ensemble.n_versions):
        resting, tau = ensemble.resting[:, v], ensemble.tau[:, v]
        x = np.where(held, 0.0, activity[:, v])
        for _ in range(steps):
            change = x - resting
            x = np.array(
                [
                    0.0
                    if held[i]
                    else laws.relaxed(
                        x[i], _aim(ensemble, i, v, x, change, production, drive), np.exp(-dt / tau[i])
                    )
                    for i in range(ensemble.n_nodes)
                ]
            )
        activity[:, v] = x


def _aim(ensemble: Ensemble, i: int, v: int, x, change, production, drive) -> float:
    """Return what node i of version v moves to."""
    edges = slice(ensemble.first[i], ensemble.first[i + 1])
    inputs = drive[i, v] + float(ensemble.strength[edges, v] @ change[ensemble.source[edges]])
    resting = ensemble.resting[i, v]
    made = np.flatnonzero(ensemble.complex_node == i)
    if not made.size:
        return laws.aimed_activity(production[i, v], np.log(resting / (1.0 - resting)), inputs)
    members = ensemble.complex_member[ensemble.complex_first[made[0]] : ensemble.complex_first[made[0] + 1]]
    scarcest = min(x[j] / ensemble.resting[j, v] for j in members)
    return laws.aimed_complex(production[i, v], laws.complex_level(resting, scarcest), inputs)
