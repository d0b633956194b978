"""B5b and B5c: oxygen in a spheroid and a spreading vesicle field, error and time against the classic scheme.

The yardstick is locally one-dimensional backward Euler (LOD) with the same compiled sweeps. Times of the
schemes are taken in turn, and the best of some repeats counts: other programs can only lengthen them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.special import erf, ive

from ..backends.cpu import adi, transport
from ..backends.cpu.lines import sweep
from ..backends.cpu.steady import steady
from ..stepping import advance_within
from .measure import on_threads

Array = NDArray[np.float64]

SPACING, RIM = 20.0, 38.0
CLOSED = (0,) * 6


def b5b(*, repeats: int = 5, threads: int | None = None, minutes: float = 6.0) -> dict[str, Any]:
    """Bring oxygen in a spheroid to its steady state by LOD, by delta-form ADI and by conjugate gradients.

    A cube of 64³ voxels of 20 µm whose outermost voxels are held at 38 mmHg; D 1e5 µm²/min, decay 0.1/min; a
    sphere of radius 250 µm takes up 10/min · 0.7. The exact discrete solution has 10.688 mmHg in the middle.
    All start from 38 mmHg everywhere; `minutes` are simulated by the schemes in time.

    Returns
    -------
    for each scheme its largest error and that in the middle [mmHg], time [s], and time over that of LOD
    """
    with on_threads(threads):
        return _oxygen(repeats, minutes)


def _oxygen(repeats: int, minutes: float) -> dict[str, Any]:
    rate, loss, sink = 1e5 / SPACING**2, 0.1, _sphere(62, 250.0, 7.0)
    none, held, values = np.zeros_like(sink), np.ones(6), np.full(6, RIM)
    operator = (rate, None, loss, sink, none, held, values)
    exact = np.full(sink.shape, RIM)
    steady(exact, rate, None, sink + loss, none, held, values, 1e-11, 2000)

    def by_lod(dt: float) -> Callable[[Array], None]:
        return lambda u: _lod(u, rate, loss, sink, dt, round(minutes / dt))

    def by_adi(dt: float) -> Callable[[Array], None]:
        return lambda u: adi.advance(u, *operator, dt, round(minutes / dt))

    def automatic(tolerance: float) -> Callable[[Array], None]:
        evening = loss + rate * np.sqrt(3.0 * (np.pi / 62) ** 2 * 6.0)

        def run(u: Array) -> None:
            advance_within(
                u, lambda v, dt, n: adi.advance(v, *operator, dt, n), lambda v: adi.slope(v, *operator),
                sink + evening, minutes, tolerance, 0.0, lambda dt, before, after: None, "oxygen",
            )  # fmt: skip

        return run

    def to_steady(tolerance: float) -> Callable[[Array], None]:
        def run(u: Array) -> None:
            steady(u, rate, None, sink + loss, none, held, values, tolerance, 2000)

        return run

    schemes: dict[str, Callable[[Array], None]] = {"LOD, dt 0.01": by_lod(0.01)}
    schemes |= {f"ADI, dt {dt:g}": by_adi(dt) for dt in (0.05, 0.1, 0.125)}
    schemes |= {f"ADI, automatic, {tol:g} mmHg": automatic(tol) for tol in (1.0, 0.3)}
    schemes |= {f"steady, residual {tol:g} mmHg": to_steady(tol) for tol in (1e-1, 1e-2, 1e-4)}
    return {
        "exact centre [mmHg]": float(exact[31, 31, 31]),
        "minutes": minutes,
        "threads": numba.get_num_threads(),
        "schemes": _compare(schemes, np.full(sink.shape, RIM), exact, repeats),
    }


def _compare(schemes: dict[str, Callable], start: Array, exact: Array, repeats: int) -> dict[str, Any]:
    """Run all schemes in turn, some times; best times, errors, and ratios to the first."""
    best, error = dict.fromkeys(schemes, np.inf), {}
    for repeat in range(repeats + 1):  # the first time compiles
        for name, run in schemes.items():
            u = start.copy()
            begin = time.perf_counter()
            run(u)
            if repeat:
                best[name] = min(best[name], time.perf_counter() - begin)
            error[name] = np.abs(u - exact)
    first = next(iter(schemes))
    middle = tuple(n // 2 for n in exact.shape)
    return {
        name: {
            "largest error": float(error[name].max()),
            "error in the middle": float(error[name][middle]),
            "seconds": best[name],
            "time over LOD": best[name] / best[first],
        }
        for name in schemes
    }


def _sphere(n: int, radius: float, uptake: float) -> Array:
    x = (np.arange(n) + 0.5 - 0.5 * n) * SPACING
    return np.where(x[:, None, None] ** 2 + x[:, None] ** 2 + x**2 <= radius**2, uptake, 0.0)


def _lod(u: Array, rate: float, loss: float, sink: Array, dt: float, steps: int) -> None:
    """Split uptake and decay, implicit, then diffusion implicit along x, y, z, with voxels of 38 around."""
    kept = 1.0 / (1.0 + dt * (sink + loss))
    below, alpha = (u - RIM)[None], np.array([rate * dt])  # of the value around, so that it is held at 0
    held, one, nothing = np.ones(6), np.ones(1), np.zeros(1)
    rows, factor, term = (a.reshape(len(sink), -1) for a in (below, kept, RIM * (kept - 1.0)))
    for _ in range(steps):
        _scale_and_add(rows, factor, term)
        sweep(below, alpha, held, one, nothing)
    u[...] = below[0] + RIM


@njit(cache=True, nogil=True, parallel=True)
def _scale_and_add(rows: Array, factor: Array, term: Array) -> None:
    for k in prange(rows.shape[0]):
        row, a, b = rows[k], factor[k], term[k]
        for i in range(row.shape[0]):
            row[i] = row[i] * a[i] + b[i]


def b5c(*, repeats: int = 5, threads: int | None = None) -> dict[str, Any]:
    """Let a vesicle field spread for 60 min at dt 1 min and compare with the analytic solution.

    64³ voxels of 20 µm, no flux, D 200 µm²/min, loss 0.001/min, from a Gaussian of standard deviation 100 µm.
    The error is the largest of all voxel means relative to the peak at the start, and beside it that of the
    equations in space alone, which no step can undercut.

    Returns
    -------
    for each scheme error, time [s] and time over that of LOD at dt 1 min
    """
    with on_threads(threads):
        return _vesicles(repeats)


def _vesicles(repeats: int) -> dict[str, Any]:
    n, diffusion, loss, minutes, width = 64, 200.0, 0.001, 60.0, 100.0
    start = _gaussian(n, width)
    peak = float(start.max())
    exact = _gaussian(n, np.sqrt(width**2 + 2.0 * diffusion * minutes)) * np.exp(-loss * minutes)

    def by_lod(dt: float) -> Callable[[Array], None]:
        alpha, kept, gone = (
            np.array([diffusion * dt / SPACING**2]),
            np.array([np.exp(-loss * dt)]),
            np.zeros(1),
        )

        def run(u: Array) -> None:
            for _ in range(round(minutes / dt)):
                sweep(u[None], alpha, np.zeros(6), kept, gone)

        return run

    def by_propagator(dt: float) -> Callable[[Array], None]:
        kept = np.array([np.exp(-loss * dt)])

        def run(u: Array) -> None:
            plan = transport.plan(u.shape, SPACING, dt, diffusion, CLOSED)
            ends, gone = np.zeros((1, 6)), np.zeros(1)
            for _ in range(round(minutes / dt)):
                transport.move(u[None], plan, ends, kept, gone, ends, ends)

        return run

    schemes = {"LOD, dt 1": by_lod(1.0), "LOD, dt 0.1": by_lod(0.1)}
    schemes |= {f"exact in time, dt {dt:g}": by_propagator(dt) for dt in (1.0, 6.0, 60.0)}
    return {
        "threads": numba.get_num_threads(),
        "peak at the end over that at the start": float(exact.max() / peak),
        "schemes": _compare(schemes, start / peak, exact / peak, repeats),
    }


def _gaussian(n: int, width: float) -> Array:
    """Voxel means of a Gaussian in the middle voxel of a cube with reflecting faces."""
    edges, length = np.arange(n + 1) * SPACING, n * SPACING
    middle = (n // 2 + 0.5) * SPACING
    centres = [2 * m * length + sign * middle for m in range(-2, 3) for sign in (-1, 1)]
    line = sum(np.diff(0.5 * (1.0 + erf((edges - c) / (np.sqrt(2.0) * width)))) for c in centres)
    return np.einsum("i,j,k->ijk", line, line, line)


def spatial_checks() -> dict[str, Any]:
    """Release a point and let a sharp front spread at D dt/dx² of 0.1 to 100; minima, books, errors, orders.

    Errors are relative to the largest value of the solution: in time against the discrete heat kernel
    exp(-2a) I_k(2a), in space against the analytic front. LOD stands beside for comparison.
    """
    n = 65
    found: dict[str, Any] = {"point release": {}}
    for alpha in (0.1, 1.0, 10.0, 100.0):
        line = _kernel(n, alpha)
        exact = np.einsum("i,j,k->ijk", line, line, line)
        got = {}
        for name, run in (("exact in time", _by_transport), ("LOD", _by_lod)):
            u = np.zeros((n, n, n))
            u[n // 2, n // 2, n // 2] = 1.0
            run(u, alpha, 1)
            got[name] = {
                "minimum": float(u.min()),
                "books": abs(float(u.sum()) - 1.0),
                "error": float(np.abs(u - exact).max() / exact.max()),
            }
        found["point release"][f"D dt/dx2 = {alpha:g}"] = got
    steps = np.array([4, 8, 16, 32])
    for name, run in (("exact in time", _by_transport), ("LOD", _by_lod)):
        errors = [_line_error(run, int(k)) for k in steps]
        found[f"error at 4 to 32 steps, {name}"] = errors
    found["order in dt, LOD"] = _order(1.0 / steps, found["error at 4 to 32 steps, LOD"])
    voxels = np.array([32, 64, 128])
    errors = [_front_error(int(k)) for k in voxels]
    found["sharp front, error at 32 to 128 voxels"] = errors
    found["order in dx"] = _order(1.0 / voxels, errors)
    return found


def _kernel(n: int, alpha: float) -> Array:
    k = np.abs(np.arange(n) - n // 2 + np.arange(-8, 9)[:, None] * 2 * n)
    mirrored = np.abs(np.arange(n) + n // 2 + 1 + np.arange(-8, 9)[:, None] * 2 * n)
    return (ive(k, 2.0 * alpha) + ive(mirrored, 2.0 * alpha)).sum(axis=0)


def _by_transport(u: Array, alpha: float, steps: int) -> None:
    plan = transport.plan(u.shape, 1.0, 1.0 / steps, alpha, CLOSED)
    ends, gone = np.zeros((1, 6)), np.zeros(1)
    for _ in range(steps):
        transport.move(u[None], plan, ends, np.ones(1), gone, ends, ends)


def _by_lod(u: Array, alpha: float, steps: int) -> None:
    for _ in range(steps):
        sweep(u[None], np.array([alpha / steps]), np.zeros(6), np.ones(1), np.zeros(1))


def _line_error(run: Callable[[Array, float, int], None], steps: int) -> float:
    u = np.zeros((1, 1, 65))
    u[0, 0, 32] = 1.0
    run(u, 4.0, steps)
    exact = _kernel(65, 4.0)
    return float(np.abs(u.ravel() - exact).max() / exact.max())


def _front_error(n: int) -> float:
    width = 2.0 * np.sqrt(0.004)
    edges = np.arange(n + 1) / n - 0.5
    total = 0.5 * (
        edges - edges * erf(edges / width) - width / np.sqrt(np.pi) * np.exp(-((edges / width) ** 2))
    )
    u = (np.arange(n) < n // 2).astype(float)[None, None]
    _by_transport(u, 0.004 * n**2, 1)
    return float(np.abs(u.ravel() - np.diff(total) * n).max())


def _order(steps: Array, errors: list[float]) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])
