"""B5a: signalling inside cells, as a stochastic Boolean network and as a logic ODE."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from exocosm.errors import expect
from exocosm.model import CellKind, Edge, Link, Network, Node, Parameter, chosen

from ..backends.cpu import signalling
from ..boolean import CompiledBoolean, advance, compile_boolean
from ..compiled_network import CompiledNetwork, compile_network
from . import cmaboss
from .measure import float64_alone, on_threads

TIME_UNITS = 10  # length of a Boolean run, in calls of one unit
REPEATS = 5
SEED = 20
# Measured elsewhere on a Xeon at 2.5 GHz, one thread, in us per cell and time unit, by number of nodes.
RECORDED_CMABOSS = {60: 18.4, 100: 66.8}
RECORDED_PROTOTYPE = 0.34  # us per cell and step: a bare trial of the logic ODE, 100 nodes, float64


def b5a(
    *, cells: int = 4096, nodes: int = 100, edges: int = 300, threads: int | None = None, dtype: str = "f64"
) -> dict[str, Any]:
    """Time both kinds of signalling on a random network and return the figures.

    The Boolean line runs `cells` cells for 10 time units from random states, in one call and in ten; every
    flip that the logic demands has the rate 1. Where cMaBoSS can be imported, it does the same on as many
    threads, in turn with ours, and the probabilities of all nodes are compared (z of each). The line of the
    logic ODE is a step of 6 min of `cells` cells with three kinds of cargo. Times are medians of 5 repeats.

    Parameters
    ----------
    threads : all that Numba may use when None
    dtype : "f64" alone; activities are float64 throughout the engine

    Raises
    ------
    InputError : for a number that is not positive, or another dtype
    """
    expect.positive(cells=cells, nodes=nodes, edges=edges)
    float64_alone(dtype)
    expect.one_of(range(1, nodes * (nodes - 1) + 1), edges=edges)
    with on_threads(threads) as threads:
        return {
            "benchmark": "B5a",
            "cells": cells,
            "nodes": nodes,
            "edges": edges,
            "threads": threads,
            "dtype": dtype,
            "boolean": _boolean_line(cells, nodes, edges, threads),
            "logic_ode": _ode_line(cells, nodes, edges),
        }


def random_edges(nodes: int, edges: int) -> list[tuple[int, int, int]]:
    """Return different (source, target, sign) without loops, two thirds activating, sorted by target."""
    rng = np.random.default_rng(SEED)
    picked = np.sort(rng.choice(nodes * (nodes - 1), size=edges, replace=False))
    target, other = np.divmod(picked, nodes - 1)
    source = other + (other >= target)
    sign = np.where(rng.random(edges) < 2 / 3, 1, -1)
    return list(zip(source.tolist(), target.tolist(), sign.tolist(), strict=True))


def random_rates(nodes: int, edges: int) -> dict[str, dict[str, str]]:
    """Return the rates of a random Boolean network: the inputs of a node joined by AND or OR, one by one.

    A node without input keeps its state.
    """
    rng = np.random.default_rng(SEED + 1)
    logic: dict[str, str] = {}
    for source, target, sign in random_edges(nodes, edges):
        term = f"{'!' if sign < 0 else ''}N{source}"
        before = logic.get(f"N{target}")
        logic[f"N{target}"] = f"({before}) {'&' if rng.random() < 0.5 else '|'} {term}" if before else term
    return {
        f"N{i}": {
            "logic": logic.get(f"N{i}", f"N{i}"),
            "rate_up": "@logic ? $up : 0",
            "rate_down": "@logic ? 0 : $down",
        }
        for i in range(nodes)
    }


def _boolean_line(cells: int, nodes: int, edges: int, threads: int) -> dict[str, Any]:
    rates, parameters = random_rates(nodes, edges), {"up": 1.0, "down": 1.0}
    run = _BooleanRun(compile_boolean(list(rates), rates, parameters), cells)
    module = cmaboss.module_for(nodes)
    with cmaboss.files(rates, parameters, cells, TIME_UNITS, threads) as paths:
        rivals: dict[str, Callable[[], None]] = {
            "in_one_call": lambda: run((float(TIME_UNITS),)),
            "call_per_unit": run,
        }
        if module is not None:
            rivals["measured_cmaboss"] = lambda: cmaboss.run(module, paths.timed)
        line: dict[str, Any] = {
            "us_per_cell_and_unit": _timed_in_turn(rivals, cells * TIME_UNITS),
            "events_per_cell_and_unit": run.events / (cells * TIME_UNITS),
            "recorded_cmaboss_us_per_cell_and_unit": RECORDED_CMABOSS.get(nodes) if threads == 1 else None,
        }
        line["ratio"] = _ratios(line["us_per_cell_and_unit"], line["recorded_cmaboss_us_per_cell_and_unit"])
        if module is not None:
            line["marginals"] = _marginals(run, cmaboss.probabilities(module, paths.compared))
    return line


def _timed_in_turn(rivals: dict[str, Callable[[], None]], units: int) -> dict[str, dict[str, float]]:
    """Return for each the medians [us per unit of work] by the clock and by the processor.

    In turn, so that a busy hour meets all. Processor time leaves out what others on the machine took; it adds
    up over threads.
    """
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in rivals}
    for work in rivals.values():
        work()  # compile, and read what is on disk
    for _ in range(REPEATS):
        for name, work in rivals.items():
            clock, processor = time.perf_counter(), time.process_time()
            work()
            times[name].append((time.perf_counter() - clock, time.process_time() - processor))
    return {
        name: dict(
            zip(("clock", "processor"), (1e6 * np.median(pairs, axis=0) / units).tolist(), strict=True)
        )
        for name, pairs in times.items()
    }


def _ratios(found: dict[str, dict[str, float]], recorded: float | None) -> dict[str, dict[str, float]]:
    """Return how many times as long cMaBoSS takes: as recorded, and as measured by either time.

    Records were made on a machine at rest, so what others took of the clock is left out on our side too.
    """
    ratios: dict[str, dict[str, float]] = {}
    for name in ("in_one_call", "call_per_unit"):
        ratios[name] = {} if recorded is None else {"recorded": recorded / min(found[name].values())}
        if "measured_cmaboss" in found:
            for kind, value in found["measured_cmaboss"].items():
                ratios[name][kind] = value / found[name][kind]
    return ratios


class _BooleanRun:
    """The Boolean workload, from the same random states each time it is called."""

    def __init__(self, net: CompiledBoolean, cells: int) -> None:
        self.net = net
        self.start = net.pack(np.random.default_rng(SEED).random((cells, len(net.names))) < 0.5)
        self.ids = np.arange(cells)
        self.bits = self.start
        self.events = 0

    def __call__(self, durations: tuple[float, ...] = (1.0,) * TIME_UNITS) -> None:
        self.bits, clock = self.start.copy(), np.zeros((len(self.ids), 2))
        counter = np.zeros(len(self.ids), dtype=np.int64)
        for duration in durations:
            advance(self.net, self.bits, clock, counter, self.ids, duration, SEED)
        self.events = int(counter.sum())


def _marginals(run: _BooleanRun, theirs: dict[str, float]) -> dict[str, Any]:
    """Compare the probability of each node to be on: z of the difference of two samples of equal size.

    cMaBoSS gives the mean over the last tenth of a time unit, ours is read in its middle.
    """
    run((TIME_UNITS - 0.05,))
    n = len(run.ids)
    ours = run.net.unpack(run.bits).mean(axis=0)
    other = np.array([theirs.get(name, 0.0) for name in run.net.names])
    pooled = 0.5 * (ours + other)
    error = np.sqrt(2.0 * pooled * (1.0 - pooled) / n)
    z = np.divide(ours - other, error, out=np.zeros(len(ours)), where=error > 1e-9)
    return {
        "cells_each": n,
        "nodes_compared": int((error > 1e-9).sum()),
        "largest_z": float(np.abs(z).max()),
        "share_beyond_1.96": float((np.abs(z[error > 1e-9]) > 1.96).mean()) if (error > 1e-9).any() else 0.0,
    }


def _ode_line(cells: int, nodes: int, edges: int) -> dict[str, Any]:
    net = compiled_logic(nodes, edges)
    rng = np.random.default_rng(SEED)
    activity = np.tile(net.resting, (cells, 1))
    activity[:, net.moving] = rng.uniform(0.05, 0.95, (cells, len(net.moving)))
    copies, rest, all_cells = rng.uniform(0.0, 100.0, (cells, 3)), np.full(3, 20.0), np.arange(cells)

    def ten_steps() -> None:
        for _ in range(10):
            signalling.signal(net, all_cells, activity, copies, rest, 6.0)

    found = _timed_in_turn({"step": ten_steps}, 10 * cells)["step"]
    return {
        "us_per_cell_step": found,
        "cell_steps_per_second": 1e6 / min(found.values()),
        "moving_nodes": len(net.moving),
        "recorded_prototype_us_per_cell_step": RECORDED_PROTOTYPE if (nodes, edges) == (100, 300) else None,
    }


def logic_network(nodes: int, edges: int, cargoes: tuple[str, ...]) -> Network:
    """Make a random network; every cargo acts on one node, by turns driving it down and repressing it."""
    rng = np.random.default_rng(SEED + 2)

    def number(name: str, value: float, unit: str = "") -> Any:
        return chosen(name, float(value), unit, why="a made-up network of a benchmark")

    return Network(
        nodes=tuple(
            Node(
                name=f"N{i}", kind="molecule", entity="",
                resting=number(f"b:N{i}", rng.uniform(0.1, 0.8)),
                tau=number(f"tau:N{i}", rng.uniform(30.0, 600.0), "min"),
            )
            for i in range(nodes)
        ),
        edges=tuple(
            Edge(
                source=f"N{a}", target=f"N{b}", sign=1 if sign > 0 else -1,
                weight=number(f"w:N{a}>N{b}", rng.uniform(0.3, 3.0)), statements=("made-up",),
            )
            for a, b, sign in random_edges(nodes, edges)
        ),
        links=tuple(
            Link(
                kind="repression" if i % 2 else "drive", cargo=cargo, target=f"N{i % nodes}", sign=-1,
                half_effect=number(f"K:{cargo}", 50.0), statements=("made-up",),
            )
            for i, cargo in enumerate(cargoes)
        ),
        gain=number("gain", 2.0),
    )  # fmt: skip


def compiled_logic(nodes: int, edges: int) -> CompiledNetwork:
    cargoes = tuple(f"cargo{i}" for i in range(3))

    def number(name: str, value: float) -> Parameter:
        return chosen(name, value, "", why="a made-up network of a benchmark")

    kind = CellKind(
        name="any", entity="", radius=number("r", 8.0),
        hypoxia_start=number("hypoxia start", 15.0), hypoxia_full=number("hypoxia full", 4.0),
        releases=(), uptakes=(), endogenous=(), network=logic_network(nodes, edges, cargoes),
    )  # fmt: skip
    return compile_network(kind, cargoes)
