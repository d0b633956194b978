"""How long the knowledge base takes to load and to answer; writes benchmarks/results/knowledge_query.json.

    python benchmarks/knowledge_query.py

Loading is measured in fresh processes, without the start of Python and the import of the package. Questions
are measured warm: each is asked once before.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exocosm import knowledge

RESULT = Path(__file__).resolve().parent / "results" / "knowledge_query.json"
REPEATS = 15
LOAD = (
    "import time; from exocosm.knowledge import load; "
    "t = time.perf_counter(); load(); print(time.perf_counter() - t)"
)


def main() -> None:
    """Measure, print and write."""
    kb = knowledge.load()
    loads = [float(subprocess.check_output([sys.executable, "-c", LOAD])) for _ in range(7)]
    found = {name: _milliseconds(ask) for name, ask in _questions(kb).items()}
    result = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "statements": len(kb),
        "load_seconds": {"median": statistics.median(loads), "worst": max(loads)},
        "milliseconds": found,
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def _questions(kb: knowledge.KnowledgeBase) -> dict[str, Callable[[], Any]]:
    return {
        "find cargo and recipient": lambda: kb.find(cargo="miR-21", recipient="macrophage"),
        "find words": lambda: kb.find(text="hypoxia macrophage"),
        "find one common word": lambda: kb.find(text="cell"),
        "find cancer and evidence": lambda: kb.find(cancer="glioma", evidence="transferred"),
        "find everything of a kind": lambda: kb.find(kind="mechanism"),
        "about a gene": lambda: kb.about("STAT3"),
        "ten paths": lambda: knowledge.paths(kb, "hsa-miR-21-5p", "angiogenesis", cell="endothelial cell"),
        "neighbourhood, two steps": lambda: knowledge.neighbourhood(kb, "PTEN", steps=2),
        "compare two cancers": lambda: knowledge.compare(kb, "glioma", "breast cancer"),
        "gaps": lambda: knowledge.gaps(kb),
        "belief of one statement": lambda: kb.belief("gbm-mir-1246-macrophage-terf2ip"),
        "card": lambda: knowledge.card(kb, "hsa-miR-21-5p"),
    }


def _milliseconds(ask: Callable[[], Any]) -> dict[str, float]:
    ask()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        ask()
        times.append(1e3 * (time.perf_counter() - start))
    return {"median": round(statistics.median(times), 2), "worst": round(max(times), 2)}


if __name__ == "__main__":
    main()
