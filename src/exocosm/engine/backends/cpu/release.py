"""Release of vesicles and their cargo, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from ...compiled import Compiled
from ...compiled_vesicles import (
    APOPTOTIC,
    BUDDING,
    BUDDING_STEP,
    CERAMIDE,
    ESCRT,
    FUSION,
    LYSOSOME,
    RELEASE_STEP,
)
from ...laws import release as laws
from ...laws import sampling
from ...laws.random import BODIES, FORMED, FUSED, GONE, LOADED, RELEASE, STAYED
from ...particles import give_particles
from ...state import State
from .cells import behaviour_value
from .threads import MANY_CELLS, threads_for


def release(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let every living cell release vesicles for `dt` [min], loaded from its present cytosol.

    Multivesicular bodies form, fuse or end in the lysosome as whole bodies; buds are a Poisson draw. Cargo is
    a Poisson draw of whole copies, and leaves the donor's `copies`.
    """
    _emit(compiled, state, np.flatnonzero(state.cells["alive"]), False, dt, seed)


def release_at_death(compiled: Compiled, state: State, dying, seed: int) -> None:
    """Let the cells `dying` (m,) fall into apoptotic bodies, loaded from their cytosol."""
    if len(dying) and np.any(compiled.release.route == APOPTOTIC):
        _emit(compiled, state, dying, True, 0.0, seed)


def emission(compiled: Compiled, state: State, chosen, dying: bool, dt: float, seed: int):
    """Draw what the `chosen` cells (m,) give: vesicles (m, v), and copies (m, v, c) where there are any.

    Copies of a class of which a cell gives no vesicle are not filled in.
    """
    data, cells, b = compiled.release, state.cells, compiled.behaviours
    n_vesicles, n_cargoes = len(compiled.vesicles), len(compiled.cargoes)
    counts = np.empty((len(chosen), n_vesicles), dtype=np.int64)
    copies = np.empty((len(chosen), n_vesicles, n_cargoes), dtype=np.int64)
    with threads_for(len(chosen), MANY_CELLS):
        _draw(
            chosen, dying, cells["id"], cells["kind"], cells["modulators"], cells["bodies"], cells["copies"],
            data.route, data.rate, data.burst, data.ceramide, data.fusion, data.lysosome, data.pooled,
            data.step, data.step_ln, data.modulated, data.load, data.load_ln, data.load_modulator,
            compiled.rest_copies, (b.base, b.column, cells["behaviour"]), compiled.at.vesicle, counts, copies,
            state.step, dt, seed,
        )  # fmt: skip
    return counts, copies


def give(compiled: Compiled, state: State, chosen, counts, copies, account: str, seed: int) -> None:
    """Put vesicles (m, v) with their copies (m, v, c) into the medium around the `chosen` cells (m,).

    One cell after the other, because neighbours share voxels: a sum keeps its order.
    """
    if compiled.model.domain.single_vesicles:
        give_particles(compiled, state, chosen, counts, copies, account, seed)
        return
    fields = state.fields
    _give(
        chosen, state.cells["voxel"], counts, copies, _flat(fields["vesicles"], 1), _flat(fields["cargo"], 2),
        state.vesicle_books[account], state.cargo_books[account],
    )  # fmt: skip


def _emit(compiled: Compiled, state: State, chosen, dying: bool, dt: float, seed: int) -> None:
    counts, copies = emission(compiled, state, chosen, dying, dt, seed)
    give(compiled, state, chosen, counts, copies, "released", seed)


def _flat(array, n_leading: int):
    return array.reshape(*array.shape[:n_leading], int(np.prod(array.shape[n_leading:])))


