"""``exocosm kb ground``: names in, identifiers out, with everything a name may mean."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from exocosm.errors import InputError

from ..arguments import add_common, count
from ..failures import BAD_INPUT, DONE
from ..output import print_json, print_table


def add_parser(words: Any) -> None:
    """Add the command to the subcommands of ``exocosm kb``."""
    parser = words.add_parser("ground", help="the identifier that a name stands for, or all that it may mean")
    parser.add_argument("names", nargs="+", metavar="NAME", help="a name, synonym, symbol or identifier")
    parser.add_argument(
        "--type",
        action="append",
        metavar="TYPE",
        help="only things of this type: gene, miRNA, cell_type, disease, ...; may be repeated",
    )
    parser.add_argument(
        "--search", action="store_true", help="list what has NAME in one of its names instead"
    )
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="with --search: at most N (20)")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Print what the names mean; return 2 if one is unknown or ambiguous."""
    return _search(args) if args.search else _ground(args)


def _ground(args: argparse.Namespace) -> int:
    from exocosm.knowledge import AmbiguousNameError, UnknownNameError, grounding

    found, problems = [], []
    for name in args.names:
        try:
            found.append(grounding.ground(name, types=args.type))
        except (AmbiguousNameError, UnknownNameError) as error:
            problems.append((name, error))
    code = BAD_INPUT if problems else DONE
    if args.json:
        listed = [_problem(name, error) for name, error in problems]
        print_json({"grounded": found, "problems": listed, "exit_code": code})
        return code
    print_table(("name", "id", "label", "type", "how", "also"), [_row(one) for one in found])
    # On the error stream, so that a table in a pipe holds identifiers only.
    for note in [f"{one.name}: {one.note}" for one in found if one.note] + [str(e) for _, e in problems]:
        print(note, file=sys.stderr)
    return code


def _search(args: argparse.Namespace) -> int:
    from exocosm.knowledge import grounding

    text = " ".join(args.names)
    rows = grounding.search(text, types=args.type, limit=args.limit)
    if args.json:
        print_json({"text": text, "found": rows})
    else:
        columns = ("name", "id", "label", "type", "kind")
        print_table(columns, [(row.name, row.id, row.label, row.type, row.kind) for row in rows])
    return DONE


def _row(one: Any) -> tuple[object, ...]:
    how = f"{one.how} ({one.versions})" if one.versions else one.how
    if one.strand_inferred:
        how += ", strand inferred"
    return one.name, one.id, one.label, one.type, how, [f"{row.label} ({row.id})" for row in one.also]


def _problem(name: str, error: InputError) -> dict[str, Any]:
    """Return what is wrong with a name: what it may mean, or what may have been meant."""
    meanings, suggestions = getattr(error, "meanings", ()), getattr(error, "suggestions", ())
    return {"name": name, "error": str(error), "meanings": meanings, "suggestions": suggestions}
