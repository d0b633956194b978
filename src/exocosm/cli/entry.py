"""``exocosm``: parse the command, run it, and turn every error into one clear line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from exocosm import __version__
from exocosm.errors import InputError

from . import bench, doctor, export, findings, kb, model, report, resume, run, simulate, studies, trace
from .failures import explain, write_log
from .output import print_json

Command = Callable[[argparse.Namespace], int]

_EPILOG = """\
examples:
  exocosm studies list                            what can be run
  exocosm run gbm-hypoxia-macrophage              run a shipped study; leaves a folder with a report
  exocosm run my-study.yaml --seed 7 --out runs/mine
  exocosm simulate model.json --duration "12 h"    run a model, without the knowledge base
  exocosm kb search --cargo miR-21                what is known about a cargo
  exocosm findings --system S10                   does the model show what was published
  exocosm doctor                                  does this installation work

exit codes: 0 done, 1 failed, 2 bad input, 130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name) and return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _never_fail_on_a_character()
    try:
        _refuse_broken_text(arguments)
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; Python must not complain when it flushes at exit.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        return _report_error(error, arguments)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command, each with its function as the default of ``command``."""
    parser = _Parser(
        prog="exocosm",
        description="Executable knowledge of exosome-mediated communication in tumours.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"exocosm {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    verbs_in_order = (
        run,
        resume,
        studies,
        simulate,
        model,
        kb,
        findings,
        trace,
        report,
        export,
        doctor,
        bench,
    )
    for verb in verbs_in_order:
        verb.add_parser(verbs)
    return parser


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints go the same way as every other error."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**({"allow_abbrev": False} | settings))  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}. See `{self.prog} --help`.")


def _dispatch(arguments: list[str]) -> int:
    parser = build_parser()
    try:
        args = parser.parse_args(arguments)
    except SystemExit as stop:  # --help and --version end this way
        return int(stop.code or 0)
    command: Command | None = getattr(args, "command", None)
    if command is None:
        parser.print_help(sys.stderr)
        return 2
    return command(args)


def _refuse_broken_text(arguments: list[str]) -> None:
    # Bytes that are no UTF-8 reach Python as lone surrogates, which nothing can print or look up.
    for word in arguments:
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise InputError(
                f"Expected words in UTF-8, found {word.encode('utf-8', 'backslashreplace').decode()!r}."
            )


def _report_error(error: BaseException, arguments: list[str]) -> int:
    failure = explain(error)
    message = failure.message
    if "--debug" in arguments:
        import traceback

        traceback.print_exception(error)
    elif failure.unforeseen:
        message += f" {write_log(error, arguments)}"
    if "--json" in arguments:
        print_json({"state": failure.state, "error": message, "exit_code": failure.code})
    print(f"exocosm: {message}", file=sys.stderr)
    return failure.code


def _never_fail_on_a_character() -> None:
    # A Windows console may not know µ; a replaced character is better than a lost report.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
