"""What cells take from fields and give to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from .compiled import Compiled
from .state import State


@dataclass(frozen=True)
class CellExchange:
    """What each cell takes from each field and gives to it; one array (cell,) per field.

    Uptake and secretion act on the share of a voxel that the cell fills: du/dt = S (u* - u) - U u there
    (Ghaffarizadeh et al. 2016, doi:10.1093/bioinformatics/btv730).
    """

    uptake: tuple[np.ndarray, ...]  # U [1/min]
    secretion: tuple[np.ndarray, ...]  # S [1/min]
    target: tuple[np.ndarray, ...]  # u*, the level towards which it secretes [unit of the field]
    export: tuple[np.ndarray, ...]  # given whatever the level [unit · µm³/min]


def behaviour_values(compiled: Compiled, state: State, behaviour: int) -> np.ndarray:
    """Return the present value (n,) of a behaviour in every cell."""
    column = compiled.behaviours.column[behaviour]
    if column >= 0:
        return state.cells["behaviour"][:, column]
    return compiled.behaviours.base[state.cells["kind"], behaviour]


def cell_exchange(compiled: Compiled, state: State, wanted: Collection[int] | None = None) -> CellExchange:
    """Return what cells exchange now, nothing of fields that are not `wanted` (indices, None for all).

    The dead take up nothing; what they secrete is up to rules.
    """
    fields = range(len(compiled.fields))
    asked = fields if wanted is None else wanted
    nothing = np.broadcast_to(0.0, state.n_cells)  # takes no memory: most of it no cell ever does

    def of_every_field(which: int) -> tuple[np.ndarray, ...]:
        behaviours = (compiled.at.solute + 4 * f + which for f in fields)
        return tuple(
            behaviour_values(compiled, state, b) if f in asked and compiled.behaviours.ever[b] else nothing
            for f, b in zip(fields, behaviours, strict=True)
        )

    secretion, target, uptake, export = (of_every_field(which) for which in range(4))
    living = tuple(nothing if taken is nothing else taken * state.cells["alive"] for taken in uptake)
    return CellExchange(uptake=living, secretion=secretion, target=target, export=export)
