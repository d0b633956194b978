"""What happens inside and to single cells in a step, cell by cell in plain Python."""

from __future__ import annotations

import math

import numpy as np

from ...compiled import DEATH as DEATH_RATE
from ...compiled import DIE, DIVIDE, NOTHING, Compiled
from ...compiled import DIVISION as DIVISION_RATE
from ...compiled import DRUG_TOLERANCE as TOLERANCE
from ...compiled import POLARISATION as POLARISATION_RATE
from ...laws import phenotype as laws
from ...laws.random import DEATH, DIVISION, DRUG, POLARISATION, uniform
from ...laws.release import kept_amount
from ...state import State


def keep_cargo(compiled: Compiled, state: State, dt: float) -> None:
    """Advance production and loss of the cytosolic `copies` of living cells by `dt` [min]."""
    cells = state.cells
    for cell in np.flatnonzero(cells["alive"]):
        for c, loss in enumerate(compiled.cargo_loss):
            production = state.production[cells["kind"][cell], c]
            cells["copies"][cell, c] = kept_amount(cells["copies"][cell, c], production, loss, dt)


def decide(compiled: Compiled, state: State, oxygen, drug, exponents, dt: float, seed: int):
    """Draw what each cell does in `dt` [min]; returns (n,) codes NOTHING, DIVIDE or DIE.

    `oxygen` (n,) [mmHg] and `drug` (n,) [mmol/L reacted in the step] where the cell is; `exponents`
    (n, rates) the ln factors of its phenotypes. Hypoxia, lesions and polarisation are updated in place.
    """
    cells = state.cells
    events = np.full(state.n_cells, NOTHING, dtype=np.int64)
    for cell in np.flatnonzero(cells["alive"]):
        kind = cells["kind"][cell]
        cells["hypoxia"][cell] = laws.hypoxia_signal(oxygen[cell], *compiled.hypoxia[kind])
        cells["lesions"][cell] += drug[cell]
        key = (seed, state.step, cells["id"][cell])
        factors = [math.exp(value) for value in exponents[cell]]
        events[cell] = _fate(compiled, kind, oxygen[cell], cells["lesions"][cell], factors, key, dt)
        if events[cell] != DIE or _survived_rates(compiled, kind, oxygen[cell], factors, key, dt):
            cells["polarised"][cell] ^= _flips(compiled, kind, cells["polarised"][cell], factors, key, dt)
    return events


def _fate(compiled, kind, oxygen, lesions, factors, key, dt) -> int:
    if not _survived_rates(compiled, kind, oxygen, factors, key, dt):
        return DIE
    rate, stop, full = compiled.division[kind]
    dividing = rate * laws.oxygen_share(oxygen, stop, full) * factors[DIVISION_RATE]
    if not _happens(DIVISION, dividing, key, dt):
        return NOTHING
    half_kill, hill = compiled.drug_kill[kind]
    kill = laws.kill_probability(lesions, half_kill, hill, factors[TOLERANCE])
    return DIE if _uniform(DRUG, key) < kill else DIVIDE


def _survived_rates(compiled, kind, oxygen, factors, key, dt) -> bool:
    rate = laws.necrosis_rate(oxygen, *compiled.necrosis[kind])
    rate += compiled.apoptosis[kind] * factors[DEATH_RATE]
    return not _happens(DEATH, rate, key, dt)


def _flips(compiled, kind, polarised, factors, key, dt) -> bool:
    forward, backward, _ = compiled.polarisation[kind]
    change = factors[POLARISATION_RATE]
    return _happens(POLARISATION, backward / change if polarised else forward * change, key, dt)


def _happens(purpose: int, rate: float, key, dt: float) -> bool:
    return _uniform(purpose, key) < laws.event_probability(rate, dt)


def _uniform(purpose: int, key) -> float:
    seed, step, cell = key
    return uniform(seed, purpose, step, cell, 0)
