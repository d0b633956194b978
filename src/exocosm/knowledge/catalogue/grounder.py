"""Many names to identifiers at once, by the rules of `exocosm.knowledge.grounding.ground`.

Names are grounded only where they mean one thing, and only where they are human: the shipped table holds
human genes and miRNAs, and the gene Cd9 of the mouse is not CD9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from exocosm.errors import InputError
from exocosm.identifiers import Identifier

from ..grounding.folding import fold, respellings
from ..grounding.identifier_table import (
    CURRENT_KINDS,
    LOOSE_KINDS,
    IdentifierTable,
    shipped_table,
    types_asked,
)
from ..grounding.mirna_meanings import MirnaForm, mirna_form, mirna_meanings
from .convert import Batch
from .schema import GROUNDED

AMBIGUOUS = "ambiguous"
_MIRNAS = ("miRNA", "miRNA_precursor")
# What a name of each type can mean in the table; a type that is not here has no identifiers in it.
_MEANT: dict[str | None, tuple[str, ...]] = {
    None: ("gene", *_MIRNAS, "family"),
    "gene": ("gene",),
    "protein": ("protein",),
    "mRNA": ("mRNA",),
    "lncRNA": ("gene",),
    "RNA": ("gene", *_MIRNAS),
    "miRNA": _MIRNAS,
    "complex": ("complex",),
    "family": ("family",),
    "lipid": ("chemical",),
    "metabolite": ("chemical",),
    "chemical": ("chemical",),
    "drug": ("chemical",),
    "process": ("process",),
}
_TRUSTED = frozenset({"hgnc", "mirbase", "famplex", "CHEBI", "GO"})  # given identifiers the base itself uses
_HUMAN = (None, "Homo sapiens")

_MOVED = str.maketrans("", "", " _-")

Meaning = tuple[str | None, str | None]
"""Identifier and how it was found; no identifier and None for an unknown name, or `AMBIGUOUS`."""


class _Named(NamedTuple):
    kind: str
    type: str
    id: str


class Grounder:
    """Looks up each name of each type once."""

    def __init__(self, table: IdentifierTable | None = None) -> None:
        self._table = table or shipped_table()
        self._known: dict[tuple[str, str | None], Meaning] = {}
        self._given: dict[str, str | None] = {}

    def add_identifiers(self, batch: Batch, table: str, *, is_human: bool = False) -> Batch:
        """Add the columns of identifiers to a batch of records of a table of the catalogue."""
        species = [None] * len(batch["line"]) if is_human else batch["species"]
        for prefix, (name, given, kind) in GROUNDED[table].items():
            asked = list(zip(batch[name], batch[kind], strict=True))
            self._learn({one for one, kept in zip(asked, species, strict=True) if kept in _HUMAN})
            found = [
                self._meaning(one, identifier, kept)
                for one, identifier, kept in zip(asked, batch[given], species, strict=True)
            ]
            batch[f"{prefix}id"] = [meaning[0] for meaning in found]
            batch[f"{prefix}id_how"] = [meaning[1] for meaning in found]
        return batch

    def meanings(self, asked: Iterable[tuple[str, str | None]]) -> dict[tuple[str, str | None], Meaning]:
        """Return what each (human name, type) means."""
        asked = set(asked)
        self._learn(asked)
        return {one: self._known[one] for one in asked}

    def _meaning(self, asked: tuple[str, str | None], given: str | None, species: str | None) -> Meaning:
        trusted = self._trusted(given)
        if trusted is not None:
            return trusted, "given"
        return self._known[asked] if species in _HUMAN else (None, None)

    def _trusted(self, given: str | None) -> str | None:
        """Return an identifier that the file gives, where the base uses such identifiers."""
        if given is None:
            return None
        if given not in self._given:
            try:
                identifier = Identifier.parse(given)
            except InputError:
                self._given[given] = None
            else:
                self._given[given] = str(identifier) if identifier.prefix in _TRUSTED else None
        return self._given[given]

    def _learn(self, asked: set[tuple[str, str | None]]) -> None:
        """Find the meanings of names that were not asked for before."""
        rest = []
        for one in asked - self._known.keys():
            name, kind = one
            meaning = self._mirna(name, kind) if kind in _MEANT else (None, None)
            if meaning is None:
                rest.append(one)
            else:
                self._known[one] = meaning
        folded = {name: fold(name) for name, _ in rest}
        spelt = self._rows(folded.values())
        unknown = []
        for one in rest:
            rows = _of_type(spelt.get(folded[one[0]], ()), one[1])
            if rows:
                self._known[one] = _only(rows)
            else:
                unknown.append(one)
        self._learn_respelt(unknown, folded)

    def _learn_respelt(self, asked: Sequence[tuple[str, str | None]], folded: Mapping[str, str]) -> None:
        """Find names that the table has with other blanks and dashes, or other Greek letters."""
        possible = self._skeletons_known({_skeleton(folded[name]) for name, _ in asked})
        forms = {}
        for one in asked:
            # Respelling is slow, and few unknown names have anything to find.
            may_be = not one[0].isascii() or _skeleton(folded[one[0]]) in possible
            forms[one] = respellings(one[0]) if may_be else ()
        spelt = self._rows(key for keys in forms.values() for key in keys)
        for one, keys in forms.items():
            rows = [row for key in keys for row in spelt.get(key, ())]
            self._known[one] = _only(_of_type(rows, one[1]))

    def _skeletons_known(self, skeletons: set[str]) -> set[str]:
        """Return those of the skeletons that some name in the table has."""
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted = pa.array(sorted(skeletons), pa.string())
        return set(wanted.filter(pc.is_in(wanted, value_set=_columns_of(self._table).skeletons)).to_pylist())

    def _mirna(self, name: str, kind: str | None) -> Meaning | None:
        """Return the meaning of a name that is a miRNA's by its form; None where it is not."""
        form: MirnaForm | None = mirna_form(name)
        if form is None:
            return None
        meanings = mirna_meanings(form, _allowed(kind), self._table)
        if meanings is None:
            return None
        if len({row.id for row in meanings.meant}) > 1:
            return None, AMBIGUOUS
        row = meanings.meant[0]
        return row.id, "strand inferred" if meanings.strand_inferred else row.kind

    def _rows(self, keys: Iterable[str]) -> dict[str, list[_Named]]:
        """Return everything that goes by each of the folded names."""
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted = list(dict.fromkeys(keys))
        table = self._table
        if not wanted:
            return {}
        places = pc.indices_nonzero(pc.is_in(table.keys, value_set=pa.array(wanted, pa.string())))
        known = _columns_of(table)
        columns = [
            table.keys.take(places),
            known.kinds.take(places),
            table.types.take(places),
            known.ids.take(known.entities.take(places)),
        ]
        found: dict[str, list[_Named]] = {}
        for key, kind, type_, identifier in zip(*(column.to_pylist() for column in columns), strict=True):
            found.setdefault(key, []).append(_Named(kind, type_, identifier))
        return found


