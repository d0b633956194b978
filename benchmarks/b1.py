"""How fast fields diffuse (B1); writes benchmarks/results/b1.json.

    python benchmarks/b1.py

Each line of the table is measured in turn, twice, and the better median counts: memory on a shared machine
is not always equally fast. `ratio` compares with figures of another machine as they stand,
`ratio_at_equal_bandwidth` as if memory were equally fast on both.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numba

from exocosm import provenance
from exocosm.engine.bench import b1, bandwidth

RESULT = Path(__file__).resolve().parent / "results" / "b1.json"
TABLE = [(100, 1), (100, 4), (100, 10), (100, 32), (200, 4)]
THREADS = [n for n in (1, 2, 4, 8, 16) if n <= numba.config.NUMBA_NUM_THREADS]


def main() -> None:
    """Measure, print and write."""
    cases = [
        {"grid": grid, "substrates": substrates, "threads": threads, "dtype": dtype}
        for grid, substrates in TABLE
        for threads in THREADS
        for dtype in ("f64", "f32")
    ]
    memory = {threads: bandwidth(threads=threads) for threads in THREADS}
    rounds: list[list[dict[str, Any]]] = [[], []]
    for records in rounds:
        for case in cases:
            records.append(b1(**case))
            _show(records[-1])
    best = [min(pair, key=lambda record: record["ns"]["median"]) for pair in zip(*rounds, strict=True)]
    record = {**provenance.collect(), "bandwidth_gb_per_s": memory, "b1": best}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(_rounded(record), indent=1) + "\n", encoding="utf-8")


def _show(record: dict[str, Any]) -> None:
    peer = record.get(
        "peer", {"ns": float("nan"), "ratio": float("nan"), "ratio_at_equal_bandwidth": float("nan")}
    )
    print(
        f"{record['grid']}^3 x {record['substrates']:2d} {record['dtype']} {record['threads']:2d} threads: "
        f"{record['ns']['median']:.2f} ns, peer {peer['ns']:.2f}, ratio {peer['ratio']:.2f}, "
        f"at equal bandwidth {peer['ratio_at_equal_bandwidth']:.2f}"
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.10g}")
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    return [_rounded(part) for part in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
