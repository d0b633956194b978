"""Options that several commands share, and how their words are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from exocosm.errors import InputError

LARGEST_SEED = 2**63 - 1  # a seed is held in 64 bits, with sign


def add_common(parser: argparse.ArgumentParser, *, json: bool = True) -> None:
    """Add --json and --debug."""
    if json:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--debug", action="store_true", help="show the full traceback of an error")


def count(text: str) -> int:
    """Read a whole number, 1 or more."""
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {text!r}")
    return number


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(text: str) -> int:
        number = _whole(text)
        if not low <= number <= high:
            raise argparse.ArgumentTypeError(f"expected a number from {low} to {high}, found {text!r}")
        return number

    return read


def seed(text: str) -> int:
    """Read a seed: a whole number, 0 or more."""
    number = _whole(text)
    if not 0 <= number <= LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to {LARGEST_SEED}, found {text!r}")
    return number


def settings(words: list[str]) -> dict[str, str]:
    """Read ``key=value`` words into a dictionary; a key given twice is an error."""
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        key = key.strip()
        if not equals or not key:
            raise InputError(f'Expected --set key=value, found {word!r}. For example: --set duration="24 h".')
        if key in found:
            raise InputError(f"Setting {key!r} is given twice: {found[key]!r} and {value!r}. Give it once.")
        found[key] = value
    return found


def subcommands(parser: argparse.ArgumentParser) -> Any:
    """Add the place for subcommands (``exocosm studies list``); one of them is required."""
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number, found {text!r}") from None
