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

    released + added = free + captured + internalised + decayed + wall. `captured` is what cells hold short
    of a whole vesicle or copy (it can be negative by less than one per voxel: one granted in advance).
    """

    name: str
    released: float
    added: float
    free: float
    captured: float
    internalised: float
    decayed: float
    wall: float

    @property
    def residual(self) -> float:
        """Relative difference of the two sides; 0 when nothing ever came in."""
        income = self.released + self.added
        spent = self.free + self.captured + self.internalised + self.decayed + self.wall
        return (income - spent) / income if income else spent


def close(compiled: Compiled, state: State) -> tuple[Account, ...]:
    """Balance the books: one account per vesicle class, then one per class and cargo."""
    fields, vesicle, cargo = state.fields, state.vesicle_books, state.cargo_books
    free, free_cargo = fields["vesicles"].sum(axis=_SPACE), fields["cargo"].sum(axis=_SPACE)
    held = fields["vesicle_carry"].sum(axis=_SPACE) - vesicle["carry_start"]
    held_cargo = fields["cargo_carry"].sum(axis=_SPACE) - cargo["carry_start"]
    accounts = [_account(name, vesicle, free, held, (v,)) for v, name in enumerate(compiled.vesicles)]
    for v, class_name in enumerate(compiled.vesicles):
        for c, name in enumerate(compiled.cargoes):
            accounts.append(_account(f"{class_name}/{name}", cargo, free_cargo, held_cargo, (v, c)))
    return tuple(accounts)


def _account(
    name: str, books: dict[str, np.ndarray], free: np.ndarray, held: np.ndarray, at: tuple[int, ...]
) -> Account:
    taken = {key: float(books[key][at]) for key in ("released", "added", "internalised", "decayed", "wall")}
    return Account(name=name, free=float(free[at]), captured=float(held[at]), **taken)
