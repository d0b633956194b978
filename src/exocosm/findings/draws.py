"""Numbers for a wiring: at their central values, or in many draws of their priors."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from exocosm.assembly import (
    Circumstances,
    Selection,
    Signed,
    Wiring,
    edge_weight,
    parameter,
    response_time,
    resting_level,
    select,
    wire,
)
from exocosm.engine import Ensemble, respond
from exocosm.errors import RunError
from exocosm.knowledge import KnowledgeBase
from exocosm.model import Parameter

Array = NDArray[np.float64]

SEED = 0
DRAWS = 200
_SPARE = 50  # draws beyond those asked for that may be tried
_MOST_REJECTED = 0.2
_PUSH, _SETTLING = 1e-6, 400.0 * 60.0  # a small push [1], and the time it has to die away [min]
_ROUNDING, _AWAY = 1e-12, 1e-3  # changes that are nothing, and that are no longer small [1]


def ensemble(wiring: Wiring, draws: tuple[int, ...]) -> Ensemble:
    """Return a wiring with the numbers of the given draws, or at central values for none.

    A number's draw depends on its name alone, so networks that share a node or an influence share its draws.
    """
    index = {name: i for i, name in enumerate(wiring.nodes)}
    versions = max(1, len(draws))
    targets = np.array([index[arrow.target] for arrow in wiring.arrows], dtype=np.int64)
    first = np.searchsorted(targets, np.arange(len(wiring.nodes) + 1))
    complexes = wiring.complexes
    return Ensemble(
        first=first.astype(np.int64),
        source=np.array([index[arrow.source] for arrow in wiring.arrows], dtype=np.int64),
        strength=strengths(wiring, draws, first),
        resting=_stacked([_resting(name, draws) for name in wiring.nodes], versions),
        tau=_stacked([_tau(name, draws) for name in wiring.nodes], versions),
        complex_node=np.array([index[name] for name in complexes], dtype=np.int64),
        complex_first=np.cumsum([0, *(len(members) for members in complexes.values())]).astype(np.int64),
        complex_member=np.array(
            [index[member] for members in complexes.values() for member in members], dtype=np.int64
        ),
    )


def strengths(wiring: Wiring, draws: tuple[int, ...], first: NDArray[np.int64]) -> Array:
    """Return g s w/sqrt(Σ w²) of every arrow (e, v), the sum over the inputs of its target."""
    versions = max(1, len(draws))
    weights = _stacked([_weight(arrow, draws) for arrow in wiring.arrows], versions)
    signs = np.array([float(arrow.sign) for arrow in wiring.arrows])[:, None]
    counts = np.diff(first)
    fed = counts > 0
    norms = np.sqrt(np.add.reduceat(weights**2, first[:-1][fed], axis=0)) if fed.any() else weights
    return _gain(draws) * signs * weights / np.repeat(norms, counts[fed], axis=0)


@lru_cache(maxsize=64)
def stable_draws(kb: KnowledgeBase, circumstances: Circumstances, count: int) -> tuple[tuple[int, ...], int]:
    """Return the first `count` draws in which a cell's whole network rests stably, and how many were tried.

    A small push of every node has to die away: that says of the eigenvalues of the Jacobian at rest what is
    asked, that none has a real part above 0, without computing them.

    Raises
    ------
    RunError : when more than 20 % of the draws have to be rejected
    """
    selection: Selection = select(kb, circumstances)
    everything = wire(selection.influences, {a.source for a in selection.influences}, ())
    tried = tuple(range(count + _SPARE))
    stable = np.array(rests_stably(ensemble(everything, tried)))
    chosen = tuple(int(i) for i in np.flatnonzero(stable)[:count])
    looked_at = chosen[-1] + 1 if len(chosen) == count else len(tried)
    if len(chosen) < count or looked_at - len(chosen) > max(1, _MOST_REJECTED * looked_at):
        raise RunError(
            f"Only {len(chosen)} of {looked_at} draws have a stable resting state in "
            f"{circumstances.lineage[0]!r} (at most 20 % may be rejected). Lower the gain."
        )
    return chosen, looked_at


def rests_stably(made: Ensemble) -> NDArray[np.bool_]:
    """Tell for each version (v,) whether a small push of every node dies away."""
    if not made.n_nodes:
        return np.ones(made.n_versions, dtype=bool)
    side = np.where(np.arange(made.n_nodes) % 2 == 0, _PUSH, -_PUSH)[:, None]
    half_way = respond(made, 0.5 * _SETTLING, activity=made.resting + side)
    before, after = (
        np.abs(x - made.resting).max(axis=0)
        for x in (half_way, respond(made, 0.5 * _SETTLING, activity=half_way))
    )
    # By then the slowest mode is left: it grows or shrinks, to another state or to the rounding of numbers.
    return np.asarray((after < np.maximum(before, _ROUNDING)) & (after < _AWAY))


def _stacked(rows: list[Array], versions: int) -> Array:
    return np.array(rows).reshape(len(rows), versions)


@cache
def _resting(node: str, draws: tuple[int, ...]) -> Array:
    return _values(resting_level(node), draws)


@cache
def _tau(node: str, draws: tuple[int, ...]) -> Array:
    return _values(response_time(node), draws)


@cache
def _weight(arrow: Signed, draws: tuple[int, ...]) -> Array:
    return _values(edge_weight(arrow), draws)


@cache
def _gain(draws: tuple[int, ...]) -> Array:
    return _values(parameter("signalling_gain", to="dimensionless"), draws)


def _values(number: Parameter, draws: tuple[int, ...]) -> Array:
    return np.array(number.samples(SEED, draws) if draws else [number.value])
