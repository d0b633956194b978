"""Kinds of cell: what one does at rest, and how its signalling changes that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .network import Network
from .parameter import Parameter
from .release import Control, Release
from .uptake import Fate, Uptake

Rate = Literal["division", "death", "polarisation", "drug_tolerance"]


@dataclass(frozen=True, kw_only=True)
class Response:
    """A phenotype node that turns a rate up or down.

    The rate is multiplied by exp(sign · ln F · y), with y = (x - b)/(1 - b) above rest and (x - b)/b below:
    1 at rest, within [1/F, F]. `fold` is F. Several responses on one rate share the exponent, so that the
    bound holds for all of them together.
    """

    phenotype: str
    rate: Rate
    sign: Literal[-1, 1]
    fold: Parameter


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """Division as a one-phase live cycle.

    `rate` [1/min] at full oxygen; below `oxygen_full` [mmHg] it falls linearly to 0 at `oxygen_stop`.
    """

    rate: Parameter
    oxygen_stop: Parameter
    oxygen_full: Parameter


@dataclass(frozen=True, kw_only=True)
class Necrosis:
    """Death for lack of oxygen: no rate at `oxygen_start` [mmHg], `rate_max` [1/min] at `oxygen_max`."""

    oxygen_start: Parameter
    oxygen_max: Parameter
    rate_max: Parameter


@dataclass(frozen=True, kw_only=True)
class Polarisation:
    """Two macrophage states with first-order change between them [1/min].

    A run starts with the stationary share polarised, forward/(forward + backward).
    """

    forward: Parameter
    backward: Parameter


@dataclass(frozen=True, kw_only=True)
class DrugKill:
    """Death at division of a cell that carries lesions of a drug.

    Lesions gather as the drug reacts, in units of the dose that made them [mmol/L]; at division the cell
    dies with probability 1/(1 + (R θ/lesions)^h), θ = `half_kill`, R the drug tolerance (1 at rest), and
    survivors share the lesions out among their daughters.
    """

    drug: str
    half_kill: Parameter
    hill: Parameter


@dataclass(frozen=True, kw_only=True)
class Endogenous:
    """Copies of a cargo that a cell holds at rest, kept up by production against loss and export."""

    cargo: str
    copies: Parameter
    production_factor: Parameter | None = None  # 1 at rest; a knock-down lowers it
    controls: tuple[Control, ...] = ()  # genes that its production depends on


@dataclass(frozen=True, kw_only=True)
class CellKind:
    """One kind of cell.

    Lengths in µm, rates in 1/min. `hypoxia_start` and `hypoxia_full` [mmHg] bound the linear rise of the
    hypoxia signal from 0 to 1. `oxygen_uptake` [1/min] acts on the share of a voxel that the cell fills.
    A kind releases each vesicle class by one route only: routes differ in size, so in class.
    """

    name: str
    entity: str
    radius: Parameter
    oxygen_uptake: Parameter
    hypoxia_start: Parameter
    hypoxia_full: Parameter
    releases: tuple[Release, ...]
    uptakes: tuple[Uptake, ...]
    endogenous: tuple[Endogenous, ...]
    network: Network
    responses: tuple[Response, ...] = ()
    cycle: Cycle | None = None
    necrosis: Necrosis | None = None
    apoptosis: Parameter | None = None
    dead_time: Parameter | None = None
    polarisation: Polarisation | None = None
    drug_kill: DrugKill | None = None
    fate: Fate | None = None  # without one, all that is taken up ends in the lysosome
