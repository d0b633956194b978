"""The shipped table of identifiers: which names, of which kind, belong to which entity.

The table is one Parquet file sorted by folded names, made by ``tools/identifier_table.py``, which describes
its columns. Row groups are read when a name falls into them, and kept.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from typing import Any

from exocosm.errors import expect

# Approved by a naming body, or the label of an ontology: stands before any other use of the same word. Loose
# ones stand behind all others.
CURRENT_KINDS = frozenset({"symbol", "name", "approved name"})
LOOSE_KINDS = frozenset({"loose synonym"})
_RETIRED = "removed miRBase name"

# What is asked for → what the table calls it; every type of an `Entity` can be asked for.
_ASKED: dict[str, set[str]] = {
    "gene": {"gene", "lncRNA"},
    # Products are identified by their genes.
    "protein": {"gene"},
    "mRNA": {"gene"},
    # Where a family ends and a complex begins is a matter of taste, in FamPlex too.
    "family": {"family", "complex"},
    "complex": {"family", "complex"},
    **dict.fromkeys(("drug", "lipid", "metabolite", "DNA", "RNA"), {"chemical"}),
    **dict.fromkeys(("virus", "organism"), {"taxon"}),
    "vesicle": {"component"},
    "condition": {"process", "disease"},
    **dict.fromkeys(("circRNA", "procedure", "resource"), set()),  # not in the table
}
TYPES = (
    "gene", "lncRNA", "miRNA", "miRNA_precursor", "family", "complex", "chemical",
    "cell_type", "tissue", "disease", "process", "function", "component", "taxon",
)  # fmt: skip


@dataclass(frozen=True)
class NameRow:
    """One name of one entity."""

    name: str  # as its source writes it
    kind: str  # symbol, alias, previous symbol, synonym, ...
    id: str  # CURIE
    label: str  # the current official name of the entity
    type: str
    detail: str | None = None  # for a miRNA the versions of miRBase with this name
    is_retired: bool = False  # the database has dropped the entity

    @property
    def is_current(self) -> bool:
        """Whether this is the official name of the entity today."""
        return self.kind in CURRENT_KINDS

    @property
    def is_loose(self) -> bool:
        """Whether the name is broader, narrower or merely related."""
        return self.kind in LOOSE_KINDS


class IdentifierTable:
    """Names and identifiers in one Parquet file; nothing is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        """Open the table at `path`."""
        import pyarrow.parquet as pq

        self._file = pq.ParquetFile(path, memory_map=True)
        statistics = [self._file.metadata.row_group(i).column(0).statistics for i in range(self._n_groups)]
        self._first = [part.min for part in statistics]
        self._last = [part.max for part in statistics]
        sizes = [self._file.metadata.row_group(i).num_rows for i in range(self._n_groups)]
        self._start = [sum(sizes[:i]) for i in range(self._n_groups)]
        self._groups: dict[int, dict[str, Any]] = {}

    def __len__(self) -> int:
        return self._file.metadata.num_rows

    @property
    def _n_groups(self) -> int:
        return self._file.metadata.num_row_groups

    def rows(self, key: str) -> list[NameRow]:
        """Return the rows with the folded name `key`, the most official kinds first."""
        return [self.row(number) for number in self._numbers(key, key)]

    def rows_starting(self, prefix: str, limit: int, *, after: str = "") -> list[NameRow]:
        """Return the first `limit` rows whose folded name starts with `prefix`, in alphabetical order.

        With `after`, only those that go on with that letter or a later one.
        """
        numbers = self._numbers(prefix + after, prefix + chr(0x10FFFF))
        return [self.row(number) for number in islice(numbers, limit)]

    def row(self, number: int) -> NameRow:
        """Return row `number` of the table."""
        group, place = self._place(number)
        columns = self._columns(group)
        name = columns["name"][place].as_py() or columns["key"][place].as_py()
        entity_group, entity_place = self._place(columns["entity"][place].as_py())
        entity = self._columns(entity_group)
        return NameRow(
            name=name,
            kind=columns["kind"][place].as_py(),
            id=entity["id"][entity_place].as_py(),
            label=entity["name"][entity_place].as_py() or entity["key"][entity_place].as_py(),
            type=columns["type"][place].as_py(),
            detail=columns["detail"][place].as_py(),
            is_retired=entity["kind"][entity_place].as_py() == _RETIRED,
        )

    def of_identifier(self, curie: str) -> NameRow | None:
        """Return the label row of an identifier, or None."""
        import pyarrow.compute as pc

        # Arrow would load pandas to compare with a text; a pattern is no text.
        for number in pc.indices_nonzero(pc.starts_with(self._identifiers, pattern=curie)).to_pylist():
            if self._identifiers[number].as_py() == curie:
                return self.row(number)
        return None

    @cached_property
    def keys(self) -> Any:
        """All folded names, sorted; kept in memory once used."""
        return self.column("key")

    @cached_property
    def key_lengths(self) -> Any:
        """The length of each folded name [bytes], as a NumPy array."""
        import numpy as np

        offsets = np.frombuffer(self.keys.buffers()[1], dtype=np.int32)
        return np.diff(offsets[self.keys.offset : self.keys.offset + len(self.keys) + 1])

    @cached_property
    def types(self) -> Any:
        """The type of each row."""
        return self.column("type")

    @cached_property
    def _identifiers(self) -> Any:
        return self.column("id")

    def column(self, name: str) -> Any:
        """Return a whole column as an Arrow array, in the order of the table."""
        return self._file.read(columns=[name], use_threads=False).column(0).combine_chunks()

    def _numbers(self, first: str, last: str) -> Iterator[int]:
        """Yield the numbers of the rows whose keys lie in [first, last]."""
        for group in range(bisect_left(self._last, first), bisect_right(self._first, last)):
            keys = _Texts(self._columns(group)["key"])
            for place in range(bisect_left(keys, first), bisect_right(keys, last)):
                yield self._start[group] + place

    def _place(self, number: int) -> tuple[int, int]:
        group = bisect_right(self._start, number) - 1
        return group, number - self._start[group]

    def _columns(self, group: int) -> dict[str, Any]:
        if group not in self._groups:
            part = self._file.read_row_group(group, use_threads=False)
            self._groups[group] = {name: part.column(name).combine_chunks() for name in part.column_names}
        return self._groups[group]


