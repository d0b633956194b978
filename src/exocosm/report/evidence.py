"""What the numbers rest on: statements, the sentences behind them, and what was actually read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .links import link, pubmed

SEEN = {
    "full_text": "full text read",
    "abstract": "abstract only",
    "title": "title only",
    "database_row": "database row",
    "memory": "from memory, not checked",
}


@dataclass(frozen=True)
class Reference:
    """A cited paper as the page shows it."""

    citation: str
    url: str | None


@dataclass(frozen=True)
class Sentence:
    """One piece of evidence of a statement."""

    quote: str
    document: Reference | None
    place: str
    printed: str  # number of the reference as the document prints it
    reference: Reference | None
    licence: str
    seen: str
    where: str
    level: str


@dataclass(frozen=True)
class Support:
    """A statement with its evidence and, where one is recorded, the correction of what was printed."""

    id: str
    claim: str
    sentences: tuple[Sentence, ...]
    correction: dict[str, str]
    note: str


class Records:
    """Look-up in the statements, references and documents that the run kept."""

    def __init__(self, records: dict[str, list[dict[str, Any]]]) -> None:
        self._records = records

    @cached_property
    def _statements(self) -> dict[str, dict[str, Any]]:
        found = {str(s["id"]): s for s in self._records.get("statements") or ()}
        # An edge into a phenotype rests on the definition of that phenotype.
        for phenotype in self._records.get("phenotypes") or ():
            name = str(phenotype["name"])
            found[f"definition:{name}"] = {
                "kind": "definition",
                "source": name,
                "relation": f"marker in the definition of {name}",
                "evidence": phenotype.get("evidence") or (),
            }
        return found

    @cached_property
    def _references(self) -> dict[str, dict[str, Any]]:
        return {str(r["id"]): r for r in self._records.get("references") or ()}

    @cached_property
    def _documents(self) -> dict[str, dict[str, Any]]:
        return {str(d["id"]): d for d in self._records.get("documents") or ()}

    def reference(self, key: Any) -> Reference | None:
        """Return the paper with this id; an id that is not on record is shown as it stands."""
        if not key:
            return None
        record = self._references.get(str(key))
        if record is None:
            return Reference(str(key), link(key))
        return Reference(
            str(record.get("citation") or key), link(record.get("doi")) or pubmed(record.get("pmid"))
        )

    def document(self, key: Any) -> Reference | None:
        """Return the source document with this id."""
        if not key:
            return None
        record = self._documents.get(str(key), {})
        year = f" ({record['year']})" if record.get("year") else ""
        return Reference(f"{record.get('title') or key}{year}", link(record.get("doi")))

    def source(self, text: str) -> Reference:
        """Return what a parameter names as its source: a reference id, an address, or plain words."""
        if text in self._references:
            return self.reference(text) or Reference(text, None)
        return Reference(text, next((url for part in text.split() if (url := link(part.strip(";,")))), None))

    def support(self, statement: str) -> Support | None:
        """Return a statement with its evidence; None when it is not on record."""
        record = self._statements.get(statement)
        if record is None:
            return None
        correction = record.get("correction")
        return Support(
            id=statement,
            claim=claim(record),
            sentences=tuple(self._sentence(e) for e in record.get("evidence") or ()),
            correction={k: str(v) for k, v in correction.items() if v}
            if isinstance(correction, dict)
            else {},
            note=str(record.get("note") or ""),
        )

    def supports(self, statements: Iterable[str]) -> list[Support]:
        """Return the statements that are on record, in order, each once."""
        return [s for key in dict.fromkeys(statements) if (s := self.support(key)) is not None]

    def relation(self, statements: Iterable[str]) -> str:
        """Say in a few words how the source of an edge acts on its target."""
        found = [str(r.get("relation") or "") for s in statements if (r := self._statements.get(s))]
        return "; ".join(dict.fromkeys(filter(None, found)))

    def _sentence(self, item: dict[str, Any]) -> Sentence:
        return Sentence(
            quote=str(item.get("quote") or ""),
            document=self.document(item.get("document")),
            place=str(item.get("place") or ""),
            printed=str(item.get("printed_reference") or ""),
            reference=self.reference(item.get("reference")),
            licence=str(item.get("quote_licence") or ""),
            seen=seen(item.get("seen")),
            where=str(item.get("where") or ""),
            level=", ".join(map(str, item.get("level") or ())),
        )


def seen(word: Any) -> str:
    """Say what the curator read; a missing entry is said to be missing."""
    return SEEN.get(str(word), str(word)) if word else "not recorded"


def claim(record: dict[str, Any]) -> str:
    """Put a statement into one line."""
    if record.get("kind") == "axis":
        effects = [
            f"{part.get('name')} {_arrow(part.get('effect'))}"
            + (f" (through {part['through']})" if part.get("through") else "")
            for key in ("targets", "pathways", "phenotypes")
            for part in record.get(key) or ()
        ]
        head = f"{record.get('donor')} → {record.get('recipient')} by vesicles with {record.get('cargo')}"
        return f"{head}: {', '.join(effects)}" if effects else head
    text = f"{record.get('source')} {_arrow(record.get('effect'))} {record.get('target')}"
    return f"{text} ({record['relation']})" if record.get("relation") else text


def _arrow(effect: Any) -> str:
    return {"up": "↑", "down": "↓"}.get(str(effect), "")
