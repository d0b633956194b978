"""The back end "gpu" on a card: its tests, and B1, B5a and B5c; writes benchmarks/results/gpu.json.

    python benchmarks/gpu.py

Without a card it says so in one line and writes nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from exocosm import provenance
from exocosm.engine import device_problem, identity

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "gpu.json"
FIELDS = [(100, 1), (100, 4), (100, 10), (100, 32), (200, 4)]
SIZES = ((60, 180), (100, 300))
TESTS = ("test_gpu_kernels", "test_lod", "test_adi", "test_steady", "test_transport", "test_signalling")


def main() -> None:
    """Test, measure, print and write."""
    if problem := device_problem("gpu"):
        sys.exit(f"No card to measure on: {problem}")
    if identity("gpu")["card"] == "simulator":
        sys.exit("No card to measure on: NUMBA_ENABLE_CUDASIM is set, and the simulator is no card.")
    from exocosm.engine.bench.gpu import b1_on_card, b5a_on_card, b5c_on_card

    tests = _tests()
    print(tests["last line"])
    record = {
        **provenance.collect(),
        "identity": identity("gpu"),
        "tests": tests,
        "b1": [b1_on_card(grid=n, substrates=s, dtype=kind) for n, s in FIELDS for kind in ("f64", "f32")],
        "b5a": [
            b5a_on_card(cells=cells, nodes=nodes, edges=edges)
            for nodes, edges in SIZES
            for cells in (4096, 100_000)
        ],
        "b5c": b5c_on_card(),
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: record[name] for name in ("b1", "b5a", "b5c")}, indent=1))


def _tests() -> dict[str, Any]:
    """Run the tests of what has kernels of its own on the card."""
    files = [str(ROOT / "tests" / "engine" / f"{name}.py") for name in TESTS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "gpu", *files], capture_output=True, text=True, cwd=ROOT
    )
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    failed = [line for line in lines if line.startswith("FAILED")]
    return {"exit_code": done.returncode, "failed": failed, "last line": lines[-1] if lines else done.stderr}


if __name__ == "__main__":
    main()
