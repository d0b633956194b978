"""What cells take from fields and give to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .compiled import Compiled
from .state import State


@dataclass(frozen=True)
class CellExchange:
    """What each cell takes from each field and gives to it; arrays are (cell, field).

    Uptake and secretion act on the share of a voxel that the cell fills: du/dt = S (u* - u) - U u there
    (Ghaffarizadeh et al. 2016, doi:10.1093/bioinformatics/btv730).
    """

    uptake: np.ndarray  # U [1/min]
    secretion: np.ndarray  # S [1/min]
    target: np.ndarray  # u*, the level towards which it secretes [unit of the field]
    export: np.ndarray  # given whatever the level [unit · µm³/min]


def behaviour_values(compiled: Compiled, state: State, behaviour: int) -> np.ndarray:
    """Return the present value (n,) of a behaviour in every cell."""
    column = compiled.behaviours.column[behaviour]
    if column >= 0:
        return state.cells["behaviour"][:, column]
    return compiled.behaviours.base[state.cells["kind"], behaviour]


def cell_exchange(compiled: Compiled, state: State) -> CellExchange:
    """Return what cells exchange now. The dead take up nothing; what they secrete is up to rules."""
    # In memory the cells of one field lie side by side, and what no cell ever does costs nothing.
    found = np.zeros((4, len(compiled.fields), state.n_cells))
    for f in range(len(compiled.fields)):
        for which in range(4):
            b = compiled.at.solute + 4 * f + which
            if compiled.behaviours.ever[b]:
                found[which, f] = behaviour_values(compiled, state, b)
    secretion, target, uptake, export = found.transpose(0, 2, 1)
    uptake *= state.cells["alive"][:, None]
    return CellExchange(uptake=uptake, secretion=secretion, target=target, export=export)
