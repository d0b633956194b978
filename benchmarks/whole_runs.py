"""Whole runs beside other programs (B3, B4, B6); writes benchmarks/results/b3.json, b4.json, b6.json.

    python benchmarks/whole_runs.py [B3 B4 B6] [--threads N ...]

Each on one thread and on two where there are two, unless told. Processor time stands beside the clock: on
one thread of a busy machine it says what the clock would have said on a quiet one. B3 also with ten seeds,
for the spread of its counts and of oxygen about the middle.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from exocosm import provenance
from exocosm.engine.bench import report
from exocosm.engine.bench.tumour_runs import over_seeds

RESULTS = Path(__file__).resolve().parent / "results"
NAMES = ("B3", "B4", "B6")


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--threads", nargs="+", type=int)
    args = parser.parse_args()
    threads = args.threads or range(1, min(2, provenance.available_threads()) + 1)
    for name in args.names:
        result: dict[str, Any] = {"runs": [report(name, threads=n) for n in threads]}
        if name == "B3":
            result["over ten seeds"] = {scheme: over_seeds(scheme=scheme) for scheme in ("lod", "adi")}
        for run in result["runs"]:
            for line in run["lines"]:
                print(run["threads"], json.dumps(line, ensure_ascii=False))
        (RESULTS / f"{name.lower()}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
