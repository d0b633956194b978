"""Signalling inside cells, stochastic Boolean and logic ODE; writes benchmarks/results/b5_networks.json.

    python benchmarks/b5_networks.py

With cMaBoSS in the same environment (`pip install cmaboss`) it is timed in turn with ours on the same
networks, and the probabilities of the nodes are compared. All on one thread.
"""

from __future__ import annotations

import json
from pathlib import Path

from exocosm import provenance
from exocosm.engine.bench.b5_networks import b5a

RESULT = Path(__file__).resolve().parent / "results" / "b5_networks.json"
SIZES = ((60, 180), (100, 300))


def main() -> None:
    """Measure, print and write."""
    record = {
        "machine": provenance.machine(),
        "versions": provenance.versions(("numpy", "numba", "cmaboss")),
        "date": provenance.now(),
        "runs": [b5a(nodes=nodes, edges=edges, threads=1) for nodes, edges in SIZES],
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
