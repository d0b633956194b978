"""The state at time 0, and what is done to a running simulation from outside."""

from __future__ import annotations

import numpy as np

from exocosm.model import AddCopies, AddDrug, AddVesicles, Event

from .compiled import Compiled
from .compiled_vesicles import modulation
from .draws import bounded_normals, poissons, uniforms
from .exchange import behaviour_values
from .laws.growth import radius_of
from .laws.random import ADDED, CUSTOM, FORMED, POLARISATION, uniform
from .laws.release import modulated
from .laws.sampling import poisson
from .layout import place
from .particles import add_particles, tally
from .state import BOOKS, State, empty_cells, empty_fields, empty_solute_books, no_particles

_LAST_DRAW = 2**16 - 1  # far from those that a Poisson draw of the same key takes


def start(compiled: Compiled, seed: int) -> State:
    """Lay out the cells and fields of a model, everything at rest."""
    model = compiled.model
    radii = dict(zip(compiled.kinds, compiled.radius, strict=True))
    names, positions = place(model.placements, radii, model.domain, seed)
    cells = empty_cells(len(positions), compiled)
    cells["id"] = np.arange(len(positions))
    cells["parent"][:] = -1
    index = {name: k for k, name in enumerate(compiled.kinds)}
    cells["kind"] = np.array([index[name] for name in names], dtype=np.int64)
    cells["position"] = np.ascontiguousarray(positions, dtype=float).reshape(-1, 3)
    cells["alive"][:] = True
    cells["attacking"][:] = -1
    cells["nuclei"][:] = 1
    enter_kind(compiled, cells, np.arange(len(positions)))
    cells["custom"] = _custom(compiled, cells, seed)
    _give_starts(compiled, cells)
    cells["copies"] = compiled.start_copies[cells["kind"]]
    share = compiled.polarisation[cells["kind"], 2]
    cells["polarised"] = uniforms(seed, POLARISATION, cells["id"], 1) < share
    cells["bodies"] = resting_bodies(compiled, cells["id"], cells["kind"], seed)
    state = State(
        time=0.0,
        step=0,
        next_id=len(positions),
        cells=cells,
        fields=_fields(compiled),
        production=compiled.production.copy(),
        added_copies=np.zeros_like(compiled.production),
        gone_copies=np.zeros(len(compiled.cargoes)),
        particles=no_particles(compiled),
    )
    _open_books(compiled, state)
    return state


def enter_kind(compiled: Compiled, cells: dict[str, np.ndarray], which: np.ndarray) -> None:
    """Give cells (m,) what their kind starts with: behaviours, network at rest, phase, volume, radius."""
    lives = compiled.lives
    kind = cells["kind"][which]
    cells["behaviour"][which] = compiled.behaviours.base[kind][:, compiled.behaviours.changing]
    for k in np.unique(kind):  # not all at once, which would need a second array of all activities
        cells["activity"][which[kind == k]] = compiled.resting_activity[k]
    cells["phase"][which] = lives.start_phase[kind]
    cells["phase_time"][which] = 0.0
    cells["aim"][which] = lives.start_aim[kind]
    b = compiled.behaviours
    cells["own"][which] = b.base[:, b.changing[b.own]][kind]
    cells["radius"][which] = compiled.radius[kind]
    own = lives.rest_volume[kind, :3].sum(axis=1) > 0
    if lives.has_volume:
        cells["volume"][which] = lives.rest_volume[kind]
        cells["radius"][which[own]] = radius_of(lives.rest_volume[kind[own], :3].sum(axis=1))


def _custom(compiled: Compiled, cells: dict[str, np.ndarray], seed: int) -> np.ndarray:
    """Numbers of the user's own at the start: the value of the kind, or a normal draw within its bounds."""
    first = compiled.at.custom
    found = compiled.behaviours.base[cells["kind"], first : first + len(compiled.custom)]
    for k, kind in enumerate(compiled.model.cell_kinds):
        for datum in kind.custom:
            if datum.spread > 0:
                c, mine = compiled.custom.index(datum.name), cells["kind"] == k
                entities = cells["id"][mine] * len(compiled.custom) + c
                low, high = datum.bounds
                found[mine, c] = bounded_normals(
                    seed, CUSTOM, entities, datum.value.value, datum.spread, low, high
                )
    return found


def _give_starts(compiled: Compiled, cells: dict[str, np.ndarray]) -> None:
    """Give single founders what their placement says they start with."""
    b, first = compiled.behaviours, 0
    columns = list(b.own)
    for placement in compiled.model.placements:
        for one in placement.starts:
            given = [(first + i, value) for i, value in enumerate(one.values) if value is not None]
            which = np.array([i for i, _ in given], dtype=np.int64)
            values = np.array([value for _, value in given], dtype=float)
            if one.of == "volume":
                _set_volume(compiled, cells, which, values)
            elif one.of.startswith("custom:"):
                cells["custom"][which, compiled.custom.index(one.of.removeprefix("custom:"))] = values
            else:
                cells["own"][which, columns.index(b.column[b.index(one.of)])] = values
        first += placement.count


