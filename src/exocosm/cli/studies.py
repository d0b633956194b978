"""``exocosm studies``: what can be run, and its file as a start for one's own."""

from __future__ import annotations

import argparse
from importlib.resources import files
from typing import Any

from exocosm.errors import expect

from .arguments import add_common, subcommands
from .failures import DONE
from .output import print_json, print_table

SHIPPED = files("exocosm") / "studies"  # one file per study, named after it


def add_parser(verbs: Any) -> None:
    """Add the command and its subcommands to the parser."""
    parser = verbs.add_parser(
        "studies", help="list and show the shipped studies", description="List and show the shipped studies."
    )
    words = subcommands(parser)
    listing = words.add_parser(
        "list", help="name, title, systems, set-up and expected run time of each study"
    )
    add_common(listing)
    listing.set_defaults(command=list_studies)
    showing = words.add_parser("show", help="print the file of a study, to copy and change")
    showing.add_argument("name", metavar="NAME", help="a shipped study")
    add_common(showing)
    showing.set_defaults(command=show_study)


def list_studies(args: argparse.Namespace) -> int:
    """Print one line per shipped study."""
    from exocosm.experiment import studies

    known = studies()
    if args.json:
        print_json({"studies": [_row(study) for study in known]})
    else:
        print_table(
            ("name", "title", "systems", "set-up", "run time"),
            [list(_row(study).values()) for study in known],
        )
    return DONE


def show_study(args: argparse.Namespace) -> int:
    """Print the YAML of a shipped study."""
    from exocosm.experiment import studies

    expect.one_of([study.name for study in studies()], NAME=args.name)
    text = (SHIPPED / f"{args.name}.yaml").read_text(encoding="utf-8")
    if args.json:
        print_json({"name": args.name, "yaml": text})
    else:
        print(text, end="")
    return DONE


def _row(study: Any) -> dict[str, Any]:
    return {
        "name": study.name,
        "title": study.title,
        "systems": list(study.systems),
        "setup": study.setup,
        "run_time": study.run_time,
    }
