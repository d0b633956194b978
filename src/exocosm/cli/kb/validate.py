"""``exocosm kb validate``: check files of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..arguments import add_common
from ..failures import BAD_INPUT, DONE
from ..output import print_json


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser("validate", help="check knowledge files of your own, line by line")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    add_common(parser)
    parser.set_defaults(command=validate)


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
