"""The driver: the phases of a step, in order. It never loops over cells, voxels or vesicles."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from exocosm.errors import RunError

from .compiled import DIE, Compiled
from .interactions import interact, possible, surroundings
from .movement import move
from .population import apply_events
from .remarks import note_room
from .signals import sense
from .solutes import Solutes
from .spreading import spread
from .start import apply_event, sense_oxygen, update_modulators
from .state import State
from .steps import Steps
from .voxels import voxel_index


@dataclass
class Run:
    """A simulation in progress: what it computes, where it stands, and the back end that does the work."""

    compiled: Compiled
    state: State
    backend: SimpleNamespace
    steps: Steps
    seed: int

    def __post_init__(self) -> None:
        self.solutes = Solutes(self.compiled, self.backend, self.steps.oxygen_tolerance)
        self.neighbours = self.backend.neighbours.Neighbours()
        self.pending = sorted(self.compiled.model.events, key=lambda event: event.time)
        self.can = possible(self.compiled)

    def settle(self) -> None:
        """Bring positions, fields and behaviours to the start of the first step."""
        self._locate()
        self._apply_pending()
        self.solutes.settle(self.state)
        self._behave()

    def advance(self) -> None:
        """One cell step: what cells exchange and how they move, then signalling, growth and fate."""
        compiled, state, steps = self.compiled, self.state, self.steps
        self._apply_pending()
        drug = np.zeros(state.n_cells)
        for _ in range(round(steps.cell / steps.exchange)):
            state.step += 1
            drug += self._exchange(steps.exchange)
            if self.can.any:
                drug = drug[self._interact(steps.exchange)]
        self.solutes.settle(self.state)
        self.backend.cells.keep_cargo(compiled, state, steps.cell)
        self._signal(steps.cell)
        self._behave()
        self.backend.cells.grow(compiled, state, steps.cell)
        events, kinds = self.backend.cells.decide(compiled, state, drug, steps.cell, self.seed)
        dying = np.flatnonzero(events == DIE)
        self.backend.vesicles.release_at_death(compiled, state, dying, self.seed)
        state.time += steps.cell
        apply_events(compiled, state, events, kinds, steps.cell, self.seed)
        self._locate()
        note_room(compiled, state)
        self._check()

    def _exchange(self, dt: float) -> np.ndarray:
        """Vesicles move and are taken up, substances spread, cells push; returns the drug that reacted."""
        compiled, state = self.compiled, self.state
        if compiled.vesicles:
            self._exchange_vesicles(dt)
        drug = self.solutes.follow(state, dt)
        if not compiled.model.domain.well_mixed:
            pushes = self.steps.pushes
            move(
                compiled, state, self.backend, self.neighbours, pushes=pushes, dt=dt / pushes, seed=self.seed
            )
            self._locate()
        return drug

    def _exchange_vesicles(self, dt: float) -> None:
        """Vesicles are released, spread, bind to matrix, are taken up, and what was taken finds its way."""
        compiled, state, vesicles = self.compiled, self.state, self.backend.vesicles
        order, first = self._groups()
        vesicles.release(compiled, state, dt, self.seed)
        if compiled.model.domain.single_vesicles:
            vesicles.move(compiled, state, dt, self.seed)
        else:
            spread(compiled, state, self.backend, dt)
        vesicles.bind(compiled, state, dt)
        vesicles.take_up(compiled, state, order, first, dt, self.seed)
        vesicles.settle(compiled, state, dt, self.seed)

    def _interact(self, dt: float) -> np.ndarray:
        """Let cells act on those they touch; returns which of the cells (n,) are still there."""
        there = interact(self.compiled, self.state, self.backend, self.can, dt, self.seed)
        self._locate()
        return there

    def _apply_pending(self) -> None:
        while self.pending and self.pending[0].time <= self.state.time + 1e-9:
            apply_event(self.compiled, self.state, self.pending.pop(0), self.seed)

    def _locate(self) -> None:
        self.state.cells["voxel"] = voxel_index(self.compiled, self.state.cells["position"])

    def _groups(self) -> tuple[np.ndarray, np.ndarray]:
        """List living cells voxel by voxel: (order, first), see `take_up`."""
        cells = self.state.cells
        living = np.flatnonzero(cells["alive"])
        order = living[np.argsort(cells["voxel"][living], kind="stable")]
        voxels = cells["voxel"][order]
        starts = np.flatnonzero(np.diff(voxels, prepend=-1))
        return order, np.append(starts, order.size)

    def _signal(self, dt: float) -> None:
        """Advance the networks of all living cells."""
        compiled, cells = self.compiled, self.state.cells
        amounts, rest = cells["copies"], compiled.rest_copies
        if compiled.fate.surface.any():  # at rest nothing is docked
            amounts = np.concatenate([amounts, cells["bound"]], axis=1)
            rest = np.concatenate([rest, np.zeros_like(rest)], axis=1)
        for kind, network in enumerate(compiled.networks):
            mine = np.flatnonzero(cells["alive"] & (cells["kind"] == kind))
            if mine.size and network.names:
                self.backend.signalling.signal(network, mine, cells["activity"], amounts, rest[kind], dt)

    def _behave(self) -> None:
        """Let cells sense where they are, and set what they do until they sense again."""
        compiled, state = self.compiled, self.state
        if compiled.oxygen >= 0:
            values = state.fields["solute"][compiled.oxygen].reshape(-1)
            sense_oxygen(compiled, state, values[state.cells["voxel"]])
        if compiled.behaviours.changing.size:
            around = surroundings(compiled, state, self.backend) if self.can.senses else None
            self.backend.cells.behave(compiled, state, sense(compiled, state, around))
            self._check_behaviours()
        update_modulators(compiled, state)

    def _check_behaviours(self) -> None:
        values, b = self.state.cells["behaviour"], self.compiled.behaviours
        if not np.isfinite(values).all():
            row, column = np.argwhere(~np.isfinite(values))[0]
            kind = self.compiled.kinds[self.state.cells["kind"][row]]
            raise RunError(
                f"Behaviour {b.names[b.changing[column]]!r} of cell kind {kind!r} became "
                f"{values[row, column]} at {self.state.time / 60:.2f} h. Look at the rules, modulations and "
                "responses that change it."
            )

    def _check(self) -> None:
        for group in (self.state.fields, self.state.cells):
            for name, array in group.items():
                if array.dtype.kind == "f" and not np.isfinite(array).all():
                    raise RunError(f"`{name}` is no longer finite at {self.state.time / 60:.2f} h.")
