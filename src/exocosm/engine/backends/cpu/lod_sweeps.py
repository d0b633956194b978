"""The sweeps of an implicit step, one passage through memory per step.

A grid is seen as (substrate, slab axis k, row j, x); a plane of two dimensions has one row at each k.

Along k the lines are eliminated in one passage and solved backwards in the next, which runs the other way,
and finishes a step and begins the next one while a plane is in the cache. So that several threads can work
on one substrate, some planes are joints: the slabs between them are eliminated on their own, and a small
system with constant coefficients, solved between two passages, gives the joints. A slab needs for that its
solution for joints at zero on both sides: at the side where elimination ends this is the last eliminated
plane, at the side where it began it is a weighted sum of all its planes, gathered on the way. This is block
elimination with another order of the unknowns (Wang 1981, doi:10.1145/355945.355951), exact up to rounding.
How a grid is cut depends on its shape alone, so that the bits do not depend on threads.
"""

from __future__ import annotations

from numba import get_thread_id, njit, prange

from .lod_coefficients import BLOCK
from .lod_rows import (
    PART,
    begin_from,
    close,
    close_and_gather,
    eliminate_j,
    eliminate_k,
    exchange_row,
    give,
    hold,
    substitute_j,
    substitute_k,
    substitute_k_from_both,
    sweep_x,
    take,
    take_joint,
)
from .vectors import add, load, multiply, multiply_add, pointer, spread, store

INVERSE, CARRY, SPIKE, SHARE = range(4)  # coefficients along k, per direction


@njit(cache=True, nogil=True, parallel=True)
def passages(u, shape, lanes, steps, taken, active, slabs, coefficients, faces, floor, exchange, work):
    """Take `steps` steps in place.

    Parameters
    ----------
    u : all values, flat
    shape : substrates, planes, rows, columns, row length in the work space
    taken : steps taken before; elimination runs upwards in even ones
    active : (substrates,) whether there is anything to do
    slabs : (slabs, 2) first plane and end of each; a joint lies at each end but the last
    coefficients : along x (inverse, carry; flat), along j (2, S, rows), along k (2 directions, 4, S, planes),
        joints (4, S, joints)
    faces : (S, 6) values held at the ends of k, j and x; NaN where nothing is
    floor : (substrates,) added to each value in each step
    exchange : gain, addition (flat, as u) and the columns (rows of u, 2) where they act; all empty for none
    work : tile, state, here, swept, line per thread; far per slab; joints (two-dimensional)
    """
    substrates, planes, rows, columns, stride = shape
    x_inverse, x_carry, along_j, along_k, between = coefficients
    gain, addition, spans = exchange
    tile, state, here, swept, line, far, joints = work
    n_slabs = slabs.shape[0]
    for step in range(steps + 1):
        up = (taken + step) % 2 == 0
        if step > 0 and n_slabs > 1:
            for row in prange(substrates * rows):
                s = row // rows
                if active[s]:
                    _solve_joints(u, s, row - s * rows, shape, lanes, slabs, between, not up, far, joints)
        for task in prange(substrates * n_slabs):
            s = task // n_slabs
            if active[s]:
                thread = get_thread_id()
                _pass_slab(
                    u, s, task - s * n_slabs, shape, lanes, step > 0, step < steps, up, slabs,
                    x_inverse, x_carry, along_j, along_k, faces, floor[s], gain, addition, spans,
                    tile[thread], state[thread], here[thread], swept[thread], line[thread], far[task], joints,
                )  # fmt: skip


@njit(**PART)
def _solve_joints(u, s, j, shape, lanes, slabs, between, was_up, far, joints):
    """Solve for the joints of one row: (1 + ...) u_q - α (ends of both slabs beside it) = f_q."""
    _, planes, rows, columns, stride = shape
    n = slabs.shape[0] - 1
    own, values = j * stride, pointer(u)
    for q in range(n):
        k = slabs[q, 1]
        row = ((s * planes + k) * rows + j) * columns
        inner = row - rows * columns if was_up else row + rows * columns
        outer = pointer(far[s * (n + 1) + (q + 1 if was_up else q)])
        joint, below = pointer(joints[s * n + q]), pointer(joints[s * n + max(q - 1, 0)])
        a, b, c = spread(between[0, s, q]), spread(between[1, s, q]), spread(between[2, s, q])
        for x in range(0, columns, lanes):
            ends = add(load(values, inner + x, inner + columns), load(outer, own + x, own + x + lanes))
            value = multiply_add(b, ends, multiply(a, load(values, row + x, row + columns)))
            if q > 0:
                value = multiply_add(c, load(below, own + x, own + x + lanes), value)
            store(joint, own + x, own + x + lanes, value)
    for q in range(n - 2, -1, -1):
        joint, above = pointer(joints[s * n + q]), pointer(joints[s * n + q + 1])
        b = spread(between[3, s, q])
        for x in range(own, own + columns, lanes):
            store(joint, x, x + lanes, multiply_add(b, load(above, x, x + lanes), load(joint, x, x + lanes)))


