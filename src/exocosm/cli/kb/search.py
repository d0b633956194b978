"""``exocosm kb search``: find statements."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..arguments import add_common, count
from ..failures import DONE
from ..output import print_json, print_table
from .filters import add_filters, chosen
from .own import add_own, whole_base


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser("search", help="find statements by words and by what they say")
    add_filters(parser)
    add_own(parser)
    parser.add_argument("--limit", type=count, metavar="N", help="show at most N statements")
    add_common(parser)
    parser.set_defaults(command=search)


def search(args: argparse.Namespace) -> int:
    """Print the statements that match everything asked."""
    from exocosm.knowledge import to_plain

    base = whole_base(args)
    found = chosen(base, args).statements
    shown = found[: args.limit]
    if args.json:
        print_json({"found": len(found), "statements": [to_plain(statement) for statement in shown]})
        return DONE
    columns = ("id", "kind", "from", "what", "to", "effects", "read", "belief")
    print_table(columns, [_row(base, statement) for statement in shown])
    hidden = len(found) - len(shown)
    # On the error stream, so that a table in a pipe holds statements only.
    note = f"; {hidden} more with a higher --limit" if hidden else ""
    print(f"{len(found)} statement{'s' * (len(found) != 1)} found{note}.", file=sys.stderr)
    return DONE


def _row(base: Any, statement: Any) -> tuple[object, ...]:
    from exocosm.knowledge import roles_of

    roles = roles_of(statement)
    read = sorted({evidence.seen for evidence in statement.evidence})
    return (
        statement.id,
        statement.kind,
        roles.donors or roles.agent,
        roles.cargo
        or getattr(statement, "relation", None)
        or (statement.claim if not roles.targets else None),
        roles.recipients or [target.name for target in roles.targets],
        [f"{name} {effect}" for name, effect in roles.changes()],
        read,
        f"{base.belief(statement.id):.2f}",
    )
