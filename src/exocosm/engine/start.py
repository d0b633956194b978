"""The state at time 0, and what is done to a running simulation from outside."""

from __future__ import annotations

import numpy as np

from exocosm.model import AddCopies, AddDrug, AddVesicles, Event

from .compiled import Compiled
from .compiled_vesicles import HYPOXIA, modulation
from .laws.phenotype import hypoxia_signal
from .laws.random import ADDED, FORMED, POLARISATION, uniform
from .laws.release import modulated
from .laws.sampling import poisson
from .layout import place
from .particles import add_particles, tally
from .state import BOOKS, State, empty_cells, empty_fields, no_particles

_LAST_DRAW = 2**16 - 1  # far from those that a Poisson draw of the same key takes


def start(compiled: Compiled, seed: int) -> State:
    """Lay out the cells and fields of a model, everything at rest."""
    model = compiled.model
    radii = dict(zip(compiled.kinds, compiled.radius, strict=True))
    names, positions = place(model.placements, radii, model.domain, seed)
    cells = empty_cells(len(positions), compiled)
    cells["id"] = np.arange(len(positions))
    cells["parent"][:] = -1
    cells["kind"] = np.array([compiled.kinds.index(name) for name in names], dtype=np.int64)
    cells["position"] = np.ascontiguousarray(positions, dtype=float).reshape(-1, 3)
    cells["alive"][:] = True
    cells["copies"] = compiled.start_copies[cells["kind"]]
    for i, kind in enumerate(cells["kind"]):
        resting = compiled.networks[kind].resting
        cells["activity"][i, : resting.size] = resting
        share = compiled.polarisation[kind, 2]
        cells["polarised"][i] = uniform(seed, POLARISATION, 0, int(cells["id"][i]), 1) < share
    cells["bodies"] = resting_bodies(compiled, cells["id"], cells["kind"], seed)
    state = State(
        time=0.0,
        step=0,
        next_id=len(positions),
        cells=cells,
        fields=_fields(compiled),
        production=compiled.production.copy(),
        added_copies=np.zeros_like(compiled.production),
        particles=no_particles(compiled),
    )
    _open_books(compiled, state)
    return state


def _fields(compiled: Compiled) -> dict[str, np.ndarray]:
    fields = empty_fields(compiled)
    for i, solute in enumerate(compiled.model.fields):
        fields["solute"][i] = solute.initial.value
    return fields


def _open_books(compiled: Compiled, state: State) -> None:
    v, c = len(compiled.vesicles), len(compiled.cargoes)
    state.vesicle_books = {name: np.zeros(v) for name in BOOKS}
    state.cargo_books = {name: np.zeros((v, c)) for name in BOOKS}


def resting_bodies(compiled: Compiled, ids: np.ndarray, kinds: np.ndarray, seed: int) -> np.ndarray:
    """Draw the multivesicular bodies (n, v) that wait in each cell at rest: Poisson, mean k_form/k."""
    release = compiled.release
    mean = np.where(release.pooled, release.rate / (release.fusion + release.lysosome), 0.0)
    n_vesicles = len(compiled.vesicles)
    drawn = np.zeros((len(ids), n_vesicles), dtype=np.int32)
    for v in np.flatnonzero(mean.any(axis=0)):
        for i, cell in enumerate(ids):
            drawn[i, v] = poisson(mean[kinds[i], v], seed, FORMED, 0, int(cell) * n_vesicles + int(v))
    return drawn


def sense_oxygen(compiled: Compiled, state: State, oxygen: np.ndarray) -> None:
    """Set the hypoxia signal of every cell from the oxygen (n,) [mmHg] where it is."""
    for i, kind in enumerate(state.cells["kind"]):
        state.cells["hypoxia"][i] = hypoxia_signal(oxygen[i], *compiled.hypoxia[kind])
    update_modulators(state)


def update_modulators(state: State) -> None:
    """Bring the signals that act on release and uptake up to date with the cells; so far hypoxia.

    The other columns stay as they were set: nothing in a model fills them yet.
    """
    state.cells["modulators"][:, HYPOXIA] = state.cells["hypoxia"]


def apply_event(compiled: Compiled, state: State, event: Event, seed: int = 0) -> None:
    """Do one thing to the simulation: add a drug, vesicles or copies."""
    if isinstance(event, AddDrug):
        index = [f.name for f in compiled.model.fields].index(compiled.model.field(event.field).name)
        state.fields["solute"][index] += event.amount.value
    elif isinstance(event, AddVesicles):
        _add_vesicles(compiled, state, event, seed)
    elif isinstance(event, AddCopies):
        _add_copies(compiled, state, event)


def _add_vesicles(compiled: Compiled, state: State, event: AddVesicles, seed: int) -> None:
    """Add vesicles to the voxels of the recipients, with whole copies as donors would load them.

    Single vesicles are whole as well: of a fraction, one by chance.
    """
    v, kind = compiled.vesicle_index(event.vesicle), compiled.kind_index(event.recipient)
    single, which = compiled.model.domain.single_vesicles, compiled.model.events.index(event)
    recipients = state.cells["alive"] & (state.cells["kind"] == kind)
    present = np.bincount(state.cells["voxel"][recipients], minlength=state.fields["vesicles"][v].size)
    means = _copies_per_vesicle(compiled, event)
    for voxel in np.flatnonzero(present):
        site = int(voxel) * len(compiled.vesicles) + v
        number = present[voxel] * event.per_recipient.value
        if single:
            whole = int(number)
            number = whole + (uniform(seed, ADDED, which, site, _LAST_DRAW) < number - whole)
        entity = site * (len(compiled.cargoes) + 1) + 1
        copies = [poisson(number * q, seed, ADDED, which, entity + c) for c, q in enumerate(means)]
        state.vesicle_books["added"][v] += number
        state.cargo_books["added"][v] += copies
        if single:
            add_particles(compiled, state, v, int(voxel), int(number), copies, seed)
        else:
            state.fields["vesicles"][v].reshape(-1)[voxel] += number
            state.fields["cargo"][v].reshape(len(compiled.cargoes), present.size)[:, voxel] += copies
    if single:
        tally(compiled, state)


def _copies_per_vesicle(compiled: Compiled, event: AddVesicles) -> np.ndarray:
    """Mean copies (c,) in an added vesicle, whose donors had the hypoxia of the event."""
    means = np.zeros(len(compiled.cargoes))
    for loading in event.loadings:
        signal, ln = modulation(loading)
        hypoxia = event.hypoxia if signal == HYPOXIA else 0.0
        means[compiled.cargo_index(loading.cargo)] += modulated(loading.copies.value, ln, hypoxia)
    return means


def _add_copies(compiled: Compiled, state: State, event: AddCopies) -> None:
    kind, c = compiled.kind_index(event.recipient), compiled.cargo_index(event.cargo)
    recipients = state.cells["alive"] & (state.cells["kind"] == kind)
    state.cells["copies"][recipients, c] += event.copies.value
    if event.held:
        state.added_copies[kind, c] += event.copies.value
        state.production[kind, c] += compiled.cargo_loss[c] * event.copies.value
