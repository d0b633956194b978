"""What a term of a finding is read from: nodes with definitions, readings of terms, and what is good or bad.

The tables in `terms/` were written by somebody who knew the terms and not what was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from exocosm.assembly import MOLECULES, Signed, spelt_out
from exocosm.errors import did_you_mean
from exocosm.knowledge import AmbiguousNameError, KnowledgeBase, UnknownNameError

_DASHES = str.maketrans(
    {"‐": "-", "‑": "-", "–": "-", "−": "-", "_": " ", "κ": "k", "β": "b", "α": "a", "γ": "g"}
)
_ENDINGS = (
    " signalling pathway",
    " signaling pathway",
    " pathway",
    " signalling",
    " signaling",
    " activation",
    " axis",
)
_SPELLINGS = (("tumor", "tumour"), ("ization", "isation"), ("izing", "ising"), ("modeling", "modelling"))
_STAND_IN = ("[firm]", "[weak]", "[proxy]")
Class = Literal["pro", "anti", "neither"]


@dataclass(frozen=True)
class Reading:
    """A term read from a node: `sign` -1 for its opposite. A stand-in is usual, and no definition."""

    term: str
    node: str
    sign: int
    stand_in: bool = False


@dataclass(frozen=True)
class Unread:
    """A term that is read from no node: a stated reason, or a word nobody knows."""

    term: str
    reason: str
    known: bool  # the term is understood, and stands for no state of a single cell


class Vocabulary:
    """Terms, the nodes they are read from, and the genes that define these."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.definitions: dict[str, tuple[tuple[str, int], ...]] = {
            phenotype.name: tuple((m.gene, m.sign) for m in phenotype.definition)
            for phenotype in kb.phenotypes
        }
        self._terms: dict[str, dict[str, Any]] = {}
        for name in self.definitions:
            self._add({"term": name, "reads": name, "sign": 1})
        for row in _rows("pathways"):
            self.definitions[row["name"]] = _genes(row)
            self._add({"term": row["name"], "reads": row["name"], "sign": 1})
            self._add({"term": row["term"], "reads": row["name"], "sign": 1})
        for row in _rows("terms"):
            if "definition" in row:
                self.definitions[row["term"]] = _genes(row)
                row = row | {"reads": row["term"], "sign": 1}
            self._add(row)
        for section, rows in _file("stand_ins").items():
            for row in rows:
                # Another word for a node, or its own assay, is a reading; only the rest stands in for it.
                stand_in = section != "pathways" and str(row.get("reason", "")).startswith(_STAND_IN)
                self._add(row | {"reads": row.get("stands_for"), "stand_in": stand_in})

    def read(self, term: str, cell: str, *, stand_ins: bool = True) -> Reading | Unread:
        """Return what a term is read from in a cell; for an unknown one say what is close to it."""
        row = self._row(term)
        if row is None:
            known = (row["term"] for row in self._terms.values())
            return self._as_molecule(term) or Unread(
                term, f"not understood.{did_you_mean(term, known)}", False
            )
        if row.get("reads") is None:
            return Unread(term, str(row.get("undefined") or row.get("none")), True)
        if row.get("stand_in") and not stand_ins:
            return Unread(term, f"stands for no state of a single cell; `{row['reads']}` is a stand-in", True)
        cells = row.get("cells") or ["any"]
        if "any" not in cells and not set(cells).intersection(self.kb.lineage(cell)):
            return Unread(term, f"is defined for {', '.join(cells)}, not for {cell}", True)
        return Reading(term, row["reads"], int(row.get("sign", 1)), bool(row.get("stand_in")))

    def arrows(self, nodes: set[str]) -> list[Signed]:
        """Return the influences of genes on the nodes they define."""
        return [
            Signed(gene, node, sign, (f"definition:{node}",))
            for node in sorted(nodes)
            for gene, sign in self.definitions.get(node, ())
        ]

    def _add(self, row: dict[str, Any]) -> None:
        """Take in a row; one that reads a term goes before one that says why it is not read."""
        name = normalised(row["term"])
        if name not in self._terms or (self._terms[name].get("reads") is None and row.get("reads")):
            self._terms[name] = row

    def _row(self, term: str) -> dict[str, Any] | None:
        return self._terms.get(normalised(term)) or self._terms.get(_bare(normalised(term)))

    def _as_molecule(self, term: str) -> Reading | Unread | None:
        """Read a term that is the name of a molecule, with or without "signalling", from that molecule."""
        for name in (term, _bare(normalised(term))):
            try:
                entity = self.kb.entity(name)
            except UnknownNameError:
                continue
            except AmbiguousNameError as error:
                return Unread(term, f"not understood. {error}", False)
            if entity.type in MOLECULES:
                members = spelt_out(entity.name)
                if members != (entity.name,):
                    self.definitions.setdefault(entity.name, tuple((member, 1) for member in members))
                return Reading(term, entity.name, 1)
        return None


def cell_class(kb: KnowledgeBase, cell: str) -> str:
    """Return the class of a cell type, that of the nearest broader type in the table."""
    table = _polarity()["cell_classes"]
    return next((table[name] for name in kb.lineage(cell) if name in table), "unclassified")


def polarity(reading: Reading, effect: int, kind: str) -> Class:
    """Return whether a change of a term (effect ±1) in cells of a class is good or bad for the tumour."""
    row = _polarity_rows().get(reading.node)
    more = 0 if row is None else row["except"].get(kind, row["default"])
    value = more * reading.sign * effect
    return "pro" if value > 0 else "anti" if value < 0 else "neither"


def normalised(term: str) -> str:
    """Spell a term the way terms are compared: small letters, plain dashes, British spelling."""
    plain = " ".join(term.translate(_DASHES).lower().replace("-", " ").split())
    for one, other in _SPELLINGS:
        plain = plain.replace(one, other)
    return plain


def _bare(term: str) -> str:
    for ending in _ENDINGS:
        if term.endswith(ending):
            return term.removesuffix(ending)
    return term


def _genes(row: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    return tuple((entry["gene"], int(entry["sign"])) for entry in row["definition"])


@cache
def _file(name: str) -> Any:
    import yaml

    return yaml.safe_load(
        files("exocosm.findings").joinpath(f"terms/{name}.yaml").read_text(encoding="utf-8")
    )


def _rows(name: str) -> list[dict[str, Any]]:
    return list(_file(name))


def _polarity() -> dict[str, Any]:
    found: dict[str, Any] = _file("polarity")
    return found


@cache
def _polarity_rows() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in _polarity()["polarity"]}
