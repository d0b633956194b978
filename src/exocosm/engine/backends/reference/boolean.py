"""Stochastic Boolean networks, by evaluating every rate anew at every event."""

from __future__ import annotations

import math

import numpy as np

from ...boolean import CompiledBoolean
from ...laws import boolean as laws
from ...rate_expressions import evaluate


def advance(compiled: CompiledBoolean, bits, clock, counter, ids, duration, seed, inputs, wrong) -> None:
    """Advance cells in place as `engine.boolean.advance` says; `wrong` (cells,) takes a node of bad rate."""
    states = compiled.unpack(bits)
    for cell in range(len(ids)):
        now, last = clock[cell]
        count = int(counter[cell])
        if len(inputs) and (states[cell, compiled.inputs] != inputs[cell]).any():
            states[cell, compiled.inputs] = inputs[cell]
            last, count = now, count + 1
        end = now + duration
        while True:
            rates = _rates(compiled, states[cell])
            bad = ~(np.isfinite(rates) & (rates >= 0.0))
            if bad.any():
                wrong[cell] = np.argmax(bad)
                break
            total = math.fsum(rates)
            if total <= 0.0:
                break
            u, v = laws.event_draws(seed, int(ids[cell]), count)
            time = last + laws.waiting_time(total, u)
            if time > end:
                break
            node = int(np.searchsorted(np.cumsum(rates), v * total, side="right"))
            node = min(node, int(np.flatnonzero(rates)[-1]))
            states[cell, node] = not states[cell, node]
            last, count = time, count + 1
        clock[cell] = end, last
        counter[cell] = count
    bits[:] = compiled.pack(states)


def _rates(compiled: CompiledBoolean, state) -> np.ndarray:
    """Return the rate (nodes,) at which each node leaves its present state."""
    values = {name: float(on) for name, on in zip(compiled.names, state, strict=True)}
    return np.array(
        [
            float(evaluate(down if on else up, values))
            for (up, down), on in zip(compiled.rates, state, strict=True)
        ]
    )
