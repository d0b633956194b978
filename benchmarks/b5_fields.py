"""Accuracy and time of the field schemes (B5b, B5c); writes benchmarks/results/b5_fields.json.

    python benchmarks/b5_fields.py

Everything runs on one thread, the schemes in turn, and the best of seven runs counts.
"""

from __future__ import annotations

import json
from pathlib import Path

from exocosm import provenance
from exocosm.engine.bench.b5_fields import b5b, b5c, spatial_checks

RESULT = Path(__file__).resolve().parent / "results" / "b5_fields.json"


def main() -> None:
    """Measure, print and write."""
    record = provenance.collect()
    result = {
        "oxygen in a spheroid": b5b(repeats=7, threads=1),
        "vesicle field": b5c(repeats=7, threads=1),
        "spatial checks": spatial_checks(),
        **{name: record[name] for name in ("versions", "platform", "threads", "started")},
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
