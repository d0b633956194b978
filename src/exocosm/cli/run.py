"""``exocosm run``: a study in, a folder with numbers, figures and a report out."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from contextlib import suppress
from itertools import count as count_up
from pathlib import Path
from typing import Any

from exocosm.errors import InputError

from .arguments import add_common, count, seed, settings
from .failures import DONE, FAILED, INTERRUPTED
from .output import print_json, progress

RUNS = Path("runs")

_CODES = {"done": DONE, "interrupted": INTERRUPTED, "failed": FAILED}


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "run",
        help="run a study and write its report",
        description="Run a study: assemble the model, simulate every arm and replicate, compare, report.",
    )
    parser.add_argument("study", metavar="STUDY|FILE.yaml", help="a shipped study by name, or your own file")
    parser.add_argument("--seed", type=seed, metavar="N", help="random seed (default: the study's)")
    parser.add_argument(
        "--replicates", type=count, metavar="N", help="replicates per arm (default: the study's)"
    )
    parser.add_argument(
        "--threads", type=count, metavar="N", help="threads (default: all); never changes a result"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to write, new or empty (default: runs/STUDY-seedN)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one setting of the study; may be repeated",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress; print only where the report is")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Run the study and its report; return the exit code."""
    from exocosm.experiment import load_study

    end_like_ctrl_c(signal.SIGTERM)
    study = load_study(args.study, settings(args.set))
    if args.seed is None:
        args.seed = study.seed
    given = args.out is not None and args.out.exists()
    folder = claim_folder(args.out, study.name, args.seed)
    try:
        return _run(args, study, folder)
    except KeyboardInterrupt:
        return interrupted(args, folder)
    except Exception as error:
        if content := _content(folder):
            error.add_note(f"What was finished before is kept in {folder} ({content}).")
        raise
    finally:
        if not given and not _content(folder):
            with suppress(OSError):  # an empty folder of ours is of no use to anybody
                folder.rmdir()


def end_like_ctrl_c(number: signal.Signals) -> None:
    """Take a request to end, from a batch system for instance, as Ctrl-C: what was finished is kept."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with suppress(ValueError):  # signals belong to the main thread
        signal.signal(number, interrupt)


def claim_folder(named: Path | None, study: str, seed: int) -> Path:
    """Make the folder of a run, ``runs/STUDY-seedN`` without `named`, as `new_folder` does."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", study).strip(".-") or "study"
    return new_folder(named, f"{base}-seed{seed}")


def new_folder(named: Path | None, base: str) -> Path:
    """Make a folder for results and return its path; a folder in use is never written to.

    Without `named` it is ``runs/BASE``, with the next free number appended where that is taken.
    """
    if named is not None:
        if named.is_dir() and any(named.iterdir()):
            raise InputError(
                f"Expected `--out` to be a new or an empty folder, found {str(named)!r} in use. "
                "Name another one; nothing was overwritten."
            )
        named.mkdir(parents=True, exist_ok=True)
        return named
    RUNS.mkdir(exist_ok=True)
    for number in count_up(1):
        folder = RUNS / (base if number == 1 else f"{base}-{number}")
        # Making it is the test, so that two runs started together never share a folder.
        with suppress(FileExistsError):
            folder.mkdir()
            break
    return folder


def _run(args: argparse.Namespace, study: Any, folder: Path) -> int:
    from exocosm.experiment import run

    with progress(shown=not (args.quiet or args.json)) as show:
        result = run(
            study, out=folder, seed=args.seed, replicates=args.replicates, threads=args.threads, progress=show
        )
    if result.state == "interrupted":
        return interrupted(args, folder)
    return finish(args, folder, result.state, study=study.name, seed=args.seed)


def finish(args: argparse.Namespace, folder: Path, state: str, **known: Any) -> int:
    """Write the report of a run that is done and say where it is; return the exit code."""
    from exocosm import report

    written = report.write(folder)
    if args.json:
        print_json(
            {
                "state": state,
                **known,
                "folder": folder,
                "report": written,
                "exit_code": _CODES[state],
            }
        )
    elif args.quiet:
        print(written)
    else:
        print(report.summarise(folder))
        print(f"\nReport: {written}\nFolder: {folder}")
    return _CODES[state]


def interrupted(args: argparse.Namespace, folder: Path) -> int:
    """Say what an interruption has left; return the exit code."""
    content = _content(folder)
    message = (
        f"interrupted. {folder} keeps what was finished ({content})."
        if content
        else "interrupted before anything was written."
    )
    if (folder / "study.yaml").is_file():
        message += f" `exocosm resume {folder}` goes on with it; `exocosm report {folder}` writes a report."
    if args.json:
        print_json({"state": "interrupted", "folder": folder, "error": message, "exit_code": INTERRUPTED})
    print(f"exocosm: {message}", file=sys.stderr)
    return INTERRUPTED


def _content(folder: Path) -> str:
    if not folder.is_dir():
        return ""
    return ", ".join(sorted(f"{path.name}/" if path.is_dir() else path.name for path in folder.iterdir()))
