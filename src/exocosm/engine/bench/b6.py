"""B6: everything at once: a ball of cells with oxygen, drugs, vesicles with cargo, a network in each cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from exocosm.errors import expect
from exocosm.model import (
    AddDrug,
    Behaviour,
    Cargo,
    CellKind,
    Domain,
    DrugKill,
    Endogenous,
    Fate,
    Field,
    FixedStep,
    Loading,
    Match,
    Model,
    Placement,
    Release,
    Uptake,
    VesicleKind,
    fixed_everywhere,
)

from ..books import close
from ..solutes import solute_residuals
from ..steps import Steps
from .b2 import packed_ball
from .b5_networks import logic_network
from .measure import on_threads, peak_memory
from .tumours import SPACING, mechanics_of, number, tumour_cell
from .whole import WholeRun, whole_run

STEPS = Steps(cell=6.0, exchange=1.0, mechanics=0.1)
DAY = 1440.0  # [min]
FULL, SMALL = (
    (441.0, 60),
    (103.0, 20),
)  # radius of the ball [µm] and voxels per axis: 100,553 cells, about 1,300
MILLION = (948.0, 100)
CARGOES = tuple(f"miR-{i}" for i in range(1, 7))
NODES, EDGES = 60, 180
_CELL_BYTES, _FIELD_BYTES = 1024, 24  # allowed per cell, and per voxel and field
_MILLION_BYTES = 8 * 2**30


def b6(
    *,
    threads: int | None = None,
    small: bool = False,
    steps: int | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Run tumour cells that breathe, grow, divide, die, push, signal, and talk by vesicles.

    100,553 cells in a ball of 441 µm in a box of 1200 µm; oxygen at its steady state, a drug held at the rim
    and one given once, two vesicle classes with six cargoes each, a network of 60 nodes in every cell. All
    numbers are assumed. Exchange 1 min, mechanics 0.1 min, cells 6 min.

    Parameters
    ----------
    threads : None for all that Numba may use
    small : about 1,300 cells in a box of 400 µm
    steps : cell steps of 6 min, 240 (24 h) unless told; fewer are extrapolated, and the record says so
    seed : of the run
    """
    n_steps = round(DAY / STEPS.cell) if steps is None else steps
    expect.positive(steps=n_steps)
    size = SMALL if small else FULL
    with on_threads(threads) as threads:
        run = whole_run(everything(*size), everything(*SMALL), steps=STEPS, n_steps=n_steps, seed=seed)
    return _record(run, threads)


def million(*, threads: int | None = None, steps: int = 2, seed: int = 0) -> dict[str, Any]:
    """Run a million cells that breathe, grow, divide, die and push, with oxygen and three more substances.

    100³ voxels; `steps` cell steps of 6 min.
    """
    expect.positive(steps=steps)
    with on_threads(threads) as threads:
        run = whole_run(
            crowd(*MILLION), crowd(*SMALL), steps=STEPS,
            n_steps=steps, seed=seed,
        )  # fmt: skip
    return {**_record(run, threads), "peak memory allowed [bytes]": _MILLION_BYTES}


def everything(radius: float, voxels: int) -> Model:
    """Make the model of B6."""
    return _ball(
        radius,
        voxels,
        _talking_cell(),
        name="B6",
        vesicle_kinds=(_vesicle("small EV", 0.1, 60.0), _vesicle("large EV", 0.4, 15.0)),
        cargoes=tuple(
            Cargo(name=c, kind="miRNA", entity="", loss=number(f"loss {c}", 0.0005, "1/min")) for c in CARGOES
        ),
        fields=(_oxygen(), _drug("drug held", held=True), _drug("drug given", held=False)),
        events=(
            AddDrug(time=60.0, field="drug given", amount=number("amount given", 0.01, "mmol/L")),
        ),
    )  # fmt: skip


def crowd(radius: float, voxels: int) -> Model:
    """Make the model of a million cells: oxygen, two drugs and a growth factor that cells give off."""
    factor = replace(
        _drug("growth factor", held=False), diffusion=number("D growth factor", 1e3, "um**2/min")
    )
    kind = tumour_cell()
    gives = Behaviour(name="growth factor export", value=number("growth factor export", 1.0))
    fields = (_oxygen(), _drug("drug held", held=True), _drug("drug given", held=False), factor)
    talking = replace(kind, behaviours=(*kind.behaviours, gives))
    return _ball(radius, voxels, talking, name="a million cells", fields=fields)


def _ball(radius: float, voxels: int, kind: CellKind, **more: Any) -> Model:
    positions = packed_ball(radius) + 0.5 * SPACING * voxels
    return Model(
        cell_kinds=(kind,),
        domain=Domain(shape=(voxels,) * 3, spacing=number("voxel", SPACING, "um")),
        mechanics=mechanics_of(0.4),
        placements=(
            Placement(
                kind=kind.name,
                pattern="given",
                count=len(positions),
                positions=tuple(map(tuple, positions.tolist())),
                source="definition of the benchmark",
            ),
        ),
        **({"vesicle_kinds": (), "cargoes": ()} | more),
    )


