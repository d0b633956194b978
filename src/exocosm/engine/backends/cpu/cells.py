"""What happens inside and to single cells in a step, compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from ...compiled import DIE, DIVIDE, NOTHING, STARVE, Compiled
from ...compiled_cells import ALIVE, CALCIFIED, CYTOPLASMIC, FLUID, NUCLEAR
from ...laws import behaviour as behaviour_laws
from ...laws import growth, phenotype, random
from ...laws import signalling as signalling_laws
from ...laws.random import DEATH, DIVISION, DRUG, POLARISATION, TRANSFORMATION
from ...laws.release import kept_amount
from ...state import State
from .threads import MANY_CELLS, threads_for


def keep_cargo(compiled: Compiled, state: State, dt: float) -> None:
    """Advance production and loss of the cytosolic `copies` of living cells by `dt` [min]."""
    cells = state.cells
    with threads_for(state.n_cells, MANY_CELLS):
        _keep_cargo(cells["kind"], cells["alive"], cells["copies"], state.production, compiled.cargo_loss, dt)


def behave(compiled: Compiled, state: State, signals: np.ndarray) -> None:
    """Set the `behaviour` (n, m) of every cell from its `signals` (n, s) and the activity of its network.

    Base value of the cell or its kind, times the linear factors, then the rules on that, times the responses.
    Signals that do not apply to dead cells are 0 for them.
    """
    cells, b = state.cells, compiled.behaviours
    linear = (b.linear_first, b.linear_column, b.linear_signal, b.linear_zero, b.linear_one, b.linear_clipped)
    groups = (b.group_first, b.group_column, b.group_highest, b.group_lowest)
    rules = (b.rule_first, b.rule_signal, b.rule_rises, b.rule_half, b.rule_power, b.rule_dead)
    responses = (b.response_first, b.response_column, b.response_node, b.response_ln_fold)
    with threads_for(state.n_cells, MANY_CELLS):
        _behave(
            cells["kind"], cells["alive"], cells["activity"], signals, b.base, b.changing, b.own,
            cells["own"], linear, groups, rules, responses, compiled.resting_activity, cells["behaviour"],
        )  # fmt: skip


def grow(compiled: Compiled, state: State, dt: float) -> None:
    """Advance the volumes of all cells that have one by `dt` [min]; radii follow, or grow by themselves."""
    cells, lives = state.cells, compiled.lives
    if lives.has_growth:
        behaviours = (compiled.behaviours.base, compiled.behaviours.column, cells["behaviour"])
        sizes = (lives.growth_power, lives.division_size, lives.rest_radius)
        with threads_for(state.n_cells, MANY_CELLS):
            _enlarge(cells["kind"], cells["alive"], compiled.at, behaviours, sizes, cells["radius"], dt)
    if not lives.has_volume:
        return
    dead = (cells["death"], cells["volume_at_death"])
    rates = (lives.volume_rate, lives.lysed_fluid_rate, lives.fluid_fraction, lives.rupture)
    with threads_for(state.n_cells, MANY_CELLS):
        _grow(
            cells["kind"], dead, cells["aim"], cells["lysed"], cells["volume"], cells["radius"],
            lives.rest_volume, rates, dt,
        )  # fmt: skip


def decide(compiled: Compiled, state: State, drug, dt: float, seed: int):
    """Draw what each cell does in `dt` [min]; returns events (n,) and kinds (n,).

    An event is NOTHING, DIVIDE, DIE or STARVE; the kind is the one that the cell has from now on. `drug` (n,)
    [mmol/L reacted in the step] is where the cell is. Lesions, damage, phases and polarisation are updated in
    place.
    """
    cells, lives = state.cells, compiled.lives
    events = np.zeros(state.n_cells, dtype=np.int64)
    kinds = cells["kind"].copy()
    behaviours = (compiled.behaviours.base, compiled.behaviours.column, cells["behaviour"])
    phases = (lives.n_phases, lives.fixed, lives.divides, lives.grows)
    state_of = (cells["phase"], cells["phase_time"], cells["aim"])
    sizes = (lives.growth_power, lives.division_size, lives.rest_radius, cells["radius"])
    with threads_for(state.n_cells, MANY_CELLS):
        _decide(
            cells["id"], cells["kind"], cells["alive"], cells["polarised"], cells["lesions"], cells["damage"],
            drug, compiled.at, behaviours, phases, state_of, sizes, compiled.polarisation, compiled.drug_kill,
            events, kinds, (seed, state.step), dt,
        )  # fmt: skip
    return events, kinds


@njit(cache=True, nogil=True, parallel=True)
def _keep_cargo(kind, alive, copies, production, loss, dt):
    for i in prange(kind.shape[0]):
        if alive[i]:
            for c in range(loss.shape[0]):
                copies[i, c] = kept_amount(copies[i, c], production[kind[i], c], loss[c], dt)


@njit(cache=True, nogil=True, parallel=True)
def _behave(
    kind, alive, activity, signals, base, changing, own_column, own, linear, groups, rules, responses,
    resting, behaviour,
):  # fmt: skip
    linear_first, linear_column, linear_signal, linear_zero, linear_one, linear_clipped = linear
    group_first, group_column, group_highest, group_lowest = groups
    rule_first, rule_signal, rule_rises, rule_half, rule_power, rule_dead = rules
    response_first, response_column, response_node, response_ln_fold = responses
    for i in prange(kind.shape[0]):
        k = kind[i]
        for m in range(changing.shape[0]):
            behaviour[i, m] = base[k, changing[m]]
        for o in range(own_column.shape[0]):
            behaviour[i, own_column[o]] = own[i, o]
        for j in range(linear_first[k], linear_first[k + 1]):
            behaviour[i, linear_column[j]] *= behaviour_laws.linear_factor(
                signals[i, linear_signal[j]], linear_zero[j], linear_one[j], linear_clipped[j]
            )
        for g in range(group_first[k], group_first[k + 1]):
            up = 0.0
            down = 0.0
            for j in range(rule_first[g], rule_first[g + 1]):
                if alive[i] or rule_dead[j]:
                    term = behaviour_laws.hill_term(signals[i, rule_signal[j]], rule_half[j], rule_power[j])
                    if rule_rises[j]:
                        up += term
                    else:
                        down += term
            m = group_column[g]
            behaviour[i, m] = behaviour_laws.ruled_value(
                behaviour[i, m], up, group_highest[g], down, group_lowest[g]
            )
        first, last = response_first[k], response_first[k + 1]
        for j in range(first, last):
            m = response_column[j]
            exponent = 0.0  # of all responses on this behaviour, at the first of them
            seen = False
            for other in range(first, last):
                if response_column[other] == m:
                    if other < j:
                        seen = True
                    node = response_node[other]
                    change = signalling_laws.relative_activity(activity[i, node], resting[k, node])
                    exponent += response_ln_fold[other] * change
            if not seen:
                behaviour[i, m] *= math.exp(exponent)


@njit(cache=True, nogil=True, parallel=True)
def _grow(kind, dead, aims, lysed, volume, radius, rest, rates, dt):
    # Arrays that a parallel loop writes are arguments of their own: Numba 0.68 can lose what a loop writes to
    # an array that was taken out of a tuple.
    death, volume_at_death = dead
    volume_rate, lysed_fluid_rate, fluid_fraction, rupture = rates
    for i in prange(kind.shape[0]):
        k = kind[i]
        if rest[k, FLUID] + rest[k, NUCLEAR] + rest[k, CYTOPLASMIC] == 0.0:
            continue
        how = death[i]
        aim = aims[i] if how == ALIVE else 0.0
        nuclear_aim, cytoplasmic_aim = aim * rest[k, NUCLEAR], aim * rest[k, CYTOPLASMIC]
        nuclear_rate, cytoplasmic_rate = volume_rate[k, how, NUCLEAR], volume_rate[k, how, CYTOPLASMIC]
        fluid_rate = volume_rate[k, how, FLUID]
        bursts_at = rupture[k, how]
        swells = not math.isinf(bursts_at)
        fluid, nuclear, cytoplasmic = volume[i, FLUID], volume[i, NUCLEAR], volume[i, CYTOPLASMIC]
        fraction = fluid_fraction[k] if how == ALIVE else 0.0
        if lysed[i]:
            fluid_rate = lysed_fluid_rate[k, how]
        elif swells:
            fraction = 1.0
        fluid = growth.fluid_after(
            fluid, fraction, fluid_rate, nuclear_aim + cytoplasmic_aim, nuclear - nuclear_aim, nuclear_rate,
            cytoplasmic - cytoplasmic_aim, cytoplasmic_rate, dt,
        )  # fmt: skip
        nuclear = growth.solid_after(nuclear, nuclear_aim, nuclear_rate, dt)
        cytoplasmic = growth.solid_after(cytoplasmic, cytoplasmic_aim, cytoplasmic_rate, dt)
        volume[i, FLUID], volume[i, NUCLEAR], volume[i, CYTOPLASMIC] = fluid, nuclear, cytoplasmic
        volume[i, CALCIFIED] = growth.calcified_after(
            volume[i, CALCIFIED], volume_rate[k, how, CALCIFIED], dt
        )
        total = fluid + nuclear + cytoplasmic
        if swells and total >= bursts_at * volume_at_death[i]:
            lysed[i] = True
        radius[i] = growth.radius_of(total)


@njit(cache=True, nogil=True)
def behaviour_value(behaviours, kind, cell, b):
    """Return the value of behaviour b in a cell; `behaviours` is (base, column, behaviour)."""
    base, column, behaviour = behaviours
    return behaviour[cell, column[b]] if column[b] >= 0 else base[kind, b]


@njit(cache=True, nogil=True, parallel=True)
def _enlarge(kind, alive, at, behaviours, sizes, radius, dt):
    """Let living cells of kinds that grow steadily grow."""
    power, _, rest = sizes
    for i in prange(kind.shape[0]):
        k = kind[i]
        if alive[i] and power[k] > 0:
            rate = behaviour_value(behaviours, k, i, at.growth_rate)
            radius[i] = growth.steadily_grown(radius[i], rest[k], rate, power[k], dt)


@njit(cache=True, nogil=True, parallel=True)
def _decide(
    ids, kind, alive, polarised, lesions, damage, drug, at, behaviours, phases, state_of, sizes, polarisation,
    drug_kill, events, kinds, key, dt,
):  # fmt: skip
    seed, step = key
    for i in prange(ids.shape[0]):
        if not alive[i]:
            continue
        k = kind[i]
        lesions[i] += drug[i]
        gain = behaviour_value(behaviours, k, i, at.damage_rate)
        damage[i] = kept_amount(damage[i], gain, behaviour_value(behaviours, k, i, at.damage_repair_rate), dt)
        apoptosis = behaviour_value(behaviours, k, i, at.apoptosis)
        necrosis = behaviour_value(behaviours, k, i, at.necrosis)
        dying = phenotype.event_probability(apoptosis + necrosis, dt)
        events[i] = NOTHING
        if random.uniform(seed, DEATH, step, ids[i], 0) < dying:
            starves = random.uniform(seed, DEATH, step, ids[i], 1) * (apoptosis + necrosis) < necrosis
            events[i] = STARVE if starves else DIE
            continue
        if _leaves_phase(i, k, ids[i], at, behaviours, phases, state_of, sizes, key, dt):
            tolerance = behaviour_value(behaviours, k, i, at.drug_tolerance)
            kill = phenotype.kill_probability(lesions[i], drug_kill[k, 0], drug_kill[k, 1], tolerance)
            if random.uniform(seed, DRUG, step, ids[i], 0) < kill:
                events[i] = DIE
                continue
            events[i] = DIVIDE
        change = behaviour_value(behaviours, k, i, at.polarisation)
        flipping = (
            phenotype.ratio(polarisation[k, 1], change) if polarised[i] else polarisation[k, 0] * change
        )
        if random.uniform(seed, POLARISATION, step, ids[i], 0) < phenotype.event_probability(flipping, dt):
            polarised[i] = not polarised[i]
        kinds[i] = _transformed(i, k, ids[i], polarisation.shape[0], at, behaviours, key, dt)


@njit(cache=True, nogil=True)
def _leaves_phase(i, k, cell, at, behaviours, phases, state_of, sizes, key, dt):
    """Advance the cycle of a cell; returns whether it divides now."""
    power, division, rest, radius = sizes
    if power[k] > 0:
        return growth.is_due(radius[i], rest[k], power[k], division[k])
    n_phases, fixed, divides, grows = phases
    phase, phase_time, aim = state_of
    if n_phases[k] == 0:
        return False
    now = phase[i]
    rate = behaviour_value(behaviours, k, i, at.cycle_entry + now)
    phase_time[i] += dt
    left_over = 0.0
    if fixed[k, now]:
        leaves = rate > 0.0 and phase_time[i] * rate >= 1.0 - 1e-12
        if leaves:
            left_over = max(0.0, phase_time[i] - 1.0 / rate)
    else:
        u = random.uniform(key[0], DIVISION, key[1], cell, 0)
        leaves = u < phenotype.event_probability(rate, dt)
    if not leaves:
        return False
    following = (now + 1) % n_phases[k]
    phase[i] = following
    phase_time[i] = left_over
    if grows[k, following]:
        aim[i] *= 2.0
    return divides[k, now]


@njit(cache=True, nogil=True)
def _transformed(i, k, cell, n_kinds, at, behaviours, key, dt):
    """Kind that the cell has after `dt`: competing first-order changes to the kinds there are."""
    total = 0.0
    for other in range(n_kinds):
        if other != k:
            total += behaviour_value(behaviours, k, i, at.transform + other)
    if not total > 0.0:
        return k
    if random.uniform(key[0], TRANSFORMATION, key[1], cell, 0) >= phenotype.event_probability(total, dt):
        return k
    mark = random.uniform(key[0], TRANSFORMATION, key[1], cell, 1) * total
    last = k
    for other in range(n_kinds):
        rate = behaviour_value(behaviours, k, i, at.transform + other) if other != k else 0.0
        if rate > 0.0:
            last = other
        if mark < rate:
            return other
        mark -= rate
    return last
