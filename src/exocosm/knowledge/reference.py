"""Documents that were curated, and the papers that they cite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .record import FieldProblem, blank, check


@dataclass(frozen=True, kw_only=True)
class Document:
    """A text that was read and curated; quotes from it keep its licence."""

    id: str
    title: str
    licence: str
    doi: str | None = None  # as printed in the document
    year: int | None = None

    def __post_init__(self) -> None:
        check(self, [*blank(self, "id", "title", "licence"), *_doi_problems(self.doi)])


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A cited paper: one record, shared by all documents that cite it, so that it counts once."""

    id: str  # first author, year and perhaps a word: qian-2020
    citation: str
    seen_in: str  # where citation, doi and pmid were read
    doi: str | None = None
    pmid: str | None = None

    def __post_init__(self) -> None:
        check(
            self,
            [*blank(self, "id", "citation", "seen_in"), *_doi_problems(self.doi), *self._pmid_problems()],
        )

    def _pmid_problems(self) -> Iterator[FieldProblem]:
        if self.pmid is not None and not (self.pmid.isascii() and self.pmid.isdecimal()):
            yield "pmid", f"expected digits such as '34511114', found {self.pmid!r}."


def _doi_problems(doi: str | None) -> Iterator[FieldProblem]:
    if doi is not None and not (doi.startswith("10.") and "/" in doi):
        yield (
            "doi",
            f"expected a DOI such as '10.1186/s12943-021-01411-w', found {doi!r}: nothing before '10.'.",
        )
