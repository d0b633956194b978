"""How cells move: pushed and held by their neighbours, and migrating on their own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from .attachments import springs
from .bodies import Bodies, Space, Springs
from .compiled import Compiled
from .exchange import behaviour_values
from .remarks import note_moves
from .state import State


def space_of(compiled: Compiled) -> Space:
    """Return the box of the domain, whose walls stop cells."""
    domain = compiled.model.domain
    upper = np.array(domain.shape[::-1], dtype=float) * domain.spacing.value
    return Space(lower=np.zeros(3), upper=upper, flat=domain.shape[0] == 1)


def bodies_of(compiled: Compiled, state: State) -> Bodies:
    """Return the cells as bodies, one number for all where nothing tells them apart."""
    at = compiled.at
    affinity = compiled.behaviours.base[:, at.affinity : at.affinity + len(compiled.kinds)]
    apart = bool((affinity != 1.0).any())
    movable = np.broadcast_to(np.asarray(_common(compiled, state, at.movable)) > 0.5, state.n_cells)
    return Bodies(
        radius=state.cells["radius"],
        repulsion=_common(compiled, state, at.repulsion),
        adhesion=_common(compiled, state, at.adhesion),
        reach=_common(compiled, state, at.reach),
        moves=None if movable.all() else np.ascontiguousarray(movable),
        kind=state.cells["kind"] if apart else None,
        affinity=np.ascontiguousarray(affinity) if apart else None,
    )


def springs_of(compiled: Compiled, state: State) -> Springs | None:
    """Return the attachments between cells, None where there are none."""
    if not len(state.attachments):
        return None
    pairs, stiffness = springs(compiled, state)
    return Springs(pairs=pairs, stiffness=stiffness)


def _common(compiled: Compiled, state: State, behaviour: int) -> float | np.ndarray:
    base = compiled.behaviours.base[:, behaviour]
    if compiled.behaviours.column[behaviour] < 0 and (base == base[:1]).all() and base.size:
        return float(base[0])
    return np.ascontiguousarray(behaviour_values(compiled, state, behaviour))


def move(
    compiled: Compiled,
    state: State,
    backend: SimpleNamespace,
    neighbours: Any,
    pushes: int,
    dt: float,
    seed: int,
) -> None:
    """Move all cells by `pushes` steps of `dt` [min]; `neighbours` is the list kept between calls.

    Cells that migrate choose their direction anew before each step, those that do not are pushed alone.
    """
    bodies, space = bodies_of(compiled, state), space_of(compiled)
    position = state.cells["position"]
    held = springs_of(compiled, state)
    if not compiled.behaviours.is_ever("migration speed"):
        moved = backend.mechanics.move(
            position, bodies, space, dt=dt, steps=pushes, neighbours=neighbours, springs=held
        )
        note_moves(state, pushes, moved)
        return
    cells, at = state.cells, compiled.at
    speed, persistence, bias = (
        behaviour_values(compiled, state, b) for b in (at.migration_speed, at.persistence, at.migration_bias)
    )
    speed = np.where(cells["alive"], speed, 0.0)
    towards = _towards(compiled, state, backend)
    for push in range(pushes):
        started = cells["direction"].any(axis=1)
        backend.motility.turn(
            cells["direction"], cells["id"], np.where(started, persistence, 0.0), dt,
            state.step * pushes + push, seed, towards=towards, bias=np.ascontiguousarray(bias),
            flat=space.flat,
        )  # fmt: skip
        drive = speed[:, None] * cells["direction"]
        moved = backend.mechanics.move(
            position, bodies, space, dt=dt, neighbours=neighbours, drive=drive, springs=held
        )
        note_moves(state, 1, moved)


def _towards(compiled: Compiled, state: State, backend: SimpleNamespace) -> np.ndarray:
    """Direction (n, 3) in which fields and vesicles draw each cell, nought without chemotaxis."""
    towards = np.zeros((state.n_cells, 3))
    first, b = compiled.at.chemotaxis, compiled.behaviours
    stacked = np.concatenate([state.fields["solute"], state.fields["vesicles"]])
    drawing = [f for f in range(len(stacked)) if b.is_ever(b.names[first + f])]
    if not drawing:
        return towards
    sensitivity = np.stack([behaviour_values(compiled, state, first + f) for f in drawing], axis=1)
    spacing, position = compiled.model.domain.spacing.value, state.cells["position"]
    for normalised in (False, True):
        mine = compiled.normalised_chemotaxis[state.cells["kind"]] == normalised
        if mine.any():
            found = np.empty((int(mine.sum()), 3))
            backend.gradients.chemotaxis(
                stacked[drawing], sensitivity[mine], spacing, position[mine], found, normalised=normalised
            )
            towards[mine] = found
    return towards
