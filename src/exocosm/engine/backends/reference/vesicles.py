"""Release and uptake of vesicles and their cargo, cell by cell in plain Python."""

from __future__ import annotations

import math

from ...compiled import Compiled
from ...laws import release as release_laws
from ...laws import sampling
from ...laws import uptake as uptake_laws
from ...laws.random import ESCAPE, RELEASE, SHARE, UPTAKE
from ...state import State


def release(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let every living cell release vesicles for `dt` [min], loaded from its present cytosol.

    Bursts are a keyed Poisson draw per cell and class; cargo leaves the donor's `copies`.
    """
    cells = state.cells
    for cell in range(state.n_cells):
        if not cells["alive"][cell]:
            continue
        kind, hypoxia = cells["kind"][cell], cells["hypoxia"][cell]
        place = _place(compiled, cells["voxel"][cell])
        for v in range(len(compiled.vesicles)):
            rate = compiled.release_rate[kind, v]
            if rate == 0:
                continue
            rate = release_laws.modulated(rate, compiled.release_ln_hypoxia[kind, v], hypoxia)
            burst = compiled.release_burst[kind, v]
            key = cells["id"][cell] * len(compiled.vesicles) + v
            count = burst * sampling.poisson(rate * dt / burst, seed, RELEASE, state.step, key)
            state.fields["vesicles"][(v, *place)] += count
            state.vesicle_books["released"][v] += count
            for c in range(len(compiled.cargoes)):
                held = cells["copies"][cell, c]
                loaded = release_laws.modulated(
                    compiled.load[kind, v, c], compiled.load_ln_hypoxia[kind, v, c], hypoxia
                )
                q = release_laws.copies_per_vesicle(loaded, held, compiled.rest_copies[kind, c])
                amount = min(held, count * q)
                cells["copies"][cell, c] -= amount
                state.fields["cargo"][(v, c, *place)] += amount
                state.cargo_books["released"][v, c] += amount


def take_up(compiled: Compiled, state: State, order, first, dt: float, seed: int) -> None:
    """Let the living cells of each voxel take up whole vesicles and whole copies for `dt` [min].

    `order` lists living cells voxel by voxel, group g being order[first[g]:first[g + 1]].
    """
    for start, stop in zip(first[:-1], first[1:], strict=True):
        for v in range(len(compiled.vesicles)):
            _take_up_in_voxel(compiled, state, order[start:stop], v, dt, seed)


def _take_up_in_voxel(compiled: Compiled, state: State, members, v: int, dt: float, seed: int) -> None:
    cells, fields = state.cells, state.fields
    voxel = int(cells["voxel"][members[0]])
    place = _place(compiled, voxel)
    rates = [compiled.clearance[cells["kind"][i], v] for i in members]
    number = fields["vesicles"][(v, *place)]
    if sum(rates) == 0 or number == 0:
        return
    p = uptake_laws.capture_probability(sum(rates), compiled.model.domain.voxel_volume, dt)
    complete = math.floor(number)
    drawn = sampling.binomial(complete, p, seed, UPTAKE, state.step, voxel * len(compiled.vesicles) + v)
    captured = drawn + (number - complete) * p
    fields["vesicles"][(v, *place)] = number - captured
    stream = v * (len(compiled.cargoes) + 1)
    count = _whole(fields["vesicle_carry"], (v, *place), captured)
    state.vesicle_books["internalised"][v] += count
    portions = _portions(count, rates, cells["id"][members], state.step, seed, stream)
    for i, got in zip(members, portions, strict=True):
        cells["taken"][i, v] += got
    for c in range(len(compiled.cargoes)):
        amount = fields["cargo"][(v, c, *place)] * (captured / number)
        fields["cargo"][(v, c, *place)] -= amount
        whole = _whole(fields["cargo_carry"], (v, c, *place), amount) if amount > 0 else 0
        state.cargo_books["internalised"][v, c] += whole
        portions = _portions(whole, rates, cells["id"][members], state.step, seed, stream + 1 + c)
        for i, got in zip(members, portions, strict=True):
            key = cells["id"][i] * len(compiled.vesicles) * (len(compiled.cargoes) + 1) + stream + 1 + c
            escape = compiled.escape[cells["kind"][i], v]
            freed = sampling.binomial(got, escape, seed, ESCAPE, state.step, key)
            cells["copies"][i, c] += freed
            cells["delivered"][i, c] += freed


def _whole(carry, place, amount: float) -> int:
    count, carry[place] = uptake_laws.whole(carry[place], amount)
    return count


def _portions(count: int, rates, ids, step: int, seed: int, stream: int) -> list[int]:
    """Share whole items among cells in proportion to their rates: a chain of conditional binomial draws."""
    portions, left, weight = [], count, sum(rates)
    for rate, cell in zip(rates, ids, strict=True):
        if rate >= weight * (1.0 - 1e-12):
            got = left
        else:
            got = sampling.binomial(left, rate / weight, seed, SHARE, step, int(cell) * 4096 + stream)
        portions.append(got)
        left -= got
        weight -= rate
    return portions


def _place(compiled: Compiled, voxel: int) -> tuple[int, int, int]:
    _, n_y, n_x = compiled.model.domain.shape
    return int(voxel // (n_y * n_x)), int(voxel // n_x % n_y), int(voxel % n_x)
