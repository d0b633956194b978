"""Names that look like a text: suggestions for a misspelt one, and what contains a word.

Half a million names are too many for difflib. Those that share a piece with the text and have about its length are
found first, by Arrow; difflib judges the hundred that share most pairs of letters.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from .folding import fold, respellings
from .identifier_table import TYPES, IdentifierTable, NameRow

_JUDGED = 120


def near_names(name: str, types: frozenset[str], table: IdentifierTable, *, n: int = 3) -> tuple[NameRow, ...]:
    """Return the `n` entities of `types` with the names closest to `name`, closest first."""
    key = fold(name)
    starting = [fold(row.name) for row in table.rows_starting(key, 10)] if len(key) > 3 else []
    known = dict.fromkeys([*_with_a_piece(key, types, table), *starting])
    close = difflib.get_close_matches(key, known, n=4 * n, cutoff=0.7)
    # "glioblastoma mult" is closer to nothing than to what it begins, however long that is.
    return _entities([*close, *starting], types, table, n)


def search_names(
    text: str, types: frozenset[str], table: IdentifierTable, limit: int
) -> tuple[NameRow, ...]:
    """Return up to `limit` entities of `types` with `text` in a name; equal, beginning, short ones first."""
    for key in (fold(text), *respellings(text)):
        if keys := _containing(key, types, table, 5 * limit):
            return _entities(keys, types, table, limit)
    return ()


def _containing(key: str, types: frozenset[str], table: IdentifierTable, n: int) -> list[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = table.keys.filter(_and(pc.match_substring(table.keys, key), _of(types, table)))
    order = pa.table(
        {
            "key": found,
            "inside": pc.invert(pc.starts_with(found, key)),
            "length": pc.utf8_length(found),
        }
    )
    by = [("inside", "ascending"), ("length", "ascending"), ("key", "ascending")]
    return [str(text) for text in order.sort_by(by)["key"].slice(0, n).to_pylist()]


def _with_a_piece(key: str, types: frozenset[str], table: IdentifierTable) -> list[str]:
    """Return the keys of about the same length that share a third of `key` and the most pairs of letters."""
    import functools

    import pyarrow.compute as pc

    # With two letters wrong, at least one of three pieces is whole.
    pieces = 3 if len(key) > 5 else 2
    slack = 2 if len(key) > 5 else 1
    length = pc.utf8_length(table.keys)
    alike = _and(pc.less_equal(length, len(key) + slack), pc.greater_equal(length, len(key) - slack))
    found = table.keys.filter(_and(alike, _of(types, table)))
    cut = [key[len(key) * i // pieces : len(key) * (i + 1) // pieces] for i in range(pieces)]
    hits = [pc.match_substring(found, piece) for piece in cut if piece]
    texts = set(found.filter(functools.reduce(pc.or_, hits)).to_pylist())
    pairs = _pairs(key)
    return sorted(texts, key=lambda text: (-len(pairs & _pairs(text)), text))[:_JUDGED]


def _pairs(text: str) -> set[str]:
    bounded = f" {text} "
    return {bounded[i : i + 2] for i in range(len(bounded) - 1)}


def _of(types: frozenset[str], table: IdentifierTable) -> Any:
    """Return a mask of the rows of `types`, or None where all are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return None if types == frozenset(TYPES) else pc.is_in(table.column("type"), pa.array(sorted(types)))


def _and(mask: Any, other: Any) -> Any:
    import pyarrow.compute as pc

    return mask if other is None else pc.and_(mask, other)


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
