"""Vesicles, compiled: released, moved, bound to matrix, taken up, and what becomes of them."""

from __future__ import annotations

from ...compiled import Compiled
from ...state import State
from . import particles, uptake
from .fate import settle
from .matrix import bind
from .particles import move
from .release import release, release_at_death

__all__ = ["bind", "move", "release", "release_at_death", "settle", "take_up"]


def take_up(compiled: Compiled, state: State, order, first, dt: float, seed: int) -> None:
    """Let the living cells of each voxel take up whole vesicles and whole copies for `dt` [min].

    `order` lists living cells voxel by voxel, group g being order[first[g]:first[g + 1]]. Vesicles are a
    field, or particles where the domain follows single ones.
    """
    single = compiled.model.domain.single_vesicles
    (particles.absorb if single else uptake.take_up)(compiled, state, order, first, dt, seed)
