"""A model as plain arrays: what the kernels read and never change."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exocosm.errors import InputError
from exocosm.model import CellKind, Model, Network

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
)
from .laws.signalling import ACTIVITY_MAX

DIVISION, DEATH, POLARISATION, DRUG_TOLERANCE = range(4)
RATES = {"division": DIVISION, "death": DEATH, "polarisation": POLARISATION, "drug_tolerance": DRUG_TOLERANCE}
REPRESSION, DRIVE = range(2)
NOTHING, DIVIDE, DIE = range(3)  # what a cell does in a step


@dataclass(frozen=True)
class CompiledNetwork:
    """One network in compressed form.

    Edges of node i are `first[i]:first[i + 1]` in `source` and `strength` (g s w', so that the input of a
    node is the sum of strength · (x - b)). Links act on nodes (`link_kind` repression or drive), sponges
    on miRNAs; both hold cargo indices. Responses hold sign · ln F / (number of responses on that rate).
    """

    names: tuple[str, ...]
    resting: np.ndarray  # (nodes,)
    logit_resting: np.ndarray  # (nodes,)
    tau: np.ndarray  # (nodes,) [min]
    moving: np.ndarray  # (moving nodes,) int: those with an in-edge or a link; the others stay at rest
    first: np.ndarray  # (nodes + 1,) int
    source: np.ndarray  # (edges,) int
    strength: np.ndarray  # (edges,)
    link_kind: np.ndarray  # (links,) int
    link_cargo: np.ndarray  # (links,) int
    link_node: np.ndarray  # (links,) int
    link_sign: np.ndarray  # (links,)
    link_half: np.ndarray  # (links,) [copies]
    sponge_cargo: np.ndarray  # (sponges,) int
    sponge_mirna: np.ndarray  # (sponges,) int
    sponge_half: np.ndarray  # (sponges,) [copies]
    response_node: np.ndarray  # (responses,) int
    response_rate: np.ndarray  # (responses,) int
    response_ln_fold: np.ndarray  # (responses,)


@dataclass(frozen=True)
class Compiled:
    """A model as arrays over cell kinds (k), vesicle classes (v) and cargoes (c). Units µm, min, copies."""

    model: Model
    kinds: tuple[str, ...]
    vesicles: tuple[str, ...]
    cargoes: tuple[str, ...]
    networks: tuple[CompiledNetwork, ...]
    radius: np.ndarray  # (k,) [µm]
    oxygen_uptake: np.ndarray  # (k,) [1/min]
    hypoxia: np.ndarray  # (k, 2) [mmHg] start and full
    release: CompiledRelease
    uptake: CompiledUptake
    fate: CompiledFate
    rest_copies: np.ndarray  # (k, c)
    start_copies: np.ndarray  # (k, c) at time 0: at rest, less what a knock-down has taken away before
    production: np.ndarray  # (k, c) [copies/min]
    cargo_loss: np.ndarray  # (c,) [1/min]
    division: np.ndarray  # (k, 3) rate [1/min], oxygen_stop, oxygen_full [mmHg]
    necrosis: np.ndarray  # (k, 3) oxygen_start, oxygen_max [mmHg], rate_max [1/min]
    apoptosis: np.ndarray  # (k,) [1/min]
    dead_time: np.ndarray  # (k,) [min]
    polarisation: np.ndarray  # (k, 3) forward, backward [1/min], share at start
    drug_kill: np.ndarray  # (k, 2) half_kill [mmol/L], Hill coefficient; half_kill inf = no kill
    drug_field: np.ndarray  # (k,) int: index of the field whose reaction makes lesions, -1 without
    diffusion: np.ndarray  # (v,) [µm²/min] in this domain
    loss: np.ndarray  # (v,) [1/min] outside cells
    wall_loss: np.ndarray  # (v,) [1/min], 0 in tissue
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
    radius = _column(model, lambda k: k.radius.value)
    diffusion = effective_diffusion(model)
    dish = model.domain.well_mixed
    return Compiled(
        model=model,
        kinds=kinds,
        vesicles=vesicles,
        cargoes=cargoes,
        networks=tuple(_network(kind, cargoes) for kind in model.cell_kinds),
        radius=radius,
        oxygen_uptake=_column(model, lambda k: k.oxygen_uptake.value),
        hypoxia=np.array([[k.hypoxia_start.value, k.hypoxia_full.value] for k in model.cell_kinds]),
        division=np.array([_division(kind) for kind in model.cell_kinds]),
        necrosis=np.array([_necrosis(kind) for kind in model.cell_kinds]),
        apoptosis=_column(model, lambda k: k.apoptosis.value if k.apoptosis else 0.0),
        dead_time=_column(model, lambda k: k.dead_time.value if k.dead_time else 0.0),
        polarisation=np.array([_polarisation(kind) for kind in model.cell_kinds]),
        drug_kill=np.array([_drug_kill(kind) for kind in model.cell_kinds]),
        drug_field=np.array([_drug_field(model, kind) for kind in model.cell_kinds], dtype=np.int64),
        cargo_loss=np.array([cargo.loss.value for cargo in model.cargoes]),
        diffusion=diffusion,
        loss=np.array([v.loss.value for v in model.vesicle_kinds]),
        wall_loss=np.array([v.wall_loss.value if dish else 0.0 for v in model.vesicle_kinds]),
        binding=matrix_binding(model),
        release=compile_release(model, vesicles, cargoes),
        uptake=compile_uptake(model, vesicles, radius, diffusion),
        fate=compile_fate(model),
        **cargo_levels(model, vesicles, cargoes),
    )


def _column(model: Model, value: Callable[[CellKind], float]) -> np.ndarray:
    return np.array([float(value(kind)) for kind in model.cell_kinds])


def _division(kind: CellKind) -> tuple[float, float, float]:
    cycle = kind.cycle
    if cycle is None:
        return 0.0, 0.0, 1.0
    return cycle.rate.value, cycle.oxygen_stop.value, cycle.oxygen_full.value


def _necrosis(kind: CellKind) -> tuple[float, float, float]:
    necrosis = kind.necrosis
    if necrosis is None:
        return 0.0, -1.0, 0.0
    return necrosis.oxygen_start.value, necrosis.oxygen_max.value, necrosis.rate_max.value


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


def _network(kind: CellKind, cargoes: tuple[str, ...]) -> CompiledNetwork:
    network = kind.network
    resting = np.array([node.resting.value for node in network.nodes])
    if not ((resting > 0) & (resting < ACTIVITY_MAX)).all():
        raise InputError(
            f"Expected resting activities of `{kind.name}` above 0 and below {ACTIVITY_MAX:g}, "
            f"found {resting.min():g} to {resting.max():g}."
        )
    first, source, strength = _edges(network)
    acting = [link for link in network.links if link.kind != "sponge"]
    sponges = [link for link in network.links if link.kind == "sponge"]
    counts = {rate: sum(r.rate == rate for r in kind.responses) for rate in RATES}
    return CompiledNetwork(
        names=tuple(node.name for node in network.nodes),
        resting=resting,
        logit_resting=np.log(resting / (1.0 - resting)),
        tau=np.array([node.tau.value for node in network.nodes]),
        moving=np.array(_moving(network), dtype=np.int64),
        first=first,
        source=source,
        strength=strength,
        link_kind=np.array([REPRESSION if k.kind == "repression" else DRIVE for k in acting], dtype=np.int64),
        link_cargo=np.array([cargoes.index(k.cargo) for k in acting], dtype=np.int64),
        link_node=np.array([network.index(k.target) for k in acting], dtype=np.int64),
        link_sign=np.array([float(k.sign) for k in acting]),
        link_half=np.array([k.half_effect.value for k in acting]),
        sponge_cargo=np.array([cargoes.index(k.cargo) for k in sponges], dtype=np.int64),
        sponge_mirna=np.array([cargoes.index(k.target) for k in sponges], dtype=np.int64),
        sponge_half=np.array([k.half_effect.value for k in sponges]),
        response_node=np.array([network.index(r.phenotype) for r in kind.responses], dtype=np.int64),
        response_rate=np.array([RATES[r.rate] for r in kind.responses], dtype=np.int64),
        response_ln_fold=np.array(
            [r.sign * math.log(r.fold.value) / counts[r.rate] for r in kind.responses], dtype=float
        ),
    )


def _moving(network: Network) -> list[int]:
    pushed = {edge.target for edge in network.edges} | {link.target for link in network.links}
    return [i for i, node in enumerate(network.nodes) if node.name in pushed]


def _edges(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Group edges by target and normalise weights: w' = w / sqrt(sum of w² over the in-edges)."""
    index = {node.name: i for i, node in enumerate(network.nodes)}
    incoming: list[list[tuple[int, float]]] = [[] for _ in network.nodes]
    for edge in network.edges:
        incoming[index[edge.target]].append((index[edge.source], edge.sign * edge.weight.value))
    first = np.zeros(len(network.nodes) + 1, dtype=np.int64)
    source: list[int] = []
    strength: list[float] = []
    for i, edges in enumerate(incoming):
        norm = math.sqrt(sum(weight * weight for _, weight in edges)) or 1.0
        for origin, weight in sorted(edges):
            source.append(origin)
            strength.append(network.gain.value * weight / norm)
        first[i + 1] = len(source)
    return first, np.array(source, dtype=np.int64), np.array(strength, dtype=float)
