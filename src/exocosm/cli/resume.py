"""``exocosm resume``: go on with a run that was interrupted or killed."""

from __future__ import annotations

import argparse
import signal
from pathlib import Path
from typing import Any

from . import simulate
from .arguments import add_common, count
from .failures import DONE
from .output import print_json, progress
from .run import end_like_ctrl_c, finish, interrupted
from .simulated import is_simulated


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "resume",
        help="go on with a run that was interrupted or killed",
        description="Do what is missing of a run and write its tables and report as if nothing had happened.",
    )
    parser.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run")
    parser.add_argument(
        "--threads", type=count, metavar="N", help="threads (default: all); never changes a result"
    )
    parser.add_argument(
        "--other-machine",
        action="store_true",
        help="go on although libraries or processor differ; last bits may then differ too",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress; print only where the report is")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Go on with a run; return the exit code."""
    from exocosm.experiment import resume

    end_like_ctrl_c(signal.SIGTERM)
    if is_simulated(args.folder):
        return simulate.go_on(args)
    reported = (args.folder / "report.html").is_file()
    before = _status_bytes(args.folder)
    with progress(shown=not (args.quiet or args.json)) as show:
        result = resume(args.folder, threads=args.threads, progress=show, other_machine=args.other_machine)
    if result.state == "interrupted":
        return interrupted(args, args.folder)
    if reported and before == _status_bytes(args.folder):
        message = f"nothing to resume: the run in {args.folder} is done."
        if args.json:
            print_json({"state": "done", "folder": args.folder, "message": message, "exit_code": DONE})
        else:
            print(message)
        return DONE
    return finish(args, args.folder, result.state)


def _status_bytes(folder: Path) -> bytes:
    path = folder / "status.json"
    return path.read_bytes() if path.is_file() else b""
