"""``exocosm kb``: search, show and check knowledge."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .arguments import add_common, count, subcommands
from .failures import BAD_INPUT, DONE
from .output import print_json, print_table

# Option → what it asks of a statement.
FILTERS = {
    "donor": "cell that sends the vesicles",
    "cargo": "what they carry",
    "recipient": "cell that takes them up",
    "target": "molecule changed in the recipient, or the target of an influence",
    "phenotype": "phenotype changed in the recipient",
    "cancer": "cancer of the context",
    "kind": "axis, mechanism, release, sorting, uptake or biogenesis",
    "document": "document the statement was curated from",
    "seen": "what the curator read: full_text, abstract, title, database_row or memory",
}


def add_parser(verbs: Any) -> None:
    """Add the command and its subcommands to the parser."""
    parser = verbs.add_parser(
        "kb",
        help="search, show and check knowledge",
        description="Search the knowledge base, show what is known of one thing, check files of your own.",
    )
    words = subcommands(parser)
    _add_search(words)
    showing = words.add_parser("show", help="everything known about one entity, phenotype or statement")
    showing.add_argument("name", metavar="NAME", help="a name, a synonym or the id of a statement")
    add_common(showing)
    showing.set_defaults(command=show)
    checking = words.add_parser("validate", help="check knowledge files of your own, line by line")
    checking.add_argument("files", type=Path, nargs="+", metavar="FILE")
    add_common(checking)
    checking.set_defaults(command=validate)


def _add_search(words: Any) -> None:
    parser = words.add_parser("search", help="find statements by words and by what they say")
    parser.add_argument("text", nargs="*", metavar="TEXT", help="words anywhere in the statement")
    for option, meaning in FILTERS.items():
        parser.add_argument(f"--{option}", metavar=option.upper(), help=meaning)
    parser.add_argument("--limit", type=count, metavar="N", help="show at most N statements")
    add_common(parser)
    parser.set_defaults(command=search)


def search(args: argparse.Namespace) -> int:
    """Print the statements that match everything asked."""
    from exocosm.knowledge import load, to_plain

    text = " ".join(args.text) or None
    found = load().find(text=text, **{option: getattr(args, option) for option in FILTERS}).statements
    shown = found[: args.limit]
    if args.json:
        print_json({"found": len(found), "statements": [to_plain(statement) for statement in shown]})
        return DONE
    print_table(
        ("id", "kind", "from", "what", "to", "effects", "read"), [_row(statement) for statement in shown]
    )
    hidden = len(found) - len(shown)
    # On the error stream, so that a table in a pipe holds statements only.
    note = f"; {hidden} more with a higher --limit" if hidden else ""
    print(f"{len(found)} statement{'s' * (len(found) != 1)} found{note}.", file=sys.stderr)
    return DONE


def show(args: argparse.Namespace) -> int:
    """Print what is known about one name, or one statement by its id."""
    from exocosm.knowledge import card, load

    base = load()
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


def validate(args: argparse.Namespace) -> int:
    """Print every problem of the files; return 2 if there is one."""
    from exocosm.knowledge import validate as problems_of

    problems = problems_of(args.files)
    code = BAD_INPUT if problems else DONE
    if args.json:
        found = [problem._asdict() for problem in problems]
        print_json({"valid": not problems, "problems": found, "exit_code": code})
        return code
    for problem in problems:
        print(problem)
    names = ", ".join(str(file) for file in args.files)
    print(f"{names}: {len(problems) or 'no'} problem{'s' * (len(problems) != 1)}.")
    return code


def _row(statement: Any) -> tuple[object, ...]:
    read = sorted({evidence.seen for evidence in statement.evidence})
    if statement.kind == "axis":
        effects = [
            f"{part.name} {part.effect}"
            for part in (*statement.targets, *statement.pathways, *statement.phenotypes)
        ]
        return (statement.id, "axis", statement.donor, statement.cargo, statement.recipient, effects, read)
    effect = f"{statement.target} {statement.effect}"
    return (
        statement.id,
        statement.kind,
        statement.source,
        statement.relation,
        statement.target,
        effect,
        read,
    )
