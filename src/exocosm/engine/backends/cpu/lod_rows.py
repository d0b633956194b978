"""What is done with single rows, and with a few rows one below the other, in the sweeps of `lod_sweeps`.

Arguments: `u` and `row`, where a row of `columns` values begins in the grid; `tile` and `at`, where it
begins in the work space, whose rows are `stride` long; `lanes`, values per vector; pointers all.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from .vectors import (
    add,
    eliminate_tile,
    fetch,
    load,
    multiply,
    multiply_add,
    replace,
    spread,
    store,
    substitute_tile,
)

# Parts of `passages`, never called from Python: without the wrappers for that they compile in a fraction of
# the time.
PART: dict[str, Any] = {"cache": True, "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


@njit(**PART)
def begin_from(here, joint, there_is, size, lanes, floor):
    """Begin to solve backwards from a joint, or from nothing at the end of the grid."""
    nothing = spread(floor - floor)
    for x in range(0, size, lanes):
        store(here, x, x + lanes, load(joint, x, x + lanes) if there_is else nothing)


@njit(**PART)
def take(u, row, columns, height, tile, at, stride, lanes, floor):
    f = spread(floor)
    for r in range(height):
        a, b = row + r * columns, at + r * stride
        for x in range(0, columns, lanes):
            store(tile, b + x, b + x + lanes, add(load(u, a + x, a + columns), f))


@njit(**PART)
def take_joint(joint, source, columns, height, tile, at, stride, lanes, floor):
    f = spread(floor)
    for r in range(height):
        a, b = source + r * stride, at + r * stride
        for x in range(0, columns, lanes):
            store(tile, b + x, b + x + lanes, add(load(joint, a + x, a + x + lanes), f))


@njit(**PART)
def give(tile, at, stride, u, row, columns, height, lanes):
    for r in range(height):
        a, b = row + r * columns, at + r * stride
        for x in range(0, columns, lanes):
            store(u, a + x, a + columns, load(tile, b + x, b + x + lanes))


@njit(**PART)
def substitute_k(u, row, columns, height, here, source, tile, at, stride, lanes, carry, floor):
    """Solve backwards along k: u = u' + carry · (the plane before)."""
    c, f = spread(carry), spread(floor)
    for r in range(height):
        a, b, o = row + r * columns, at + r * stride, source + r * stride
        for x in range(0, columns, lanes):
            value = multiply_add(c, load(here, o + x, o + x + lanes), load(u, a + x, a + columns))
            store(here, o + x, o + x + lanes, value)
            store(tile, b + x, b + x + lanes, add(value, f))


@njit(**PART)
def substitute_k_from_both(
    u, row, columns, height, here, source, beyond, tile, at, stride, lanes, carry, spike, floor
):
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
def exchange_row(tile, at, gain, addition, row, columns, first, end, lanes):
    for x in range(first, end, lanes):
        o, stop = row + x, row + columns
        value = multiply_add(load(gain, o, stop), load(tile, at + x, at + x + lanes), load(addition, o, stop))
        store(tile, at + x, at + x + lanes, value)


@njit(**PART)
def hold(values, at, columns, lanes, faces, s, k, planes, j, rows):
    """Set what lies on held faces; where two meet, k wins over j and j over x, an upper face over a lower."""
    whole, fixed = faces[6 * s], False
    for f in range(4):
        face = (f + 2) % 4  # those of j before those of k
        outermost = (j if face > 1 else k) == ((rows if face > 1 else planes) - 1 if face % 2 else 0)
        if outermost and faces[6 * s + face] == faces[6 * s + face]:
            whole, fixed = faces[6 * s + face], True
    if fixed:
        every = spread(whole)
        for x in range(at, at + columns, lanes):
            store(values, x, x + lanes, every)
    else:
        lower, upper = faces[6 * s + 4], faces[6 * s + 5]
        if lower == lower:
            store(values, at, at + lanes, replace(load(values, at, at + lanes), 0, lower))
        if upper == upper:
            lane = (columns - 1) % lanes
            x = at + columns - 1 - lane
            store(values, x, x + lanes, replace(load(values, x, x + lanes), lane, upper))


@njit(**PART)
def sweep_x(tile, count, stride, columns, lanes, inverse, carry, first, state, floor):
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
def eliminate_j(tile, swept, start, stop, columns, stride, lanes, inverse, carry):
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
def substitute_j(swept, j, rows, line, columns, stride, lanes, carry):
    """Solve row j backwards, `line` being the row above; it becomes row j."""
    b = spread(carry[j])
    if j == rows - 1:
        b = spread(carry[j] - carry[j])
    for x in range(0, columns, lanes):
        o = j * stride + x
        store(line, x, x + lanes, multiply_add(b, load(line, x, x + lanes), load(swept, o, o + lanes)))


@njit(**PART)
def eliminate_k(values, at, u, row, way, columns, lanes, inward, gather, far, place, inverse, carry, share):
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
def close(u, row, way, rows, columns, swept, line, stride, lanes, along_j, inverse, carry):
    """`substitute_j` and `eliminate_k` of a whole plane in one."""
    a, b = spread(inverse), spread(carry)
    begin_from(line, line, False, stride, lanes, inverse)
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
def close_and_gather(
    u, row, way, rows, columns, swept, line, stride, lanes, along_j, far, inverse, carry, share
):
    """`close`, gathering on the way."""
    a, b, d = spread(inverse), spread(carry), spread(share)
    begin_from(line, line, False, stride, lanes, inverse)
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
