"""Release and uptake of vesicles and their cargo, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import Compiled
from ...laws import release as release_laws
from ...laws import sampling
from ...laws import uptake as uptake_laws
from ...laws.random import ESCAPE, RELEASE, SHARE, UPTAKE
from ...state import State
from .threads import MANY_CELLS, threads_for


def release(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let every living cell release vesicles for `dt` [min], loaded from its present cytosol.

    Bursts are a keyed Poisson draw per cell and class; cargo leaves the donor's `copies`.
    """
    cells, fields = state.cells, state.fields
    _release(
        cells["id"], cells["kind"], cells["voxel"], cells["alive"], cells["hypoxia"], cells["copies"],
        compiled.release_rate, compiled.release_burst, compiled.release_ln_hypoxia, compiled.load,
        compiled.load_ln_hypoxia, compiled.rest_copies, _flat(fields["vesicles"], 1),
        _flat(fields["cargo"], 2), state.vesicle_books["released"], state.cargo_books["released"],
        state.step, dt, seed,
    )  # fmt: skip


def take_up(compiled: Compiled, state: State, order, first, dt: float, seed: int) -> None:
    """Let the living cells of each voxel take up whole vesicles and whole copies for `dt` [min].

    `order` lists living cells voxel by voxel, group g being order[first[g]:first[g + 1]].
    """
    cells, fields = state.cells, state.fields
    n_groups, n_vesicles = len(first) - 1, len(compiled.vesicles)
    taken = np.zeros((n_groups, n_vesicles), dtype=np.int64)
    copies_in = np.zeros((n_groups, n_vesicles, len(compiled.cargoes)), dtype=np.int64)
    with threads_for(len(order), MANY_CELLS):
        _take_up(
            order, first, cells["id"], cells["kind"], cells["voxel"], cells["copies"], cells["delivered"],
            cells["taken"], compiled.clearance, compiled.escape, compiled.model.domain.voxel_volume,
            _flat(fields["vesicles"], 1), _flat(fields["cargo"], 2), _flat(fields["vesicle_carry"], 1),
            _flat(fields["cargo_carry"], 2), taken, copies_in, state.step, dt, seed,
        )  # fmt: skip
    state.vesicle_books["internalised"] += taken.sum(axis=0)
    state.cargo_books["internalised"] += copies_in.sum(axis=0)


def _flat(array, n_leading: int):
    return array.reshape(*array.shape[:n_leading], int(np.prod(array.shape[n_leading:])))


@njit(cache=True, nogil=True)
def _release(
    ids, kind, voxel, alive, hypoxia, copies, rate, burst, rate_ln, load, load_ln, rest, vesicles, cargo,
    released, emitted, step, dt, seed,
):  # fmt: skip
    n_vesicles, n_cargoes = load.shape[1], load.shape[2]
    for i in range(ids.shape[0]):  # not parallel: neighbours share voxels, and sums keep their order
        k = kind[i]
        if not alive[i]:
            continue
        for v in range(n_vesicles):
            if rate[k, v] <= 0.0:
                continue
            per_step = release_laws.modulated(rate[k, v], rate_ln[k, v], hypoxia[i]) * dt
            bursts = sampling.poisson(per_step / burst[k, v], seed, RELEASE, step, ids[i] * n_vesicles + v)
            if bursts == 0:
                continue
            count = bursts * burst[k, v]
            vesicles[v, voxel[i]] += count
            released[v] += count
            for c in range(n_cargoes):
                if load[k, v, c] <= 0.0:
                    continue
                loaded = release_laws.modulated(load[k, v, c], load_ln[k, v, c], hypoxia[i])
                q = release_laws.copies_per_vesicle(loaded, copies[i, c], rest[k, c])
                amount = min(copies[i, c], count * q)
                copies[i, c] -= amount
                cargo[v, c, voxel[i]] += amount
                emitted[v, c] += amount


@njit(cache=True, nogil=True, parallel=True)
def _take_up(
    order, first, ids, kind, voxel, copies, delivered, taken, clearance, escape, volume, vesicles, cargo,
    vesicle_carry, cargo_carry, taken_total, copies_total, step, dt, seed,
):  # fmt: skip
    n_vesicles, n_cargoes = cargo.shape[0], cargo.shape[1]
    for g in prange(first.shape[0] - 1):
        here = voxel[order[first[g]]]
        for v in range(n_vesicles):
            total = 0.0
            for j in range(first[g], first[g + 1]):
                total += clearance[kind[order[j]], v]
            number = vesicles[v, here]
            if total <= 0.0 or number <= 0.0:
                continue
            p = uptake_laws.capture_probability(total, volume, dt)
            complete = np.floor(number)
            site = here * n_vesicles + v
            captured = sampling.binomial(int(complete), p, seed, UPTAKE, step, site) + (number - complete) * p
            share = captured / number
            vesicles[v, here] = number - captured
            count, vesicle_carry[v, here] = uptake_laws.whole(vesicle_carry[v, here], captured)
            taken_total[g, v] = count
            left, weight = count, total
            for j in range(first[g], first[g + 1]):
                i = order[j]
                mine = clearance[kind[i], v]
                got = _portion(left, mine, weight, seed, step, ids[i], v * (n_cargoes + 1))
                taken[i, v] += got
                left -= got
                weight -= mine
            for c in range(n_cargoes):
                amount = cargo[v, c, here] * share
                if amount <= 0.0:
                    continue
                cargo[v, c, here] -= amount
                whole, cargo_carry[v, c, here] = uptake_laws.whole(cargo_carry[v, c, here], amount)
                copies_total[g, v, c] = whole
                left, weight = whole, total
                for j in range(first[g], first[g + 1]):
                    i = order[j]
                    mine = clearance[kind[i], v]
                    stream = v * (n_cargoes + 1) + 1 + c
                    got = _portion(left, mine, weight, seed, step, ids[i], stream)
                    left -= got
                    weight -= mine
                    if got > 0:
                        entity = ids[i] * n_vesicles * (n_cargoes + 1) + stream
                        freed = sampling.binomial(got, escape[kind[i], v], seed, ESCAPE, step, entity)
                        copies[i, c] += freed
                        delivered[i, c] += freed


@njit(cache=True, nogil=True)
def _portion(left, mine, weight, seed, step, cell, stream):
    """Draw how many of `left` fall to one cell whose rate is `mine` out of `weight` still to be served."""
    if left == 0:
        return 0
    if mine >= weight * (1.0 - 1e-12):
        return left
    return sampling.binomial(left, mine / weight, seed, SHARE, step, cell * 4096 + stream)