@njit(**PART)
def _pass_slab(
    u, s, m, shape, lanes, finish, begin, up, slabs, x_inverse, x_carry, along_j, along_k, faces, floor,
    gain, addition, spans, tile, state, here, swept, line, far, joints,
):  # fmt: skip
    """Take one slab and the joint above it through a passage: finish a step, begin the next, or both."""
    _, planes, rows, columns, stride = shape
    n_joints = slabs.shape[0] - 1
    first, end = slabs[m]  # the joint, if there is one, is the plane `end`
    count = end - first + (1 if m < n_joints else 0)
    below = s * n_joints + m - 1 if m > 0 else -1
    above = s * n_joints + m if m < n_joints else -1
    near, beyond = (below, above) if up else (above, below)
    at_near, at_beyond = pointer(joints[max(near, 0)]), pointer(joints[max(beyond, 0)])
    at_above = pointer(joints[max(above, 0)])
    u, far, line, here, swept, state, tile, held = (
        pointer(u), pointer(far), pointer(line), pointer(here), pointer(swept), pointer(state), pointer(tile),
        pointer(faces),
    )  # fmt: skip
    x_inverse, x_carry, gain, addition = (
        pointer(x_inverse),
        pointer(x_carry),
        pointer(gain),
        pointer(addition),
    )
    j_inverse, j_carry = pointer(along_j[0, s]), pointer(along_j[1, s])
    this, before = (0, 1) if up else (1, 0)
    holding = False
    for f in range(6):
        holding |= faces[s, f] == faces[s, f]
    exchanging = finish and spans.shape[0] > 0
    inward = first if up else end - 1  # the plane at which elimination begins
    way = columns * rows if up else -columns * rows
    if finish:
        begin_from(here, at_near, near >= 0, rows * stride, lanes, floor)
    together = 1 if rows > 1 else BLOCK  # planes of a single row go together
    blocks = (rows + BLOCK - 1) // BLOCK
    groups = (rows + lanes - 1) // lanes
    for done in range(0, count, together):
        k = first + done if up else first + count - 1 - done
        for block in range(blocks):
            # Blocks of a plane are about equally high: rows [start, stop); or else planes [0, stop) from
            # here on.
            start = block * groups // blocks * lanes if rows > 1 else 0
            stop = min((block + 1) * groups // blocks * lanes, rows) if rows > 1 else min(BLOCK, count - done)
            row = (s * planes + k) * rows + start
            height = stop - start if rows > 1 else 1  # rows with the same coefficients along k
            for i in range(0, stop - start, height):
                plane = k if rows > 1 else (k + i if up else k - i)
                here_row = row if rows > 1 else s * planes + plane
                place = here_row * columns
                if not finish:
                    take(u, place, columns, height, tile, i * stride, stride, lanes, floor)
                elif plane == end:
                    take_joint(
                        at_above, start * stride, columns, height, tile, i * stride, stride, lanes, floor
                    )
                elif beyond >= 0 and along_k[before, SPIKE, s, plane] != 0:
                    substitute_k_from_both(
                        u, place, columns, height, here, start * stride, at_beyond, tile, i * stride, stride,
                        lanes, along_k[before, CARRY, s, plane], along_k[before, SPIKE, s, plane], floor,
                    )  # fmt: skip
                else:
                    substitute_k(
                        u, place, columns, height, here, start * stride, tile, i * stride, stride, lanes,
                        along_k[before, CARRY, s, plane], floor,
                    )  # fmt: skip
                for r in range(height):
                    if exchanging:
                        exchange_row(
                            tile, (i + r) * stride, gain, addition, place + r * columns, columns,
                            spans[here_row + r, 0], spans[here_row + r, 1], lanes,
                        )  # fmt: skip
                    if holding:
                        hold(tile, (i + r) * stride, columns, lanes, held, s, plane, planes, start + r, rows)
                if not begin:
                    give(tile, i * stride, stride, u, place, columns, height, lanes)
            if not begin:
                continue
            sweep_x(tile, stop - start, stride, columns, lanes, x_inverse, x_carry, s * stride, state, floor)
            if holding:
                for i in range(stop - start):
                    plane, j = (k, start + i) if rows > 1 else (k + i if up else k - i, 0)
                    hold(tile, i * stride, columns, lanes, held, s, plane, planes, j, rows)
            if rows > 1:
                eliminate_j(tile, swept, start, stop, columns, stride, lanes, j_inverse, j_carry)
                continue
            for i in range(stop):
                plane = k + i if up else k - i
                place = (s * planes + plane) * columns
                if plane == end:
                    give(tile, i * stride, stride, u, place, columns, 1, lanes)
                else:
                    eliminate_k(
                        tile, i * stride, u, place, way, columns, lanes, plane == inward, near >= 0, far, 0,
                        along_k[this, INVERSE, s, plane], along_k[this, CARRY, s, plane],
                        along_k[this, SHARE, s, plane],
                    )  # fmt: skip
        if begin and rows > 1:
            place = (s * planes + k) * rows * columns
            gather = near >= 0 and along_k[this, SHARE, s, k] != 0
            if holding or k in (end, inward):
                for j in range(rows - 1, -1, -1):
                    substitute_j(swept, j, rows, line, columns, stride, lanes, j_carry)
                    at = 0
                    if holding:
                        at = stride
                        take_joint(line, 0, columns, 1, line, stride, stride, lanes, floor - floor)
                        hold(line, stride, columns, lanes, held, s, k, planes, j, rows)
                    if k == end:
                        give(line, at, stride, u, place + j * columns, columns, 1, lanes)
                    else:
                        eliminate_k(
                            line, at, u, place + j * columns, way, columns, lanes, k == inward, near >= 0,
                            far, j * stride,
                            along_k[this, INVERSE, s, k], along_k[this, CARRY, s, k],
                            along_k[this, SHARE, s, k],
                        )  # fmt: skip
            elif gather:
                close_and_gather(
                    u, place, way, rows, columns, swept, line, stride, lanes, j_carry, far,
                    along_k[this, INVERSE, s, k], along_k[this, CARRY, s, k], along_k[this, SHARE, s, k],
                )  # fmt: skip
            else:
                close(
                    u, place, way, rows, columns, swept, line, stride, lanes, j_carry,
                    along_k[this, INVERSE, s, k], along_k[this, CARRY, s, k],
                )  # fmt: skip
