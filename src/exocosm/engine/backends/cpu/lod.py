"""Locally one-dimensional diffusion with decay, and exchange with cells, at one passage per step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numba import njit, prange

from exocosm.engine.laws import exchange as laws
from exocosm.engine.lod import DTYPES, LodProblem
from exocosm.errors import InputError

from .lod_coefficients import BLOCK, along_line, along_slabs, slabs_of
from .lod_sweeps import passages
from .threads import threads_for
from .vectors import BYTES, add, load, pointer, spread, store

Array = np.ndarray

MANY_VALUES = 16384  # worth more than one thread

# Added in every step to every value of what diffuses. In fields that start at zero, products would else
# become denormal numbers, on which many processors are tens of times slower; the floor keeps them out and
# is far below any value that counts.
FLOOR = {np.dtype(np.float64): 1e-290, np.dtype(np.float32): 1e-30}

_kept_share = njit(cache=True, nogil=True, error_model="numpy")(laws.kept_share)
_added = njit(cache=True, nogil=True, error_model="numpy")(laws.added)


@dataclass(frozen=True, eq=False)
class Sweeps:
    """How a grid is seen and cut, what its sweeps multiply by, and their work space.

    The work space is written to in each call: two threads of a program must not use one at a time.
    """

    shape: tuple[int, int, int, int, int]  # substrates, planes, rows, columns, row length in the work space
    lanes: int
    slabs: Array
    coefficients: tuple[Array, ...]
    faces: Array
    floor: Array
    work: tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """A problem, made ready; see `Sweeps` for its work space."""

    problem: LodProblem
    sweeps: Sweeps


@dataclass(frozen=True, eq=False)
class Exchange:
    """What cells do in one step: u' = gain · u + addition, in a span of columns of each row."""

    gain: Array
    addition: Array
    spans: Array


def plan(problem: LodProblem) -> Plan:
    """Prepare a problem for `advance`: its coefficients and its work space."""
    sweeps = sweeps_of(
        problem.shape, problem.alpha, problem.middle, faces=problem.faces, dtype=DTYPES[problem.dtype]
    )
    return Plan(problem, sweeps)


def exchange(plan: Plan, source: Array, sink: Array, *, into: Exchange | None = None) -> Exchange:
    """Prepare the exchange with cells: u' = (u + dt source)/(1 + dt sink), after the diffusion of each step.

    Parameters
    ----------
    source : (substrates, z, y, x) [unit/min]
    sink : (substrates, z, y, x) [1/min], not negative (not checked)
    into : an exchange of the same plan that is no longer needed; its memory is used again
    """
    problem = plan.problem
    problem.expect_fields(source=source, sink=sink)
    dtype = DTYPES[problem.dtype]
    if into is None:
        size = source.size
        rows = size // plan.sweeps.shape[3]
        into = Exchange(np.empty(size, dtype), np.empty(size, dtype), np.empty((rows, 2), np.int64))
    columns = plan.sweeps.shape[3]
    with threads_for(source.size, MANY_VALUES):
        _prepare_exchange(
            np.ascontiguousarray(source, dtype).reshape(-1), np.ascontiguousarray(sink, dtype).reshape(-1),
            problem.dt, columns, plan.sweeps.lanes, into.gain, into.addition, into.spans,
        )  # fmt: skip
    return into


