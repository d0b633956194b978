"""The scorecard of the shipped base; writes benchmarks/results/findings.json and a line of its history.

    python benchmarks/findings.py NOTE [--draws N] [--shuffles N]

NOTE says in a few words what is new since the line before. A line is never changed or taken away.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from exocosm import knowledge, provenance
from exocosm.findings import Scorecard, Setting, cases_of, scorecard

RESULTS = Path(__file__).resolve().parent / "results"
HISTORY = RESULTS / "findings_history.csv"


def main() -> None:
    """Score, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("note")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--shuffles", type=int, default=1999)
    args = parser.parse_args()
    kb = knowledge.load()
    vocabulary, cases = cases_of(kb)
    start, processor = time.perf_counter(), time.process_time()
    card = scorecard(vocabulary, cases, Setting(draws=args.draws), shuffles=args.shuffles, progress=_say)
    record = card.record() | {
        "seconds": {"clock": time.perf_counter() - start, "processor": time.process_time() - processor},
        "provenance": provenance.collect(knowledge={"version": kb.version, "sha256": kb.sha256}),
    }
    (RESULTS / "findings.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    line = history_line(card, args.note, len(kb.influences))
    new = not HISTORY.exists()
    with HISTORY.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(line))
        if new:
            writer.writeheader()
        writer.writerow(line)
    print(json.dumps(line, indent=1))


def history_line(card: Scorecard, note: str, influences: int) -> dict[str, Any]:
    """Return one line of the history."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    scores = {
        "pro": card.score.classes["pro"].value,
        "anti": card.score.classes["anti"].value,
        "balanced": card.score.balanced.value,
        "balanced_without_own_paper": card.beside["without own paper"].balanced.value,
        **{f"p_null_{one.null}": one.p for one in card.nulls},
    }
    return {
        "date": provenance.now()[:10], "commit": commit, "note": note, "influences": influences,
        "cases": sum(not case.out_of_scope for case in card.cases), "read_outs": len(card.lines),
        **{name: f"{value:.4f}" for name, value in scores.items()},
    }  # fmt: skip


def _say(done: int, total: int, what: str) -> None:
    if done == total:
        print(what, file=sys.stderr)


if __name__ == "__main__":
    main()
