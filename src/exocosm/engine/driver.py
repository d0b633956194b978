"""The driver: the phases of a step, in order. It never loops over cells, voxels or vesicles."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from exocosm.errors import RunError

from .compiled import Compiled
from .exchange import exchange
from .interactions import interact, possible, surroundings
from .population import apply_events
from .signals import sense
from .start import apply_event, sense_oxygen, voxel_index
from .state import State
from .steps import Steps


@dataclass
class Run:
    """A simulation in progress: what it computes, where it stands, and the back end that does the work."""

    compiled: Compiled
    state: State
    backend: SimpleNamespace
    steps: Steps
    seed: int

    def __post_init__(self) -> None:
        self.pending = sorted(self.compiled.model.events, key=lambda event: event.time)
        self.can = possible(self.compiled)

    def settle(self) -> None:
        """Bring positions, fields and behaviours to the start of the first step."""
        self._locate()
        self._apply_pending()
        self._steady_fields()
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
        self._steady_fields()
        self.backend.cells.keep_cargo(compiled, state, steps.cell)
        self._signal(steps.cell)
        self._behave()
        self.backend.cells.grow(compiled, state, steps.cell)
        events, kinds = self.backend.cells.decide(compiled, state, drug, steps.cell, self.seed)
        state.time += steps.cell
        apply_events(compiled, state, events, kinds, steps.cell, self.seed)
        self._locate()
        self._check()

    def _exchange(self, dt: float) -> np.ndarray:
        """Vesicles move and are taken up, substances spread, cells push; returns the drug that reacted."""
        compiled, state = self.compiled, self.state
        order, first = self._groups()
        self.backend.vesicles.release(compiled, state, dt, self.seed)
        self._spread(dt)
        self.backend.vesicles.take_up(compiled, state, order, first, dt, self.seed)
        drug = self._solutes(dt)
        if not compiled.model.domain.well_mixed:
            self._push(dt)
            self._locate()
        return drug

    def _interact(self, dt: float) -> np.ndarray:
        """Let cells act on those they touch; returns which of the cells (n,) are still there."""
        there = interact(self.compiled, self.state, self.backend, self.can, dt, self.seed)
        self._locate()
        return there

    def _apply_pending(self) -> None:
        while self.pending and self.pending[0].time <= self.state.time + 1e-9:
            apply_event(self.compiled, self.state, self.pending.pop(0))

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

    def _spread(self, dt: float) -> None:
        """Diffuse vesicles and the cargo in them alike, and book what decays."""
        compiled, state = self.compiled, self.state
        if not compiled.vesicles:
            return
        alpha = compiled.diffusion * dt / compiled.model.domain.spacing.value**2
        total_loss = compiled.loss + compiled.wall_loss
        survival = np.exp(-total_loss * dt)
        to_wall = np.divide(
            compiled.wall_loss, total_loss, where=total_loss > 0, out=np.zeros_like(total_loss)
        )
        space = state.fields["vesicles"].shape[1:]
        gone = np.zeros(len(alpha))
        self.backend.fields.diffuse(state.fields["vesicles"], alpha, survival, gone)
        state.vesicle_books["decayed"] += gone * (1 - to_wall)
        state.vesicle_books["wall"] += gone * to_wall
        n_cargoes = len(compiled.cargoes)
        if n_cargoes:
            inside = np.zeros((len(alpha), n_cargoes))
            stacks = state.fields["cargo"].reshape(-1, *space)
            alpha, survival = np.repeat(alpha, n_cargoes), np.repeat(survival, n_cargoes)
            self.backend.fields.diffuse(stacks, alpha, survival, inside.reshape(-1))
            state.cargo_books["decayed"] += inside * (1 - to_wall)[:, None]
            state.cargo_books["wall"] += inside * to_wall[:, None]

    def _signal(self, dt: float) -> None:
        """Advance the networks of all living cells."""
        compiled, cells = self.compiled, self.state.cells
        for kind, network in enumerate(compiled.networks):
            mine = np.flatnonzero(cells["alive"] & (cells["kind"] == kind))
            if mine.size and network.names:
                rest = compiled.rest_copies[kind]
                self.backend.signalling.signal(network, mine, cells["activity"], cells["copies"], rest, dt)

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

    def _solutes(self, dt: float) -> np.ndarray:
        """Follow dissolved substances for `dt`; returns the drug (n,) that reacted where each cell is."""
        state, cells = self.state, self.state.cells
        drug = np.zeros(state.n_cells)
        for i, solute in enumerate(self.compiled.model.fields):
            if solute.steady:
                continue
            values = state.fields["solute"][i]
            before = values.reshape(-1)[cells["voxel"]]
            kept = np.exp(-solute.loss.value * dt)
            drug += np.where(self.compiled.drug_field[cells["kind"]] == i, before * (1.0 - kept), 0.0)
            if not solute.clamped:
                values *= kept
        return drug

    def _steady_fields(self) -> None:
        """Bring fast substances to their steady state among the cells where they are now."""
        compiled = self.compiled
        for i, solute in enumerate(compiled.model.fields):
            if solute.steady and not solute.clamped:
                sink, _ = exchange(compiled, self.state, i)
                boundary = np.nan if solute.boundary is None else solute.boundary.value
                self.backend.fields.steady(
                    self.state.fields["solute"][i], solute.diffusion.value, sink + solute.loss.value,
                    boundary, compiled.model.domain.spacing.value, self.steps.oxygen_tolerance, 2000,
                )  # fmt: skip

    def _push(self, dt: float) -> None:
        cells, domain = self.state.cells, self.compiled.model.domain
        mechanics = self.compiled.model.mechanics
        box = np.array(domain.shape[::-1], dtype=float) * domain.spacing.value
        self.backend.mechanics.push(
            cells["position"], cells["radius"], cells["alive"], np.zeros(3), box,
            domain.shape[0] == 1, mechanics.repulsion.value, mechanics.adhesion.value, mechanics.reach.value,
            dt / self.steps.pushes, self.steps.pushes,
        )  # fmt: skip

    def _check(self) -> None:
        for group in (self.state.fields, self.state.cells):
            for name, array in group.items():
                if array.dtype.kind == "f" and not np.isfinite(array).all():
                    raise RunError(f"`{name}` is no longer finite at {self.state.time / 60:.2f} h.")
