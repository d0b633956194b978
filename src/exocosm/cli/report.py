"""``exocosm report``: write the report of a run folder again."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from exocosm.errors import InputError

from .arguments import add_common
from .failures import DONE
from .output import print_json


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "report",
        help="write the report of a run again",
        description="Write figures and report.html again from what a run left in its folder.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of a run")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Write the report of a run folder; return the exit code."""
    if not (args.folder / "study.yaml").is_file():
        raise InputError(
            f"Expected `FOLDER` to be the folder of a run, found {str(args.folder)!r} without a study.yaml. "
            "Give a folder made by `exocosm run`."
        )
    from exocosm import report

    if (args.folder / "unfinished").is_dir():
        from exocosm.experiment import settle

        settle(args.folder)  # a killed run has left its outcomes, and no tables
    written = report.write(args.folder)
    if args.json:
        print_json({"state": "done", "folder": args.folder, "report": written, "exit_code": DONE})
    else:
        print(report.summarise(args.folder))
        print(f"\nReport: {written}")
    return DONE
