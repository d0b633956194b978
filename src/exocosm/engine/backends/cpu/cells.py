"""What happens inside and to single cells in a step, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import DEATH as DEATH_RATE
from ...compiled import DIE, DIVIDE, Compiled
from ...compiled import DIVISION as DIVISION_RATE
from ...compiled import DRUG_TOLERANCE as TOLERANCE
from ...compiled import POLARISATION as POLARISATION_RATE
from ...laws import phenotype as laws
from ...laws import random
from ...laws.random import DEATH, DIVISION, DRUG, POLARISATION
from ...laws.release import kept_amount
from ...state import State
from .threads import MANY_CELLS, threads_for


def keep_cargo(compiled: Compiled, state: State, dt: float) -> None:
    """Advance production and loss of the cytosolic `copies` of living cells by `dt` [min]."""
    cells = state.cells
    with threads_for(state.n_cells, MANY_CELLS):
        _keep_cargo(cells["kind"], cells["alive"], cells["copies"], state.production, compiled.cargo_loss, dt)


def decide(compiled: Compiled, state: State, oxygen, drug, exponents, dt: float, seed: int):
    """Draw what each cell does in `dt` [min]; returns (n,) codes NOTHING, DIVIDE or DIE.

    `oxygen` (n,) [mmHg] and `drug` (n,) [mmol/L reacted in the step] where the cell is; `exponents`
    (n, rates) the ln factors of its phenotypes. Hypoxia, lesions and polarisation are updated in place.
    """
    cells = state.cells
    events = np.zeros(state.n_cells, dtype=np.int64)
    with threads_for(state.n_cells, MANY_CELLS):
        _decide(
            cells["id"], cells["kind"], cells["alive"], cells["polarised"], cells["hypoxia"],
            cells["lesions"], oxygen, drug, exponents, compiled.hypoxia, compiled.division,
            compiled.necrosis, compiled.apoptosis, compiled.polarisation, compiled.drug_kill, events,
            state.step, dt, seed,
        )  # fmt: skip
    return events


@njit(cache=True, nogil=True, parallel=True)
def _keep_cargo(kind, alive, copies, production, loss, dt):
    for i in prange(kind.shape[0]):
        if alive[i]:
            for c in range(loss.shape[0]):
                copies[i, c] = kept_amount(copies[i, c], production[kind[i], c], loss[c], dt)


@njit(cache=True, nogil=True, parallel=True)
def _decide(
    ids, kind, alive, polarised, hypoxia, lesions, oxygen, drug, exponents, hypoxia_range, division, necrosis,
    apoptosis, polarisation, drug_kill, events, step, dt, seed,
):  # fmt: skip
    for i in prange(ids.shape[0]):
        if not alive[i]:
            continue
        k = kind[i]
        hypoxia[i] = laws.hypoxia_signal(oxygen[i], hypoxia_range[k, 0], hypoxia_range[k, 1])
        lesions[i] += drug[i]
        dying = laws.necrosis_rate(oxygen[i], necrosis[k, 0], necrosis[k, 1], necrosis[k, 2])
        dying += apoptosis[k] * np.exp(exponents[i, DEATH_RATE])
        if random.uniform(seed, DEATH, step, ids[i], 0) < laws.event_probability(dying, dt):
            events[i] = DIE
            continue
        dividing = division[k, 0] * laws.oxygen_share(oxygen[i], division[k, 1], division[k, 2])
        dividing *= np.exp(exponents[i, DIVISION_RATE])
        if random.uniform(seed, DIVISION, step, ids[i], 0) < laws.event_probability(dividing, dt):
            events[i] = DIVIDE
            tolerance = np.exp(exponents[i, TOLERANCE])
            kill = laws.kill_probability(lesions[i], drug_kill[k, 0], drug_kill[k, 1], tolerance)
            if random.uniform(seed, DRUG, step, ids[i], 0) < kill:
                events[i] = DIE
        change = np.exp(exponents[i, POLARISATION_RATE])
        rate = polarisation[k, 1] / change if polarised[i] else polarisation[k, 0] * change
        if random.uniform(seed, POLARISATION, step, ids[i], 0) < laws.event_probability(rate, dt):
            polarised[i] = not polarised[i]
