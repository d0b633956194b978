"""From a name in a paper to an identifier, offline; what a name may mean is said, never guessed.

>>> found = ground("PD-L1")
>>> found.label, found.id, found.how
('CD274', 'hgnc:17635', 'alias')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from exocosm.errors import InputError
from exocosm.identifiers import Identifier

from ..names import AmbiguousNameError, UnknownNameError
from .folding import fold, respellings
from .identifier_table import IdentifierTable, NameRow, shipped_table, table_of, types_asked
from .mirna_meanings import (
    MirnaMeanings,
    mirna_form,
    mirna_meanings,
    near_mirnas,
    species_remark,
    with_species,
)
from .near_names import near_names, search_names

__all__ = [
    "AmbiguousGroundingError",
    "Grounding",
    "NameRow",
    "NotInTableError",
    "ground",
    "search",
    "table_of",
]

_MIRBASE = re.compile(r"MI(MAT)?\d{7}")
_HOW = {
    "old miRBase name": "renamed in miRBase",
    "removed miRBase name": "removed from miRBase",
    "split miRBase name": "split in miRBase",
}


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """What one name was found to mean, and how."""

    name: str  # as asked
    id: str  # CURIE, such as "hgnc:17635"
    label: str  # the current official name
    type: str
    how: str  # symbol, alias, previous symbol, synonym, renamed in miRBase, ...
    written: str  # the name as the table has it; differs from `name` in case, dashes or Greek letters
    versions: str | None = None  # of miRBase in which the name held
    strand_inferred: bool = False  # the name leaves the arm of the miRNA open
    retired: bool = False  # miRBase has dropped the accession
    note: str | None = None  # what a reader should know before using this
    also: tuple[NameRow, ...] = ()  # other things that go by the same name, less officially


class AmbiguousGroundingError(AmbiguousNameError):
    """Several entities go by this name; `.meanings` holds them with their identifiers."""

    def __init__(self, name: str, meanings: Iterable[NameRow]) -> None:
        self.meanings = tuple(meanings)
        super().__init__(name, [_described(row) for row in self.meanings])


class NotInTableError(UnknownNameError):
    """The table of identifiers has no such name; `.suggestions` holds the closest ones."""

    def __init__(self, name: str, suggestions: Iterable[NameRow] = (), remark: str = "") -> None:
        self.suggestions = tuple(suggestions)
        close = " or ".join(f"{row.name!r} ({row.id})" for row in self.suggestions)
        meant = f" Did you mean {close}?" if close else ""
        super().__init__(f"Nothing in the table of identifiers is called {name!r}.{remark}{meant}")


def ground(
    name: str, *, types: str | Iterable[str] | None = None, table: IdentifierTable | None = None
) -> Grounding:
    """Return the entity that `name` means, by the shipped table of identifiers.

    An official name stands before any other use of the same word, and `Grounding.also` lists those uses.
    Aliases, synonyms and former names are equal among themselves: two entities that share one are ambiguous.
    Loose synonyms count where there is nothing else. Case, dashes, Greek letters and accents are not
    told apart, except between miR-21 (mature) and mir-21 (stem-loop). An identifier is a name too.

    Parameters
    ----------
    name : a name, synonym, symbol or CURIE
    types : the types that can be meant ("gene", "miRNA", "cell_type", ...); all by default
    table : the table to look in; the shipped one by default

    Raises
    ------
    NotInTableError : an UnknownNameError, with the closest names
    AmbiguousGroundingError : an AmbiguousNameError, with everything that can be meant
    InputError : if the name is empty or there is no such type
    """
    if not fold(name):
        raise InputError(f"Expected `name` to be the name of something, found {name!r}.")
    table, allowed = table or shipped_table(), types_asked(types)
    if found := _by_identifier(name, allowed, table):
        return found
    form = mirna_form(name)
    if form and (meanings := mirna_meanings(form, allowed, table)):
        return _mirna(name, meanings)
    rows = _rows(name, allowed, table)
    if not rows:
        near = near_mirnas(form, allowed, table) if form else near_names(with_species(name), allowed, table)
        raise NotInTableError(name, near, species_remark(form))
    return _grounding(name, _the_one(name, _most_official(rows)), rows)


def search(
    text: str,
    *,
    types: str | Iterable[str] | None = None,
    limit: int = 20,
    table: IdentifierTable | None = None,
) -> tuple[NameRow, ...]:
    """Return entities with `text` in a name: equal names first, then beginnings, short before long.

    Raises
    ------
    InputError : if the text is empty, `limit` is below 1 or there is no such type
    """
    if not fold(text) or limit < 1:
        raise InputError(f"Expected some text and a `limit` of 1 or more, found {text!r} and {limit!r}.")
    return search_names(with_species(text), types_asked(types), table or shipped_table(), limit)


def _by_identifier(name: str, allowed: frozenset[str], table: IdentifierTable) -> Grounding | None:
    accession = name.strip().upper()
    try:
        # An accession of miRBase is told by its form.
        curie = str(Identifier.parse(f"mirbase:{accession}" if _MIRBASE.fullmatch(accession) else name))
    except InputError:
        return None
    row = table.of_identifier(curie)
    if row is None or row.type not in allowed:
        return None
    return replace(_grounding(name, row, ()), how="identifier", written=curie)


def _rows(name: str, allowed: frozenset[str], table: IdentifierTable) -> list[NameRow]:
    """Return what goes by this name, or else by a respelling of it."""
    for keys in ((fold(name),), respellings(name)):
        rows = [row for key in keys for row in table.rows(key) if row.type in allowed]
        if rows:
            return rows
    return []


def _most_official(rows: Sequence[NameRow]) -> Sequence[NameRow]:
    current = [row for row in rows if row.is_current]
    return current or [row for row in rows if not row.is_loose] or rows


def _the_one(name: str, meant: Sequence[NameRow]) -> NameRow:
    if len({row.id for row in meant}) > 1:
        raise AmbiguousGroundingError(name, _one_each(meant))
    return meant[0]


def _mirna(name: str, meanings: MirnaMeanings) -> Grounding:
    row = _the_one(name, meanings.meant)
    found = _grounding(name, row, meanings.also)
    return replace(found, strand_inferred=meanings.strand_inferred, note=meanings.note)


def _grounding(name: str, row: NameRow, rows: Iterable[NameRow]) -> Grounding:
    return Grounding(
        name=name,
        id=row.id,
        label=row.label,
        type=row.type,
        how=_HOW.get(row.kind, row.kind),
        written=row.name,
        versions=row.detail,
        retired=row.is_retired,
        also=_one_each(other for other in rows if other.id != row.id),
    )


def _one_each(rows: Iterable[NameRow]) -> tuple[NameRow, ...]:
    first: dict[str, NameRow] = {}
    for row in rows:
        first.setdefault(row.id, row)
    return tuple(first.values())


def _described(row: NameRow) -> str:
    return f"{row.label} ({row.id}, {row.type.replace('_', ' ')}, {_HOW.get(row.kind, row.kind)})"
