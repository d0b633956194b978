"""A signed network of somebody else, read from a file: used beside the curated statements, never mixed in."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from exocosm.assembly import Signed
from exocosm.errors import InputError

_SOURCE, _TARGET = ("source", "tf", "from", "regulator"), ("target", "to", "gene")
_SIGN = ("sign", "mor", "effect", "interaction", "weight", "consensus_stimulation")
_WORDS = {"up": 1, "down": -1, "+": 1, "-": -1, "activation": 1, "inhibition": -1}
_WEIGHT = 0.5  # as the belief in a statement that was read in a database alone
_MOST_ROWS = 2_000_000


def read_background(path: Path) -> tuple[Signed, ...]:
    """Read influences: a table with a header that names source, target and sign, tabs or commas between.

    Signs are numbers above or below 0, +, -, up, down, activation or inhibition; rows without one are left
    out, and so are pairs with both signs.

    Raises
    ------
    InputError : for a file that cannot be read, lacks a column, or holds no signed influence
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            names = next(csv.reader([first], delimiter=_between(first)), [])
            columns = tuple(_column(names, known, path) for known in (_SOURCE, _TARGET, _SIGN))
            rows = csv.reader(file, delimiter=_between(first))
            signs = _signs(rows, columns, path)
    except OSError as error:
        raise InputError(f"Could not read `{path}`: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"Could not read `{path}` as a table in UTF-8: {error}.") from error
    found = tuple(
        Signed(source, target, next(iter(both)), (f"background:{source}>{target}",), _WEIGHT)
        for (source, target), both in sorted(signs.items())
        if len(both) == 1 and source != target
    )
    if not found:
        raise InputError(f"Expected influences with a sign in `{path}`, found none.")
    return found


def _signs(
    rows: Iterable[list[str]], columns: tuple[int, ...], path: Path
) -> dict[tuple[str, str], set[int]]:
    signs: dict[tuple[str, str], set[int]] = {}
    for number, row in enumerate(rows, start=2):
        if number > _MOST_ROWS:
            raise InputError(f"Expected at most {_MOST_ROWS} rows in `{path}`, found more.")
        if len(row) <= max(columns):
            continue
        source, target, word = (row[column].strip() for column in columns)
        if source and target and (sign := _sign(word)):
            signs.setdefault((source, target), set()).add(sign)
    return signs


def _sign(word: str) -> int:
    """Return +1, -1, or 0 for what is neither."""
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    try:
        value = float(word)
    except ValueError:
        return 0
    return (value > 0) - (value < 0)


def _between(line: str) -> str:
    return "\t" if "\t" in line else ","


def _column(names: list[str], known: tuple[str, ...], path: Path) -> int:
    plain = [name.strip().lower() for name in names]
    for name in known:
        if name in plain:
            return plain.index(name)
    raise InputError(
        f"Expected a column {known[0]!r} in the header of `{path}`, found {names}. "
        f"Other names that work: {', '.join(known[1:])}."
    )
