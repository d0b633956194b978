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

from .vectors import eliminate_tile, load, spread, store, substitute_tile

INVERSE, CARRY, SPIKE, SHARE = range(4)  # coefficients along k, per direction
COUPLE, FORWARD, BACKWARD = range(1, 4)  # those of the joints, after INVERSE
BLOCK = 32  # rows swept along x at a time: two vectors of float32, four of float64


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
    work : tile, state, here, line per thread; far per slab; joints (two-dimensional)
    """
    substrates, planes, rows, columns, stride = shape
    x_inverse, x_carry, along_j, along_k, between = coefficients
    gain, addition, spans = exchange
    tile, state, here, line, far, joints = work
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
                    line[thread], far[task], joints,
                )  # fmt: skip


@njit(cache=True, nogil=True)
def _solve_joints(u, s, j, shape, lanes, slabs, between, was_up, far, joints):
    """Solve for the joints of one row: (1 + ...) u_q - α (ends of both slabs beside it) = f_q."""
    _, planes, rows, columns, stride = shape
    n = slabs.shape[0] - 1
    own = j * stride
    for q in range(n):
        k = slabs[q, 1]
        row = ((s * planes + k) * rows + j) * columns
        inner = row - rows * columns if was_up else row + rows * columns
        outer = far[s * (n + 1) + (q + 1 if was_up else q)]
        joint = joints[s * n + q]
        a, b, c = spread(between[0, s, q]), spread(between[1, s, q]), spread(between[2, s, q])
        for x in range(0, columns, lanes):
            ends = load(u, inner + x, inner + columns) + load(outer, own + x, own + x + lanes)
            value = a * load(u, row + x, row + columns) + b * ends
            if q > 0:
                value = value + c * load(joints[s * n + q - 1], own + x, own + x + lanes)
            store(joint, own + x, own + x + lanes, value)
    for q in range(n - 2, -1, -1):
        joint = joints[s * n + q]
        above = joints[s * n + q + 1]
        b = spread(between[3, s, q])
        for x in range(own, own + columns, lanes):
            store(joint, x, x + lanes, load(joint, x, x + lanes) + b * load(above, x, x + lanes))


@njit(cache=True, nogil=True)
def _pass_slab(
    u, s, m, shape, lanes, finish, begin, up, slabs, x_inverse, x_carry, along_j, along_k, faces, floor,
    gain, addition, spans, tile, state, here, line, far, joints,
):  # fmt: skip
    """Take one slab and the joint above it through a passage: finish a step, begin the next, or both."""
    _, planes, rows, columns, stride = shape
    n_joints = slabs.shape[0] - 1
    first, end = slabs[m]
    count = end - first + (1 if m < n_joints else 0)
    below = s * n_joints + m - 1 if m > 0 else -1
    above = s * n_joints + m if m < n_joints else -1
    near, beyond = (below, above) if up else (above, below)
    if finish:
        for x in range(0, rows * stride, lanes):
            value = spread(floor * 0)
            if near >= 0:
                value = load(joints[near], x, x + lanes)
            store(here, x, x + lanes, value)
    other = joints[max(beyond, 0)]
    own = joints[max(above, 0)]
    direction = 0 if up else 1
    inward = first if up else end - 1  # the plane at which elimination begins
    gather = near >= 0
    held = False
    for f in range(6):
        held |= faces[s, f] == faces[s, f]
    exchanging = spans.shape[0] > 0
    batch = 1 if rows > 1 else BLOCK  # planes of a single row go together
    for done in range(0, count, batch):
        together = min(batch, count - done)
        for start in range(0, together * rows, BLOCK):
            stop = min(start + BLOCK, together * rows)
            if rows > 1:  # blocks of about the same height
                blocks = (rows + BLOCK - 1) // BLOCK
                groups = (rows + lanes - 1) // lanes
                number = start // BLOCK
                start, stop = (number * groups // blocks) * lanes, ((number + 1) * groups // blocks) * lanes
                stop = min(stop, rows)
            for i in range(start, stop):
                q, j = (done, i) if rows > 1 else (done + i, 0)
                k = first + q if up else first + count - 1 - q
                source = j * stride
                at = (i - start) * stride
                row = (s * planes + k) * rows + j
                if finish:
                    if k == end:
                        _copy(own, source, tile, at, columns, lanes, floor)
                    else:
                        carry = along_k[1 - direction, 1, s, k]
                        spike = along_k[1 - direction, 2, s, k] if beyond >= 0 else floor * 0
                        _finish_row(
                            u, row * columns, columns, here, source, other, tile, at, lanes, carry, spike, floor
                        )
                    if exchanging:
                        _exchange(tile, at, gain, addition, row * columns, spans[row], columns, lanes)
                else:
                    _take(u, row * columns, columns, tile, at, lanes, floor)
                if held:
                    _hold(tile, at, columns, faces, s, k, planes, j, rows)
                if not begin:
                    _give(tile, at, u, row * columns, columns, lanes)
            if begin:
                _sweep_x(tile, stop - start, stride, columns, lanes, x_inverse, x_carry, s * stride, state, floor)
                for i in range(start, stop):
                    q, j = (done, i) if rows > 1 else (done + i, 0)
                    k = first + q if up else first + count - 1 - q
                    at = (i - start) * stride
                    row = (s * planes + k) * rows + j
                    if held:
                        _hold(tile, at, columns, faces, s, k, planes, j, rows)
                    if rows > 1:
                        _eliminate_j(
                            tile, at, u, row * columns, columns, lanes, along_j[0, s, j], along_j[1, s, j], j
                        )
                    else:
                        _eliminate_k(
                            tile, at, u, row * columns, columns, lanes, rows, up, k, k == end, inward, gather, far, 0,
                            along_k[direction, 0, s, k], along_k[direction, 1, s, k], along_k[direction, 3, s, k],
                        )  # fmt: skip
        if begin and rows > 1:
            k = first + done if up else first + count - 1 - done
            for x in range(0, stride, lanes):
                store(line, x, x + lanes, spread(floor * 0))
            for j in range(rows - 1, -1, -1):
                row = (s * planes + k) * rows + j
                _substitute_j(u, row * columns, columns, line, lanes, along_j[1, s, j])
                values = stride if held else 0
                if held:
                    _copy(line, 0, line, stride, columns, lanes, floor * 0)
                    _hold(line, stride, columns, faces, s, k, planes, j, rows)
                _eliminate_k(
                    line, values, u, row * columns, columns, lanes, rows, up, k, k == end, inward, gather, far, j * stride,
                    along_k[direction, 0, s, k], along_k[direction, 1, s, k], along_k[direction, 3, s, k],
                )  # fmt: skip


@njit(cache=True, nogil=True)
def _take(u, row, columns, tile, at, lanes, floor):
    f = spread(floor)
    for x in range(0, columns, lanes):
        store(tile, at + x, at + x + lanes, load(u, row + x, row + columns) + f)


@njit(cache=True, nogil=True)
def _give(tile, at, u, row, columns, lanes):
    for x in range(0, columns, lanes):
        store(u, row + x, row + columns, load(tile, at + x, at + x + lanes))


@njit(cache=True, nogil=True)
def _copy(source, first, target, at, columns, lanes, floor):
    f = spread(floor)
    for x in range(0, columns, lanes):
        store(target, at + x, at + x + lanes, load(source, first + x, first + x + lanes) + f)


@njit(cache=True, nogil=True)
def _finish_row(u, row, columns, here, source, other, tile, at, lanes, carry, spike, floor):
    """Solve backwards along k: u = u' + carry · (the plane before) + spike · (the joint beyond)."""
    c, f = spread(carry), spread(floor)
    if spike == 0:
        for x in range(0, columns, lanes):
            o = source + x
            value = load(u, row + x, row + columns) + c * load(here, o, o + lanes)
            store(here, o, o + lanes, value)
            store(tile, at + x, at + x + lanes, value + f)
    else:
        d = spread(spike)
        for x in range(0, columns, lanes):
            o = source + x
            value = load(u, row + x, row + columns) + c * load(here, o, o + lanes) + d * load(other, o, o + lanes)
            store(here, o, o + lanes, value)
            store(tile, at + x, at + x + lanes, value + f)


