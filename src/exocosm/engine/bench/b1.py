"""B1: diffusion and decay of many substrates, nothing else, by locally one-dimensional steps."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np

from exocosm.engine.backends.cpu import lod
from exocosm.engine.lod import DTYPES, LodProblem
from exocosm.errors import InputError

from .bandwidth import scale_bandwidth
from .measure import PEERS_BANDWIDTH, on_threads

# Sum of the first substrate after so many steps on 100 voxels per axis, as other solvers of the same step
# find it.
SUMS = {6: 1242275.415, 8: 1239793.760, 10: 1237317.063}

# ns per voxel, substrate and step of lstmfppai, a C++ solver vectorised by hand (DARE,
# diffusion-benchmarking), measured in alternation with BioFVM on a two-core Xeon at 2.5 GHz with AVX-512;
# where a range was seen, its better end.
PEER = {
    (100, 1, 1): {"f64": 2.84, "f32": 1.51},
    (100, 1, 2): {"f64": 1.38, "f32": 0.80},
    (100, 4, 1): {"f64": 4.10, "f32": 2.30},
    (100, 10, 1): {"f64": 4.2, "f32": 2.37},
    (100, 10, 2): {"f64": 2.00, "f32": 1.14},
    (100, 32, 2): {"f64": 2.26, "f32": 1.26},
    (200, 4, 1): {"f64": 4.43, "f32": 3.11},
}

REPEATS = 7


def b1(
    *, grid: int = 100, substrates: int = 1, steps: int = 10, threads: int | None = None, dtype: str = "f64"
) -> dict[str, Any]:
    """Time the step on a cube without flux and return the record of it.

    dt 0.01 min, voxels of 20 µm, decay 0.1/(1 + s) per minute, D 1e5 µm²/min for even s and 1e3 for odd; at
    the start 1 + 0.5 ((7919 v + 13 s) mod 2³² mod 1000)/1000 in voxel v. Timed are calls of `steps` fused
    steps.

    Keys: ``ns`` per voxel, substrate and step (median and best of some runs), ``memory_bytes`` (field and
    work space), ``sums`` of the first substrate after 6, 8 and 10 steps (``expected_sums`` on 100 voxels
    per axis), ``scale_gb_per_s`` of this machine at the same number of threads, and, where a figure is on
    record, ``peer``: its ns, the ratio to the median here (above 1: faster here), and that ratio if memory
    here were as fast as there.

    Parameters
    ----------
    grid : voxels along each axis
    threads : None for all that Numba may use
    dtype : "f64" or "f32"
    """
    for name, value in (("grid", grid), ("substrates", substrates), ("steps", steps)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"Expected `{name}` to be a whole number above 0, found {value!r}.")
    plan = lod.plan(problem(grid, substrates, dtype))
    u = start(grid, substrates, dtype)
    with on_threads(threads) as threads:
        sums = _sums(u, plan)
        times = []
        for _ in range(REPEATS):
            begun = time.perf_counter()
            lod.advance(u, plan, steps)
            times.append(1e9 * (time.perf_counter() - begun) / (steps * u.size))
    record: dict[str, Any] = {
        "grid": grid, "substrates": substrates, "steps": steps, "threads": threads, "dtype": dtype,
        "ns": {"median": statistics.median(times), "best": min(times)},
        "memory_bytes": {"field": u.nbytes, "work": sum(array.nbytes for array in plan.sweeps.work)},
        "sums": sums,
        "scale_gb_per_s": scale_bandwidth(threads=threads),
    }  # fmt: skip
    if grid == 100:
        record["expected_sums"] = SUMS
    peer = PEER.get((grid, substrates, threads), {}).get(dtype)
    if peer is not None:
        ratio = peer / record["ns"]["median"]
        memory = PEERS_BANDWIDTH[threads] / record["scale_gb_per_s"]
        record["peer"] = {"ns": peer, "ratio": ratio, "ratio_at_equal_bandwidth": ratio * memory}
    return record


def problem(grid: int, substrates: int, dtype: str) -> LodProblem:
    """Return the problem of B1."""
    return LodProblem(
        shape=(grid, grid, grid),
        spacing=20.0,
        dt=0.01,
        diffusion=tuple(1e3 if s % 2 else 1e5 for s in range(substrates)),
        decay=tuple(0.1 / (1 + s) for s in range(substrates)),
        dtype=dtype,
    )


def start(grid: int, substrates: int, dtype: str) -> np.ndarray:
    """Return the fields at the start, (substrates, z, y, x)."""
    voxel = np.arange(grid**3, dtype=np.int64)
    fields = [1.0 + 0.5 * ((7919 * voxel + 13 * s) % 2**32 % 1000) / 1000.0 for s in range(substrates)]
    return np.array(fields, DTYPES[dtype]).reshape(substrates, grid, grid, grid)


def _sums(u: np.ndarray, plan: lod.Plan) -> dict[int, float]:
    sums, taken = {}, 0
    for steps in SUMS:
        lod.advance(u, plan, steps - taken, taken=taken)
        taken = steps
        sums[steps] = float(u[0].sum(dtype=np.float64))
    return sums
