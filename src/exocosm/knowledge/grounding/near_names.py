"""Names that look like a text: suggestions for a misspelt one, and what contains a word.

Half a million names are too many for difflib. Those that share a piece with the text and have about its
length are found first, by Arrow; difflib judges the hundred that share most pairs of letters.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable
from typing import Any

from .folding import fold, respellings
from .identifier_table import TYPES, IdentifierTable, NameRow

_JUDGED = 120


def near_names(
    name: str, types: frozenset[str], table: IdentifierTable, *, n: int = 3
) -> tuple[NameRow, ...]:
    """Return the `n` entities of `types` with the names closest to `name`, closest first."""
    key = fold(name)
    starting = [fold(row.name) for row in table.rows_starting(key, 10)] if len(key) > 3 else []
    known = dict.fromkeys([*_with_a_piece(key, types, table), *starting])
    close = difflib.get_close_matches(key, known, n=4 * n, cutoff=0.7)
    # "glioblastoma mult" is closer to nothing than to what it begins, however long that is.
    return _entities([*close, *starting], types, table, n)


def search_names(text: str, types: frozenset[str], table: IdentifierTable, limit: int) -> tuple[NameRow, ...]:
    """Return up to `limit` entities of `types` with `text` in a name; equal, beginning, short ones first."""
    for key in (fold(text), *respellings(text)):
        if keys := _containing(key, types, table, 5 * limit):
            return _entities(keys, types, table, limit)
    return ()


def _containing(key: str, types: frozenset[str], table: IdentifierTable, n: int) -> list[str]:
    import pyarrow.compute as pc

    # One or two letters are inside of nearly everything.
    inside = (pc.match_substring if len(key) > 2 else pc.starts_with)(table.keys, key)
    whats = None if types == frozenset(TYPES) else table.types.filter(inside)
    found = _of(types, table.keys.filter(inside), whats)
    return sorted(found, key=lambda text: (not text.startswith(key), len(text), text))[:n]


def _with_a_piece(key: str, types: frozenset[str], table: IdentifierTable) -> list[str]:
    """Return the keys of about the same length that share a third of `key` and the most pairs of letters."""
    import pyarrow.compute as pc

    # With two letters wrong, at least one of three pieces is whole.
    pieces, slack = (3, 2) if len(key) > 5 else (2, 1)
    cut = [key[len(key) * i // pieces : len(key) * (i + 1) // pieces] for i in range(pieces)]
    alike = _as_long_as(key, slack, table)
    keys = table.keys.filter(alike)
    hits = functools.reduce(pc.or_, [pc.match_substring(keys, piece) for piece in cut if piece])
    whats = None if types == frozenset(TYPES) else table.types.filter(alike).filter(hits)
    pairs = _pairs(key)
    found = _of(types, keys.filter(hits), whats)
    return sorted(found, key=lambda text: (-len(pairs & _pairs(text)), text))[:_JUDGED]


def _as_long_as(key: str, slack: int, table: IdentifierTable) -> Any:
    """Return a mask of the keys of the length of `key`, `slack` bytes more or less."""
    import numpy as np
    import pyarrow as pa

    # By way of NumPy: to compare with a number, Arrow would load pandas first.
    off = np.abs(table.key_lengths - len(key.encode())) <= slack
    bits = pa.py_buffer(np.packbits(off, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), len(off), [None, bits])


def _of(types: frozenset[str], keys: Any, whats: Any) -> set[str]:
    """Return the `keys` whose types are among `types`; without `whats`, all of them."""
    if whats is None:
        return set(keys.to_pylist())
    pairs = zip(keys.to_pylist(), whats.to_pylist(), strict=True)
    return {key for key, what in pairs if what in types}


def _pairs(text: str) -> set[str]:
    bounded = f" {text} "
    return {bounded[i : i + 2] for i in range(len(bounded) - 1)}


def _entities(
    keys: Iterable[str], types: frozenset[str], table: IdentifierTable, n: int
) -> tuple[NameRow, ...]:
    """Return one row for each entity that goes by `keys`, the first `n`, in their order."""
    first: dict[str, NameRow] = {}
    for key in keys:
        for row in table.rows(key):
            if row.type in types:
                first.setdefault(row.id, row)
        if len(first) >= n:
            break
    return tuple(first.values())[:n]
