"""B3 and B4: a growing tumour short of oxygen, in a plane and in space, beside PhysiCell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from exocosm.errors import expect
from exocosm.model import Model

from ..state import State
from .measure import on_threads
from .tumours import SCHEMES, SPACING, STEPS, cancer_immune, heterogeneity, heterogeneity_ball
from .whole import WholeRun, at_middle, laid_out, whole_run

# What a scheme stands for in a comparison; the two are never mixed.
CLAIMS = {
    "lod": "equal steps: the peers' own scheme, LOD with 0.01 min",
    "adi": "own steps: delta-form ADI with 0.1 min, whose steady state is exact",
}


@dataclass(frozen=True)
class Workload:
    """A whole run that other programs were timed at."""

    model: Callable[..., Model]
    minutes: float  # that the peers' seconds are for
    peers: dict[str, dict[int, float]]  # seconds on so many threads, see `measure` for the machine
    cells: int  # at the start
    known: dict[str, float] = field(default_factory=dict)  # what an earlier program found


B3 = Workload(
    model=heterogeneity,
    minutes=20.0,
    peers={"PhysiCell 1.14.2": {1: 37.8, 2: 20.0}, "paraPhysiCell": {1: 4.16, 2: 2.47}},
    cells=14_233,
)
B4 = {
    75: Workload(
        model=cancer_immune,
        minutes=1.0,
        peers={"PhysiCell 1.14.2": {1: 10.1, 2: 6.1}},
        cells=18_317,
        # An earlier program with the scheme "lod", one run, at 6 min. There cells that fill more than their
        # voxel count in full; here they count for one voxel, which leaves 0.5 mmHg more in the middle.
        known={"cells at 60 min": 18_582, "centre oxygen": 10.126, "centre immune factor": 0.99655},
    ),
    100: Workload(
        model=heterogeneity_ball,
        minutes=3.0,
        peers={"PhysiCell 1.14.2": {1: 47.5, 2: 32.2}, "paraPhysiCell": {1: 4.27, 2: 2.43}},
        cells=13_873,
    ),
}


def b3(
    *, threads: int | None = None, scheme: str = "adi", minutes: float = 20.0, seed: int = 0
) -> dict[str, Any]:
    """Run a disc of 14,233 tumour cells among 300 x 300 voxels with all that they do, and time it.

    Parameters
    ----------
    threads : None for all that Numba may use
    scheme : "adi", or "lod" as the peers step oxygen; see `CLAIMS`
    minutes : simulated, rounded up to whole cell steps of 6 min; seconds are stated for 20 min all the same
    seed : of the run
    """
    return _run("B3", B3, threads, scheme, minutes, seed)


def b4(
    *,
    threads: int | None = None,
    scheme: str = "adi",
    minutes: float = 60.0,
    voxels: int = 75,
    seed: int = 0,
) -> dict[str, Any]:
    """Run a ball of tumour cells and time it.

    With 75 voxels per axis 18,317 cells that also give off an immune factor, seconds per simulated minute;
    with 100 voxels some 13,900 cells with oxygen alone, seconds for 3 min. Other arguments as in `b3`.
    """
    expect.one_of(B4, voxels=voxels)
    return _run(f"B4, {voxels} voxels per axis", B4[voxels], threads, scheme, minutes, seed)


def over_seeds(*, scheme: str = "adi", seeds: int = 10, minutes: float = 24.0) -> dict[str, Any]:
    """Run B3 with several seeds; returns mean and standard deviation over them of what describes the tumour.

    Cells, their mean radius [µm], root mean squared distance from the middle [µm], and oxygen [mmHg] in rings
    of 100 µm about the middle, by the inner radius.
    """
    expect.one_of(SCHEMES, scheme=scheme)
    rows: dict[str, list[float]] = {}
    for seed in range(seeds):
        run = laid_out(heterogeneity(scheme=scheme), STEPS, seed)
        for _ in range(math.ceil(minutes / STEPS.cell)):
            run.advance()
        for name, value in _described(run.state).items():
            rows.setdefault(name, []).append(value)
    return {
        name: {"mean": float(np.mean(values)), "sd": float(np.std(values, ddof=1))}
        for name, values in rows.items()
    }


def _described(state: State) -> dict[str, float]:
    cells, oxygen = state.cells, state.fields["solute"][0, 0]
    half = 0.5 * np.array(oxygen.shape)
    y, x = (np.arange(n) + 0.5 - 0.5 * n for n in oxygen.shape)
    ring = (np.hypot(y[:, None], x) * SPACING / 100.0).astype(int)
    away = cells["position"][:, :2] - half[::-1] * SPACING
    found = {
        "cells": float(state.n_cells),
        "dead": float(np.count_nonzero(~cells["alive"])),
        "mean radius": float(cells["radius"].mean()),
        "spread": float(np.sqrt((away**2).sum(axis=1).mean())),
    }
    return found | {f"oxygen {100 * r}": float(oxygen[ring == r].mean()) for r in range(0, 30, 2)}


def _run(
    name: str, workload: Workload, threads: int | None, scheme: str, minutes: float, seed: int
) -> dict[str, Any]:
    expect.one_of(SCHEMES, scheme=scheme)
    expect.positive(minutes=minutes)
    found: dict[str, Any] = {}

    def watch(run: WholeRun) -> None:
        if run.minutes == STEPS.cell:
            found.update(_middle(run))

    model = workload.model(scheme=scheme)
    with on_threads(threads) as threads:
        n_steps = math.ceil(minutes / STEPS.cell)
        run = whole_run(model, model, steps=STEPS, n_steps=n_steps, seed=seed, watch=watch)
    per_minute = run.per_minute()
    return {
        "benchmark": name,
        "threads": threads,
        "scheme": scheme,
        "claim": CLAIMS[scheme],
        **run.record(),
        "minutes compared": workload.minutes,
        "seconds for those": {kind: workload.minutes * value for kind, value in vars(per_minute).items()},
        "peers' seconds": {
            peer: times[threads] for peer, times in workload.peers.items() if threads in times
        },
        "an earlier program found": workload.known,
        "in the middle after 6 min": found,
        "at the end": _middle(run),
    }


def _middle(run: WholeRun) -> dict[str, float]:
    fields = run.run.compiled.model.fields
    return {
        field.name: at_middle(values)
        for field, values in zip(fields, run.state.fields["solute"], strict=True)
    }
