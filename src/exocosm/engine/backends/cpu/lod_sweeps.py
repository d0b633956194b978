"""The sweeps of an implicit step, one passage through memory per step.

A grid is seen as (substrate, slab axis k, row j, x); a plane of two dimensions has one row at each k.

Along k the lines are eliminated in one passage and solved backwards in the next, which runs the other way, and
finishes a step and begins the next one while a plane is in the cache. So that several threads can work on one
substrate, some planes are joints: the slabs between them are eliminated on their own, and a small system with
constant coefficients, solved between two passages, gives the joints. A slab needs for that its solution for joints
at zero on both sides: at the side where elimination ends this is the last eliminated plane, at the side where it
began it is a weighted sum of all its planes, gathered on the way. This is block elimination with another order of
the unknowns (Wang 1981, doi:10.1145/355945.355951), exact up to rounding. How a grid is cut depends on its shape
alone, so that the bits do not depend on threads.
"""

from __future__ import annotations

from numba import get_thread_id, njit, prange

from .lod_coefficients import BLOCK
from .vectors import (
    add,
    eliminate_tile,
    fetch,
    load,
    multiply,
    multiply_add,
    pointer,
    spread,
    store,
    substitute_tile,
)

INVERSE, CARRY, SPIKE, SHARE = range(4)  # coefficients along k, per direction
COUPLE, FORWARD, BACKWARD = range(1, 4)  # those of the joints, after INVERSE

