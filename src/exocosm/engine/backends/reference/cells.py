"""What happens inside and to single cells in a step, cell by cell in plain Python."""

from __future__ import annotations

import math

import numpy as np

from ...compiled import DIE, DIVIDE, NOTHING, STARVE, Compiled
from ...compiled_cells import ALIVE, CALCIFIED, CYTOPLASMIC, FLUID, NUCLEAR
from ...laws import behaviour as behaviour_laws
from ...laws import growth, phenotype
from ...laws import signalling as signalling_laws
from ...laws.random import DEATH, DIVISION, DRUG, POLARISATION, TRANSFORMATION, uniform
from ...laws.release import kept_amount
from ...state import State


def keep_cargo(compiled: Compiled, state: State, dt: float) -> None:
    """Advance production and loss of the cytosolic `copies` of living cells by `dt` [min]."""
    cells = state.cells
    for cell in np.flatnonzero(cells["alive"]):
        for c, loss in enumerate(compiled.cargo_loss):
            production = state.production[cells["kind"][cell], c]
            cells["copies"][cell, c] = kept_amount(cells["copies"][cell, c], production, loss, dt)


def behave(compiled: Compiled, state: State, signals: np.ndarray) -> None:
    """Set the `behaviour` (n, m) of every cell from its `signals` (n, s) and the activity of its network.

    Base value of the cell or its kind, times the linear factors, then the rules on that, times the responses.
    Signals that do not apply to dead cells are 0 for them.
    """
    cells = state.cells
    b = compiled.behaviours
    for cell in range(state.n_cells):
        kind, alive = cells["kind"][cell], cells["alive"][cell]
        row = cells["behaviour"][cell]
        row[:] = b.base[kind, b.changing]
        row[b.own] = cells["own"][cell]
        for i in range(b.linear_first[kind], b.linear_first[kind + 1]):
            row[b.linear_column[i]] *= behaviour_laws.linear_factor(
                signals[cell, b.linear_signal[i]], b.linear_zero[i], b.linear_one[i], b.linear_clipped[i]
            )
        for group in range(b.group_first[kind], b.group_first[kind + 1]):
            up = down = 0.0
            for i in range(b.rule_first[group], b.rule_first[group + 1]):
                if not (alive or b.rule_dead[i]):
                    continue
                term = behaviour_laws.hill_term(
                    signals[cell, b.rule_signal[i]], b.rule_half[i], b.rule_power[i]
                )
                up, down = (up + term, down) if b.rule_rises[i] else (up, down + term)
            column = b.group_column[group]
            row[column] = behaviour_laws.ruled_value(
                row[column], up, b.group_highest[group], down, b.group_lowest[group]
            )
        for column, exponent in _exponents(compiled, cells["activity"][cell], kind).items():
            row[column] *= math.exp(exponent)


def _exponents(compiled: Compiled, activity, kind) -> dict[int, float]:
    b = compiled.behaviours
    found: dict[int, float] = {}
    for i in range(b.response_first[kind], b.response_first[kind + 1]):
        node = b.response_node[i]
        change = signalling_laws.relative_activity(activity[node], compiled.networks[kind].resting[node])
        column = b.response_column[i]
        found[column] = found.get(column, 0.0) + b.response_ln_fold[i] * change
    return found


def grow(compiled: Compiled, state: State, dt: float) -> None:
    """Advance the volumes of all cells that have one by `dt` [min]; radii follow, or grow by themselves."""
    cells, lives = state.cells, compiled.lives
    _enlarge(compiled, state, dt)
    for cell in range(state.n_cells):
        kind, death = cells["kind"][cell], cells["death"][cell]
        rest = lives.rest_volume[kind]
        if rest[:3].sum() == 0:
            continue
        part = cells["volume"][cell]
        fluid_rate, nuclear_rate, cytoplasmic_rate, calcifying = lives.volume_rate[kind, death]
        aim = cells["aim"][cell] if death == ALIVE else 0.0
        nuclear_aim, cytoplasmic_aim = aim * rest[NUCLEAR], aim * rest[CYTOPLASMIC]
        swells = math.isfinite(lives.rupture[kind, death])
        fraction = lives.fluid_fraction[kind] if death == ALIVE else 0.0
        if cells["lysed"][cell]:
            fluid_rate = lives.lysed_fluid_rate[kind, death]
        elif swells:
            fraction = 1.0
        part[FLUID] = growth.fluid_after(
            part[FLUID], fraction, fluid_rate, nuclear_aim + cytoplasmic_aim, part[NUCLEAR] - nuclear_aim,
            nuclear_rate, part[CYTOPLASMIC] - cytoplasmic_aim, cytoplasmic_rate, dt,
        )  # fmt: skip
        part[NUCLEAR] = growth.solid_after(part[NUCLEAR], nuclear_aim, nuclear_rate, dt)
        part[CYTOPLASMIC] = growth.solid_after(part[CYTOPLASMIC], cytoplasmic_aim, cytoplasmic_rate, dt)
        part[CALCIFIED] = growth.calcified_after(part[CALCIFIED], calcifying, dt)
        total = part[:3].sum()
        if swells and total >= lives.rupture[kind, death] * cells["volume_at_death"][cell]:
            cells["lysed"][cell] = True
        cells["radius"][cell] = growth.radius_of(total)


def _enlarge(compiled: Compiled, state: State, dt: float) -> None:
    """Let living cells of kinds that grow steadily grow."""
    cells, lives = state.cells, compiled.lives
    for cell in map(int, np.flatnonzero(cells["alive"] & (lives.growth_power[cells["kind"]] > 0))):
        kind = cells["kind"][cell]
        rate = value(compiled, cells, cell, compiled.at.growth_rate)
        cells["radius"][cell] = growth.steadily_grown(
            cells["radius"][cell], lives.rest_radius[kind], rate, lives.growth_power[kind], dt
        )


