"""``exocosm kb new``: a file to begin with, that is right as it stands."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from exocosm.errors import InputError

from ..arguments import add_common
from ..failures import DONE
from ..output import print_json


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser(
        "new",
        help="write a file with an example, to fill with statements of your own",
        description="Write a file with one example and remarks; `exocosm kb validate` accepts it as it is.",
    )
    parser.add_argument("file", type=Path, metavar="FILE.yaml|FILE.csv")
    parser.add_argument(
        "--kind", default="axis", metavar="KIND", help="axis (default), mechanism, release, biomarker ..."
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    add_common(parser)
    parser.set_defaults(command=new)


def new(args: argparse.Namespace) -> int:
    """Write the file, unless one of this name is there."""
    from exocosm.knowledge import template

    text = template(args.file, args.kind)
    if not args.file.parent.is_dir():
        raise InputError(f"There is no folder {str(args.file.parent)!r}. Make it first.")
    try:
        with args.file.open("w" if args.force else "x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise InputError(
            f"{str(args.file)!r} is there already. Name another file, or add --force to replace it."
        ) from None
    if args.json:
        print_json({"written": args.file, "kind": args.kind, "exit_code": DONE})
    else:
        print(f"{args.file} written. Change it, then: exocosm kb validate {args.file}")
    return DONE
