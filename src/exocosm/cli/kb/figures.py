"""``exocosm kb figures``: who sends to whom, what vesicles carry, how far the evidence carries."""

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
        "figures",
        help="draw the knowledge base: crosstalk, types of cargo, belief",
        description="Draw donors against recipients, types of cargo and belief by kind, as PNG and SVG.",
    )
    add_filters(parser)
    add_own(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="folder to write")
    add_common(parser)
    parser.set_defaults(command=figures)


def figures(args: argparse.Namespace) -> int:
    """Draw the statements chosen and say what was written."""
    from exocosm.plot import knowledge_figures, use_style

    found = chosen(whole_base(args), args)
    args.output.mkdir(parents=True, exist_ok=True)
    written = []
    with use_style():
        for name, figure in knowledge_figures(found).items():
            for ending in ("png", "svg"):
                written.append(args.output / f"{name}.{ending}")
                figure.savefig(written[-1], dpi=200)
    if args.json:
        print_json({"statements": len(found), "written": written})
    else:
        print(f"{len(found)} statements drawn:")
        print(*(f"  {path}" for path in written), sep="\n")
    return DONE
