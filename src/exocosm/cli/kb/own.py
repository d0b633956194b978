"""The option with which a person's own files take part in a question."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def add_own(parser: argparse.ArgumentParser) -> None:
    """Add --with."""
    parser.add_argument(
        "--with",
        dest="own",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a file of your own (.yaml, .csv, .tsv) that joins the knowledge base; may be repeated",
    )


def whole_base(args: argparse.Namespace) -> Any:
    """Return the shipped knowledge base, joined by the files given; conflicts are counted on stderr."""
    from exocosm.knowledge import joined, load

    if not args.own:
        return load()
    found = joined(load(), args.own)
    if found.conflicts:
        files = " ".join(map(str, args.own))
        number = counted(len(found.conflicts), "conflict")
        print(f"{number} with the knowledge base: `exocosm kb merge {files}` lists them.", file=sys.stderr)
    return found.base


def counted(number: int, noun: str) -> str:
    """Return "1 conflict", "2 conflicts" or "no conflicts"."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number or 'no'} {noun if number == 1 else plural}"
