"""``exocosm kb background``: a signed table of the user's, compared with the curated core."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..arguments import add_common
from ..failures import DONE
from ..output import print_json, print_table

_WORDS = {1: "up", -1: "down", None: "no sign"}


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser(
        "background",
        help="compare the curated influences with a signed table (OmniPath, SIGNOR, CollecTRI ...)",
        description="Say which curated influences a signed table confirms, contradicts or does not have. "
        "The table is read for this comparison only: it changes neither the base nor any model.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, tab-separated text (.gz too) or .xlsx")
    parser.add_argument("--format", metavar="FORMAT", help="recognised by the header if not given")
    parser.add_argument("--encoding", metavar="NAME", help="of the text, such as latin-1; UTF-8 by default")
    parser.add_argument("--absent", action="store_true", help="list what the table does not have, too")
    add_common(parser)
    parser.set_defaults(command=compare_background)


def compare_background(args: argparse.Namespace) -> int:
    """Print the influences by what the background says of them."""
    from exocosm.knowledge import catalogue, load

    background = catalogue.Background.read(args.file, args.format, encoding=args.encoding)
    found = catalogue.compare(load(), background)
    if args.json:
        lists = {name: [_plain(one) for one in part] for name, part in found.lists.items()}
        print_json(
            {"background": found.background, "edges": len(background), "counts": found.counts, **lists}
        )
        return DONE
    shown = [
        (name, one) for name, part in found.lists.items() for one in part if name != "absent" or args.absent
    ]
    print_table(("background", "curated influence", "effect", "there", "id"), [_row(*one) for one in shown])
    counts = ", ".join(f"{n} {name}" for name, n in found.counts.items())
    print(
        f"{len(background):,} influences in {found.background}. Of the curated ones: {counts}.",
        file=sys.stderr,
    )
    if background.n_malformed:
        first = background.malformed[0]
        print(f"{background.n_malformed:,} malformed rows left out; the first: {first}.", file=sys.stderr)
    return DONE


def _row(name: str, one: Any) -> tuple[object, ...]:
    there = sorted({_WORDS[edge.sign] for edge in one.edges})
    return name, str(one), one.influence.effect, there, one.influence.id


def _plain(one: Any) -> dict[str, Any]:
    return {
        "id": one.influence.id,
        "source": one.influence.source,
        "target": one.influence.target,
        "effect": one.influence.effect,
        "background": [
            {"sign": edge.sign, "line": edge.line, "reference": edge.reference} for edge in one.edges
        ],
    }
