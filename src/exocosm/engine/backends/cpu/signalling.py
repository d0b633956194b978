"""Signalling of many cells of one kind, compiled.

Cells are worked on in blocks: the activities of `BLOCK` cells lie next to each other for each node, so that
one instruction serves several cells. No number of a cell depends on its place in a block.
"""

from __future__ import annotations

import numba
import numpy as np
from numba import njit, prange

from ...compiled_network import REPRESSION, CompiledNetwork, masks, substeps
from ...laws import signalling as laws
from .threads import MANY_CELLS, threads_for

BLOCK = 64  # cells
LINE = 8  # cells whose activities of one node share a line of the cache
_HALVINGS = 60  # of the bracket of the free miRNA: below the rounding of a float64


def signal(
    network: CompiledNetwork, cells, activity, copies, rest_copies, dt, *, held=None, added=None
) -> None:
    """Advance `activity` (n, nodes) of the given cells (m,) by `dt` [min], from their `copies` (n, c).

    `held` (nodes,) or (n, nodes): True where a node is knocked out and stays at 0. `added`, of the same
    shape: what over-expression adds to a node's drive [logit]. Cargo does not change during `dt`. Nodes that
    nothing acts on must be at rest (not checked) unless masks are given; long steps are split (`substeps`).
    """
    masked = held is not None or added is not None
    part = network.whole if masked else network.moving_part
    off, extra = masks(network, len(activity), held, added) if masked else _NO_MASKS
    parts = substeps(network, dt)
    with threads_for(len(cells), MANY_CELLS):
        blocks = (len(cells) + BLOCK - 1) // BLOCK
        shares = min(numba.get_num_threads(), blocks)
        rows, slots = len(part.node), part.n_slots
        work = np.empty((shares, 2 * rows + 2 * slots + (2 * rows if masked else 0) + 2, BLOCK))
        _signal(
            cells, activity, copies, rest_copies, free_copies(network, rest_copies), parts,
            np.exp(-dt / parts / part.tau), part.node, part.resting, part.logit_resting, part.first,
            part.source, part.strength, part.slot, part.complex_of, part.complex_first, part.complex_member,
            network.link_kind, network.link_cargo, part.link_slot, network.link_sign, network.link_half,
            network.sponge_cargo, network.sponge_mirna, network.sponge_half, slots, masked, off, extra, work,
        )  # fmt: skip


_NO_MASKS = (np.zeros((1, 0), dtype=bool), np.zeros((1, 0)))


def free_copies(network: CompiledNetwork, copies):
    """Return the free amount (c,) of every cargo when the sponges of the network have bound theirs."""
    free = np.empty_like(copies)
    _free(copies, network.sponge_cargo, network.sponge_mirna, network.sponge_half, free)
    return free


@njit(cache=True, nogil=True)
def _free(copies, sponge_cargo, sponge_mirna, sponge_half, free):
    free[:] = copies
    for s in range(sponge_mirna.shape[0]):
        mirna = sponge_mirna[s]
        low, high = 0.0, copies[mirna]
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break  # the bracket is as narrow as numbers allow
            total = middle
            for t in range(sponge_mirna.shape[0]):
                if sponge_mirna[t] == mirna:
                    total += laws.bound(middle, copies[sponge_cargo[t]], sponge_half[t])
            if total > copies[mirna]:
                high = middle
            else:
                low = middle
        free[mirna] = 0.5 * (low + high)


