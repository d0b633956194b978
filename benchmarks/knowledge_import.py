"""How long an import of a million rows takes, and how much memory.

    python benchmarks/knowledge_import.py [--rows 1000000] [--out benchmarks/results/knowledge_import.json]

Made-up tables in the forms of three databases are imported, each in a process of its own, whose peak memory
is measured. One row in ten thousand is broken, and its line must be in the report.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from exocosm import provenance
from exocosm.knowledge import catalogue
from exocosm.knowledge.grounding.identifier_table import shipped_table

LIMIT_SECONDS, LIMIT_BYTES = 60, 2 * 10**9
BROKEN = 10_000  # one row in so many
METHODS = ("Mass spectrometry", "Western blotting", "Mass spectrometry|Western blotting", "FACS")


def names(kind: str, n: int) -> list[str]:
    """Return names of one kind from the shipped table, the official ones."""
    table = shipped_table()
    kinds, types, labels = table.column("kind"), table.types, table.column("name")
    official = {"gene": "symbol", "miRNA": "name"}[kind]
    chosen = [
        label
        for label, one, type_ in zip(labels.to_pylist(), kinds.to_pylist(), types.to_pylist(), strict=True)
        if one == official and type_ == kind and label
    ]
    return random.Random(1).sample(chosen, min(n, len(chosen)))


def exocarta(n: int) -> Iterator[str]:
    """Proteins of ExoCarta: 20,000 genes in 3,000 experiments, tab-separated."""
    draw, genes = random.Random(2), names("gene", 20_000)
    yield "CONTENT ID\tCONTENT TYPE\tENTREZ GENE ID\tGENE SYMBOL\tSPECIES\tEXPERIMENT ID\tMETHODS"
    for i in range(1, n + 1):
        number = "no number" if i % BROKEN == 0 else str(draw.randrange(1, 30_000))
        species = "Homo sapiens" if draw.random() < 0.7 else "Mus musculus"
        experiment, method = draw.randrange(3_000), draw.choice(METHODS)
        yield f"{i}\tprotein\t{number}\t{draw.choice(genes)}\t{species}\t{experiment}\t{method}"


def mirtarbase(n: int) -> Iterator[str]:
    """Targets of miRTarBase: comma-separated, with quoted cells."""
    draw, genes, mirnas = random.Random(3), names("gene", 15_000), names("miRNA", 2_500)
    yield (
        "miRTarBase ID,miRNA,Species (miRNA),Target Gene,Target Gene (Entrez ID),Species (Target Gene),"
        "Experiments,Support Type,References (PMID)"
    )
    for i in range(1, n + 1):
        support = "No such thing" if i % BROKEN == 0 else "Functional MTI (Weak)"
        yield (
            f"MIRT{i:06},{draw.choice(mirnas)},hsa,{draw.choice(genes)},{draw.randrange(1, 30_000)},hsa,"
            f'"HITS-CLIP, PAR-CLIP",{support},{draw.randrange(10_000_000, 40_000_000)}'
        )


def unknown(n: int) -> Iterator[str]:
    """The worst case: a plain table in which every name is another one, and none is known."""
    draw = random.Random(4)
    yield "name,species,sample,value"
    for i in range(1, n + 1):
        value = "much" if i % BROKEN == 0 else f"{draw.random():.4f}"
        yield f"novel-transcript-{i},human,sample {draw.randrange(500)},{value}"


TABLES: dict[str, tuple[str, Callable[[int], Iterator[str]]]] = {
    "exocarta": ("EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt", exocarta),
    "mirtarbase": ("miRTarBase_MTI.csv.gz", mirtarbase),
    "unknown names": ("transcripts.csv", unknown),
}


def write(path: Path, lines: Iterator[str]) -> None:
    """Write a table, packed where its name says so."""
    text = "".join(line + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text, 1) if path.suffix == ".gz" else text)


def measure(file: Path, folder: Path) -> dict[str, Any]:
    """Import a table in this process; return time, memory and what the report says."""
    with catalogue.Catalogue(folder / "catalogue.duckdb") as opened:
        report = opened.add(file)
    expected = [i * BROKEN + 1 for i in range(1, report.rows // BROKEN + 1)]
    assert [one.line for one in report.malformed] == expected[:100]
    return {
        "rows": report.rows,
        "records": report.records,
        "malformed": report.n_malformed,
        "grounded": report.grounded,
        "seconds": round(report.seconds, 2),
        "peak memory [MB]": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        "file [MB]": round(file.stat().st_size / 1e6, 1),
        "catalogue [MB]": round((folder / "catalogue.duckdb").stat().st_size / 1e6, 1),
    }


def main() -> int:
    """Make the tables, import each in a process of its own and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "knowledge_import.json"
    )
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(measure(args.measure, args.measure.parent)))
        return 0
    found = {}
    for name, (file_name, lines) in TABLES.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / file_name
            write(file, lines(args.rows))
            words = [sys.executable, __file__, "--measure", str(file)]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            found[name] = json.loads(done.stdout)
            print(name, found[name])
    kept = all(
        one["seconds"] < LIMIT_SECONDS and one["peak memory [MB]"] * 10**6 < LIMIT_BYTES
        for one in found.values()
    )
    record = {
        "limits": {"seconds": LIMIT_SECONDS, "memory [MB]": LIMIT_BYTES / 10**6, "kept": kept},
        "imports": found,
        "versions": provenance.versions(("duckdb", "pyarrow")),
        "machine": provenance.machine() | {"threads": provenance.available_threads()},
    }
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