def advance(
    u: Array, plan: Plan, steps: int = 1, *, exchange: Exchange | None = None, taken: int = 0
) -> None:
    """Take `steps` steps of diffusion and decay in place, each followed by the exchange with cells.

    The equation stands in `LodProblem`. Several steps in one call cost less than as many calls: a step is
    then one passage through memory, and a call of one step makes two. The bits are the same if `taken`
    counts on. Substrates that are zero everywhere, and have neither exchange nor a held face, cost nothing
    and stay zero; to others `FLOOR` is added in each step.

    Parameters
    ----------
    u : (substrates, z, y, x), of the problem's dtype, contiguous
    exchange : the same in all `steps`; None for none
    taken : steps taken before this call; the order of additions alternates with it
    """
    plan.problem.expect_fields(u=u)
    if u.dtype != DTYPES[plan.problem.dtype] or not u.flags.c_contiguous:
        raise InputError(
            f"Expected `u` to be a contiguous array of {plan.problem.dtype}, found {u.dtype}, "
            f"strides {u.strides}. Use np.ascontiguousarray(u, dtype=...)."
        )
    if steps < 0 or taken < 0:
        raise InputError(f"Expected `steps` and `taken` to be 0 or above, found {steps!r} and {taken!r}.")
    run(u, plan.sweeps, steps, exchange=exchange, taken=taken)