class _Texts:
    """An Arrow array of texts as bisect wants it: elements that compare as text."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, i: int) -> str:
        return str(self._array[i].as_py())


@lru_cache(maxsize=1)
def shipped_table() -> IdentifierTable:
    """Return the table that ships with Exocosm."""
    with as_file(files("exocosm.knowledge") / "data" / "identifiers.parquet") as path:
        return IdentifierTable(path)


def table_of(type: str | None = None, *, table: IdentifierTable | None = None) -> Any:
    """Return all names of entities of one type, or of all, as an Arrow table.

    Columns name, kind, id, label, detail and type, sorted by the folded name. For looking up thousands of
    names at once, or for a table of one's own.

    Raises
    ------
    InputError : if the table knows no such type
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    table, allowed = table or shipped_table(), types_asked(type)
    names = pc.coalesce(table.column("name"), table.keys)
    entity = table.column("entity")
    whole = pa.table(
        {
            "name": names,
            "kind": table.column("kind"),
            "id": table.column("id").take(entity),
            "label": names.take(entity),
            "detail": table.column("detail"),
            "type": table.types,
        }
    )
    return whole if type is None else whole.filter(pc.is_in(table.types, pa.array(sorted(allowed))))


def types_asked(types: str | Iterable[str] | None) -> frozenset[str]:
    """Return the types of the table that `types` stand for; None stands for all.

    Raises
    ------
    InputError : if the table knows no such type
    """
    if types is None:
        return frozenset(TYPES)
    asked = [types] if isinstance(types, str) else list(types)
    for word in asked:
        expect.one_of([*TYPES, *(_ASKED.keys() - set(TYPES))], types=word)
    return frozenset().union(*(_ASKED.get(word, {word}) for word in asked))
