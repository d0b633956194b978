"""One network in many versions side by side: draws of its numbers, shuffles of its signs, arms of a study.

A version is a column. All share nodes and edges; strengths, resting levels, response times and what acts on
the nodes may differ from version to version. So a cell's answer to one change is had for a whole ensemble in
one call, without a tissue around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import InputError, expect

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ensemble:
    """Versions (v) of one network of nodes (n) and edges (e).

    Edges of node i are `first[i]:first[i + 1]` in `source` and `strength` (g s w'). A complex follows the
    scarcest of its members. dx/dt as in `laws.signalling`.
    """

    first: NDArray[np.int64]  # (n + 1,)
    source: NDArray[np.int64]  # (e,)
    strength: Array  # (e, v)
    resting: Array  # (n, v)
    tau: Array  # (n, v) [min]
    complex_node: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))  # (complexes,)
    complex_first: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    complex_member: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        nodes, edges = len(self.first) - 1, len(self.source)
        versions = self.resting.shape[-1]
        for name, rows in (("strength", edges), ("resting", nodes), ("tau", nodes)):
            if (found := getattr(self, name).shape) != (rows, versions):
                raise InputError(f"Expected `{name}` to have shape ({rows}, {versions}), found {found}.")
        if edges and not (self.source.min() >= 0 and self.source.max() < nodes):
            raise InputError(f"Expected `source` to hold nodes from 0 to {nodes - 1}.")
        if nodes and not (self.resting.min() > 0.0 and self.resting.max() < 1.0):
            raise InputError("Expected every number of `resting` to lie between 0 and 1.")
        if nodes and not self.tau.min() > 0.0:
            raise InputError(f"Expected `tau` above 0 min, found {self.tau.min():g}.")

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.first) - 1

    @property
    def n_versions(self) -> int:
        """Number of versions."""
        return int(self.resting.shape[1])


def respond(
    ensemble: Ensemble,
    minutes: float,
    *,
    production: Array | None = None,
    drive: Array | None = None,
    held: NDArray[np.bool_] | None = None,
    activity: Array | None = None,
    step: float = 30.0,
    device: str = "cpu",
) -> Array:
    """Return the activities (n, v) after `minutes`, from rest or from `activity`.

    Parameters
    ----------
    production : (n, v) factor ρ on what each node makes, 1 when None
    drive : (n, v) what is added to the drive of each node [logit], 0 when None
    held : (n,) True where a node is knocked out and stays at 0
    step : longest step [min]; never longer than the shortest response time

    Raises
    ------
    InputError : for arrays of another shape, a negative time or a step of 0
    """
    from .backends import get_backend

    expect.non_negative(minutes=minutes)
    expect.positive(step=step)
    shape = (ensemble.n_nodes, ensemble.n_versions)
    x = _filled("activity", activity, shape, ensemble.resting)
    made = _filled("production", production, shape, np.ones(shape))
    added = _filled("drive", drive, shape, np.zeros(shape))
    off = np.zeros(shape[0], dtype=bool) if held is None else np.asarray(held, dtype=bool)
    if off.shape != shape[:1]:
        raise InputError(f"Expected `held` to have shape {shape[:1]}, found {off.shape}.")
    if minutes > 0.0 and x.size:
        longest = min(step, float(ensemble.tau.min()))
        steps = max(1, int(np.ceil(minutes / longest - 1e-9)))
        get_backend(device).ensembles.advance(ensemble, x, made, added, off, minutes / steps, steps)
    return x


def _filled(name: str, given: Array | None, shape: tuple[int, int], default: Array) -> Array:
    """Copy what was given, or the default; raises InputError for another shape."""
    array = np.array(default if given is None else given, dtype=float, order="C")
    if array.shape != shape:
        raise InputError(f"Expected `{name}` to have shape {shape}, found {array.shape}.")
    return array