@njit(cache=True, nogil=True)
def _exchange(tile, at, gain, addition, row, span, columns, lanes):
    for x in range(span[0], span[1], lanes):
        o, stop = row + x, row + columns
        value = load(gain, o, stop) * load(tile, at + x, at + x + lanes) + load(addition, o, stop)
        store(tile, at + x, at + x + lanes, value)


@njit(cache=True, nogil=True)
def _hold(values, at, columns, faces, s, k, planes, j, rows):
    """Set what lies on held faces; where two meet, k wins over j and j over x, an upper face over a lower."""
    whole = faces[s, 0]
    fixed = False
    for axis, place, last in ((1, j, rows - 1), (0, k, planes - 1)):
        for side in range(2):
            value = faces[s, 2 * axis + side]
            if value == value and place == (last if side else 0):
                whole, fixed = value, True
    if fixed:
        for x in range(columns):
            values[at + x] = whole
    else:
        if faces[s, 4] == faces[s, 4]:
            values[at] = faces[s, 4]
        if faces[s, 5] == faces[s, 5]:
            values[at + columns - 1] = faces[s, 5]


@njit(cache=True, nogil=True)
def _sweep_x(tile, count, stride, columns, lanes, inverse, carry, first, state, floor):
    """Solve `count` rows of the tile along x; its rows up to the next multiple of a vector are used up."""
    nothing = spread(floor * 0)
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


