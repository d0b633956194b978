"""The driver: the phases of a step, in order. It never loops over cells, voxels or vesicles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from exocosm.errors import InputError, RunError, expect
from exocosm.model import Field, Model
from exocosm.trajectory import Trajectory
from exocosm.units import minutes

from .backends import get_backend
from .books import close
from .compiled import DIE, RATES, Compiled, compile_model
from .population import apply_events
from .recorder import Recorder
from .start import apply_event, sense_oxygen, start, update_modulators
from .state import State
from .voxels import voxel_index


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Step lengths [min]: vesicles and cargo, cells (signalling, fate, oxygen), mechanics.

    `vesicle` must divide `cell`, and `mechanics` too.
    """

    vesicle: float = 1.0
    cell: float = 6.0
    mechanics: float = 1.0
    oxygen_tolerance: float = 1e-4  # [mmHg], largest scaled residual of a steady field

    def __post_init__(self) -> None:
        expect.positive(vesicle=self.vesicle, cell=self.cell, mechanics=self.mechanics)
        for name in ("vesicle", "mechanics"):
            ratio = self.cell / getattr(self, name)
            if abs(ratio - round(ratio)) > 1e-9:
                raise InputError(
                    f"Expected the cell step ({self.cell:g} min) to be a multiple of the {name} step, "
                    f"found {getattr(self, name):g} min."
                )


def default_steps(model: Model) -> Steps:
    """Return the step lengths used when none are given.

    In a well-mixed dish nothing spreads, and uptake and decay are exact for any step; 12 min is a fifth of
    the fastest response time of a node.
    """
    return Steps(vesicle=12.0, cell=12.0) if model.domain.well_mixed else Steps()


def simulate(
    model: Model,
    *,
    duration: str,
    seed: int = 0,
    device: str = "cpu",
    record_every: str = "2 h",
    steps: Steps | None = None,
    progress: Callable[[float], None] | None = None,
) -> Trajectory:
    """Run a model and return what happened.

    Parameters
    ----------
    duration, record_every : a time with its unit, such as "48 h"
    seed : key of every random draw, 0 <= seed < 2**63; same seed, same bits
    device : "cpu" (compiled) or "reference" (plain Python: slow, judges the other)
    progress : called with the simulated time [min] after every cell step

    Raises
    ------
    InputError : for a model or an argument that cannot be run
    RunError : when a number stops being finite; the message names the array and the time
    """
    steps = steps or default_steps(model)
    length, interval = _time("duration", duration), _time("record_every", record_every)
    expect.non_negative(duration=length)
    expect.positive(record_every=interval)
    n_steps = round(length / steps.cell)
    if abs(length / steps.cell - n_steps) > 1e-6:
        raise InputError(
            f"Expected `duration` to be a multiple of the cell step ({steps.cell:g} min), found {duration!r}."
        )
    if not (isinstance(seed, int) and 0 <= seed < 2**63):
        raise InputError(f"Expected `seed` to be a whole number from 0 to 2**63 - 1, found {seed!r}.")
    backend = get_backend(device)
    compiled = compile_model(model)
    state = start(compiled, seed)
    run = _Run(compiled=compiled, state=state, backend=backend, steps=steps, seed=seed)
    recorder = Recorder(compiled, interval)
    run.settle()
    recorder.record(state)
    for _ in range(n_steps):
        run.advance()
        recorder.record_if_due(state)
        if progress is not None:
            progress(state.time)
    recorder.record_last(state)
    return recorder.trajectory(close(compiled, state), seed=seed, device=device)


def _time(name: str, value: str) -> float:
    try:
        return minutes(value)
    except InputError as error:
        raise InputError(f"`{name}`: {error}") from error