# error_model: a test for a divisor of 0 in every lane would keep the loops from being vectorised.
@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _signal(
    cells, activity, copies, rest_copies, free_rest, parts, kept, node, resting, logit_resting, first, source,
    strength, slot, complex_of, complex_first, complex_member, link_kind, link_cargo, link_slot, link_sign,
    link_half, sponge_cargo, sponge_mirna, sponge_half, slots, masked, off, extra, work,
):  # fmt: skip
    rows, shares = node.shape[0], work.shape[0]
    blocks = (cells.shape[0] + BLOCK - 1) // BLOCK
    for share in prange(shares):
        free = np.empty(copies.shape[1])
        x, change = work[share, :rows], work[share, rows : 2 * rows]
        production = work[share, 2 * rows : 2 * rows + slots]
        drives = work[share, 2 * rows + slots : 2 * rows + 2 * slots]
        inputs, scarcest = work[share, 2 * rows + 2 * slots], work[share, 2 * rows + 2 * slots + 1]
        alive = work[share, 2 * rows + 2 * slots + 2 : 3 * rows + 2 * slots + 2]
        raised = work[share, 3 * rows + 2 * slots + 2 :]
        for block in range(share * blocks // shares, (share + 1) * blocks // shares):
            mine = cells[block * BLOCK : (block + 1) * BLOCK]
            _act(
                mine, copies, rest_copies, free_rest, link_kind, link_cargo, link_slot, link_sign, link_half,
                sponge_cargo, sponge_mirna, sponge_half, free, production, drives,
            )  # fmt: skip
            _gather(mine, activity, node, x)
            if masked:
                _mask(mine, off, extra, node, x, alive, raised)
            for _ in range(parts):
                _depart(x, resting, change)
                for i in range(rows):
                    _inputs(i, first, source, strength, change, inputs)
                    if masked:
                        inputs += raised[i]
                    if slot[i] >= 0:
                        inputs += drives[slot[i]]
                    if complex_of[i] >= 0:
                        members = complex_member[
                            complex_first[complex_of[i]] : complex_first[complex_of[i] + 1]
                        ]
                        _scarcest(members, change, resting, scarcest)
                        _relax_complex(x[i], resting[i], scarcest, inputs, kept[i], slot[i], production)
                    else:
                        _relax(x[i], logit_resting[i], inputs, kept[i], slot[i], production)
                    if masked:
                        x[i] *= alive[i]
            _scatter(mine, activity, node, x)


@njit(cache=True, nogil=True, error_model="numpy")
def _act(
    cells, copies, rest_copies, free_rest, link_kind, link_cargo, link_slot, link_sign, link_half,
    sponge_cargo, sponge_mirna, sponge_half, free, production, drives,
):  # fmt: skip
    """Fill `production` and `drives` (slots, BLOCK) with what the cargo of each cell does."""
    production[:] = 1.0
    drives[:] = 0.0
    for w in range(cells.shape[0]):
        mine = copies[cells[w]]
        _free(mine, sponge_cargo, sponge_mirna, sponge_half, free)
        for k in range(link_kind.shape[0]):
            c, s, half = link_cargo[k], link_slot[k], link_half[k]
            if link_kind[k] == REPRESSION:
                production[s, w] *= laws.repression(free[c], free_rest[c], half)
            else:
                drives[s, w] += link_sign[k] * laws.drive(mine[c], rest_copies[c], half)


@njit(cache=True, nogil=True)
def _gather(cells, activity, node, x):
    """Turn the activities of some cells into rows; places without a cell repeat the last one."""
    last = cells.shape[0] - 1
    for start in range(0, BLOCK, LINE):
        c0, c1 = cells[min(start, last)], cells[min(start + 1, last)]
        c2, c3 = cells[min(start + 2, last)], cells[min(start + 3, last)]
        c4, c5 = cells[min(start + 4, last)], cells[min(start + 5, last)]
        c6, c7 = cells[min(start + 6, last)], cells[min(start + 7, last)]
        for i in range(node.shape[0]):
            n = node[i]
            x[i, start], x[i, start + 1] = activity[c0, n], activity[c1, n]
            x[i, start + 2], x[i, start + 3] = activity[c2, n], activity[c3, n]
            x[i, start + 4], x[i, start + 5] = activity[c4, n], activity[c5, n]
            x[i, start + 6], x[i, start + 7] = activity[c6, n], activity[c7, n]


@njit(cache=True, nogil=True)
def _scatter(cells, activity, node, x):
    full = cells.shape[0] // LINE * LINE
    for start in range(0, full, LINE):
        c0, c1, c2, c3 = cells[start], cells[start + 1], cells[start + 2], cells[start + 3]
        c4, c5, c6, c7 = cells[start + 4], cells[start + 5], cells[start + 6], cells[start + 7]
        for i in range(node.shape[0]):
            n = node[i]
            activity[c0, n], activity[c1, n] = x[i, start], x[i, start + 1]
            activity[c2, n], activity[c3, n] = x[i, start + 2], x[i, start + 3]
            activity[c4, n], activity[c5, n] = x[i, start + 4], x[i, start + 5]
            activity[c6, n], activity[c7, n] = x[i, start + 6], x[i, start + 7]
    for w in range(full, cells.shape[0]):
        for i in range(node.shape[0]):
            activity[cells[w], node[i]] = x[i, w]


@njit(cache=True, nogil=True)
def _mask(cells, off, extra, node, x, alive, raised):
    for w in range(BLOCK):
        cell = cells[min(w, cells.shape[0] - 1)]
        row = cell if off.shape[0] > 1 else 0
        drive_row = cell if extra.shape[0] > 1 else 0
        for i in range(node.shape[0]):
            alive[i, w] = 0.0 if off[row, node[i]] else 1.0
            raised[i, w] = extra[drive_row, node[i]]
            x[i, w] *= alive[i, w]


@njit(cache=True, nogil=True)
def _depart(x, resting, change):
    for i in range(resting.shape[0]):
        for w in range(BLOCK):
            change[i, w] = x[i, w] - resting[i]


@njit(cache=True, nogil=True)
def _inputs(i, first, source, strength, change, inputs):
    inputs[:] = 0.0
    for e in range(first[i], first[i + 1]):
        weight, row = strength[e], change[source[e]]
        for w in range(BLOCK):
            inputs[w] += weight * row[w]


@njit(cache=True, nogil=True, error_model="numpy")
def _relax(x, logit_resting, inputs, kept, slot, production):
    if slot >= 0:
        for w in range(BLOCK):
            x[w] = laws.relaxed(
                x[w], laws.aimed_activity(production[slot, w], logit_resting, inputs[w]), kept
            )
    else:
        for w in range(BLOCK):
            x[w] = laws.relaxed(x[w], laws.aimed_activity(1.0, logit_resting, inputs[w]), kept)


@njit(cache=True, nogil=True, error_model="numpy")
def _scarcest(members, change, resting, scarcest):
    scarcest[:] = np.inf
    for j in members:
        for w in range(BLOCK):
            scarcest[w] = min(scarcest[w], (resting[j] + change[j, w]) / resting[j])


@njit(cache=True, nogil=True, error_model="numpy")
def _relax_complex(x, resting, scarcest, inputs, kept, slot, production):
    for w in range(BLOCK):
        factor = production[slot, w] if slot >= 0 else 1.0
        level = laws.complex_level(resting, scarcest[w])
        x[w] = laws.relaxed(x[w], laws.aimed_complex(factor, level, inputs[w]), kept)
