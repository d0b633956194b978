"""The books of vesicles and cargo: what came in against where it is now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .compiled import Compiled
from .state import State

_SPACE = (-3, -2, -1)


@dataclass(frozen=True)
class Account:
    """One line of the books, in vesicles or copies.

    Outside cells: released + added = free + matrix + unsettled + internalised + decayed + wall + left.
    Inside: internalised = docked + endosomal + cytosolic + degraded + removed, which is what cells took
    (`taken`) less what they gave back (`recycled` from endosomes, `detached` from their surface).

    `matrix` is bound to matrix, `docked` bound to cells, `removed` went with the remains of dead cells,
    `left` crossed an open face. `unsettled` is expected less drawn: a voxel may hold a fraction of a
    vesicle, which is the chance that one more is there, and a draw turns the chance into one or none.
    """

    name: str
    released: float
    added: float
    free: float
    matrix: float
    unsettled: float
    internalised: float
    decayed: float
    wall: float
    left: float
    taken: float
    recycled: float
    detached: float
    docked: float
    endosomal: float
    cytosolic: float
    degraded: float
    removed: float

    @property
    def residual(self) -> float:
        """The larger relative difference of the sides, outside or inside; 0 when nothing ever came in."""
        income = self.released + self.added
        spent = self.free + self.matrix + self.unsettled + self.internalised
        spent += self.decayed + self.wall + self.left
        held = self.docked + self.endosomal + self.cytosolic + self.degraded + self.removed
        outside, inside = income - spent, self.internalised - held
        worst = outside if abs(outside) >= abs(inside) else inside
        return worst / income if income else worst


def close(compiled: Compiled, state: State) -> tuple[Account, ...]:
    """Balance the books: one account per vesicle class, then one per class and cargo."""
    fields, cells = state.fields, state.cells
    vesicle = {
        **state.vesicle_books,
        "free": fields["vesicles"].sum(axis=_SPACE),
        "matrix": _in_matrix(compiled, fields["matrix_vesicles"], fields["vesicles"]),
        "docked": _docked(cells["docked"], state.vesicle_books["taken"]),
        "endosomal": cells["endosome"].sum(axis=0),
    }
    cargo = {
        **state.cargo_books,
        "free": fields["cargo"].sum(axis=_SPACE),
        "matrix": _in_matrix(compiled, fields["matrix_cargo"], fields["cargo"]),
        "docked": _docked(cells["docked_copies"], state.cargo_books["taken"]),
        "endosomal": cells["endosome_copies"].sum(axis=0),
    }
    accounts = [_account(name, vesicle, (v,)) for v, name in enumerate(compiled.vesicles)]
    for v, class_name in enumerate(compiled.vesicles):
        for c, name in enumerate(compiled.cargoes):
            accounts.append(_account(f"{class_name}/{name}", cargo, (v, c)))
    return tuple(accounts)


def book_removed(state: State, gone: np.ndarray) -> None:
    """Book what is in and on the cells marked `gone` (n,), whose remains disappear."""
    cells = state.cells
    for name in ("docked", "endosome") if cells["docked"].size else ("endosome",):
        state.vesicle_books["removed"] += cells[name][gone].sum(axis=0)
        state.cargo_books["removed"] += cells[f"{name}_copies"][gone].sum(axis=0)


def _docked(held: np.ndarray, like: np.ndarray) -> np.ndarray:
    return held.sum(axis=0) if held.size else np.zeros_like(like)


def _in_matrix(compiled: Compiled, bound: np.ndarray, like: np.ndarray) -> np.ndarray:
    return bound.sum(axis=_SPACE) if compiled.binds else np.zeros(like.shape[:-3])


def _account(name: str, books: dict[str, np.ndarray], at: tuple[int, ...]) -> Account:
    line = {key: float(books[key][at]) for key in books}
    line["internalised"] = line["taken"] - line["recycled"] - line["detached"]
    return Account(name=name, **line)
