"""``exocosm bench``: how fast the engine is on this machine, beside other programs."""

from __future__ import annotations

import argparse
from typing import Any

from .arguments import add_common, count
from .failures import DONE, FAILED
from .output import print_json, print_table

_NAMES = "B1 diffusion, B2 mechanics, B3 and B4 whole tumours, B5 networks and field schemes, B6 everything"


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "bench",
        help="measure how fast the engine is on this machine",
        description=f"Run a benchmark and print its figures beside those of other programs: {_NAMES}. "
        "Others were timed on another machine; its memory bandwidth stands beside that of this one.",
    )
    parser.add_argument("name", metavar="NAME", help="B1 to B6")
    parser.add_argument("--threads", type=count, metavar="N", help="threads (default: all)")
    parser.add_argument("--dtype", default="f64", metavar="f64|f32", help="numbers of B1 (default: f64)")
    parser.add_argument("--quick", action="store_true", help="a small part of the workload")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Run the benchmark, print what it found, and return 0 if its results are what they should be."""
    from exocosm.engine import benchmark

    record = benchmark(args.name.upper(), threads=args.threads, dtype=args.dtype, quick=args.quick)
    if args.json:
        print_json(record)
    else:
        _print(record)
    return DONE if all(check["ok"] for check in record["checks"]) else FAILED


def _print(record: dict[str, Any]) -> None:
    columns = (
        "workload",
        "clock",
        "processor",
        "unit",
        "peer",
        "its figure",
        "ratio",
        "by processor",
        "note",
    )
    print_table(
        columns,
        [
            (
                line["what"],
                _figure(line["value"]),
                _figure(line["processor"]),
                line["unit"],
                line["peer"],
                _figure(line["peer_value"]),
                _figure(line["ratio"]),
                _figure(line["ratio by processor time"]),
                line["note"],
            )
            for line in record["lines"]
        ],
    )
    for check in record["checks"]:
        word = "ok  " if check["ok"] else "FAIL"
        print(f"{word}  {check['what']}: {check['found']} (expected: {check['expected']})")
    scale, seconds = record["in-place scale [GB/s]"], record["seconds in all, compilation too"]
    peers = "" if scale["peers"] is None else f", the peers' machine {scale['peers']:g}"
    print(
        f"threads {record['threads']}, {record['dtype']}, {seconds['clock']:.1f} s in all, "
        f"peak memory {record['peak memory [bytes]'] / 2**20:.0f} MiB, checksum {record['checksum']}, "
        f"load {record['load average']:g}\nin-place scale {scale['here']:.1f} GB/s{peers}"
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
