"""Cells that divide, die, change kind and disappear: the bookkeeping of a changing population."""

from __future__ import annotations

import math

import numpy as np

from .attachments import release
from .books import book_removed
from .compiled import DIE, DIVIDE, STARVE, Compiled
from .compiled_cells import APOPTOTIC, NECROTIC
from .inheritance import inherited
from .laws.growth import radius_of
from .laws.random import ASYMMETRY, AXIS, uniform
from .movement import space_of
from .rows import append, keep
from .start import enter_kind
from .state import State


def apply_events(
    compiled: Compiled, state: State, events: np.ndarray, kinds: np.ndarray, dt: float, seed: int
) -> None:
    """Carry out the drawn `events` (n,) and `kinds` (n,): cells die, change, divide; remains age and go."""
    kill(state, np.flatnonzero(events == DIE), APOPTOTIC)
    kill(state, np.flatnonzero(events == STARVE), NECROTIC)
    _transform(compiled, state, kinds)
    _divide(compiled, state, np.flatnonzero(events == DIVIDE), seed)
    _age_remains(compiled, state, dt)


def kill(state: State, which: np.ndarray, how: int) -> None:
    """Let cells (m,) die: APOPTOTIC or NECROTIC."""
    cells = state.cells
    cells["alive"][which] = False
    cells["death"][which] = how
    cells["dead_for"][which] = 0.0
    cells["attacking"][which] = -1
    release(state, cells["id"][which])
    cells["volume_at_death"][which] = 4.0 / 3.0 * math.pi * cells["radius"][which] ** 3


def remove(state: State, gone: np.ndarray) -> None:
    """Take cells out of the state; `gone` (n,) is True for those that go. Their copies are booked as gone."""
    if gone.any():
        state.gone_copies += state.cells["copies"][gone].sum(axis=0)
        book_removed(state, gone)
        keep(state.cells, ~gone)


def _age_remains(compiled: Compiled, state: State, dt: float) -> None:
    """Count the time since death, from rupture where the remains swell first, and remove what is over."""
    cells, lives = state.cells, compiled.lives
    dead = ~cells["alive"]
    at = (cells["kind"], cells["death"])
    waits = dead & np.isfinite(lives.rupture[at]) & ~cells["lysed"]
    cells["dead_for"][dead & ~waits] += dt
    remove(state, dead & (cells["dead_for"] > lives.duration[at]))


def _transform(compiled: Compiled, state: State, kinds: np.ndarray) -> None:
    """Change kinds. A cell keeps contents, history and, see `_become`, size; network and cycle start anew."""
    changed = np.flatnonzero((kinds != state.cells["kind"]) & state.cells["alive"])
    _become(compiled, state.cells, changed, kinds[changed])


def _become(compiled: Compiled, cells: dict[str, np.ndarray], which: np.ndarray, kinds: np.ndarray) -> None:
    """Make cells (m,) be of `kinds` (m,).

    Their size is kept where the old and the new kind both have a volume of their own, or both grow steadily.
    """
    if not which.size:
        return
    lives, before = compiled.lives, cells["kind"][which]
    both = np.zeros(which.size, dtype=bool)
    for sized in (lives.rest_volume[:, :3].sum(axis=1) > 0, lives.growth_power > 0):
        both |= sized[before] & sized[kinds]
    kept = {name: cells[name][which[both]] for name in ("radius", "volume")}
    cells["kind"][which] = kinds
    enter_kind(compiled, cells, which)
    for name, array in kept.items():
        cells[name][which[both]] = array


def _divide(compiled: Compiled, state: State, mothers: np.ndarray, seed: int) -> None:
    """Append one daughter per mother; the mother's entry becomes the other daughter.

    What the cell holds above or below the level it keeps up itself is shared out, and so are volume, lesions,
    damage and the tally of what it took up; its own content had doubled before division. Attachments end, and
    the time under attack is counted anew.
    """
    if mothers.size == 0:
        return
    cells = state.cells
    release(state, cells["id"][mothers])
    _share_out(compiled, state, mothers)
    daughters = {name: array[mothers].copy() for name, array in cells.items()}
    for name in ("taken", "delivered"):
        daughters[name] = daughters[name] // 2
        cells[name][mothers] -= daughters[name]
    for name, share in inherited(cells, mothers, state.step, seed).items():
        daughters[name] = share
        cells[name][mothers] -= share
    if compiled.fate.surface.any():
        for some, rows in ((cells, mothers), (daughters, slice(None))):
            some["bound"][rows] = some["docked_copies"][rows].sum(axis=1) * compiled.fate.surface
    daughters["id"] = state.next_id + np.arange(mothers.size)
    daughters["parent"] = cells["id"][mothers]
    daughters["birth"][:] = state.time
    daughters["attacking"][:] = -1
    _inherit_kind(compiled, state, daughters, seed)
    offset = _offsets(compiled, state, mothers, seed)
    daughters["position"] = cells["position"][mothers] + offset
    cells["position"][mothers] -= offset
    space = space_of(compiled)  # whose walls hold daughters as they hold all cells
    for axis in range(2 if space.flat else 3):
        for some, rows in ((cells, mothers), (daughters, slice(None))):
            place = some["position"][rows, axis]
            some["position"][rows, axis] = np.clip(place, space.lower[axis], space.upper[axis])
    state.next_id += mothers.size
    append(cells, daughters, state.room)