class _Columns:
    """Columns of the table of identifiers, read when they are asked for and kept."""

    def __init__(self, table: IdentifierTable) -> None:
        self._table = table

    @cached_property
    def kinds(self) -> Any:
        return self._table.column("kind")

    @cached_property
    def ids(self) -> Any:
        return self._table.column("id")

    @cached_property
    def entities(self) -> Any:
        return self._table.column("entity")

    @cached_property
    def skeletons(self) -> Any:
        """The folded names without what a respelling moves."""
        import pyarrow.compute as pc

        return pc.unique(pc.replace_substring_regex(self._table.keys, pattern="[ _-]", replacement=""))


@lru_cache(maxsize=2)
def _columns_of(table: IdentifierTable) -> _Columns:
    return _Columns(table)


def _skeleton(folded: str) -> str:
    """Return a folded name without what a respelling moves: blanks and dashes."""
    return folded.translate(_MOVED)


@lru_cache
def _allowed(kind: str | None) -> frozenset[str]:
    return types_asked(_MEANT[kind])


def _of_type(rows: Iterable[_Named], kind: str | None) -> list[_Named]:
    allowed = _allowed(kind)
    return [row for row in rows if row.type in allowed]


def _only(rows: Sequence[_Named]) -> Meaning:
    """Return what the most official of the rows mean, if that is one thing."""
    current = [row for row in rows if row.kind in CURRENT_KINDS]
    best = current or [row for row in rows if row.kind not in LOOSE_KINDS] or rows
    if not best:
        return None, None
    return (best[0].id, best[0].kind) if len({row.id for row in best}) == 1 else (None, AMBIGUOUS)
