"""Signalling of many cells of one kind, on the card.

The work space holds rows of nodes and columns of cells, so that neighbouring threads, one per node and cell,
follow the same edges for neighbouring cells.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from ...compiled_network import REPRESSION, CompiledNetwork, masks, substeps
from ...laws import signalling as laws
from . import card

Array = np.ndarray

_HALVINGS = 60  # of the bracket of the free miRNA: below the rounding of a float64


def signal(
    network: CompiledNetwork, cells, activity, copies, rest_copies, dt, *, held=None, added=None
) -> None:
    """Advance `activity` (n, nodes) of the given cells (m,) by `dt` [min], from their `copies` (n, c).

    The arguments stand in the reference back end. Arrays go to the card and `activity` back once, however
    many parts the step has; what lies on the card stays there.
    """
    masked = held is not None or added is not None
    off_and_extra = masks(network, activity.shape[0], held, added) if masked else ()
    part = network.whole if masked else network.moving_part
    rows, chosen = len(part.node), len(cells)
    if chosen == 0 or rows == 0:
        return
    cells, there, copies = card.to_card(cells), card.to_card(activity), card.to_card(copies)
    node = card.to_card(part.node)
    production, drives = _act(network, part, cells, copies, np.asarray(rest_copies, dtype=float))
    now, other = card.room((rows, chosen)), card.room((rows, chosen))
    card.for_each(_gather, rows * chosen, cells, node, there, now)
    alive, raised = card.room((0, 0)), card.room((0, 0))
    if masked:
        alive, raised = card.room((rows, chosen)), card.room((rows, chosen))
        off, extra = (card.to_card(mask) for mask in off_and_extra)
        card.for_each(_mask, rows * chosen, cells, node, off, extra, now, alive, raised)
    parts = substeps(network, dt)
    kept = np.exp(-dt / parts / part.tau)
    fixed = [
        card.to_card(a)
        for a in (
            kept, part.resting, part.logit_resting, part.first, part.source, part.strength, part.slot,
            part.complex_of, part.complex_first, part.complex_member,
        )
    ]  # fmt: skip
    for _ in range(parts):
        card.for_each(_relax, rows * chosen, now, *fixed, production, drives, alive, raised, other)
        now, other = other, now
    card.for_each(_scatter, rows * chosen, cells, node, now, there)
    card.bring_back(there, activity)


def free_copies(network: CompiledNetwork, copies):
    """Return the free amount (c,) of every cargo when the sponges of the network have bound theirs."""
    copies = np.asarray(copies, dtype=float)
    return _free_of(network, card.to_card(np.zeros(1, np.int64)), card.to_card(copies[None])).copy_to_host()[
        :, 0
    ]


def _free_of(network: CompiledNetwork, cells: Any, copies: Any) -> Any:
    """Return the free amounts (cargoes, cells) on the card."""
    free = card.room((copies.shape[1], cells.size))
    sponges = (network.sponge_cargo, network.sponge_mirna, network.sponge_half)
    card.for_each(_free, free.size, cells, copies, *(card.to_card(a) for a in sponges), free)
    return free


def _act(network: CompiledNetwork, part: Any, cells: Any, copies: Any, rest: Array) -> tuple[Any, Any]:
    """Return production and drives (slots, cells) on the card: what the cargo of each cell does."""
    production, drives = (card.room((part.n_slots, cells.size)) for _ in range(2))
    free_rest = card.to_card(free_copies(network, rest))
    links = (network.link_kind, network.link_cargo, part.link_slot, network.link_sign, network.link_half)
    card.for_each(
        _act_on_slots, production.size, cells, copies, card.to_card(rest),
        _free_of(network, cells, copies), free_rest, *(card.to_card(a) for a in links), production, drives,
    )  # fmt: skip
    return production, drives


@cuda.jit(cache=True)
def _free(cells, copies, sponge_cargo, sponge_mirna, sponge_half, free):
    """Find what each cargo has left over its sponges, by halving, a thread per cargo and cell."""
    thread = cuda.grid(1)
    cargoes, chosen = free.shape
    if thread < cargoes * chosen:
        c = thread // chosen
        w = thread - c * chosen
        cell = cells[w]
        total = 1.0 * copies[cell, c]  # copies may be whole numbers
        soaked = False
        for t in range(sponge_mirna.shape[0]):
            soaked |= sponge_mirna[t] == c
        low, high = 0.0, total
        if soaked:
            for _ in range(_HALVINGS):
                middle = 0.5 * (low + high)
                if middle in (low, high):
                    break  # the bracket is as narrow as numbers allow
                held = middle
                for t in range(sponge_mirna.shape[0]):
                    if sponge_mirna[t] == c:
                        held += laws.bound(middle, copies[cell, sponge_cargo[t]], sponge_half[t])
                if held > total:
                    high = middle
                else:
                    low = middle
            free[c, w] = 0.5 * (low + high)
        else:
            free[c, w] = total


@cuda.jit(cache=True)
def _act_on_slots(
    cells, copies, rest, free, free_rest, link_kind, link_cargo, link_slot, link_sign, link_half,
    production, drives,
):  # fmt: skip
    thread = cuda.grid(1)
    slots, chosen = production.shape
    if thread < slots * chosen:
        slot = thread // chosen
        w = thread - slot * chosen
        made, driven = 1.0, 0.0
        for k in range(link_kind.shape[0]):
            if link_slot[k] == slot:
                c, half = link_cargo[k], link_half[k]
                if link_kind[k] == REPRESSION:
                    made *= laws.repression(free[c, w], free_rest[c], half)
                else:
                    driven += link_sign[k] * laws.drive(copies[cells[w], c], rest[c], half)
        production[slot, w] = made
        drives[slot, w] = driven


@cuda.jit(cache=True)
def _gather(cells, node, activity, x):
    thread = cuda.grid(1)
    rows, chosen = x.shape
    if thread < rows * chosen:
        i = thread // chosen
        w = thread - i * chosen
        x[i, w] = activity[cells[w], node[i]]


@cuda.jit(cache=True)
def _scatter(cells, node, x, activity):
    thread = cuda.grid(1)
    rows, chosen = x.shape
    if thread < rows * chosen:
        i = thread // chosen
        w = thread - i * chosen
        activity[cells[w], node[i]] = x[i, w]


@cuda.jit(cache=True)
def _mask(cells, node, off, extra, x, alive, raised):
    thread = cuda.grid(1)
    rows, chosen = x.shape
    if thread < rows * chosen:
        i = thread // chosen
        w = thread - i * chosen
        row = cells[w] if off.shape[0] > 1 else 0
        drive_row = cells[w] if extra.shape[0] > 1 else 0
        alive[i, w] = 0.0 if off[row, node[i]] else 1.0
        raised[i, w] = extra[drive_row, node[i]]
        x[i, w] *= alive[i, w]


@cuda.jit(cache=True)
def _relax(
    x, kept, resting, logit_resting, first, source, strength, slot, complex_of, complex_first,
    complex_member, production, drives, alive, raised, out,
):  # fmt: skip
    """Move each node of each cell towards what its inputs ask for, from the activities before."""
    thread = cuda.grid(1)
    rows, chosen = x.shape
    if thread < rows * chosen:
        i = thread // chosen
        w = thread - i * chosen
        masked = alive.size > 0
        inputs = 0.0
        for e in range(first[i], first[i + 1]):
            other = source[e]
            inputs += strength[e] * (x[other, w] - resting[other])
        if masked:
            inputs += raised[i, w]
        made = 1.0
        if slot[i] >= 0:
            inputs += drives[slot[i], w]
            made = production[slot[i], w]
        c = complex_of[i]
        if c >= 0:
            scarcest = x[complex_member[complex_first[c]], w] / resting[complex_member[complex_first[c]]]
            for m in range(complex_first[c] + 1, complex_first[c + 1]):
                member = complex_member[m]
                scarcest = min(scarcest, x[member, w] / resting[member])
            level = laws.complex_level(resting[i], scarcest)
            aim = laws.aimed_complex(made, level, inputs)
        else:
            aim = laws.aimed_activity(made, logit_resting[i], inputs)
        value = laws.relaxed(x[i, w], aim, kept[i])
        out[i, w] = value * alive[i, w] if masked else value