def _share_out(compiled: Compiled, state: State, mothers: np.ndarray) -> None:
    cells, lives = state.cells, compiled.lives
    kind = cells["kind"][mothers]
    own = (compiled.start_copies + state.added_copies)[kind]
    cells["copies"][mothers] = own + 0.5 * (cells["copies"][mothers] - own)
    for name in ("lesions", "damage", "damage_delivered"):
        cells[name][mothers] *= 0.5
    cells["custom"][mothers] *= np.where(compiled.conserved[kind], 0.5, 1.0)
    cells["attack_time"][mothers] = 0.0
    if lives.has_volume:
        cells["volume"][mothers, :3] *= 0.5
        cells["aim"][mothers[lives.grows_ever[kind]]] *= 0.5
        own_volume = mothers[lives.rest_volume[kind, :3].sum(axis=1) > 0]
        cells["radius"][own_volume] = radius_of(cells["volume"][own_volume, :3].sum(axis=1))
    power = lives.growth_power[kind]
    growing = power > 0
    cells["radius"][mothers[growing]] *= 0.5 ** (1.0 / power[growing])


def _inherit_kind(compiled: Compiled, state: State, daughters: dict[str, np.ndarray], seed: int) -> None:
    """Let daughters be of another kind, with the probabilities of asymmetric division."""
    n, at, b = len(compiled.kinds), compiled.at.asymmetric, compiled.behaviours
    columns = b.column[at : at + n]
    if (columns < 0).all() and not b.base[:, at : at + n].any():
        return
    chances = b.base[daughters["kind"], at : at + n].copy()
    for k in np.flatnonzero(columns >= 0):
        chances[:, k] = daughters["behaviour"][:, columns[k]]
    limits = np.cumsum(chances, axis=1)
    changed = []
    for row, cell in enumerate(daughters["id"]):
        mark = uniform(seed, ASYMMETRY, state.step, int(cell), 0) * max(1.0, limits[row, -1])
        found = int(np.searchsorted(limits[row], mark, side="right"))
        if found < n and found != daughters["kind"][row]:
            changed.append((row, found))
    which, kinds = np.array(changed, dtype=np.int64).reshape(-1, 2).T
    _become(compiled, daughters, which, kinds)


def _offsets(compiled: Compiled, state: State, mothers: np.ndarray, seed: int) -> np.ndarray:
    """Half the way between the daughters along a random axis, in the plane in 2-D.  [µm]

    A quarter radius for cells of constant volume; for those that grow, as far as leaves the centre of mass in
    place and the daughters touching where the mother was: the radius of the mother less that of a daughter.
    """
    flat = compiled.model.domain.shape[0] == 1
    offsets = np.zeros((mothers.size, 3))
    kind = state.cells["kind"][mothers]
    power = np.where(
        compiled.lives.rest_volume[kind, :3].sum(axis=1) > 0, 3, compiled.lives.growth_power[kind]
    )
    share = np.where(power > 0, 2.0 ** (1.0 / np.maximum(1, power)) - 1.0, 0.25)
    for row, mother in enumerate(mothers):
        cell = int(state.cells["id"][mother])
        turn = 2.0 * math.pi * uniform(seed, AXIS, state.step, cell, 0)
        rise = 0.0 if flat else 2.0 * uniform(seed, AXIS, state.step, cell, 1) - 1.0
        level = math.sqrt(1.0 - rise * rise)
        length = share[row] * state.cells["radius"][mother]
        offsets[row] = length * np.array([level * math.cos(turn), level * math.sin(turn), rise])
    return offsets
