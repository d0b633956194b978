"""``exocosm kb stats``: what the knowledge base holds, in numbers."""

from __future__ import annotations

import argparse
from typing import Any

from ..arguments import add_common
from ..failures import DONE
from ..output import print_json, print_table
from .own import add_own, whole_base


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser("stats", help="what the knowledge base holds, in numbers")
    add_own(parser)
    add_common(parser)
    parser.set_defaults(command=stats)


def stats(args: argparse.Namespace) -> int:
    """Print counts by kind, document, reading, cargo type and the like."""
    from exocosm.knowledge import counts

    found = counts(whole_base(args))
    if args.json:
        print_json(found)
        return DONE
    for i, (title, numbers) in enumerate(found.items()):
        if i:
            print()
        print_table((title, "number"), list(numbers.items()))
    return DONE
