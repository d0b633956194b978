"""``exocosm kb``: search, show, compare, export and check knowledge."""

from __future__ import annotations

from typing import Any

from ..arguments import subcommands
from . import explore, export, ground, search, show, stats, validate


def add_parser(verbs: Any) -> None:
    """Add the command and its subcommands to the parser."""
    parser = verbs.add_parser(
        "kb",
        help="search, show, compare, export and check knowledge",
        description="Search the knowledge base, show what is known of one thing, export, check own files.",
    )
    words = subcommands(parser)
    for verb in (search, show, explore, stats, export, ground, validate):
        verb.add_parser(words)
