"""Release of vesicles and their cargo, cell by cell in plain Python."""

from __future__ import annotations

import math

import numpy as np

from exocosm.model import STEPS

from ...compiled import Compiled
from ...compiled_vesicles import (
    APOPTOTIC,
    BUDDING,
    BUDDING_STEP,
    CERAMIDE,
    ESCRT,
    FUSION,
    LYSOSOME,
    MVB,
    RELEASE_STEP,
)
from ...exchange import behaviour_values
from ...laws import release as laws
from ...laws import sampling
from ...laws.random import BODIES, FORMED, FUSED, GONE, LOADED, RELEASE, STAYED
from ...particles import give_particles
from ...state import State


def release(compiled: Compiled, state: State, dt: float, seed: int) -> None:
    """Let every living cell release vesicles for `dt` [min], loaded from its present cytosol.

    Multivesicular bodies form, fuse or end in the lysosome as whole bodies; buds are a Poisson draw. Cargo is
    a Poisson draw of whole copies, and leaves the donor's `copies`.
    """
    emit(compiled, state, np.flatnonzero(state.cells["alive"]), dt, seed, _released)


def release_at_death(compiled: Compiled, state: State, dying, seed: int) -> None:
    """Let the cells `dying` (m,) fall into apoptotic bodies, loaded from their cytosol."""
    emit(compiled, state, dying, 0.0, seed, _bodies)


def emit(compiled: Compiled, state: State, chosen, dt: float, seed: int, draw) -> None:
    """Let each of the cells `chosen` give the vesicles that `draw` finds, with cargo."""
    n_vesicles, n_cargoes = len(compiled.vesicles), len(compiled.cargoes)
    counts = np.zeros((len(chosen), n_vesicles), dtype=np.int64)
    copies = np.zeros((len(chosen), n_vesicles, n_cargoes), dtype=np.int64)
    for m, cell in enumerate(chosen):
        for v in range(n_vesicles):
            counts[m, v] = draw(compiled, state, cell, v, dt, seed)
            copies[m, v] = _loaded(compiled, state, cell, v, int(counts[m, v]), seed)
    give(compiled, state, chosen, counts, copies, "released", seed)


def give(compiled: Compiled, state: State, chosen, counts, copies, account: str, seed: int) -> None:
    """Put vesicles (m, v) with their copies (m, v, c) into the medium around the `chosen` cells (m,)."""
    if compiled.model.domain.single_vesicles:
        give_particles(compiled, state, chosen, counts, copies, account, seed)
        return
    for m, cell in enumerate(chosen):
        where = place(compiled, state.cells["voxel"][cell])
        for v in range(len(compiled.vesicles)):
            state.fields["vesicles"][(v, *where)] += counts[m, v]
            state.vesicle_books[account][v] += counts[m, v]
            for c in range(len(compiled.cargoes)):
                state.fields["cargo"][(v, c, *where)] += copies[m, v, c]
                state.cargo_books[account][v, c] += copies[m, v, c]


def place(compiled: Compiled, voxel: int) -> tuple[int, int, int]:
    """Return the (z, y, x) of a linear voxel index."""
    _, n_y, n_x = compiled.model.domain.shape
    return int(voxel // (n_y * n_x)), int(voxel // n_x % n_y), int(voxel % n_x)


def step_factors(compiled: Compiled, state: State, cell: int, v: int) -> list[float]:
    """Return the factor on each step of release of one class: treatments, genes and signals.

    The behaviour "<class> release" is one more on the step "release".
    """
    kind, signals = state.cells["kind"][cell], state.cells["modulators"][cell]
    factors = [
        compiled.release.step[kind, v, s] * math.exp(float(compiled.release.step_ln[kind, v, s] @ signals))
        for s in range(len(STEPS))
    ]
    factors[RELEASE_STEP] *= behaviour_values(compiled, state, compiled.at.vesicle + 2 * v)[cell]
    return factors


def _released(compiled: Compiled, state: State, cell: int, v: int, dt: float, seed: int) -> int:
    data, kind = compiled.release, state.cells["kind"][cell]
    factor = step_factors(compiled, state, cell, v)
    key = int(state.cells["id"][cell]) * len(compiled.vesicles) + v
    rate = data.rate[kind, v]
    if data.route[kind, v] == BUDDING:
        mean = rate * factor[RELEASE_STEP] * factor[BUDDING_STEP] * dt
        return int(data.burst[kind, v]) * sampling.poisson(mean, seed, RELEASE, state.step, key)
    if data.route[kind, v] != MVB:
        return 0
    forming = laws.formation(
        rate, data.ceramide[kind, v], factor[RELEASE_STEP], factor[ESCRT], factor[CERAMIDE]
    )
    fusion, lysosome = data.fusion[kind, v] * factor[FUSION], data.lysosome[kind, v] * factor[LYSOSOME]
    share = laws.fused_share(fusion, lysosome)
    if not data.pooled[kind, v]:
        return int(data.burst[kind, v]) * sampling.poisson(
            forming * share * dt, seed, RELEASE, state.step, key
        )
    leaving, bodies = fusion + lysosome, int(state.cells["bodies"][cell, v])
    there = laws.formed_and_there(forming, leaving, dt)
    stayed = sampling.binomial(bodies, laws.staying(leaving, dt), seed, STAYED, state.step, key)
    formed = sampling.poisson(there, seed, FORMED, state.step, key)
    gone = bodies - stayed + sampling.poisson(max(0.0, forming * dt - there), seed, GONE, state.step, key)
    state.cells["bodies"][cell, v] = stayed + formed
    return int(data.burst[kind, v]) * sampling.binomial(gone, share, seed, FUSED, state.step, key)


def _bodies(compiled: Compiled, state: State, cell: int, v: int, dt: float, seed: int) -> int:
    data, kind = compiled.release, state.cells["kind"][cell]
    if data.route[kind, v] != APOPTOTIC:
        return 0
    mean = data.rate[kind, v] * step_factors(compiled, state, cell, v)[RELEASE_STEP]
    key = int(state.cells["id"][cell]) * len(compiled.vesicles) + v
    return int(data.burst[kind, v]) * sampling.poisson(mean, seed, BODIES, state.step, key)


def _loaded(compiled: Compiled, state: State, cell: int, v: int, count: int, seed: int) -> list[int]:
    """Draw the copies of each cargo in `count` vesicles, and take them from the donor."""
    cells, data, kind = state.cells, compiled.release, state.cells["kind"][cell]
    if count == 0:
        return [0] * len(compiled.cargoes)
    copies = []
    for c in range(len(compiled.cargoes)):
        signal = cells["modulators"][cell, data.load_modulator[kind, v, c]]
        loaded = laws.modulated(data.load[kind, v, c], data.load_ln[kind, v, c], signal)
        q = laws.copies_per_vesicle(loaded, cells["copies"][cell, c], compiled.rest_copies[kind, c])
        key = (int(cells["id"][cell]) * len(compiled.vesicles) + v) * len(compiled.cargoes) + c
        drawn = sampling.poisson(count * q, seed, LOADED, state.step, key)
        got = min(drawn, math.floor(cells["copies"][cell, c]))
        cells["copies"][cell, c] -= got
        copies.append(got)
    return copies