# Parts of `passages`, never called from Python: without the wrappers for that they compile in a fraction of the time.
PART = {"cache": True, "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


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
    floor : added to each value in each step
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
                    u, s, task - s * n_slabs, shape, lanes, step > 0, step < steps, up, slabs, x_inverse, x_carry,
                    along_j, along_k, faces, floor, gain, addition, spans, tile[thread], state[thread], here[thread],
                    swept[thread], line[thread], far[task], joints,
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
    x_inverse, x_carry, gain, addition = pointer(x_inverse), pointer(x_carry), pointer(gain), pointer(addition)
    j_inverse, j_carry = pointer(along_j[0, s]), pointer(along_j[1, s])
    this, before = (0, 1) if up else (1, 0)
    holding = False
    for f in range(6):
        holding |= faces[s, f] == faces[s, f]
    exchanging = finish and spans.shape[0] > 0
    inward = first if up else end - 1  # the plane at which elimination begins
    way = columns * rows if up else -columns * rows
    if finish:
        _start(here, at_near, near >= 0, rows * stride, lanes, floor)
    together = 1 if rows > 1 else BLOCK  # planes of a single row go together
    blocks = (rows + BLOCK - 1) // BLOCK
    groups = (rows + lanes - 1) // lanes
    for done in range(0, count, together):
        k = first + done if up else first + count - 1 - done
        for block in range(blocks):
            # Blocks of a plane are about equally high: rows [start, stop); or else planes [0, stop) from here on.
            start = block * groups // blocks * lanes if rows > 1 else 0
            stop = min((block + 1) * groups // blocks * lanes, rows) if rows > 1 else min(BLOCK, count - done)
            row = (s * planes + k) * rows + start
            height = stop - start if rows > 1 else 1  # rows with the same coefficients along k
            for i in range(0, stop - start, height):
                plane = k if rows > 1 else (k + i if up else k - i)
                here_row = row if rows > 1 else s * planes + plane
                place = here_row * columns
                if not finish:
                    _take(u, place, columns, height, tile, i * stride, stride, lanes, floor)
                elif plane == end:
                    _take_joint(at_above, start * stride, columns, height, tile, i * stride, stride, lanes, floor)
                elif beyond >= 0 and along_k[before, 2, s, plane] != 0:
                    _finish_both(
                        u, place, columns, height, here, start * stride, at_beyond, tile, i * stride, stride, lanes,
                        along_k[before, 1, s, plane], along_k[before, 2, s, plane], floor,
                    )  # fmt: skip
                else:
                    _finish(
                        u, place, columns, height, here, start * stride, tile, i * stride, stride, lanes,
                        along_k[before, 1, s, plane], floor,
                    )  # fmt: skip
                for r in range(height):
                    if exchanging:
                        _exchange(
                            tile, (i + r) * stride, gain, addition, place + r * columns, columns,
                            spans[here_row + r, 0], spans[here_row + r, 1], lanes,
                        )  # fmt: skip
                    if holding:
                        _hold(tile, (i + r) * stride, columns, held, s, plane, planes, start + r, rows)
                if not begin:
                    _give(tile, i * stride, stride, u, place, columns, height, lanes)
            if not begin:
                continue
            _sweep_x(tile, stop - start, stride, columns, lanes, x_inverse, x_carry, s * stride, state, floor)
            if holding:
                for i in range(stop - start):
                    plane, j = (k, start + i) if rows > 1 else (k + i if up else k - i, 0)
                    _hold(tile, i * stride, columns, held, s, plane, planes, j, rows)
            if rows > 1:
                _eliminate_j(tile, swept, start, stop, columns, stride, lanes, j_inverse, j_carry)
                continue
            for i in range(stop):
                plane = k + i if up else k - i
                place = (s * planes + plane) * columns
                if plane == end:
                    _give(tile, i * stride, stride, u, place, columns, 1, lanes)
                else:
                    _eliminate_k(
                        tile, i * stride, u, place, way, columns, lanes, plane == inward, near >= 0, far, 0,
                        along_k[this, 0, s, plane], along_k[this, 1, s, plane], along_k[this, 3, s, plane],
                    )  # fmt: skip
        if begin and rows > 1:
            place = (s * planes + k) * rows * columns
            gather = near >= 0 and along_k[this, 3, s, k] != 0
            if holding or k == end or k == inward:
                for j in range(rows - 1, -1, -1):
                    _substitute_j(swept, j, rows, line, columns, stride, lanes, j_carry)
                    at = 0
                    if holding:
                        at = stride
                        _take_joint(line, 0, columns, 1, line, stride, stride, lanes, floor - floor)
                        _hold(line, stride, columns, held, s, k, planes, j, rows)
                    if k == end:
                        _give(line, at, stride, u, place + j * columns, columns, 1, lanes)
                    else:
                        _eliminate_k(
                            line, at, u, place + j * columns, way, columns, lanes, k == inward, near >= 0,
                            far, j * stride,
                            along_k[this, 0, s, k], along_k[this, 1, s, k], along_k[this, 3, s, k],
                        )  # fmt: skip
            elif gather:
                _close_and_gather(
                    u, place, way, rows, columns, swept, line, stride, lanes, j_carry, far,
                    along_k[this, 0, s, k], along_k[this, 1, s, k], along_k[this, 3, s, k],
                )  # fmt: skip
            else:
                _close(
                    u, place, way, rows, columns, swept, line, stride, lanes, j_carry,
                    along_k[this, 0, s, k], along_k[this, 1, s, k],
                )  # fmt: skip


@njit(**PART)
def _start(here, joint, there_is, size, lanes, floor):
    """Begin to solve backwards from a joint, or from nothing at the end of the grid."""
    nothing = spread(floor - floor)
    for x in range(0, size, lanes):
        store(here, x, x + lanes, load(joint, x, x + lanes) if there_is else nothing)


@njit(**PART)
def _take(u, row, columns, height, tile, at, stride, lanes, floor):
    f = spread(floor)
    for r in range(height):
        a, b = row + r * columns, at + r * stride
        for x in range(0, columns, lanes):
            store(tile, b + x, b + x + lanes, add(load(u, a + x, a + columns), f))


@njit(**PART)
def _take_joint(joint, source, columns, height, tile, at, stride, lanes, floor):
    f = spread(floor)
    for r in range(height):
        a, b = source + r * stride, at + r * stride
        for x in range(0, columns, lanes):
            store(tile, b + x, b + x + lanes, add(load(joint, a + x, a + x + lanes), f))


@njit(**PART)
def _give(tile, at, stride, u, row, columns, height, lanes):
    for r in range(height):
        a, b = row + r * columns, at + r * stride
        for x in range(0, columns, lanes):
            store(u, a + x, a + columns, load(tile, b + x, b + x + lanes))


@njit(**PART)
def _finish(u, row, columns, height, here, source, tile, at, stride, lanes, carry, floor):
    """Solve backwards along k: u = u' + carry · (the plane before)."""
    c, f = spread(carry), spread(floor)
    for r in range(height):
        a, b, o = row + r * columns, at + r * stride, source + r * stride
        for x in range(0, columns, lanes):
            value = multiply_add(c, load(here, o + x, o + x + lanes), load(u, a + x, a + columns))
            store(here, o + x, o + x + lanes, value)
            store(tile, b + x, b + x + lanes, add(value, f))


@njit(**PART)
def _finish_both(u, row, columns, height, here, source, beyond, tile, at, stride, lanes, carry, spike, floor):
    """Solve backwards along k: u = u' + carry · (the plane before) + spike · (the joint beyond)."""
    c, d, f = spread(carry), spread(spike), spread(floor)
    for r in range(height):
        a, b, o = row + r * columns, at + r * stride, source + r * stride
        for x in range(0, columns, lanes):
            i, e = o + x, o + x + lanes
            value = multiply_add(c, load(here, i, e), load(u, a + x, a + columns))
            value = multiply_add(d, load(beyond, i, e), value)
            store(here, i, e, value)
            store(tile, b + x, b + x + lanes, add(value, f))


@njit(**PART)
def _exchange(tile, at, gain, addition, row, columns, first, end, lanes):
    for x in range(first, end, lanes):
        o, stop = row + x, row + columns
        value = multiply_add(load(gain, o, stop), load(tile, at + x, at + x + lanes), load(addition, o, stop))
        store(tile, at + x, at + x + lanes, value)


@njit(**PART)
def _hold(values, at, columns, faces, s, k, planes, j, rows):
    """Set what lies on held faces; where two meet, k wins over j and j over x, an upper face over a lower."""
    whole = faces[6 * s]
    fixed = False
    for axis, place, last in ((1, j, rows - 1), (0, k, planes - 1)):
        for side in range(2):
            value = faces[6 * s + 2 * axis + side]
            if value == value and place == (last if side else 0):
                whole, fixed = value, True
    if fixed:
        for x in range(columns):
            values[at + x] = whole
    else:
        lower, upper = faces[6 * s + 4], faces[6 * s + 5]
        if lower == lower:
            values[at] = lower
        if upper == upper:
            values[at + columns - 1] = upper


@njit(**PART)
def _sweep_x(tile, count, stride, columns, lanes, inverse, carry, first, state, floor):
    """Solve `count` rows of the tile along x; its rows up to the next multiple of a vector are used up."""
    nothing = spread(floor - floor)
    groups = (count + lanes - 1) // lanes
    for row in range(count, groups * lanes):
        for x in range(row * stride, (row + 1) * stride, lanes):
            store(tile, x, x + lanes, nothing)
    for g in range(0, groups * lanes, lanes):
        store(state, g, g + lanes, nothing)
    tiles = (columns + lanes - 1) // lanes
    for x in range(0, tiles * lanes, lanes):
        for g in range(0, groups * lanes, lanes):
            eliminate_tile(tile, g * stride + x, stride, inverse, carry, first + x, state, g)
    for g in range(0, groups * lanes, lanes):
        store(state, g, g + lanes, nothing)
    for i in range(tiles - 1, -1, -1):
        x = i * lanes
        for g in range(0, groups * lanes, lanes):
            substitute_tile(tile, g * stride + x, stride, inverse, carry, first + x, state, g)


@njit(**PART)
def _eliminate_j(tile, swept, start, stop, columns, stride, lanes, inverse, carry):
    """Run u'_j = inverse_j f_j + carry_j u'_(j-1) from the tile into the plane `swept`."""
    for j in range(start, stop):
        a, b = spread(inverse[j]), spread(carry[j])
        source, target = (j - start) * stride, j * stride
        if j == 0:
            for x in range(0, columns, lanes):
                store(swept, x, x + lanes, multiply(a, load(tile, x, x + lanes)))
        else:
            for x in range(0, columns, lanes):
                o, i = source + x, target - stride + x
                value = multiply_add(b, load(swept, i, i + lanes), multiply(a, load(tile, o, o + lanes)))
                store(swept, target + x, target + x + lanes, value)


@njit(**PART)
def _substitute_j(swept, j, rows, line, columns, stride, lanes, carry):
    """Solve row j backwards, `line` being the row above; it becomes row j."""
    b = spread(carry[j])
    if j == rows - 1:
        b = spread(carry[j] - carry[j])
    for x in range(0, columns, lanes):
        o = j * stride + x
        store(line, x, x + lanes, multiply_add(b, load(line, x, x + lanes), load(swept, o, o + lanes)))


@njit(**PART)
def _eliminate_k(values, at, u, row, way, columns, lanes, inward, gather, far, place, inverse, carry, share):
    """Write u' = inverse · value + carry · (the row `way` before), and gather it for the joint beyond."""
    a, b, c = spread(inverse), spread(carry), spread(share)
    before = row - way
    if inward:
        for x in range(0, columns, lanes):
            value = multiply(a, load(values, at + x, at + x + lanes))
            store(u, row + x, row + columns, value)
            if gather:
                store(far, place + x, place + x + lanes, value)
    elif gather and share != 0:
        for x in range(0, columns, lanes):
            value = multiply(a, load(values, at + x, at + x + lanes))
            value = multiply_add(b, load(u, before + x, before + columns), value)
            store(u, row + x, row + columns, value)
            o = place + x
            store(far, o, o + lanes, multiply_add(c, value, load(far, o, o + lanes)))
    else:
        for x in range(0, columns, lanes):
            value = multiply(a, load(values, at + x, at + x + lanes))
            value = multiply_add(b, load(u, before + x, before + columns), value)
            store(u, row + x, row + columns, value)


@njit(**PART)
def _close(u, row, way, rows, columns, swept, line, stride, lanes, along_j, inverse, carry):
    """`_substitute_j` and `_eliminate_k` of a whole plane in one."""
    a, b = spread(inverse), spread(carry)
    _start(line, line, False, stride, lanes, inverse)
    for j in range(rows - 1, -1, -1):
        c = spread(along_j[j])
        i, stop = row + j * columns, row + (j + 1) * columns
        o = j * stride
        for x in range(0, columns, lanes):
            value = multiply_add(c, load(line, x, x + lanes), load(swept, o + x, o + x + lanes))
            store(line, x, x + lanes, value)
            value = multiply_add(b, load(u, i - way + x, stop - way), multiply(a, value))
            store(u, i + x, stop, value)
            fetch(u, i + way + x)


@njit(**PART)
def _close_and_gather(u, row, way, rows, columns, swept, line, stride, lanes, along_j, far, inverse, carry, share):
    """`_close`, gathering on the way."""
    a, b, d = spread(inverse), spread(carry), spread(share)
    _start(line, line, False, stride, lanes, inverse)
    for j in range(rows - 1, -1, -1):
        c = spread(along_j[j])
        i, stop = row + j * columns, row + (j + 1) * columns
        o = j * stride
        for x in range(0, columns, lanes):
            value = multiply_add(c, load(line, x, x + lanes), load(swept, o + x, o + x + lanes))
            store(line, x, x + lanes, value)
            value = multiply_add(b, load(u, i - way + x, stop - way), multiply(a, value))
            store(u, i + x, stop, value)
            fetch(u, i + way + x)
            store(far, o + x, o + x + lanes, multiply_add(d, value, load(far, o + x, o + x + lanes)))
