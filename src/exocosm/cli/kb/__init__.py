"""``exocosm kb``: search, show, compare, export and check knowledge."""

from __future__ import annotations

from typing import Any

from ..arguments import subcommands
from . import (
    background,
    catalogue,
    explore,
    export,
    figures,
    ground,
    merge,
    new,
    page,
    search,
    show,
    stats,
    validate,
)

# In the order of the help: ask, take out, bring in.
_VERBS = (
    *(search, show, explore, stats, ground),
    *(export, page, figures),
    *(new, validate, merge, catalogue, background),
)


def add_parser(verbs: Any) -> None:
    """Add the command and its subcommands to the parser."""
    parser = verbs.add_parser(
        "kb",
        help="search, show, compare, export and check knowledge",
        description="Search the knowledge base, show what is known of one thing, export, check own files.",
    )
    words = subcommands(parser)
    for verb in _VERBS:
        verb.add_parser(words)