def _set_volume(
    compiled: Compiled, cells: dict[str, np.ndarray], which: np.ndarray, volume: np.ndarray
) -> None:
    """Give cells (m,) a volume (m,) [µm³]; its parts keep their proportions."""
    cells["radius"][which] = radius_of(volume)
    rest = compiled.lives.rest_volume[cells["kind"][which], :3]
    own = rest.sum(axis=1) > 0
    if own.any():
        share = rest[own] / rest[own].sum(axis=1, keepdims=True)
        cells["volume"][which[own], :3] = volume[own, None] * share


def _fields(compiled: Compiled) -> dict[str, np.ndarray]:
    fields = empty_fields(compiled)
    for i, solute in enumerate(compiled.model.fields):
        fields["solute"][i] = solute.initial.value
        if solute.pattern is not None:
            fields["solute"][i] *= np.array(solute.pattern.factors).reshape(compiled.model.domain.shape)
    return fields


def _open_books(compiled: Compiled, state: State) -> None:
    v, c = len(compiled.vesicles), len(compiled.cargoes)
    state.vesicle_books = {name: np.zeros(v) for name in BOOKS}
    state.cargo_books = {name: np.zeros((v, c)) for name in BOOKS}
    space = (-3, -2, -1)
    state.solute_books = empty_solute_books(compiled)
    volume = compiled.model.domain.voxel_volume
    state.solute_books["start"] += state.fields["solute"].sum(axis=space) * volume


def resting_bodies(compiled: Compiled, ids: np.ndarray, kinds: np.ndarray, seed: int) -> np.ndarray:
    """Draw the multivesicular bodies (n, v) that wait in each cell at rest: Poisson, mean k_form/k."""
    release = compiled.release
    mean = np.where(release.pooled, release.rate / (release.fusion + release.lysosome), 0.0) * release.at_rest
    n_vesicles = len(compiled.vesicles)
    drawn = np.zeros((len(ids), n_vesicles), dtype=np.int32)
    for v in np.flatnonzero(mean.any(axis=0)):
        drawn[:, v] = poissons(seed, FORMED, ids * n_vesicles + v, mean[kinds, v])
    return drawn


def sense_oxygen(compiled: Compiled, state: State, oxygen: np.ndarray) -> None:
    """Set the hypoxia signal of every living cell from the oxygen (n,) [mmHg] where it is."""
    alive = state.cells["alive"]
    start, full = compiled.hypoxia[state.cells["kind"]].T
    width = start - full  # 0: a threshold
    ramp = np.divide(start - oxygen, width, out=(oxygen < start).astype(float), where=width > 0.0)
    signal = np.clip(ramp, 0.0, 1.0)
    state.cells["hypoxia"] = np.where(alive, signal, state.cells["hypoxia"])


def update_modulators(compiled: Compiled, state: State) -> None:
    """Bring the signals that act on release and uptake up to date: hypoxia, and behaviours of their names."""
    signals = state.cells["modulators"]
    signals[:, 0] = state.cells["hypoxia"]
    for m, name in enumerate(compiled.modulators[1:], start=1):
        behaviour = compiled.behaviours.names.index(f"{name} signal")
        signals[:, m] = behaviour_values(compiled, state, behaviour)


def apply_event(compiled: Compiled, state: State, event: Event, seed: int = 0) -> None:
    """Do one thing to the simulation: add a drug, vesicles or copies."""
    if isinstance(event, AddDrug):
        index = [f.name for f in compiled.model.fields].index(compiled.model.field(event.field).name)
        state.fields["solute"][index] += event.amount.value
        domain = compiled.model.domain
        state.solute_books["added"][index] += event.amount.value * domain.n_voxels * domain.voxel_volume
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
        hypoxia = event.hypoxia if signal == "hypoxia" else 0.0
        means[compiled.cargo_index(loading.cargo)] += modulated(loading.copies.value, ln, hypoxia)
    return means


def _add_copies(compiled: Compiled, state: State, event: AddCopies) -> None:
    kind, c = compiled.kind_index(event.recipient), compiled.cargo_index(event.cargo)
    recipients = state.cells["alive"] & (state.cells["kind"] == kind)
    state.cells["copies"][recipients, c] += event.copies.value
    if event.held:
        state.added_copies[kind, c] += event.copies.value
        state.production[kind, c] += compiled.cargo_loss[c] * event.copies.value
