"""The whole-run workloads B3 and B4 as models: a disc and balls of tumour cells short of oxygen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from exocosm.model import (
    Behaviour,
    CellKind,
    CustomDatum,
    Domain,
    Field,
    FixedStep,
    Mechanics,
    Model,
    Modulation,
    Network,
    Parameter,
    Placement,
    chosen,
    fixed_everywhere,
    live,
    standard_apoptosis,
    standard_necrosis,
    standard_volume,
)

from ..steps import Steps
from .b2 import RADIUS, packed_ball

SPACING = 20.0  # [µm]
SCHEMES = {"adi": 0.1, "lod": 0.01}  # time step of oxygen [min]: ours, and that of the programs compared with
STEPS = Steps(cell=6.0, exchange=0.1, mechanics=0.1)


def number(name: str, value: float, unit: str = "") -> Parameter:
    """Make a number of a workload."""
    return chosen(name, value, unit, why="definition of the benchmark")


def heterogeneity(*, scheme: str = "adi") -> Model:
    """Make B3: a disc of 1000 µm in 6000 x 6000 µm, 38 mmHg on the rim, an oncoprotein in each cell."""
    return _model("B3 heterogeneity", (1, 300, 300), _disc(1000.0), scheme, adhesion=0.4)


def _disc(radius: float) -> np.ndarray:
    """Centres (cells, 2) on a hexagonal lattice of 0.95 diameters within `radius` of the middle  [µm]."""
    gap = 0.95 * 2.0 * RADIUS
    rows = int(radius / (gap * math.sqrt(0.75))) + 1
    found = []
    for row in range(-rows, rows + 1):
        y = row * gap * math.sqrt(0.75)
        columns = int(radius / gap) + 1
        x = np.arange(-columns, columns + 1) * gap + (0.5 * gap if row % 2 else 0.0)
        found.append(np.column_stack([x, np.full_like(x, y)]))
    points = np.concatenate(found)
    return points[np.linalg.norm(points, axis=1) < radius]


def heterogeneity_ball(*, scheme: str = "adi") -> Model:
    """Make the 100³ variant of B4: B3 with a ball of 228 µm (13,873 cells) in a box of 2000 µm."""
    return _model("B4 heterogeneity 100", (100,) * 3, packed_ball(228.0), scheme, adhesion=0.4)


def cancer_immune(*, scheme: str = "adi") -> Model:
    """Make B4: a ball of 250 µm in a box of 1500 µm; cells give off an immune factor."""
    factor = Field(
        name="immune factor",
        unit="",
        diffusion=number("D immune factor", 1e3, "um**2/min"),
        loss=number("loss immune factor", 0.016, "1/min"),
        initial=number("immune factor at the start", 0.0),
        scheme="lod" if scheme == "lod" else "adi",
        step=FixedStep(length=number("step of the immune factor", SCHEMES[scheme], "min")),
    )
    made = _model("B4 cancer-immune", (75,) * 3, packed_ball(250.0), scheme, adhesion=0.0)
    kind = made.cell_kinds[0]
    secretes = (
        Behaviour(name="immune factor secretion", value=number("immune factor secretion", 10.0, "1/min")),
        Behaviour(name="immune factor secretion target", value=number("immune factor saturation", 1.0)),
    )
    kind = replace(kind, behaviours=(*_without(kind, "apoptosis"), *secretes))
    return replace(made, cell_kinds=(kind,), fields=(*made.fields, factor))


def _without(kind: CellKind, name: str) -> tuple[Behaviour, ...]:
    return tuple(behaviour for behaviour in kind.behaviours if behaviour.name != name)


def _model(
    name: str, shape: tuple[int, int, int], offsets: np.ndarray, scheme: str, *, adhesion: float
) -> Model:
    middle = 0.5 * SPACING * np.array(shape[::-1], dtype=float)
    positions = np.tile(middle, (len(offsets), 1))
    positions[:, : offsets.shape[1]] += offsets
    return Model(
        name=name,
        cell_kinds=(tumour_cell(),),
        vesicle_kinds=(),
        cargoes=(),
        fields=(_oxygen(scheme),),
        domain=Domain(shape=shape, spacing=number("voxel", SPACING, "um")),
        mechanics=mechanics_of(adhesion),
        placements=(
            Placement(
                kind="tumour cell",
                pattern="given",
                count=len(positions),
                positions=tuple(map(tuple, positions.tolist())),
                source="definition of the benchmark",
            ),
        ),
    )


def mechanics_of(adhesion: float) -> Mechanics:
    """Make the forces that all workloads share, with the given adhesion [µm/min]."""
    return Mechanics(
        repulsion=number("repulsion", 10.0, "um/min"),
        adhesion=number("adhesion", adhesion, "um/min"),
        reach=number("adhesion reach", 1.25),
    )


def _oxygen(scheme: str) -> Field:
    return Field(
        name="oxygen",
        unit="mmHg",
        diffusion=number("D oxygen", 1e5, "um**2/min"),
        loss=number("loss oxygen", 0.1, "1/min"),
        initial=number("oxygen at the start", 38.0, "mmHg"),
        boundaries=fixed_everywhere(number("oxygen at the rim", 38.0, "mmHg")),
        scheme="lod" if scheme == "lod" else "adi",
        step=FixedStep(length=number("step of oxygen", SCHEMES[scheme], "min")),
    )


def tumour_cell() -> CellKind:
    """A cell that divides by oxygen times oncoprotein, takes up oxygen, dies at random, grows and shrinks."""
    return CellKind(
        name="tumour cell",
        entity="",
        radius=number("radius", RADIUS, "um"),
        hypoxia_start=number("hypoxia start", 15.0, "mmHg"),
        hypoxia_full=number("hypoxia full", 4.0, "mmHg"),
        releases=(),
        uptakes=(),
        endogenous=(),
        network=Network(nodes=(), edges=(), links=(), gain=number("gain", 1.0)),
        behaviours=(
            Behaviour(name="oxygen uptake", value=number("oxygen uptake", 10.0, "1/min")),
            Behaviour(name="apoptosis", value=number("apoptosis rate", 5.31667e-5, "1/min")),
            Behaviour(name="necrosis", value=number("necrosis rate", 1.0 / 360.0, "1/min")),
        ),
        modulations=(
            _linear("cycle entry", "oxygen", 5.0, 38.0),
            _linear("cycle entry", "custom:oncoprotein", 0.0, 1.0, clipped=False),
            _linear("necrosis", "oxygen", 5.0, 2.5),
        ),
        cycle=live(number("division rate", 0.00072, "1/min")),
        volume=standard_volume(),
        apoptosis=standard_apoptosis(),
        necrosis=standard_necrosis(),
        custom=(
            CustomDatum(name="oncoprotein", value=number("oncoprotein", 1.0), spread=0.25, low=0.0, high=2.0),
        ),
    )


def _linear(behaviour: str, signal: str, zero: float, one: float, *, clipped: bool = True) -> Modulation:
    return Modulation(
        behaviour=behaviour,
        signal=signal,
        zero=number(f"{behaviour}: none at {signal}", zero),
        one=number(f"{behaviour}: full at {signal}", one),
        clipped=clipped,
    )
