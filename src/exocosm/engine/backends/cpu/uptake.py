"""Uptake of vesicles and their cargo, compiled: voxels in parallel, the cells of a voxel one by one."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import Compiled
from ...compiled_vesicles import CYTOSOL, SURFACE
from ...laws import fate as fate_laws
from ...laws import sampling
from ...laws import uptake as laws
from ...laws.random import (
    COPIES,
    COPIES_OF_FRACTION,
    COPY_FRACTION,
    COPY_SHARE,
    DESTINATION,
    FRACTION,
    SHARE,
    UPTAKE,
    uniform,
)
from ...state import State
from .cells import behaviour_value
from .threads import MANY_CELLS, threads_for

_CHUNKS = 64  # the same on any number of threads: books are summed chunk by chunk


def take_up(compiled: Compiled, state: State, order, first, dt: float, seed: int) -> None:
    """Let the living cells of each voxel take up whole vesicles and whole copies for `dt` [min].

    `order` lists living cells voxel by voxel, group g being order[first[g]:first[g + 1]]. Vesicles go where
    the route leads: into endosomes, to the surface, or straight into the cytosol.
    """
    cells, fields, data = state.cells, state.fields, compiled.uptake
    n_vesicles, n_cargoes = len(compiled.vesicles), len(compiled.cargoes)
    rates = np.empty((len(order), n_vesicles, 3))
    ways, tails = np.empty((len(order), 3), dtype=np.int64), np.empty(len(order))
    sums = np.zeros((_CHUNKS, n_vesicles, n_cargoes + 1, 3))
    with threads_for(len(order), MANY_CELLS):
        _take_up(
            order, first, cells["id"], cells["kind"], cells["voxel"], cells["modulators"], data.n_routes,
            data.clearance, data.match, data.half, data.destination, data.ln, data.limit,
            _unmodulated(compiled), _factors(compiled, state), cells["copies"], cells["delivered"],
            cells["taken"], cells["docked"], cells["docked_copies"], cells["endosome"],
            cells["endosome_copies"], _flat(fields["vesicles"], 1), _flat(fields["cargo"], 2),
            compiled.model.domain.voxel_volume, rates, ways, tails, sums, state.step, dt, seed,
        )  # fmt: skip
    total = sums.sum(axis=0)
    for j, name in enumerate(("taken", "unsettled", "cytosolic")):
        state.vesicle_books[name] += total[:, 0, j]
        state.cargo_books[name] += total[:, 1:, j]


def fill_clearances(compiled: Compiled, state: State, order, rates) -> None:
    """Fill `rates` (n, v, 3) [µm³/min]: what the cells of `order` (n,) empty of each class per minute.

    In all, into the cytosol, and onto the surface, with as many vesicles as the fields hold.
    """
    data, cells = compiled.uptake, state.cells
    _fill_clearances(
        order, cells["kind"], cells["voxel"], _flat(state.fields["vesicles"], 1),
        compiled.model.domain.voxel_volume, cells["modulators"], data.n_routes, data.clearance, data.match,
        data.half, data.destination, data.ln, data.limit, _unmodulated(compiled), _factors(compiled, state),
        rates,
    )  # fmt: skip


def _unmodulated(compiled: Compiled):
    """Mark the kinds (k,) whose clearances depend neither on signals nor on how many vesicles there are."""
    data = compiled.uptake
    return ~data.ln.any(axis=(1, 2)) & np.isinf(data.half).all(axis=1)


def _factors(compiled: Compiled, state: State):
    """Return where the behaviours "<class> uptake" are found: arrays, and the first index."""
    b = compiled.behaviours
    return b.base, b.column, state.cells["behaviour"], compiled.at.vesicle + 1


def _flat(array, n_leading: int):
    return array.reshape(*array.shape[:n_leading], int(np.prod(array.shape[n_leading:])))


@njit(cache=True, nogil=True, parallel=True)
def _take_up(
    order, first, ids, kind, voxel, signals, n_routes, clearance, match, half, destination, ln, limit, plain,
    factors, copies, delivered, taken, docked, docked_copies, endosome, endosome_copies, vesicles, cargo,
    volume, rates, ways, tails, sums, step, dt, seed,
):  # fmt: skip
    n_groups, n_vesicles, n_cargoes = first.shape[0] - 1, cargo.shape[0], cargo.shape[1]
    n_chunks = sums.shape[0]
    for chunk in prange(n_chunks):
        for g in range(chunk * n_groups // n_chunks, (chunk + 1) * n_groups // n_chunks):
            a, b = first[g], first[g + 1]
            here = voxel[order[a]]
            full = True
            for v in range(n_vesicles):
                full = full and vesicles[v, here] <= 0.0
            if full:
                continue  # nothing here to take
            for j in range(a, b):
                _clearances(
                    order[j], kind[order[j]], here, vesicles, volume, signals, n_routes, clearance, match,
                    half, destination, ln, limit, plain, factors, rates[j],
                )  # fmt: skip
            for v in range(n_vesicles):
                number = vesicles[v, here]
                total = 0.0
                for j in range(a, b):
                    total += rates[j, v, 0]
                if total <= 0.0 or number <= 0.0:
                    continue
                p = laws.capture_probability(total, volume, dt)
                site = here * n_vesicles + v
                whole = int(np.floor(number))
                fraction = number - whole
                of_whole = sampling.binomial(whole, p, seed, UPTAKE, step, site)
                of_fraction = 0
                rest = 0.0
                if fraction > 0.0:
                    if uniform(seed, FRACTION, step, site, 0) < fraction * p:
                        of_fraction = 1
                    else:
                        rest = laws.left_of_fraction(fraction, p)
                count = of_whole + of_fraction
                left = whole - of_whole + rest
                vesicles[v, here] = left
                sums[chunk, v, 0, 0] += count
                sums[chunk, v, 0, 1] += number - left - count
                if count > 0:
                    _share(
                        a, b, order, ids, count, rates, v, n_vesicles, taken, docked, endosome, ways,
                        tails, sums[chunk], step, seed,
                    )  # fmt: skip
                for c in range(n_cargoes):
                    content = cargo[v, c, here]
                    if content <= 0.0:
                        continue
                    key = site * n_cargoes + c
                    on_whole = content * (whole / number) if fraction > 0.0 else content
                    kept, drawn = _from_whole(on_whole, whole, of_whole, key, step, seed)
                    if of_fraction == 1:
                        drawn += sampling.poisson(content / number, seed, COPIES_OF_FRACTION, step, key)
                    elif fraction > 0.0:
                        kept += (content - on_whole) * (rest / fraction)
                    cargo[v, c, here] = kept
                    sums[chunk, v, c + 1, 0] += drawn
                    sums[chunk, v, c + 1, 1] += content - kept - drawn
                    if drawn > 0:
                        _share_copies(
                            a, b, order, ids, drawn, ways, v, c, n_vesicles, n_cargoes, copies, delivered,
                            docked_copies, endosome_copies, sums[chunk], step, seed,
                        )  # fmt: skip


@njit(cache=True, nogil=True)
def _fill_clearances(
    order, kind, voxel, vesicles, volume, signals, n_routes, clearance, match, half, destination, ln, limit,
    plain, factors, rates,
):  # fmt: skip
    for j in range(order.shape[0]):
        i = order[j]
        _clearances(
            i, kind[i], voxel[i], vesicles, volume, signals, n_routes, clearance, match, half, destination,
            ln, limit, plain, factors, rates[j],
        )  # fmt: skip


@njit(cache=True, nogil=True)
def _clearances(
    i, k, here, vesicles, volume, signals, n_routes, clearance, match, half, destination, ln, limit, plain,
    factors, out,
):  # fmt: skip
    """Fill `out` (v, 3): the volume cell i empties of each class: in all, into its cytosol, its surface."""
    n_vesicles = vesicles.shape[0]
    out[:, :] = 0.0
    for r in range(n_routes[k]):
        load, free = 0.0, clearance[k, r]
        if not plain[k]:
            signal = 0.0
            for m in range(signals.shape[1]):
                signal += ln[k, r, m] * signals[i, m]
            free *= np.exp(signal)
            for s in range(n_vesicles):
                load += match[k, r, s] * (vesicles[s, here] / volume)
        for v in range(n_vesicles):
            part = behaviour_value(factors[:3], k, i, factors[3] + 2 * v) * laws.route_clearance(
                free, match[k, r, v], load, half[k, r]
            )
            out[v, 0] += part
            if destination[k, r] == CYTOSOL:
                out[v, 1] += part
            elif destination[k, r] == SURFACE:
                out[v, 2] += part
    for v in range(n_vesicles):
        if out[v, 0] > limit[k, v]:
            scale = limit[k, v] / out[v, 0]
            out[v, 0], out[v, 1], out[v, 2] = limit[k, v], out[v, 1] * scale, out[v, 2] * scale


@njit(cache=True, nogil=True)
def _from_whole(content, whole, taken, key, step, seed):
    """Draw the copies that go with `taken` of `whole` vesicles: (what is left, whole copies drawn)."""
    if taken == 0:
        return content, 0
    share = taken / whole
    copies = int(np.floor(content))
    fraction = content - copies
    drawn = 0
    if copies > 0:
        drawn = sampling.binomial(copies, share, seed, COPIES, step, key)
    if uniform(seed, COPY_FRACTION, step, key, 0) < fraction * share:
        return float(copies - drawn), drawn + 1
    return copies - drawn + laws.left_of_fraction(fraction, share), drawn


@njit(cache=True, nogil=True)
def _share(
    a, b, order, ids, count, rates, v, n_vesicles, taken, docked, endosome, ways, tails, sums, step, seed
):  # fmt: skip
    """Share whole vesicles among the cells of a voxel by their rates, and send them where routes lead."""
    weight = 0.0
    for j in range(b - 1, a - 1, -1):  # summed from the end, so that the last gets exactly what is left
        weight += rates[j, v, 0]
        tails[j] = weight
    left = count
    for j in range(a, b):
        i = order[j]
        rate = rates[j, v, 0]
        key = ids[i] * n_vesicles + v
        got = 0
        if left > 0 and tails[j] > 0.0:
            got = sampling.binomial(left, rate / tails[j], seed, SHARE, step, key)
        left -= got
        straight = onto = 0
        if got > 0:
            if rates[j, v, 1] > 0.0:
                straight = sampling.binomial(got, rates[j, v, 1] / rate, seed, DESTINATION, step, key * 2)
            if rates[j, v, 2] > 0.0:
                share = fate_laws.next_share(rates[j, v, 2] / rate, rates[j, v, 1] / rate)
                onto = sampling.binomial(got - straight, share, seed, DESTINATION, step, key * 2 + 1)
            taken[i, v] += got
            if onto > 0:
                docked[i, v] += onto
            endosome[i, v] += got - straight - onto
            sums[v, 0, 2] += straight
        ways[j, 0], ways[j, 1], ways[j, 2] = got, straight, onto


@njit(cache=True, nogil=True)
def _share_copies(
    a, b, order, ids, drawn, ways, v, c, n_vesicles, n_cargoes, copies, delivered, docked_copies,
    endosome_copies, sums, step, seed,
):  # fmt: skip
    """Copies go with the vesicles: each of those taken is as likely as the others to hold one."""
    left, weight = drawn, 0
    for j in range(a, b):
        weight += ways[j, 0]
    for j in range(a, b):
        count = ways[j, 0]
        if left == 0:
            return
        if count == 0:
            continue
        i = order[j]
        key = (ids[i] * n_vesicles + v) * (n_cargoes * 3) + c * 3
        got = sampling.binomial(left, count / weight, seed, COPY_SHARE, step, key)
        left -= got
        weight -= count
        into = onto = 0
        if ways[j, 1] > 0:
            into = sampling.binomial(got, ways[j, 1] / count, seed, COPY_SHARE, step, key + 1)
        if ways[j, 2] > 0:
            share = ways[j, 2] / (count - ways[j, 1])
            onto = sampling.binomial(got - into, share, seed, COPY_SHARE, step, key + 2)
        copies[i, c] += into
        delivered[i, c] += into
        sums[v, c + 1, 2] += into
        if onto > 0:
            docked_copies[i, v, c] += onto
        endosome_copies[i, v, c] += got - into - onto
