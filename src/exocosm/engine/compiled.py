"""A model as plain arrays: what the kernels read and never change."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from exocosm.model import MODULATORS, CellKind, Model

from .compiled_cells import Behaviours, Lives, compile_behaviours, compile_lives
from .compiled_fields import OXYGEN, CompiledField, compile_fields
from .compiled_network import CompiledNetwork, compile_network
from .compiled_vesicles import (
    CompiledFate,
    CompiledRelease,
    CompiledUptake,
    cargo_levels,
    compile_fate,
    compile_release,
    compile_uptake,
    effective_diffusion,
    matrix_binding,
    modulators_of,
)
from .laws.growth import radius_of

NOTHING, DIVIDE, DIE, STARVE = range(4)  # what a cell does in a step: STARVE is to die by necrosis


class At(NamedTuple):
    """Where the kernels find behaviours: an index, or the first of a row, one for each phase or kind."""

    cycle_entry: int  # and the exits from the phases after it
    apoptosis: int
    necrosis: int
    growth_rate: int
    migration_speed: int
    migration_bias: int
    persistence: int
    chemotaxis: int  # one for each field and vesicle class
    adhesion: int
    repulsion: int
    reach: int
    affinity: int  # one for each kind
    movable: int
    phagocytose_dead: int  # apoptotic, necrotic, other
    phagocytose: int  # one for each kind, as the next
    attack: int
    fuse: int
    transform: int
    immunogenicity: int
    asymmetric: int
    attack_damage_rate: int
    attack_duration: int
    damage_rate: int
    damage_repair_rate: int
    elastic: int
    attach: int
    detach: int
    most_attachments: int
    polarisation: int
    drug_tolerance: int
    solute: int  # secretion, secretion target, uptake, export of each field
    vesicle: int  # release, uptake of each class
    custom: int


@dataclass(frozen=True)
class Compiled:
    """A model as arrays over cell kinds (k), vesicle classes (v) and cargoes (c). Units µm, min, copies."""

    model: Model
    kinds: tuple[str, ...]
    vesicles: tuple[str, ...]
    cargoes: tuple[str, ...]
    networks: tuple[CompiledNetwork, ...]
    radius: np.ndarray  # (k,) [µm]
    hypoxia: np.ndarray  # (k, 2) [mmHg] start and full
    modulators: tuple[str, ...]  # signals that act on release, loading or uptake, hypoxia first
    release: CompiledRelease
    uptake: CompiledUptake
    fate: CompiledFate
    rest_copies: np.ndarray  # (k, c)
    start_copies: np.ndarray  # (k, c) at time 0: at rest, less what a knock-down has taken away before
    production: np.ndarray  # (k, c) [copies/min]
    cargo_loss: np.ndarray  # (c,) [1/min]
    behaviours: Behaviours
    lives: Lives
    at: At
    resting_activity: np.ndarray  # (k, nodes) of the networks side by side, filled up with 0.5
    custom: tuple[str, ...]
    normalised_chemotaxis: np.ndarray  # (k,) bool
    conserved: np.ndarray  # (k, custom) bool: shared out at division, taken over from a cell that is eaten
    polarisation: np.ndarray  # (k, 3) forward, backward [1/min], share at start
    drug_kill: np.ndarray  # (k, 2) half_kill [mmol/L], Hill coefficient; half_kill inf = no kill
    oxygen: int  # index of the field named oxygen, which hypoxia is read from; -1 without
    drug_field: np.ndarray  # (k,) int: index of the field whose reaction makes lesions, -1 without
    diffusion: np.ndarray  # (v,) [µm²/min] in this domain
    loss: np.ndarray  # (v,) [1/min] outside cells
    wall_loss: np.ndarray  # (v,) [1/min], 0 in tissue
    fields: tuple[CompiledField, ...]
    binding: np.ndarray  # (v, 3) [1/min] onto matrix, off it, loss there; 0 in a dish

    @property
    def binds(self) -> bool:
        """Some class binds to matrix."""
        return bool(np.any(self.binding[:, 0] > 0.0))

    def kind_index(self, name: str) -> int:
        """Return the index of a cell kind."""
        return self.kinds.index(self.model.cell_kind(name).name)

    def cargo_index(self, name: str) -> int:
        """Return the index of a cargo."""
        return self.cargoes.index(self.model.cargo(name).name)

    def vesicle_index(self, name: str) -> int:
        """Return the index of a vesicle class."""
        return self.vesicles.index(self.model.vesicle_kind(name).name)


def compile_model(model: Model) -> Compiled:
    """Turn a model into arrays. Raises InputError for what the engine cannot run."""
    kinds = tuple(kind.name for kind in model.cell_kinds)
    vesicles = tuple(vesicle.name for vesicle in model.vesicle_kinds)
    cargoes = tuple(cargo.name for cargo in model.cargoes)
    networks = tuple(compile_network(kind, cargoes) for kind in model.cell_kinds)
    behaviours = compile_behaviours(model)
    radius = _column(model, _radius)
    diffusion = effective_diffusion(model)
    dish = model.domain.well_mixed
    return Compiled(
        model=model,
        kinds=kinds,
        vesicles=vesicles,
        cargoes=cargoes,
        networks=networks,
        radius=radius,
        hypoxia=np.array([[k.hypoxia_start.value, k.hypoxia_full.value] for k in model.cell_kinds]),
        behaviours=behaviours,
        lives=compile_lives(model),
        at=_where(behaviours, model),
        resting_activity=_side_by_side(networks),
        custom=tuple(n.removeprefix("custom:") for n in behaviours.names if n.startswith("custom:")),
        normalised_chemotaxis=np.array([k.normalised_chemotaxis for k in model.cell_kinds], dtype=bool),
        conserved=_conserved(model, behaviours),
        polarisation=np.array([_polarisation(k) for k in model.cell_kinds], dtype=float).reshape(-1, 3),
        drug_kill=np.array([_drug_kill(kind) for kind in model.cell_kinds], dtype=float).reshape(-1, 2),
        oxygen=next((i for i, field in enumerate(model.fields) if field.name == OXYGEN), -1),
        drug_field=np.array([_drug_field(model, kind) for kind in model.cell_kinds], dtype=np.int64),
        cargo_loss=np.array([cargo.loss.value for cargo in model.cargoes]),
        diffusion=diffusion,
        loss=np.array([v.loss.value for v in model.vesicle_kinds]),
        wall_loss=np.array([v.wall_loss.value if dish else 0.0 for v in model.vesicle_kinds]),
        fields=compile_fields(model),
        binding=matrix_binding(model),
        modulators=modulators_of(model),
        release=compile_release(model, vesicles, cargoes),
        uptake=compile_uptake(model, vesicles, radius, diffusion),
        fate=compile_fate(model),
        **cargo_levels(model, vesicles, cargoes),
    )


def _column(model: Model, value: Callable[[CellKind], float]) -> np.ndarray:
    return np.array([float(value(kind)) for kind in model.cell_kinds])


def _where(behaviours: Behaviours, model: Model) -> At:
    """Find the behaviours the kernels read; rows stand together in the dictionary of the model."""
    kind = model.cell_kinds[0].name if model.cell_kinds else ""
    field = model.fields[0].name if model.fields else ""
    sensed = field or (f"{model.vesicle_kinds[0].name} vesicles" if model.vesicle_kinds else "")

    def first(name: str) -> int:
        return behaviours.names.index(name) if name in behaviours.names else 0

    return At(
        cycle_entry=behaviours.index("cycle entry"),
        apoptosis=behaviours.index("apoptosis"),
        necrosis=behaviours.index("necrosis"),
        growth_rate=behaviours.index("growth rate"),
        migration_speed=behaviours.index("migration speed"),
        migration_bias=behaviours.index("migration bias"),
        persistence=behaviours.index("migration persistence time"),
        chemotaxis=first(f"chemotactic response to {sensed}"),
        adhesion=behaviours.index("cell-cell adhesion"),
        repulsion=behaviours.index("cell-cell repulsion"),
        reach=behaviours.index("relative maximum adhesion distance"),
        affinity=first(f"adhesive affinity to {kind}"),
        movable=behaviours.index("is_movable"),
        phagocytose_dead=behaviours.index("phagocytose apoptotic cell"),
        phagocytose=behaviours.index("phagocytose other dead cell") + 1,
        attack=first(f"attack {kind}"),
        fuse=first(f"fuse to {kind}"),
        transform=first(f"transform to {kind}"),
        immunogenicity=first(f"immunogenicity to {kind}"),
        asymmetric=first(f"asymmetric division to {kind}"),
        attack_damage_rate=behaviours.index("attack damage rate"),
        attack_duration=behaviours.index("attack duration"),
        damage_rate=behaviours.index("damage rate"),
        damage_repair_rate=behaviours.index("damage repair rate"),
        elastic=behaviours.index("cell-cell adhesion elastic constant"),
        attach=behaviours.index("cell attachment rate"),
        detach=behaviours.index("cell detachment rate"),
        most_attachments=behaviours.index("maximum number of cell attachments"),
        polarisation=behaviours.index("polarisation"),
        drug_tolerance=behaviours.index("drug tolerance"),
        solute=0,
        vesicle=behaviours.index("drug tolerance") + len(MODULATORS),
        custom=len(behaviours.names) - sum(n.startswith("custom:") for n in behaviours.names),
    )


def _radius(kind: CellKind) -> float:
    return kind.radius.value if kind.volume is None else float(radius_of(kind.volume.total.value))


def _conserved(model: Model, behaviours: Behaviours) -> np.ndarray:
    names = [name.removeprefix("custom:") for name in behaviours.names if name.startswith("custom:")]
    data = [{datum.name: datum.conserved for datum in kind.custom} for kind in model.cell_kinds]
    found = [[of_kind.get(name, False) for name in names] for of_kind in data]
    return np.array(found, dtype=bool).reshape(len(data), len(names))


def _side_by_side(networks: tuple[CompiledNetwork, ...]) -> np.ndarray:
    side = np.full((len(networks), max((len(n.names) for n in networks), default=0)), 0.5)
    for k, network in enumerate(networks):
        side[k, : len(network.names)] = network.resting
    return side


def _polarisation(kind: CellKind) -> tuple[float, float, float]:
    change = kind.polarisation
    if change is None:
        return 0.0, 0.0, 0.0
    forward, backward = change.forward.value, change.backward.value
    return forward, backward, forward / (forward + backward) if forward + backward > 0 else 0.0


def _drug_kill(kind: CellKind) -> tuple[float, float]:
    return (kind.drug_kill.half_kill.value, kind.drug_kill.hill.value) if kind.drug_kill else (math.inf, 1.0)


def _drug_field(model: Model, kind: CellKind) -> int:
    return model.fields.index(model.field(kind.drug_kill.drug)) if kind.drug_kill else -1
