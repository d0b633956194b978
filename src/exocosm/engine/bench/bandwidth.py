"""How fast memory is, for comparing timings between machines."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numba import njit, prange

from exocosm.errors import InputError

from .measure import on_threads

_CHUNK = 32768  # values per task: 256 KiB
REPEATS = 5


def bandwidth(*, threads: int | None = None, mebibytes: int = 256) -> dict[str, float]:
    """Measure memory bandwidth as STREAM counts it and return the best of some runs  [GB/s].

    Keys: ``scale`` (a *= s in place, 16 bytes per value), ``copy`` (b = a, 16 bytes) and ``triad``
    (a = b + s c, 24 bytes), on arrays of float64. What the processor reads to write a line is not counted
    (McCalpin 1995, "Memory bandwidth and machine balance in current high performance computers").

    Parameters
    ----------
    threads : None for all that Numba may use
    mebibytes : size of each array; should be several times the last-level cache
    """
    n = _size(mebibytes)
    b, c = np.ones(n), np.ones(n)
    found = {"scale": scale_bandwidth(threads=threads, mebibytes=mebibytes)}
    with on_threads(threads):
        a = np.ones(n)
        found["copy"] = 16.0 * n / _best(lambda: _copy(a, b)) / 1e9
        found["triad"] = 24.0 * n / _best(lambda: _triad(a, b, c, 3.0)) / 1e9
    return found


def scale_bandwidth(*, threads: int | None = None, mebibytes: int = 256) -> float:
    """Return the ``scale`` of `bandwidth` alone, which needs one array."""
    a = np.ones(_size(mebibytes))
    with on_threads(threads):
        return 16.0 * a.size / _best(lambda: _scale(a, 1.0000001)) / 1e9


def _size(mebibytes: int) -> int:
    if isinstance(mebibytes, bool) or not isinstance(mebibytes, int) or mebibytes < 1:
        raise InputError(f"Expected `mebibytes` to be a whole number above 0, found {mebibytes!r}.")
    return mebibytes * 2**20 // 8


def _best(work: Callable[[], None]) -> float:
    """Seconds of the fastest of some runs, after one to warm up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


@njit(cache=True, nogil=True, parallel=True)
def _scale(a: np.ndarray, factor: float) -> None:
    for chunk in prange((a.size + _CHUNK - 1) // _CHUNK):
        for i in range(chunk * _CHUNK, min((chunk + 1) * _CHUNK, a.size)):
            a[i] *= factor


@njit(cache=True, nogil=True, parallel=True)
def _copy(a: np.ndarray, b: np.ndarray) -> None:
    for chunk in prange((a.size + _CHUNK - 1) // _CHUNK):
        for i in range(chunk * _CHUNK, min((chunk + 1) * _CHUNK, a.size)):
            b[i] = a[i]


@njit(cache=True, nogil=True, parallel=True)
def _triad(a: np.ndarray, b: np.ndarray, c: np.ndarray, factor: float) -> None:
    for chunk in prange((a.size + _CHUNK - 1) // _CHUNK):
        for i in range(chunk * _CHUNK, min((chunk + 1) * _CHUNK, a.size)):
            a[i] = b[i] + factor * c[i]