@njit(cache=True, nogil=True)
def _eliminate_j(tile, at, u, row, columns, lanes, inverse, carry, j):
    a, b = spread(inverse), spread(carry)
    if j == 0:
        for x in range(0, columns, lanes):
            store(u, row + x, row + columns, a * load(tile, at + x, at + x + lanes))
    else:
        before = row - columns
        for x in range(0, columns, lanes):
            value = a * load(tile, at + x, at + x + lanes) + b * load(u, before + x, row)
            store(u, row + x, row + columns, value)


@njit(cache=True, nogil=True)
def _substitute_j(u, row, columns, line, lanes, carry):
    b = spread(carry)
    for x in range(0, columns, lanes):
        store(line, x, x + lanes, load(u, row + x, row + columns) + b * load(line, x, x + lanes))


@njit(cache=True, nogil=True)
def _eliminate_k(
    values, at, u, row, columns, lanes, rows, up, k, joint, inward, gather, far, place, inverse, carry, share
):
    """Write u' = inverse · value + carry · (the plane before), and gather it for the joint beyond."""
    a, b, c = spread(inverse), spread(carry), spread(share)
    before = row - rows * columns if up else row + rows * columns
    if joint:
        _give(values, at, u, row, columns, lanes)
    elif k == inward:
        for x in range(0, columns, lanes):
            value = a * load(values, at + x, at + x + lanes)
            store(u, row + x, row + columns, value)
            if gather:
                store(far, place + x, place + x + lanes, value)
    elif gather and share != 0:
        for x in range(0, columns, lanes):
            value = a * load(values, at + x, at + x + lanes) + b * load(u, before + x, before + columns)
            store(u, row + x, row + columns, value)
            o = place + x
            store(far, o, o + lanes, load(far, o, o + lanes) + c * value)
    else:
        for x in range(0, columns, lanes):
            value = a * load(values, at + x, at + x + lanes) + b * load(u, before + x, before + columns)
            store(u, row + x, row + columns, value)
