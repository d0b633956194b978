"""Stochastic Boolean networks, compiled: after a flip only the rates that depend on it are looked up."""

from __future__ import annotations

import numba
import numpy as np
from numba import njit, prange

from ... import boolean as codes
from ...boolean import CompiledBoolean
from ...laws import boolean as laws
from .threads import threads_for

MANY_CELLS = 64  # worth more than one thread
GROUP = 16  # nodes whose rates are added first; a sum depends on the state alone, never on how it came about
_ONE = np.uint64(1)

CONSTANT, NODE, NOT, NEGATIVE = codes.CONSTANT, codes.NODE, codes.NOT, codes.NEGATIVE
AND, OR, XOR, EQUAL, UNEQUAL = codes.AND, codes.OR, codes.XOR, codes.EQUAL, codes.UNEQUAL
LESS, AT_MOST, ADD, TIMES, OVER = codes.LESS, codes.AT_MOST, codes.ADD, codes.TIMES, codes.OVER
CHOICE = codes.CHOICE


def advance(compiled: CompiledBoolean, bits, clock, counter, ids, duration, seed, inputs, wrong) -> None:
    """Advance cells in place as `engine.boolean.advance` says; `wrong` (cells,) takes a node of bad rate."""
    n = len(compiled.names)
    groups = (n + GROUP - 1) // GROUP
    with threads_for(len(ids), MANY_CELLS):
        shares = max(1, min(numba.get_num_threads(), len(ids)))
        _advance(
            bits, clock, counter, ids, duration, seed, inputs, wrong, compiled.inputs, compiled.table_first,
            compiled.table, compiled.dependents_first, compiled.dependents, compiled.mask, compiled.cause,
            compiled.program_first, compiled.code, compiled.argument,
            np.zeros((shares, groups * GROUP)), np.zeros((shares, groups)),
            np.zeros((shares, 2, n), dtype=np.int64), np.zeros((shares, compiled.stack)),
        )  # fmt: skip


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _advance(
    bits, clock, counter, ids, duration, seed, inputs, wrong, input_nodes, table_first, table,
    dependents_first, dependents, mask, cause, program_first, code, argument, rates, sums, numbers, stacks,
):  # fmt: skip
    shares = rates.shape[0]
    for share in prange(shares):
        rate, group, stack = rates[share], sums[share], stacks[share]
        index, on = numbers[share, 0], numbers[share, 1]  # place in its table and state of each node
        for cell in range(share * ids.shape[0] // shares, (share + 1) * ids.shape[0] // shares):
            state = bits[cell]
            now, last, count = clock[cell, 0], clock[cell, 1], counter[cell]
            if inputs.shape[0] > 0 and _set_inputs(state, input_nodes, inputs[cell]):
                last, count = now, count + 1
            end = now + duration
            _unpack(state, on)
            bad = _look_up(
                on, table_first, table, dependents, mask, cause, program_first, code, argument, stack, index,
                rate,
            )  # fmt: skip
            for g in range(group.shape[0]):
                group[g] = _sum(rate, g)
            while bad < 0:
                total = 0.0
                for g in range(group.shape[0]):
                    total += group[g]
                if total <= 0.0:
                    break
                u, v = laws.event_draws(seed, ids[cell], count)
                time = last + laws.waiting_time(total, u)
                if time > end:
                    break
                node = _choose(rate, group, v * total)
                on[node] ^= 1
                last, count = time, count + 1
                for d in range(dependents_first[node], dependents_first[node + 1]):
                    i = dependents[d]
                    if table_first[i] >= 0:
                        index[i] ^= mask[d]
                        new = table[table_first[i] + index[i]]
                    else:
                        new = _run(i, on, program_first, code, argument, stack)
                        if not 0.0 <= new < np.inf:
                            bad = i
                    if new != rate[i]:
                        rate[i] = new
                        group[i // GROUP] = _sum(rate, i // GROUP)
            _pack(on, state)
            wrong[cell] = bad
            clock[cell, 0], clock[cell, 1], counter[cell] = end, last, count


@njit(cache=True, nogil=True)
def _set_inputs(state, nodes, values):
    changed = False
    for k in range(nodes.shape[0]):
        word, place = nodes[k] >> 6, np.uint64(nodes[k] & 63)
        if ((state[word] >> place) & _ONE == _ONE) != values[k]:
            state[word] ^= _ONE << place
            changed = True
    return changed


@njit(cache=True, nogil=True)
def _unpack(state, on):
    for i in range(on.shape[0]):
        on[i] = np.int64((state[i >> 6] >> np.uint64(i & 63)) & _ONE)


@njit(cache=True, nogil=True)
def _pack(on, state):
    state[:] = 0
    for i in range(on.shape[0]):
        state[i >> 6] |= np.uint64(on[i]) << np.uint64(i & 63)


@njit(cache=True, nogil=True, error_model="numpy")
def _look_up(
    on, table_first, table, dependents, mask, cause, program_first, code, argument, stack, index, rate
):
    """Fill `index` and `rate` of all nodes from their states; returns a node of bad rate, or -1."""
    index[:] = 0
    for d in range(dependents.shape[0]):
        index[dependents[d]] ^= mask[d] & -on[cause[d]]  # all bits of -1 are on
    bad = -1
    for i in range(table_first.shape[0]):
        if table_first[i] >= 0:
            rate[i] = table[table_first[i] + index[i]]
        else:
            rate[i] = _run(i, on, program_first, code, argument, stack)
            if not 0.0 <= rate[i] < np.inf:
                bad = i
    return bad


@njit(cache=True, nogil=True)
def _sum(rate, g):
    """Add the rates of a group in a fixed order: four chains, then those."""
    a = b = c = d = 0.0
    for i in range(g * GROUP, (g + 1) * GROUP, 4):
        a += rate[i]
        b += rate[i + 1]
        c += rate[i + 2]
        d += rate[i + 3]
    return (a + b) + (c + d)


@njit(cache=True, nogil=True)
def _choose(rate, group, left):
    """Return the node at which the rates, added in their order, pass `left`."""
    last = 0
    for g in range(group.shape[0]):
        if group[g] > 0.0:
            last = g
            if left < group[g]:
                break
            left -= group[g]
    node = -1
    for i in range(last * GROUP, (last + 1) * GROUP):
        if rate[i] > 0.0:
            node = i
            if left < rate[i]:
                break
            left -= rate[i]
    return node


@njit(cache=True, nogil=True, error_model="numpy")
def _run(i, on, program_first, code, argument, stack):
    """Work out the rate of a node without a table: one for the way up, another for the way down."""
    program = 2 * i + on[i]
    top = -1
    for step in range(program_first[program], program_first[program + 1]):
        what = code[step]
        if what == CONSTANT:
            top += 1
            stack[top] = argument[step]
        elif what == NODE:
            top += 1
            stack[top] = on[np.int64(argument[step])]
        elif what == NOT:
            stack[top] = 1.0 if stack[top] == 0.0 else 0.0
        elif what == NEGATIVE:
            stack[top] = -stack[top]
        elif what == CHOICE:
            top -= 2
            stack[top] = stack[top + 1] if stack[top] != 0.0 else stack[top + 2]
        else:
            top -= 1
            stack[top] = _pair(what, stack[top], stack[top + 1])
    return stack[0]


@njit(cache=True, nogil=True, error_model="numpy")
def _pair(what, a, b):
    if what == AND:
        return 1.0 if a != 0.0 and b != 0.0 else 0.0
    if what == OR:
        return 1.0 if a != 0.0 or b != 0.0 else 0.0
    if what == XOR:
        return 1.0 if (a != 0.0) != (b != 0.0) else 0.0
    if what == EQUAL:
        return 1.0 if a == b else 0.0
    if what == UNEQUAL:
        return 1.0 if a != b else 0.0
    if what == LESS:
        return 1.0 if a < b else 0.0
    if what == AT_MOST:
        return 1.0 if a <= b else 0.0
    if what == ADD:
        return a + b
    if what == TIMES:
        return a * b
    return a / b
