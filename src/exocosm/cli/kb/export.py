"""``exocosm kb export``: the knowledge base in formats of other programs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..arguments import add_common
from ..failures import DONE
from .filters import add_filters, chosen
from .own import add_own, whole_base


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser(
        "export",
        help="write statements as TSV, JSON, GraphML, CX2, SIF, KGX or BEL",
        description="Write statements to a file; what the format cannot hold is said on the error stream.",
    )
    add_filters(parser)
    add_own(parser)
    parser.add_argument(
        "--format", required=True, metavar="FORMAT", help="tsv, json, graphml, cx2, sif, kgx or bel"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="file to write")
    parser.add_argument("--no-quotes", action="store_true", help="leave out the quoted words of the sources")
    add_common(parser, json=False)
    parser.set_defaults(command=export)


def export(args: argparse.Namespace) -> int:
    """Write the statements chosen and say what was written and what the format loses."""
    from exocosm.knowledge import format_named, save_as

    form = format_named(args.format)
    found = chosen(whole_base(args), args)
    written = save_as(found, form.name, args.output, quotes=not args.no_quotes)
    files = " and ".join(str(path) for path in written)
    print(f"{len(found)} statements written to {files}.", file=sys.stderr)
    print(f"Not in {form.name}: {form.loses}.", file=sys.stderr)
    return DONE
