"""What a run tells its user though it goes on: a domain full of cells, and steps too long for what moves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from exocosm.model import Event

from .bodies import Moved
from .books import Account
from .compiled import Compiled
from .state import State
from .steps import Steps

_NOTABLE = 0.05  # share of all moves that were cut
_SPLIT = 0.2  # uptake times step
_OPEN = 1e-6  # relative residual of books, far above rounding


def note_moves(state: State, steps: int, moved: Moved) -> None:
    """Count the moves of cells, those that were cut, and the longest way in one step."""
    state.moves += steps * state.n_cells
    state.cut_moves += moved.bounded
    state.longest_way = max(state.longest_way, moved.largest)


def note_room(compiled: Compiled, state: State) -> None:
    """Note when the cells first have more volume than the domain."""
    if state.full_at < 0.0 and not compiled.model.domain.well_mixed and filled(compiled, state) > 1.0:
        state.full_at = state.time


def filled(compiled: Compiled, state: State) -> float:
    """Return the volume of all cells over that of the domain; areas in a plane."""
    domain, radius = compiled.model.domain, state.cells["radius"]
    if domain.shape[0] == 1:
        return float(np.sum(math.pi * radius**2)) / (domain.n_voxels * domain.spacing.value**2)
    return float(np.sum(4.0 / 3.0 * math.pi * radius**3)) / (domain.n_voxels * domain.voxel_volume)


def remarks(
    compiled: Compiled, state: State, steps: Steps, books: Iterable[Account], pending: Sequence[Event]
) -> dict[str, str]:
    """Return what is to be said of a run: cause → a sentence or two. Empty for most runs.

    `books` are its closing accounts, `pending` the events that it did not come to.
    """
    found = {}
    if state.full_at >= 0.0:
        found["no room"] = (
            f"From {state.full_at / 60.0:g} h on the cells were larger than the domain together "
            f"({filled(compiled, state):.0%} of it at the end) and were pressed into each other. Make the "
            "domain larger, or let pressure or contact stop division."
        )
    length = steps.exchange / steps.pushes
    if state.cut_moves > _NOTABLE * state.moves:
        found["moves cut"] = (
            f"{state.cut_moves / state.moves:.0%} of all moves of cells were cut to a tenth of the radius: "
            f"the mechanics step ({length:g} min) is too long for the forces between cells, or cells lie too "
            "densely. A shorter step follows them."
        )
    smallest = float(np.min(state.cells["radius"][state.cells["alive"]], initial=math.inf))
    if state.longest_way > smallest:
        found["long ways"] = (
            f"A cell went {state.longest_way:.3g} um in one mechanics step ({length:g} min), further than "
            f"the smallest radius of a living cell ({smallest:.3g} um): cells that migrate pass through "
            "others. Take a shorter mechanics step."
        )
    worst = max(books, key=lambda one: abs(one.residual), default=None)
    if worst is not None and abs(worst.residual) > _OPEN:
        found["open books"] = (
            f"{abs(worst.residual):.2g} of all `{worst.name}` is unaccounted for: amounts may have become "
            "too large to be counted. Do not trust this run; report it, please."
        )
    if pending:
        found["events left"] = (
            f"{len(pending)} event(s) at or after the end did not happen, the first at "
            f"{pending[0].time / 60.0:g} h; the run ended at {state.time / 60.0:g} h."
        )
    for i, field in enumerate(compiled.fields):
        if (split := float(state.solute_books["split"][i])) > _SPLIT:
            found[f"split steps of {field.name}"] = (
                f"In one step cells took up {split:.2g} times what a voxel holds of `{field.name}`, before "
                "diffusion could bring more: too little of it passes. Give the field a shorter `step`, or "
                "scheme 'adi'."
            )
    return found
