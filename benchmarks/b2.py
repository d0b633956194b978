"""How fast cells push and hold each other (benchmark B2); writes benchmarks/results/b2.json.

    python benchmarks/b2.py

All sizes on one thread and on two, one of them also with cells that move on their own, so that lists of
neighbours are made more often. Peers' figures were recorded on another machine: see the notes in the record.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
from pathlib import Path

from exocosm import provenance
from exocosm.engine.bench.b2 import SIZES, b2

RESULT = Path(__file__).resolve().parent / "results" / "b2.json"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--out", type=Path, default=RESULT)
    args = parser.parse_args()
    load = [os.getloadavg()[0]]  # how busy the machine was besides
    runs = []
    for cells in SIZES:
        for threads in range(1, min(2, provenance.available_threads()) + 1):
            for speed in (0.0, 0.5) if cells == 100_553 else (0.0,):
                runs.append(b2(cells=cells, steps=args.steps, threads=threads, speed=speed))
                print(json.dumps(runs[-1]))
    record = provenance.collect(
        runs=runs,
        load=[round(one, 1) for one in (*load, os.getloadavg()[0])],
        **{"peak memory [MB]": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)},
    )
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