def _oxygen() -> Field:
    return Field(
        name="oxygen",
        unit="mmHg",
        diffusion=number("D oxygen", 1e5, "um**2/min"),
        loss=number("loss oxygen", 0.1, "1/min"),
        initial=number("oxygen at the start", 38.0, "mmHg"),
        boundaries=fixed_everywhere(number("oxygen at the rim", 38.0, "mmHg")),
        scheme="steady",
    )


def _drug(name: str, *, held: bool) -> Field:
    """Make a drug that the rim holds up, followed by implicit steps, or one given once and kept in books."""
    start = number(f"{name} at the start", 0.0, "mmol/L")
    made = Field(
        name=name,
        unit="mmol/L",
        diffusion=number(f"D {name}", 3e4, "um**2/min"),
        loss=number(f"loss {name}", 0.006, "1/min"),
        initial=start,
        scheme="conservative",
    )
    if not held:
        return made
    return replace(
        made,
        scheme="adi",
        boundaries=fixed_everywhere(number(f"{name} at the rim", 0.01, "mmol/L")),
        step=FixedStep(length=number(f"step of {name}", 0.5, "min")),
    )


def _vesicle(name: str, diameter: float, diffusion: float) -> VesicleKind:
    return VesicleKind(
        name=name,
        markers=(),
        diameter=number(f"diameter {name}", diameter, "um"),
        diameter_sigma=number(f"spread of {name}", 0.0),
        free_diffusion=number(f"D {name}", diffusion, "um**2/min"),
        hindrance=number(f"hindrance {name}", 1.0),
        loss=number(f"loss {name}", 0.001, "1/min"),
        wall_loss=number(f"wall loss {name}", 0.0, "1/min"),
    )


def _talking_cell() -> CellKind:
    kind = tumour_cell()
    network = logic_network(NODES, EDGES, CARGOES)
    drugs = tuple(
        Behaviour(name=f"{drug} uptake", value=number(f"{drug} uptake", 0.05, "1/min"))
        for drug in ("drug held", "drug given")
    )
    return replace(
        kind,
        behaviours=(*kind.behaviours, *drugs),
        releases=(_release("small EV", 1.0, 5.0, "mvb"), _release("large EV", 0.1, 1.0, "budding")),
        uptakes=tuple(
            Uptake(
                route=f"uptake of {vesicle}",
                matches=(Match(vesicle=vesicle),),
                clearance=number(f"clearance {vesicle}", 30.0, "um**3/min"),
            )
            for vesicle in ("small EV", "large EV")
        ),
        fate=Fate(escape=number("escape", 0.2), exit=number("exit", 0.02, "1/min")),
        endogenous=tuple(Endogenous(cargo=c, copies=number(f"copies {c}", 500.0)) for c in CARGOES),
        network=network,
        drug_kill=DrugKill(
            drug="drug given", half_kill=number("half kill", 0.05, "mmol/L"), hill=number("Hill", 2.0)
        ),
    )


def _release(vesicle: str, rate: float, burst: float, route: Any) -> Release:
    loadings = tuple(Loading(cargo=c, copies=number(f"{c} in {vesicle}", 0.1)) for c in CARGOES)
    return Release(
        vesicle=vesicle,
        rate=number(f"rate {vesicle}", rate, "1/min"),
        burst=number(f"burst {vesicle}", burst),
        loadings=loadings,
        route=route,
    )


def _record(run: WholeRun, threads: int) -> dict[str, Any]:
    state, compiled = run.state, run.run.compiled
    n_fields = sum(int(np.prod(a.shape[:-3])) for a in state.fields.values() if a.ndim > 1)
    field_bytes = sum(array.nbytes for array in state.fields.values())
    voxels = compiled.model.domain.n_voxels
    allowed = _CELL_BYTES * state.n_cells + _FIELD_BYTES * voxels * n_fields
    residuals = [account.residual for account in close(compiled, state)]
    solutes = solute_residuals(compiled, state)
    hours = run.minutes / 60.0
    per_day = DAY / run.minutes
    return {
        "threads": threads,
        **run.record(),
        # Beyond what interpreter and compiled code held before; and in all.
        "peak memory beyond the program [bytes]": run.memory,
        "peak memory of the process [bytes]": peak_memory(),
        "voxels": voxels,
        "fields": n_fields,
        "cells x hours per second": {
            name: run.cells_at_start * hours / value for name, value in vars(run.seconds).items()
        },
        "seconds for 24 h": {name: per_day * value for name, value in vars(run.seconds).items()},
        "extrapolated": per_day > 1.0,
        "peak memory over what is allowed": run.memory / allowed,
        "fields [bytes per voxel and field]": field_bytes / (voxels * n_fields),
        "largest residual of the books": max(map(abs, residuals), default=0.0),
        "largest residual of dissolved substances": float(np.nanmax(np.abs([0.0, *solutes]))),
    }
