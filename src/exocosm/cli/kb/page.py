"""``exocosm kb page``: the knowledge base as one HTML file, with search and a network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..arguments import add_common
from ..failures import DONE
from ..output import print_json
from .filters import add_filters, chosen
from .own import add_own, whole_base


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser(
        "page",
        help="write statements as one HTML page with search and a network",
        description="Write one HTML file that works offline: search, filters, cards and a network.",
    )
    add_filters(parser)
    add_own(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="file to write")
    add_common(parser)
    parser.set_defaults(command=page)


def page(args: argparse.Namespace) -> int:
    """Write the statements chosen and say what was written."""
    from exocosm.report import knowledge_page

    found = chosen(whole_base(args), args)
    text = knowledge_page(found)
    args.output.write_text(text, encoding="utf-8", newline="\n")
    size = len(text.encode("utf-8"))
    if args.json:
        print_json({"statements": len(found), "written": args.output, "bytes": size})
    else:
        print(f"{len(found)} statements written to {args.output} ({size / 1e6:.1f} MB).")
    return DONE