def decide(compiled: Compiled, state: State, drug, dt: float, seed: int):
    """Draw what each cell does in `dt` [min]; returns events (n,) and kinds (n,).

    An event is NOTHING, DIVIDE, DIE or STARVE; the kind is the one that the cell has from now on. `drug` (n,)
    [mmol/L reacted in the step] is where the cell is. Lesions, damage, phases and polarisation are updated in
    place.
    """
    cells = state.cells
    events = np.full(state.n_cells, NOTHING, dtype=np.int64)
    kinds = cells["kind"].copy()
    for cell in map(int, np.flatnonzero(cells["alive"])):
        cells["lesions"][cell] += drug[cell]
        _integrity(compiled, cells, cell, dt)
        key = (seed, state.step, cells["id"][cell])
        events[cell] = _fate(compiled, cells, cell, key, dt)
        if events[cell] in (NOTHING, DIVIDE):
            cells["polarised"][cell] ^= _flips(compiled, cells, cell, key, dt)
            kinds[cell] = _transformed(compiled, cells, cell, key, dt)
    return events, kinds


def value(compiled: Compiled, cells, cell: int, behaviour: int) -> float:
    """Return the present value of a behaviour of one cell."""
    column = compiled.behaviours.column[behaviour]
    if column >= 0:
        return float(cells["behaviour"][cell, column])
    return float(compiled.behaviours.base[cells["kind"][cell], behaviour])


def _integrity(compiled: Compiled, cells, cell: int, dt: float) -> None:
    gain = value(compiled, cells, cell, compiled.at.damage_rate)
    repair = value(compiled, cells, cell, compiled.at.damage_repair_rate)
    cells["damage"][cell] = kept_amount(cells["damage"][cell], gain, repair, dt)


def _fate(compiled: Compiled, cells, cell: int, key, dt: float) -> int:
    apoptosis = value(compiled, cells, cell, compiled.at.apoptosis)
    necrosis = value(compiled, cells, cell, compiled.at.necrosis)
    u = _uniform(DEATH, key)
    if u < phenotype.event_probability(apoptosis + necrosis, dt):
        return STARVE if _uniform(DEATH, key, 1) * (apoptosis + necrosis) < necrosis else DIE
    if not _leaves_phase(compiled, cells, cell, key, dt):
        return NOTHING
    half_kill, hill = compiled.drug_kill[cells["kind"][cell]]
    tolerance = value(compiled, cells, cell, compiled.at.drug_tolerance)
    kill = phenotype.kill_probability(cells["lesions"][cell], half_kill, hill, tolerance)
    return DIE if _uniform(DRUG, key) < kill else DIVIDE


def _leaves_phase(compiled: Compiled, cells, cell: int, key, dt: float) -> bool:
    """Advance the cycle of a cell; returns whether it divides now."""
    kind, lives = cells["kind"][cell], compiled.lives
    if power := lives.growth_power[kind]:
        return growth.is_due(cells["radius"][cell], lives.rest_radius[kind], power, lives.division_size[kind])
    phases = int(lives.n_phases[kind])
    if phases == 0:
        return False
    phase = int(cells["phase"][cell])
    rate = value(compiled, cells, cell, compiled.at.cycle_entry + phase)
    cells["phase_time"][cell] += dt
    if lives.fixed[kind, phase]:
        leaves = rate > 0.0 and cells["phase_time"][cell] * rate >= 1.0 - 1e-12
        left_over = cells["phase_time"][cell] - 1.0 / rate if leaves else 0.0
    else:
        leaves, left_over = _happens(DIVISION, rate, key, dt), 0.0
    if not leaves:
        return False
    following = (phase + 1) % phases
    cells["phase"][cell], cells["phase_time"][cell] = following, max(0.0, left_over)
    if lives.grows[kind, following]:
        cells["aim"][cell] *= 2.0
    return bool(lives.divides[kind, phase])


def _flips(compiled: Compiled, cells, cell: int, key, dt: float) -> bool:
    forward, backward, _ = compiled.polarisation[cells["kind"][cell]]
    change = value(compiled, cells, cell, compiled.at.polarisation)
    polarised = cells["polarised"][cell]
    rate = phenotype.ratio(backward, change) if polarised else forward * change
    return _happens(POLARISATION, rate, key, dt)


def _transformed(compiled: Compiled, cells, cell: int, key, dt: float) -> int:
    """Kind that the cell has after `dt`: competing first-order changes to the kinds there are."""
    n = len(compiled.kinds)
    rates = [value(compiled, cells, cell, compiled.at.transform + k) for k in range(n)]
    kind = int(cells["kind"][cell])
    rates[kind] = 0.0
    total = 0.0
    for rate in rates:
        total += rate
    if not _happens(TRANSFORMATION, total, key, dt):
        return kind
    mark = _uniform(TRANSFORMATION, key, 1) * total
    for k, rate in enumerate(rates):
        if mark < rate:
            return k
        mark -= rate
    return max(k for k, rate in enumerate(rates) if rate > 0.0)


def _happens(purpose: int, rate: float, key, dt: float) -> bool:
    return _uniform(purpose, key) < phenotype.event_probability(rate, dt)


def _uniform(purpose: int, key, draw: int = 0) -> float:
    seed, step, cell = key
    return uniform(seed, purpose, step, cell, draw)
