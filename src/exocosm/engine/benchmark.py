"""The door to the benchmarks, which are loaded only when one is asked for."""

from __future__ import annotations

from typing import Any


def benchmark(
    name: str, *, threads: int | None = None, dtype: str = "f64", quick: bool = False
) -> dict[str, Any]:
    """Run a benchmark, "B1" to "B6", and return its record; see `bench.report`."""
    from .bench import report

    return report(name, threads=threads, dtype=dtype, quick=quick)