def sweeps_of(
    shape: tuple[int, int, int],
    alpha: Array,
    middle: Array,
    *,
    edge: float = 1.0,
    survival: Array | None = None,
    faces: Array | None = None,
    dtype: Any = np.float64,
) -> Sweeps:
    """Prepare (middle - alpha L) u' = u along each axis longer than one voxel.

    Parameters
    ----------
    shape : (z, y, x) voxels
    alpha, middle : (substrates,)
    edge : minus the diagonal of L at both ends of an axis: 1 without flux, 3 with 0 held at the outer faces
    survival : (substrates,) factor on what enters; None for 1
    faces : (substrates, 6) values of held voxels, NaN where nothing is held
    """
    dtype = np.dtype(dtype)
    lanes, substrates = BYTES // dtype.itemsize, len(alpha)
    axes = [a for a in range(3) if shape[a] > 1] or [2]
    columns = shape[axes[-1]]
    planes = shape[axes[0]] if len(axes) > 1 else 1
    rows = shape[axes[1]] if len(axes) > 2 else 1
    vectors = -(-columns // lanes)
    # An odd number of cache lines per row: rows one below the other then lie in different sets of the cache.
    stride = (vectors + 1 - vectors % 2) * lanes
    slabs = slabs_of(planes, rows, substrates)
    nothing = np.ones_like(middle)
    smallest = float(np.finfo(dtype).eps) ** 2
    along_x = np.zeros((2, substrates, stride))
    along_x[:, :, :columns] = along_line(alpha, middle, edge, columns)
    if survival is not None:
        along_x[0] *= survival[:, None]
    along_j = along_line(alpha, middle if rows > 1 else nothing, edge, rows)
    along_k, between = along_slabs(alpha, middle if planes > 1 else nothing, edge, planes, slabs, smallest)
    coefficients = (along_x[0].ravel(), along_x[1].ravel(), along_j, along_k, between)
    held = np.full((substrates, 6), np.nan)
    if faces is not None:
        # The axes of the sweeps are k, j and x; those of the problem z, y and x, without the short ones.
        for place, axis in zip((2, 0, 1) if len(axes) == 3 else (2, 0), (axes[-1], *axes[:-1]), strict=False):
            held[:, 2 * place : 2 * place + 2] = faces[:, 2 * axis : 2 * axis + 2]
    return Sweeps(
        shape=(substrates, planes, rows, columns, stride),
        lanes=lanes,
        slabs=slabs,
        coefficients=tuple(c.astype(dtype) for c in coefficients),
        faces=held.astype(dtype),
        floor=np.where(alpha > 0.0, FLOOR[dtype], 0.0).astype(dtype),
        work=_work_space(substrates, len(slabs), rows, stride, lanes, dtype),
    )


def run(u: Array, sweeps: Sweeps, steps: int, *, exchange: Exchange | None = None, taken: int = 0) -> None:
    """Take steps in place; `u` is contiguous, (substrates, ...), and fits the sweeps (not checked)."""
    flat = u.reshape(-1)
    active = _active(flat, sweeps.shape[0]) | ~np.isnan(sweeps.faces).all(axis=1)
    none = np.empty(0, u.dtype)
    effect = (none, none, np.empty((0, 2), np.int64))
    if exchange is not None:
        active[:] = True
        effect = (exchange.gain, exchange.addition, exchange.spans)
    with threads_for(u.size, MANY_VALUES):
        passages(
            flat, sweeps.shape, sweeps.lanes, steps, taken, active, sweeps.slabs, sweeps.coefficients,
            sweeps.faces, sweeps.floor, effect, sweeps.work,
        )  # fmt: skip


def totals(u: Array, sweeps: Sweeps) -> Array:
    """Return the sum of each substrate, (substrates,), added up in one order for any number of threads."""
    substrates, planes = sweeps.shape[:2]
    sums = np.empty((substrates * planes, sweeps.lanes), u.dtype)
    with threads_for(u.size, MANY_VALUES):
        _add_planes(u.reshape(-1), sweeps.lanes, sums)
    return sums.reshape(substrates, -1).sum(axis=1)


def _work_space(
    substrates: int, slabs: int, rows: int, stride: int, lanes: int, dtype: np.dtype
) -> tuple[Array, ...]:
    """Tile, state, two planes and two lines per thread; a plane per slab; a plane per joint."""
    threads = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    sizes = [
        (threads, BLOCK * stride),
        (threads, BLOCK),
        (threads, rows * stride),
        (threads, rows * stride),
        (threads, 2 * stride),
        (substrates * slabs, rows * stride),
        (max(1, substrates * (slabs - 1)), rows * stride),
    ]
    return tuple(_aligned(shape, dtype) for shape in sizes)


def _aligned(shape: tuple[int, int], dtype: np.dtype) -> Array:
    """Zeros that begin at a cache line."""
    size = math.prod(shape)
    room = np.zeros(size + BYTES // dtype.itemsize, dtype)
    offset = -room.ctypes.data % BYTES // dtype.itemsize
    return room[offset : offset + size].reshape(shape)


@njit(cache=True, nogil=True, parallel=True)
def _add_planes(u, lanes, sums):
    """Fill (planes, lanes): each lane with the sum of every eighth (float32: sixteenth) value of a plane."""
    size = u.shape[0] // sums.shape[0]
    for p in prange(sums.shape[0]):
        values, total = pointer(u), spread(u[0] - u[0])
        for i in range(p * size, (p + 1) * size, lanes):
            total = add(total, load(values, i, (p + 1) * size))
        store(pointer(sums), p * lanes, (p + 1) * lanes, total)


@njit(cache=True, nogil=True)
def _active(u, substrates):
    """Which substrates are not zero everywhere."""
    out = np.zeros(substrates, np.bool_)
    size = u.shape[0] // substrates
    for s in range(substrates):
        for i in range(s * size, (s + 1) * size):
            if u[i] != 0:
                out[s] = True
                break
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _work_out(source, sink, dt, start, stop, gain, addition):
    for i in range(start, stop):
        kept = _kept_share(sink[i], dt)
        gain[i] = kept
        addition[i] = _added(source[i], kept, dt)


@njit(cache=True, nogil=True, parallel=True, error_model="numpy")
def _prepare_exchange(source, sink, dt, columns, lanes, gain, addition, spans):
    """Fill gain, addition and the first and last column (whole vectors) of each row with a source or sink."""
    for row in prange(spans.shape[0]):
        start = row * columns
        _work_out(
            pointer(source), pointer(sink), dt, start, start + columns, pointer(gain), pointer(addition)
        )
        first, last = 0, columns
        while first < last and source[start + first] == 0 and sink[start + first] == 0:
            first += 1
        while last > first and source[start + last - 1] == 0 and sink[start + last - 1] == 0:
            last -= 1
        spans[row, 0] = first - first % lanes if first < last else last  # nothing for a row without cells
        spans[row, 1] = last