@dataclass
class _Run:
    compiled: Compiled
    state: State
    backend: SimpleNamespace
    steps: Steps
    seed: int

    def __post_init__(self) -> None:
        self.pending = sorted(self.compiled.model.events, key=lambda event: event.time)

    def settle(self) -> None:
        """Bring positions, oxygen and hypoxia to the start of the first step."""
        self._locate()
        self._apply_pending()
        oxygen, _ = self._solutes(0.0)
        sense_oxygen(self.compiled, self.state, oxygen)

    def advance(self) -> None:
        """One cell step: vesicles move and are taken up, then cells signal, decide and push."""
        compiled, state, steps = self.compiled, self.state, self.steps
        self._apply_pending()
        order, first = self._groups()
        for _ in range(round(steps.cell / steps.vesicle)):
            state.step += 1
            self.backend.vesicles.release(compiled, state, steps.vesicle, self.seed)
            self._spread(steps.vesicle)
            self.backend.vesicles.bind(compiled, state, steps.vesicle)
            self.backend.vesicles.take_up(compiled, state, order, first, steps.vesicle, self.seed)
            self.backend.vesicles.settle(compiled, state, steps.vesicle, self.seed)
        self.backend.cells.keep_cargo(compiled, state, steps.cell)
        exponents = self._signal(steps.cell)
        oxygen, drug = self._solutes(steps.cell)
        events = self.backend.cells.decide(compiled, state, oxygen, drug, exponents, steps.cell, self.seed)
        update_modulators(state)
        self.backend.vesicles.release_at_death(compiled, state, np.flatnonzero(events == DIE), self.seed)
        apply_events(compiled, state, events, steps.cell, self.seed)
        if not compiled.model.domain.well_mixed:
            self._push()
        self._locate()
        state.time += steps.cell
        self._check()

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

    def _spread(self, dt: float) -> None:
        """Diffuse vesicles and the cargo in them alike, and book what decays."""
        compiled, state = self.compiled, self.state
        if compiled.model.domain.single_vesicles:
            self.backend.vesicles.move(compiled, state, dt, self.seed)
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

    def _signal(self, dt: float) -> np.ndarray:
        """Advance the networks of all living cells; returns the ln factors (n, rates) on their rates."""
        compiled, state, cells = self.compiled, self.state, self.state.cells
        exponents = np.zeros((state.n_cells, len(RATES)))
        for kind, network in enumerate(compiled.networks):
            mine = np.flatnonzero(cells["alive"] & (cells["kind"] == kind))
            if mine.size and network.names:
                rest = compiled.rest_copies[kind]
                self.backend.signalling.signal(network, mine, cells["activity"], cells["copies"], rest, dt)
                self.backend.signalling.rate_exponents(network, mine, cells["activity"], exponents)
        return exponents

    def _solutes(self, dt: float) -> tuple[np.ndarray, np.ndarray]:
        """Bring dissolved substances up to date; returns oxygen and reacted drug where each cell is."""
        state, cells = self.state, self.state.cells
        oxygen, drug = np.zeros(state.n_cells), np.zeros(state.n_cells)
        for i, solute in enumerate(self.compiled.model.fields):
            values = state.fields["solute"][i]
            if solute.steady:
                if not solute.clamped:
                    self._steady(values, solute)
                oxygen = values.reshape(-1)[cells["voxel"]]
            else:
                before = values.reshape(-1)[cells["voxel"]]
                kept = np.exp(-solute.loss.value * dt)
                drug += np.where(self.compiled.drug_field[cells["kind"]] == i, before * (1.0 - kept), 0.0)
                if not solute.clamped:
                    values *= kept
        return oxygen, drug

    def _steady(self, values: np.ndarray, solute: Field) -> None:
        compiled, cells = self.compiled, self.state.cells
        volume = 4.0 / 3.0 * np.pi * compiled.radius**3 / compiled.model.domain.voxel_volume
        uptake = (compiled.oxygen_uptake * volume)[cells["kind"]] * cells["alive"]
        sink = np.bincount(cells["voxel"], weights=uptake, minlength=values.size).reshape(values.shape)
        sink = np.minimum(sink, compiled.oxygen_uptake.max(initial=0.0)) + solute.loss.value
        boundary = np.nan if solute.boundary is None else solute.boundary.value
        self.backend.fields.steady(
            values, solute.diffusion.value, sink, boundary, compiled.model.domain.spacing.value,
            self.steps.oxygen_tolerance, 2000,
        )  # fmt: skip

    def _push(self) -> None:
        compiled, cells = self.compiled, self.state.cells
        mechanics, domain = compiled.model.mechanics, compiled.model.domain
        box = np.array(domain.shape[::-1], dtype=float) * domain.spacing.value
        self.backend.mechanics.push(
            cells["position"], compiled.radius[cells["kind"]], cells["alive"], np.zeros(3), box,
            domain.shape[0] == 1, mechanics.repulsion.value, mechanics.adhesion.value, mechanics.reach.value,
            self.steps.mechanics, round(self.steps.cell / self.steps.mechanics),
        )  # fmt: skip

    def _check(self) -> None:
        for group in (self.state.fields, self.state.cells):
            for name, array in group.items():
                if array.dtype.kind == "f" and not np.isfinite(array).all():
                    raise RunError(f"`{name}` is no longer finite at {self.state.time / 60:.2f} h.")
