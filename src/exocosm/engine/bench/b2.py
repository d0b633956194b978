"""Benchmark B2: a packed sphere of cells that push and hold each other."""

from __future__ import annotations

import math
import statistics
import time
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from exocosm.errors import InputError, expect

from ..backends.cpu import contacts, mechanics
from ..backends.cpu.neighbours import Neighbours
from ..bodies import Bodies, Space
from ..laws.mechanics import pair_energy
from ..laws.random import PLACEMENT, uniform
from .measure import float64_alone, on_threads

Array = NDArray[np.float64]

RADIUS = 8.412710547954228  # of a cell of 2494 µm³  [µm]
REPULSION, ADHESION, REACH = 10.0, 0.4, 1.25  # µm/min, µm/min, 1
DT = 0.1  # [min]
STEPS_PER_CALL = 60  # a call of `move` covers the 6 min between two decisions of a cell
JITTER = 0.25  # [µm]

SIZES = {10_085: 205.0, 100_553: 441.0, 502_618: 754.0, 1_005_348: 950.0}  # cells: radius of the sphere [µm]
# Time per cell and step [µs], recorded on a machine with two cores of a Xeon at 2.5 GHz (AVX-512): PhysiCell
# 1.14.2 on this workload by number of cells, and an earlier kernel in Numba with a list of neighbours.
PHYSICELL = {1: {10_085: 8.5, 100_553: 9.7, 502_618: 9.6}, 2: {10_085: 4.0, 100_553: 4.9, 502_618: 4.9}}
EARLIER = {1: (0.35, 0.44)}


def b2(
    *,
    cells: int = 100_553,
    steps: int = 600,
    threads: int | None = None,
    dtype: str = "f64",
    speed: float = 0.0,
) -> dict[str, Any]:
    """Time the mechanics of a packed sphere and check what comes out.

    Parameters
    ----------
    cells : one of the four sizes of the benchmark
    steps : a multiple of 60; timed in calls of 60 steps, all of it counted, lists of neighbours too
    threads : all there are unless told
    dtype : "f64"; there is no other (a trial with forces in 32 bits was 1.15 times as fast)
    speed : speed that each cell has of its own, in a direction of its own  [µm/min]

    Returns
    -------
    microseconds per cell and step on the clock and of all processors (median and best call), lists made,
    bytes per cell, checks, peers with the ratio of their time to the median on the clock
    """
    expect.one_of(SIZES, cells=cells)
    float64_alone(dtype)
    expect.non_negative(speed=speed)
    if steps < STEPS_PER_CALL or steps % STEPS_PER_CALL:
        raise InputError(f"Expected `steps` to be a multiple of {STEPS_PER_CALL}, found {steps}.")
    with on_threads(threads) as threads:
        return _measured(cells, steps, threads, speed)


def packed_sphere(size: float, seed: int = 0) -> Array:
    """Return the centres of `packed_ball` [µm], each coordinate moved by a keyed number from ±0.25 µm."""
    position = packed_ball(size)
    _jitter(position, seed)
    return position


def packed_ball(size: float) -> Array:
    """Return centres (cells, 3) [µm] packed in a ball of radius `size` around 0.

    Planes in z and columns in x are r sqrt(3) apart, cells in y 2 r; every other column is moved by r in y,
    every other plane by r/2 in x.
    """
    gap = RADIUS * math.sqrt(3.0)
    across, along = np.arange(-size, size, gap), np.arange(-size, size, 2.0 * RADIUS)
    plane, column, row = np.meshgrid(*map(np.arange, (len(across), len(across), len(along))), indexing="ij")
    # Columns are counted on from plane to plane.
    shifted = (plane * len(across) + column) % 2
    position = np.column_stack([
        (across[column] + plane % 2 * 0.5 * RADIUS).ravel(),
        (along[row] + shifted * RADIUS).ravel(),
        across[plane].ravel(),
    ])  # fmt: skip
    return position[np.linalg.norm(position, axis=1) < size]


