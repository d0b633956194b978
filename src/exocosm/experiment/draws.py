"""Which draws of the priors an ensemble uses: those whose resting state is stable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exocosm.errors import RunError
from exocosm.model import Model, Network

_ATTEMPTS = 50
_MAX_REJECTED = 0.2


@dataclass(frozen=True)
class Draws:
    """Indices of the draws to use, one per replicate, and how many were tried."""

    indices: tuple[int, ...]
    tried: int

    @property
    def rejected(self) -> int:
        """Number of draws without a stable resting state."""
        return self.tried - len(self.indices)


def drawn(model: Model, seed: int, draw: int | None, settings: Mapping[str, float]) -> Model:
    """Return the model of one draw (None: at central values), with the values that the user has set."""
    model = model if draw is None else model.drawn(seed, draw)
    return model.replaced(**settings) if settings else model


def stable_draws(model: Model, seed: int, count: int, settings: Mapping[str, float] | None = None) -> Draws:
    """Find `count` draws in which every network rests stably, at the user's own values where there are any.

    Raises
    ------
    RunError : when more than 20 % of the draws have to be rejected
    """
    indices: list[int] = []
    tried = 0
    while len(indices) < count and tried < count + _ATTEMPTS:
        if all(rests_stably(kind.network) for kind in drawn(model, seed, tried, settings or {}).cell_kinds):
            indices.append(tried)
        tried += 1
    draws = Draws(indices=tuple(indices), tried=tried)
    if draws.rejected > max(1, _MAX_REJECTED * tried) or len(indices) < count:
        raise RunError(
            f"{draws.rejected} of {tried} draws have no stable resting state (at most 20 % are allowed). "
            "Lower the gain or check the feedback loops of the network."
        )
    return draws


def rests_stably(network: Network) -> bool:
    """Tell whether all eigenvalues of the Jacobian at rest lie left of 0.

    J_ij = (b_i (1 - b_i) g s_ij w'_ij - δ_ij)/τ_i.
    """
    if not network.nodes:
        return True
    index = {node.name: i for i, node in enumerate(network.nodes)}
    weights = np.zeros((len(index), len(index)))
    for edge in network.edges:
        weights[index[edge.target], index[edge.source]] += edge.sign * edge.weight.value
    norm = np.sqrt((weights**2).sum(axis=1, keepdims=True))
    weights = np.divide(weights, norm, out=np.zeros_like(weights), where=norm > 0)
    resting = np.array([node.resting.value for node in network.nodes])
    tau = np.array([node.tau.value for node in network.nodes])
    slope = resting * (1.0 - resting) * network.gain.value
    jacobian = (slope[:, None] * weights - np.eye(len(index))) / tau[:, None]
    return bool(np.linalg.eigvals(jacobian).real.max() < 0)
