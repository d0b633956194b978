"""A background: signed influences from a table of the user, as a layer of its own beside the curated core.

It is read when it is asked for, off by default, and compared with the core without ever entering it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from exocosm.errors import InputError

from ..base import KnowledgeBase
from ..grounding.folding import fold
from ..statement import Influence
from .catalogue import Catalogue
from .convert import Batch, Tally, batches
from .formats import FORMATS
from .grounder import Grounder
from .problems import FormatError, Malformed, TableError
from .recognise import recognise

WEIGHT_CLASS = "background"


@dataclass(frozen=True, slots=True)
class Edge:
    """One influence of the background."""

    source: str
    target: str
    source_id: str | None
    target_id: str | None
    sign: int | None  # 1, -1, or None where the table gives none
    relation: str | None
    confidence: str | None
    reference: str | None
    line: int  # of the file
    weight_class: str = WEIGHT_CLASS

    @property
    def key(self) -> tuple[str, str]:
        """What the edge is compared by: identifiers, or folded names where there is none."""
        return self.source_id or fold(self.source), self.target_id or fold(self.target)


@dataclass(frozen=True)
class Background:
    """The influences of one table, or of one source of the catalogue."""

    name: str
    edges: tuple[Edge, ...]
    rows: int  # read, the malformed ones included
    n_malformed: int = 0
    malformed: tuple[Malformed, ...] = ()

    def __len__(self) -> int:
        return len(self.edges)

    @staticmethod
    def read(file: str | Path, format: str | None = None, *, encoding: str | None = None) -> Background:
        """Read a signed table into memory; no catalogue is needed, and none is written.

        Parameters
        ----------
        file : table of OmniPath, SIGNOR, CollecTRI, DoRothEA, miRTarBase, or a plain one with source,
            target, sign
        format : as in `FORMATS`; recognised by the header if not given
        encoding : of the text; UTF-8 by default

        Raises
        ------
        FormatError : if the table holds no influences, or its format is not recognised
        TableError : if no row can be read
        InputError : if there is no such file
        """
        path = Path(file)
        if not path.is_file():
            raise InputError(
                f"Expected `file` to be a table on disk, found {str(file)!r}: there is no such file."
            )
        table = recognise(path, format=format, encoding=encoding, among=FORMATS)
        if table.layout.table != "influence":
            raise FormatError(
                f"{path} is a table of {table.format.title} ({table.layout.name}) and holds no influences. "
                f"Import it instead: exocosm kb import {path.name}."
            )
        tally, grounder = Tally(), Grounder()
        edges: list[Edge] = []
        for batch in batches(table, tally):
            grounder.add_identifiers(batch, "influence", is_human=table.layout.is_human)
            edges.extend(_edges(batch))
        if not edges:
            first = "; ".join(str(one) for one in tally.malformed.first[:3]) or "it has no rows"
            raise TableError(
                f"Nothing in {path} could be read as {table.format.title}: {first.removesuffix('.')}."
            )
        bad = tally.malformed
        return Background(path.name, tuple(edges), tally.rows, bad.total, tuple(bad.first))

    @staticmethod
    def from_catalogue(catalogue: Catalogue, source: str, version: int | None = None) -> Background:
        """Take the influences of one source of an open catalogue; the newest version by default.

        Raises
        ------
        InputError : if there is no such source or version
        """
        frame = catalogue.influences(source=source, version=version)
        columns = {name: _plain(frame[name]) for name in (*_TAKEN, "line")}
        edges = tuple(_edges(columns))
        if not edges:
            raise InputError(f"Source {source!r} of the catalogue holds no influences.")
        return Background(source, edges, len(edges))

    @cached_property
    def by_key(self) -> Mapping[tuple[str, str], tuple[Edge, ...]]:
        """The edges between each two things."""
        found: dict[tuple[str, str], list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.key].append(edge)
        return {key: tuple(edges) for key, edges in found.items()}


@dataclass(frozen=True)
class ComparedInfluence:
    """One influence of the core beside what the background has between the same two things."""

    influence: Influence
    edges: tuple[Edge, ...] = ()

    def __str__(self) -> str:
        arrow = "->" if self.influence.effect == "up" else "-|"
        return f"{self.influence.source} {arrow} {self.influence.target}"


@dataclass(frozen=True, kw_only=True)
class BackgroundComparison:
    """The influences of the core, by what the background says of them; each stands in one list."""

    background: str
    confirmed: tuple[ComparedInfluence, ...]  # only the same sign
    contradicted: tuple[ComparedInfluence, ...]  # only the opposite sign
    disputed: tuple[ComparedInfluence, ...]  # both signs
    unsigned: tuple[ComparedInfluence, ...]  # there, but without a sign
    absent: tuple[ComparedInfluence, ...]  # not there, in this direction

    @property
    def lists(self) -> dict[str, tuple[ComparedInfluence, ...]]:
        """The lists by their names."""
        names = ("confirmed", "contradicted", "disputed", "unsigned", "absent")
        return {name: getattr(self, name) for name in names}

    @property
    def counts(self) -> dict[str, int]:
        """How many influences stand in each list."""
        return {name: len(found) for name, found in self.lists.items()}


def compare(base: KnowledgeBase, background: Background) -> BackgroundComparison:
    """Say which influences of the curated core the background confirms, contradicts or does not have.

    Two things are the same if their identifiers are, or, where one has none, their names. A family is not
    one of its members: the core's NF-kB is not the background's NFKB1.
    """
    lists: dict[str, list[ComparedInfluence]] = defaultdict(list)
    for influence in base.influences:
        edges = background.by_key.get(_key(base, influence), ())
        lists[_verdict(influence, edges)].append(ComparedInfluence(influence, edges))
    names = ("confirmed", "contradicted", "disputed", "unsigned", "absent")
    return BackgroundComparison(background=background.name, **{name: tuple(lists[name]) for name in names})


def _verdict(influence: Influence, edges: Iterable[Edge]) -> str:
    edges = tuple(edges)
    signs = {edge.sign for edge in edges} - {None}
    core = 1 if influence.effect == "up" else -1
    if not edges:
        return "absent"
    if not signs:
        return "unsigned"
    if len(signs) > 1:
        return "disputed"
    return "confirmed" if core in signs else "contradicted"


def _key(base: KnowledgeBase, influence: Influence) -> tuple[str, str]:
    source, target = (base.identifier_of(name) or fold(name) for name in (influence.source, influence.target))
    return source, target


# Fields of an edge, in its order, but for the line.
_TAKEN = ("source", "target", "source_id", "target_id", "sign", "relation", "confidence", "reference")


def _edges(columns: Batch) -> Iterable[Edge]:
    return [Edge(*row) for row in zip(*(columns[name] for name in (*_TAKEN, "line")), strict=True)]


def _plain(column: Any) -> list[Any]:
    """Return a column of a DataFrame as a list, with None where nothing is."""
    values = column.astype(object).where(column.notna(), None).tolist()
    return [int(value) if isinstance(value, float) else value for value in values]
