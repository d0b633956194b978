"""Tridiagonal sweeps along the axes of a grid, with the same coefficients on all lines of an axis."""

from __future__ import annotations

from typing import Any

from numba import cuda

from . import card


def sweep(values: Any, shape: tuple[int, int, int, int], axis: int, inverse: Any, carry: Any) -> None:
    """Solve along one axis, in place: u'_i = inverse_i u_i + carry_i u'_(i-1), u_i = u'_i + carry_i u_(i+1).

    Parameters
    ----------
    values : on the card, shape (species, z, y, x)
    axis : 0, 1, 2 for z, y, x
    inverse, carry : (species, n) on the card
    """
    species, nz, ny, nx = shape
    if axis == 2:
        lines = species * nz * ny
        card.for_each_tile(
            _along_lines, -(-lines // card.TILE), values.dtype,
            values.reshape(lines, nx), nz * ny, inverse, carry,
        )  # fmt: skip
    elif axis == 1:
        stacks = values.reshape(species * nz, ny, nx)
        card.for_each(_along_columns, species * nz * nx, stacks, nz, inverse, carry)
    else:
        stacks = values.reshape(species, nz, ny * nx)
        card.for_each(_along_columns, species * ny * nx, stacks, 1, inverse, carry)


@cuda.jit(cache=True)
def _along_columns(values, per_species, inverse, carry):
    """Solve along the middle axis of (stacks, n, columns), a thread per column: neighbours read neighbours.

    What is carried along a line is float64, whatever the values are.
    """
    thread = cuda.grid(1)
    stacks, n, columns = values.shape
    if thread < stacks * columns:
        p = thread // columns
        c = thread - p * columns
        s = p // per_species
        here = 0.0
        for i in range(n):
            here = inverse[s, i] * values[p, i, c] + carry[s, i] * here
            values[p, i, c] = here
        for k in range(1, n):
            i = n - 1 - k
            here = values[p, i, c] + carry[s, i] * here
            values[p, i, c] = here


@cuda.jit(cache=True)
def _along_lines(values, per_species, inverse, carry):
    """Solve along the lines of (lines, n), a thread per line.

    A line is contiguous, so neighbouring threads would read far apart. A block takes as many lines as it has
    threads in squares through shared memory: rows of a square are read and written together, and each thread
    works along its own.
    """
    square = cuda.shared.array(0, values.dtype)
    width = cuda.blockDim.x
    pitch = width + 1
    t = cuda.threadIdx.x
    first = cuda.blockIdx.x * width
    lines, n = values.shape
    rows = min(width, lines - first)
    s = min(first + t, lines - 1) // per_species
    own = t * pitch
    squares = (n + width - 1) // width
    here = 0.0
    for q in range(squares):
        start = q * width
        there = start + t
        if there < n:
            for r in range(rows):
                square[r * pitch + t] = values[first + r, there]
        cuda.syncthreads()
        if t < rows:
            for i in range(min(width, n - start)):
                here = inverse[s, start + i] * square[own + i] + carry[s, start + i] * here
                square[own + i] = here
        cuda.syncthreads()
        if there < n:
            for r in range(rows):
                values[first + r, there] = square[r * pitch + t]
        cuda.syncthreads()
    here = 0.0
    for back in range(squares):
        start = (squares - 1 - back) * width
        there = start + t
        if there < n:
            for r in range(rows):
                square[r * pitch + t] = values[first + r, there]
        cuda.syncthreads()
        if t < rows:
            count = min(width, n - start)
            for k in range(count):
                i = count - 1 - k
                # The last value of a line has no carry to it: coefficients there multiply 0.
                here = square[own + i] + carry[s, start + i] * here
                square[own + i] = here
        cuda.syncthreads()
        if there < n:
            for r in range(rows):
                values[first + r, there] = square[r * pitch + t]
        cuda.syncthreads()


def turned(values: Any, stacks: int, rows: int, columns: int) -> Any:
    """Return (stacks, rows, columns) as (stacks, columns, rows), a copy on the card."""
    out = card.room((stacks, columns, rows), values.dtype)
    across, down = -(-columns // card.TILE), -(-rows // card.TILE)
    card.for_each_tile(
        _turn_over, stacks * across * down, values.dtype, values.reshape(stacks, rows, columns), out
    )
    return out


@cuda.jit(cache=True)
def _turn_over(values, out):
    """Swap the last two axes, a square of shared memory to a block: reads and writes both run along rows."""
    square = cuda.shared.array(0, values.dtype)
    width = cuda.blockDim.x
    pitch = width + 1
    t = cuda.threadIdx.x
    stacks, rows, columns = values.shape
    across = (columns + width - 1) // width
    down = (rows + width - 1) // width
    block = cuda.blockIdx.x
    p = block // (across * down)
    within = block - p * across * down
    row = within // across * width
    column = (within - within // across * across) * width
    if column + t < columns:
        for r in range(min(width, rows - row)):
            square[r * pitch + t] = values[p, row + r, column + t]
    cuda.syncthreads()
    if row + t < rows:
        for c in range(min(width, columns - column)):
            out[p, column + c, row + t] = square[t * pitch + c]
