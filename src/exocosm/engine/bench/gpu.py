"""B1, B5a (logic ODE) and B5c on a card, each beside the same call on the processor.

Times on the card are taken with the arrays on it, and once more with host arrays, which go there and back in
each call, as in a run. The card is waited for before a clock is read.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import erf

from ..backends import expect_device, module_of
from ..compiled_network import CompiledNetwork
from . import b5_networks
from .b1 import SUMS, problem, start

REPEATS = 7
SPACING = 20.0


def b1_on_card(
    *, grid: int = 100, substrates: int = 1, steps: int = 10, dtype: str = "f64"
) -> dict[str, Any]:
    """Time the locally one-dimensional step of B1; ns per voxel, substrate and step, and its sums.

    ``largest_difference`` is that from "cpu" after `steps` steps, relative to the largest value.
    """
    gpu, cpu = _both("lod")
    made, begin = problem(grid, substrates, dtype), start(grid, substrates, dtype)
    here, there = gpu.plan(made), cpu.plan(made)
    expected, u = begin.copy(), begin.copy()
    cpu.advance(expected, there, steps)
    gpu.advance(u, here, steps)
    difference = float(np.abs(u - expected).max() / np.abs(expected).max())
    on_card = _to_card(begin)
    scale = 1e9 / (steps * begin.size)
    times = {
        "on the card": _timed(lambda: gpu.advance(on_card, here, steps), scale),
        "with transfers": _timed(lambda: gpu.advance(u, here, steps), scale),
        "cpu": _timed(lambda: cpu.advance(expected, there, steps), scale),
    }
    return {
        "grid": grid, "substrates": substrates, "steps": steps, "dtype": dtype, "ns": times,
        "sums": _sums(gpu, here, begin), "expected_sums": SUMS if grid == 100 else None,
        "largest_difference": difference,
    }  # fmt: skip


def _sums(module: Any, plan: Any, begin: np.ndarray) -> dict[int, float]:
    sums, taken, u = {}, 0, begin.copy()
    for steps in SUMS:
        module.advance(u, plan, steps - taken, taken=taken)
        taken = steps
        sums[steps] = float(u[0].sum(dtype=np.float64))
    return sums


def b5a_on_card(*, cells: int = 4096, nodes: int = 100, edges: int = 300) -> dict[str, Any]:
    """Time a step of 6 min of the logic ODE of B5a; µs per cell and step."""
    gpu, cpu = _both("signalling")
    network = b5_networks.compiled_logic(nodes, edges)
    activity, copies, rest = _cells(network, cells)
    all_cells, results = np.arange(cells), []
    for module in (cpu, gpu):
        after = activity.copy()
        module.signal(network, all_cells, after, copies, rest, 6.0)
        results.append(after)
    difference = float(np.abs(results[1] - results[0]).max())
    on_card = [_to_card(array) for array in (all_cells, activity, copies)]
    scale = 1e6 / cells
    times = {
        "on the card": _timed(lambda: gpu.signal(network, *on_card, rest, 6.0), scale),
        "with transfers": _timed(lambda: gpu.signal(network, all_cells, after, copies, rest, 6.0), scale),
        "cpu": _timed(lambda: cpu.signal(network, all_cells, after, copies, rest, 6.0), scale),
    }
    return {
        "cells": cells, "nodes": nodes, "edges": edges, "us": times,
        "largest_difference": difference,
    }  # fmt: skip


def _cells(network: CompiledNetwork, cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(b5_networks.SEED)
    activity = np.tile(network.resting, (cells, 1))
    activity[:, network.moving] = rng.uniform(0.05, 0.95, (cells, len(network.moving)))
    return activity, rng.uniform(0.0, 100.0, (cells, 3)), np.full(3, 20.0)


def b5c_on_card(*, grid: int = 64, minutes: int = 60) -> dict[str, Any]:
    """Let the vesicle field of B5c spread at dt 1 min; seconds for all of it, and its error.

    D 200 µm²/min, loss 0.001/min, no flux, from a Gaussian of 100 µm; the error is the largest against the
    analytic solution, over the peak at the start.
    """
    diffusion, loss, width = 200.0, 0.001, 100.0
    start = _gaussian(grid, width)
    peak = float(start.max())
    exact = _gaussian(grid, float(np.sqrt(width**2 + 2.0 * diffusion * minutes))) * np.exp(-loss * minutes)

    gpu, cpu = _both("transport")
    here, there = (module.plan(start.shape, SPACING, 1.0, diffusion, (0,) * 6) for module in (gpu, cpu))
    kept = float(np.exp(-loss))
    error = {}
    for name, module, plan in (("gpu", gpu, here), ("cpu", cpu, there)):
        found = _spread(module, plan, start[None].copy(), kept, minutes)
        error[name] = float(np.abs(found[0] - exact).max() / peak)
    on_card, u = _to_card(start[None]), start[None].copy()
    times = {
        "on the card": _timed(lambda: _spread(gpu, here, on_card, kept, minutes), 1.0),
        "with transfers": _timed(lambda: _spread(gpu, here, u, kept, minutes), 1.0),
        "cpu": _timed(lambda: _spread(cpu, there, u, kept, minutes), 1.0),
    }
    return {"grid": grid, "minutes": minutes, "seconds": times, "error": error}


def _spread(module: Any, plan: Any, u: Any, kept: float, steps: int) -> Any:
    books = np.zeros(1), np.zeros((1, 6)), np.zeros((1, 6))
    for _ in range(steps):
        module.move(u, plan, np.zeros((1, 6)), np.array([kept]), *books)
    return u


def _gaussian(n: int, width: float) -> np.ndarray:
    """Voxel means of a Gaussian in the middle of a cube with reflecting faces."""
    edges, length = np.arange(n + 1) * SPACING, n * SPACING
    middle = (n // 2 + 0.5) * SPACING
    centres = [2 * m * length + sign * middle for m in range(-2, 3) for sign in (-1, 1)]
    line = sum(np.diff(0.5 * (1.0 + erf((edges - c) / (np.sqrt(2.0) * width)))) for c in centres)
    return np.einsum("i,j,k->ijk", line, line, line)


def _both(name: str) -> tuple[Any, Any]:
    expect_device("gpu")
    return module_of("gpu", name), module_of("cpu", name)


def _to_card(array: np.ndarray) -> Any:
    from ..backends.gpu import card

    return card.to_card(array)


def _timed(work: Callable[[], Any], scale: float) -> dict[str, float]:
    """Median and best of some calls, waiting for the card each time; the first call compiles."""
    from numba import cuda

    times = []
    for repeat in range(REPEATS + 1):
        cuda.synchronize()
        begun = time.perf_counter()
        work()
        cuda.synchronize()
        if repeat:
            times.append(scale * (time.perf_counter() - begun))
    return {"median": statistics.median(times), "best": min(times)}
