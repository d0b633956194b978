"""``exocosm kb show``: everything known about one name."""

from __future__ import annotations

import argparse
from typing import Any

from ..arguments import add_common
from ..failures import DONE
from ..output import print_json
from .own import add_own, whole_base


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser("show", help="everything known about one entity, phenotype or statement")
    parser.add_argument("name", metavar="NAME", help="a name, a synonym or the id of a statement")
    add_own(parser)
    add_common(parser)
    parser.set_defaults(command=show)


def show(args: argparse.Namespace) -> int:
    """Print what is known about one name, or one statement by its id."""
    from exocosm.knowledge import card

    base = whole_base(args)
    if args.name in base:
        statement = base.statement(args.name)
        about, subject = base.subset([args.name]), next(iter(statement.names()))[1]
    else:
        about, subject = base.about(args.name), args.name
    if args.json:
        print_json({"name": args.name, **about.to_records()})
    else:
        print(card(about if args.name in base else base, subject))
    return DONE
