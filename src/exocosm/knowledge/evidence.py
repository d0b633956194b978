"""What stands behind a statement: its evidence, the circumstances, misprints and measured values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .record import FieldProblem, blank, check

EvidenceLevel = Literal["detected", "transferred", "necessary", "sufficient"]
Seen = Literal["full_text", "abstract", "title", "database_row", "memory"]

MAX_QUOTE_WORDS = 30
_DOI = re.compile(r"10\.\d{4,9}/\S")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The support of one statement: where it stands, what was read, and how far the experiment goes."""

    seen: Seen  # what the curator actually read
    where: str  # where it was read: document, address, table and row
    document: str | None = None  # id of a document, or None when the source is not one of them
    place: str | None = None  # section, table or page heading
    reference: str | None = None  # id of the cited paper
    printed_reference: str | None = None  # its number as printed
    quote: str | None = None  # exact, at most 30 words
    quote_licence: str | None = None  # licence of the quoted source
    level: tuple[EvidenceLevel, ...] = ()

    def __post_init__(self) -> None:
        check(self, [*blank(self, "where"), *self._quote_problems(), *self._memory_problems()])

    def _quote_problems(self) -> Iterator[FieldProblem]:
        if self.quote is None:
            if self.quote_licence is not None:
                yield "quote_licence", "stands without a quote: give the quote, or null for both."
            return
        words = len(self.quote.split())
        if not words:
            yield "quote", "is empty: quote the source, or write null."
        if words > MAX_QUOTE_WORDS:
            yield "quote", f"has {words} words; at most {MAX_QUOTE_WORDS} may be quoted. Shorten it."
        if not self.quote_licence:
            yield "quote_licence", "a quote needs the licence of its source, such as 'CC BY 4.0'."

    def _memory_problems(self) -> Iterator[FieldProblem]:
        if self.seen != "memory":
            return
        for name in ("reference", "printed_reference", "quote"):
            if getattr(self, name) is not None:
                yield name, "`seen: memory` carries no reference, DOI or quote: nothing was read. Write null."
        for name in ("where", "place"):
            if _DOI.search(getattr(self, name) or ""):
                yield name, "`seen: memory` carries no DOI: nothing was read. Leave it out."


@dataclass(frozen=True, kw_only=True)
class Context:
    """The circumstances under which a statement was found to hold; None where the source does not say."""

    cancer: str | None = None
    species: str | None = None
    condition: str | None = None  # such as hypoxia, irradiation 5 Gy

    def __post_init__(self) -> None:
        check(self, blank(self, "cancer", "species", "condition"))


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A misprint of the source: what is printed, how it is read here, why, and on what ground."""

    printed: str
    corrected: str
    reason: str
    source: str

    def __post_init__(self) -> None:
        check(self, blank(self, "printed", "corrected", "reason", "source"))


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number or a range that a source states: the diameter of exosomes, a dose, a share of patients."""

    quantity: str  # what is measured, such as diameter
    low: float  # equal to `high` for a single number
    high: float
    unit: str

    def __post_init__(self) -> None:
        problems = [*blank(self, "quantity", "unit")]
        if self.low > self.high:
            problems.append(("low", f"{self.low} lies above `high`, {self.high}. Swap them."))
        check(self, problems)

    def __str__(self) -> str:
        span = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        return f"{self.quantity}: {span} {self.unit}"
