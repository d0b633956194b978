"""The state at time 0, and what is done to a running simulation from outside."""

from __future__ import annotations

import numpy as np

from exocosm.model import AddCopies, AddDrug, AddVesicles, CustomDatum, Event

from .compiled import Compiled, ln_fold
from .laws.growth import radius_of
from .laws.random import CUSTOM, INHERIT, POLARISATION, uniform
from .laws.release import modulated
from .laws.sampling import normal
from .layout import place
from .state import BOOKS, State, empty_cells, empty_fields

_ATTEMPTS = 1000  # draws of a custom datum before its middle is taken: bounds further out are never missed


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
    cells["attacking"][:] = -1
    enter_kind(compiled, cells, np.arange(len(positions)))
    cells["custom"] = _custom(compiled, cells, seed)
    _give_starts(compiled, cells)
    cells["copies"] = compiled.start_copies[cells["kind"]]
    for i, kind in enumerate(cells["kind"]):
        share = compiled.polarisation[kind, 2]
        cells["polarised"][i] = uniform(seed, POLARISATION, 0, int(cells["id"][i]), 1) < share
    state = State(
        time=0.0,
        step=0,
        next_id=len(positions),
        cells=cells,
        fields=_fields(compiled, seed),
        production=compiled.production.copy(),
        added_copies=np.zeros_like(compiled.production),
    )
    _open_books(compiled, state)
    return state


def enter_kind(compiled: Compiled, cells: dict[str, np.ndarray], which: np.ndarray) -> None:
    """Give cells (m,) what their kind starts with: network at rest, first phase, volume, radius."""
    lives = compiled.lives
    kind = cells["kind"][which]
    cells["activity"][which] = compiled.resting_activity[kind]
    cells["phase"][which] = lives.start_phase[kind]
    cells["phase_time"][which] = 0.0
    cells["aim"][which] = 1.0
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
                c = compiled.custom.index(datum.name)
                for i in np.flatnonzero(cells["kind"] == k):
                    found[i, c] = _drawn(datum, seed, int(cells["id"][i]) * len(compiled.custom) + c)
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


def _drawn(datum: CustomDatum, seed: int, entity: int) -> float:
    low, high = datum.bounds
    for attempt in range(_ATTEMPTS):
        value = datum.value.value + datum.spread * normal(seed, CUSTOM, 0, entity, attempt)
        if low <= value <= high:
            return value
    return datum.value.value


def _fields(compiled: Compiled, seed: int) -> dict[str, np.ndarray]:
    fields = empty_fields(compiled)
    for i, solute in enumerate(compiled.model.fields):
        fields["solute"][i] = solute.initial.value
    for stream, name in enumerate(("vesicle_carry", "cargo_carry")):
        flat = fields[name].reshape(-1)  # a random start makes whole numbers unbiased from the first step
        flat[:] = [uniform(seed, INHERIT, 0, i, stream) for i in range(flat.size)]
    return fields


def _open_books(compiled: Compiled, state: State) -> None:
    v, c = len(compiled.vesicles), len(compiled.cargoes)
    state.vesicle_books = {name: np.zeros(v) for name in BOOKS}
    state.cargo_books = {name: np.zeros((v, c)) for name in BOOKS}
    space = (-3, -2, -1)
    state.vesicle_books["carry_start"] = state.fields["vesicle_carry"].sum(axis=space)
    state.cargo_books["carry_start"] = state.fields["cargo_carry"].sum(axis=space)


def voxel_index(compiled: Compiled, positions: np.ndarray) -> np.ndarray:
    """Return the linear index (n,) of the voxel that holds each position (n, 3) [µm]."""
    n_z, n_y, n_x = compiled.model.domain.shape
    cell = np.floor(positions / compiled.model.domain.spacing.value).astype(np.int64)
    x, y, z = (np.clip(cell[:, a], 0, n - 1) for a, n in enumerate((n_x, n_y, n_z)))
    return (z * n_y + y) * n_x + x


def sense_oxygen(compiled: Compiled, state: State, oxygen: np.ndarray) -> None:
    """Set the hypoxia signal of every living cell from the oxygen (n,) [mmHg] where it is."""
    alive = state.cells["alive"]
    start, full = compiled.hypoxia[state.cells["kind"]].T
    signal = np.clip((start - oxygen) / (start - full), 0.0, 1.0)
    state.cells["hypoxia"] = np.where(alive, signal, state.cells["hypoxia"])


def apply_event(compiled: Compiled, state: State, event: Event) -> None:
    """Do one thing to the simulation: add a drug, vesicles or copies."""
    if isinstance(event, AddDrug):
        index = [f.name for f in compiled.model.fields].index(compiled.model.field(event.field).name)
        state.fields["solute"][index] += event.amount.value
    elif isinstance(event, AddVesicles):
        _add_vesicles(compiled, state, event)
    elif isinstance(event, AddCopies):
        _add_copies(compiled, state, event)


def _add_vesicles(compiled: Compiled, state: State, event: AddVesicles) -> None:
    v = compiled.vesicle_index(event.vesicle)
    kind = compiled.kind_index(event.recipient)
    recipients = state.cells["alive"] & (state.cells["kind"] == kind)
    present = np.bincount(state.cells["voxel"][recipients], minlength=state.fields["vesicles"][v].size)
    number = present * event.per_recipient.value
    state.fields["vesicles"][v].reshape(-1)[:] += number
    state.vesicle_books["added"][v] += number.sum()
    for loading in event.loadings:
        c = compiled.cargo_index(loading.cargo)
        copies = number * modulated(loading.copies.value, ln_fold(loading), event.hypoxia)
        state.fields["cargo"][v, c].reshape(-1)[:] += copies
        state.cargo_books["added"][v, c] += copies.sum()


def _add_copies(compiled: Compiled, state: State, event: AddCopies) -> None:
    kind, c = compiled.kind_index(event.recipient), compiled.cargo_index(event.cargo)
    recipients = state.cells["alive"] & (state.cells["kind"] == kind)
    state.cells["copies"][recipients, c] += event.copies.value
    if event.held:
        state.added_copies[kind, c] += event.copies.value
        state.production[kind, c] += compiled.cargo_loss[c] * event.copies.value