def checks(position: Array, bodies: Bodies, space: Space) -> dict[str, float]:
    """Return energy, momentum and overlaps of cells that are all alike.

    `energy` Σ E [µm²/min] over pairs, `momentum` |Σ v| and `speed` Σ |v| [µm/min], `contacts` neighbours
    per cell that touch, `overlap mean` and `overlap largest` of 1 - d/R over pairs that touch, `spread` root
    mean squared distance from the centre [µm].
    """
    first, other = contacts.contacts(position, bodies.radius, factor=max(1.0, float(np.max(bodies.reach))))
    one = np.repeat(np.arange(len(position)), np.diff(first))
    once = one < other
    one, other = one[once], other[once]
    distance = np.linalg.norm(position[one] - position[other], axis=1)
    contact = bodies.radius[one] + bodies.radius[other]
    touching = distance < contact
    overlap = 1.0 - distance[touching] / contact[touching]
    velocity = np.empty_like(position)
    mechanics.velocities(position, bodies, space, velocity, neighbours=Neighbours())
    return {
        "energy": _energy(distance, contact),
        "momentum": float(np.linalg.norm(velocity.sum(axis=0))),
        "speed": float(np.linalg.norm(velocity, axis=1).sum()),
        "contacts": 2.0 * int(touching.sum()) / len(position),
        "overlap mean": float(overlap.mean()),
        "overlap largest": float(overlap.max()),
        "spread": float(np.sqrt(((position - position.mean(axis=0)) ** 2).sum(axis=1).mean())),
    }


def _measured(cells: int, steps: int, threads: int, speed: float) -> dict[str, Any]:
    position = packed_sphere(SIZES[cells])
    bodies = Bodies(radius=np.full(cells, RADIUS), repulsion=REPULSION, adhesion=ADHESION, reach=REACH)
    far = np.full(3, 10.0 * SIZES[cells])
    space = Space(lower=-far, upper=far)
    drive = None
    if speed > 0.0:
        drive = np.random.default_rng(1).normal(size=position.shape)
        drive *= speed / np.linalg.norm(drive, axis=1, keepdims=True)
    mechanics.move(position.copy(), bodies, space, dt=DT, neighbours=Neighbours(), drive=drive)  # compiles
    neighbours = Neighbours()
    start, times, work, bounded = checks(position, bodies, space), [], [], 0
    for _ in range(steps // STEPS_PER_CALL):
        begin, begin_work = time.perf_counter(), time.process_time()
        moved = mechanics.move(
            position, bodies, space, dt=DT, steps=STEPS_PER_CALL, neighbours=neighbours, drive=drive
        )
        times.append((time.perf_counter() - begin) / (STEPS_PER_CALL * cells) * 1e6)
        work.append((time.process_time() - begin_work) / (STEPS_PER_CALL * cells) * 1e6)
        bounded += moved.bounded
    median = statistics.median(times)
    return {
        "benchmark": "B2",
        "cells": cells,
        "steps": steps,
        "threads": threads,
        "dtype": "f64",
        "own speed [um/min]": speed,
        "microseconds per cell and step": {"median": round(median, 4), "best": round(min(times), 4)},
        # On a busy machine the time on the clock says little; with one thread this is what the work took.
        "processor microseconds per cell and step": {
            "median": round(statistics.median(work), 4),
            "best": round(min(work), 4),
        },
        "lists made": neighbours.builds,
        "list [bytes per cell]": round(neighbours.nbytes / cells, 1),
        "ways cut": bounded,
        "start": start,
        "end": checks(position, bodies, space),
        "peers": _peers(cells, threads, median),
    }


def _peers(cells: int, threads: int, median: float) -> dict[str, Any]:
    known = PHYSICELL.get(threads, {}).get(cells)
    found: dict[str, Any] = {"note": "peers were recorded on another machine (Xeon 2.5 GHz, 2 cores)"}
    if known is not None:
        found["PhysiCell 1.14.2"] = {"recorded [us]": known, "ratio": round(known / median, 1)}
    if threads in EARLIER:
        found["earlier kernel"] = {
            "recorded [us]": EARLIER[threads],
            "ratio": [round(one / median, 1) for one in EARLIER[threads]],
        }
    return found


@njit(cache=True)
def _jitter(position: Array, seed: int) -> None:
    for i in range(position.shape[0]):
        for a in range(3):
            position[i, a] += JITTER * (2.0 * uniform(seed, PLACEMENT, 0, i, a) - 1.0)


@njit(cache=True)
def _energy(distance: Array, contact: Array) -> float:
    total = 0.0
    for k in range(distance.shape[0]):
        total += pair_energy(distance[k], contact[k], REACH * contact[k], REPULSION, ADHESION)
    return total