@njit(cache=True, nogil=True, parallel=True)
def _draw(
    chosen, dying, ids, kind, signals, bodies, held, route, rate, burst, ceramide, fusion, lysosome, pooled,
    step_factor, step_ln, modulated, load, load_ln, load_modulator, rest, behaviours, first_behaviour, counts,
    copies, step, dt, seed,
):  # fmt: skip
    n_vesicles, n_cargoes, n_signals = load.shape[1], load.shape[2], signals.shape[1]
    for m in prange(chosen.shape[0]):
        i = chosen[m]
        k = kind[i]
        for v in range(n_vesicles):
            counts[m, v] = 0
            if (route[k, v] == APOPTOTIC) != dying or route[k, v] == 0:
                continue
            key = ids[i] * n_vesicles + v
            f_release = _factor(step_factor, step_ln, modulated, signals, i, k, v, RELEASE_STEP, n_signals)
            f_release *= behaviour_value(behaviours, k, i, first_behaviour + 2 * v)
            if dying:
                mean = rate[k, v] * f_release
                events = sampling.poisson(mean, seed, BODIES, step, key)
            elif route[k, v] == BUDDING:
                f_budding = _factor(
                    step_factor, step_ln, modulated, signals, i, k, v, BUDDING_STEP, n_signals
                )
                mean = rate[k, v] * f_release * f_budding * dt
                events = sampling.poisson(mean, seed, RELEASE, step, key)
            else:
                f_escrt = _factor(step_factor, step_ln, modulated, signals, i, k, v, ESCRT, n_signals)
                f_ceramide = _factor(step_factor, step_ln, modulated, signals, i, k, v, CERAMIDE, n_signals)
                f_fusion = _factor(step_factor, step_ln, modulated, signals, i, k, v, FUSION, n_signals)
                f_lysosome = _factor(step_factor, step_ln, modulated, signals, i, k, v, LYSOSOME, n_signals)
                forming = laws.formation(rate[k, v], ceramide[k, v], f_release, f_escrt, f_ceramide)
                fusing, ending = fusion[k, v] * f_fusion, lysosome[k, v] * f_lysosome
                share = laws.fused_share(fusing, ending)
                if pooled[k, v]:
                    leaving = fusing + ending
                    there = laws.formed_and_there(forming, leaving, dt)
                    waiting = bodies[i, v]
                    stayed = sampling.binomial(waiting, laws.staying(leaving, dt), seed, STAYED, step, key)
                    formed = sampling.poisson(there, seed, FORMED, step, key)
                    passing = sampling.poisson(max(0.0, forming * dt - there), seed, GONE, step, key)
                    bodies[i, v] = stayed + formed
                    events = sampling.binomial(waiting - stayed + passing, share, seed, FUSED, step, key)
                else:
                    events = sampling.poisson(forming * share * dt, seed, RELEASE, step, key)
            if events == 0:
                continue
            count = int(burst[k, v]) * events
            counts[m, v] = count
            for c in range(n_cargoes):
                copies[m, v, c] = 0
                if load[k, v, c] <= 0.0 or held[i, c] < 1.0:
                    continue
                signal = signals[i, load_modulator[k, v, c]]
                loaded = laws.modulated(load[k, v, c], load_ln[k, v, c], signal)
                q = laws.copies_per_vesicle(loaded, held[i, c], rest[k, c])
                drawn = sampling.poisson(count * q, seed, LOADED, step, key * n_cargoes + c)
                got = min(drawn, int(np.floor(held[i, c])))
                held[i, c] -= got
                copies[m, v, c] = got


@njit(cache=True, nogil=True)
def _factor(step_factor, step_ln, modulated, signals, i, k, v, s, n_signals):
    """Factor on one step: what treatments and genes make of it, times fold ** signal of each modulator."""
    if not modulated[k, v]:
        return step_factor[k, v, s]
    total = 0.0
    for j in range(n_signals):
        total += step_ln[k, v, s, j] * signals[i, j]
    return step_factor[k, v, s] * np.exp(total)


@njit(cache=True, nogil=True)
def _give(chosen, voxel, counts, copies, vesicles, cargo, vesicle_book, cargo_book):
    for m in range(chosen.shape[0]):
        here = voxel[chosen[m]]
        for v in range(counts.shape[1]):
            if counts[m, v] == 0:
                continue
            vesicles[v, here] += counts[m, v]
            vesicle_book[v] += counts[m, v]
            for c in range(copies.shape[2]):
                if copies[m, v, c] != 0:
                    cargo[v, c, here] += copies[m, v, c]
                    cargo_book[v, c] += copies[m, v, c]
