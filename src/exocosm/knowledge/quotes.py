"""Are the quotes literal? Compare them with the texts of the documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .base import KnowledgeBase
from .document_text import DocumentFolder, plain
from .evidence import Evidence


class QuoteProblem(NamedTuple):
    """A quote that could not be found, and where it is recorded."""

    record: str  # id or name
    evidence: int  # index in the record's evidence
    document: str
    quote: str
    message: str

    def __str__(self) -> str:
        return f"{self.record}: evidence[{self.evidence}]: {self.message} Quote: {self.quote!r}"


def check_quotes(kb: KnowledgeBase, folder: str | Path) -> list[QuoteProblem]:
    """Compare each quote from a document with the text files in `folder`.

    A file holds a document if its DOI or title occurs in it; of several files, the one where it comes first.
    A quote must be a literal substring, runs of white space and markup aside. Quotes from sources that are
    not documents are not compared.

    Raises
    ------
    InputError : if `folder` is no folder with text files
    """
    texts = DocumentFolder(folder)
    found = {document.id: texts.plain(document) for document in kb.documents}
    return list(_problems(kb, found))


def _problems(kb: KnowledgeBase, texts: dict[str, str | None]) -> Iterator[QuoteProblem]:
    for name, i, evidence in _quoted(kb):
        assert evidence.quote is not None and evidence.document is not None
        text = texts.get(evidence.document)
        if text is None:
            message = f"no text file holds the document {evidence.document!r}."
        elif plain(evidence.quote) not in text:
            message = f"the text of {evidence.document!r} does not hold the quote."
        else:
            continue
        yield QuoteProblem(name, i, evidence.document, evidence.quote, message)


def _quoted(kb: KnowledgeBase) -> Iterator[tuple[str, int, Evidence]]:
    named = [
        *((statement.id, statement.evidence) for statement in kb.statements),
        *((phenotype.name, phenotype.evidence) for phenotype in kb.phenotypes),
        *((finding.id, finding.evidence) for finding in kb.findings),
    ]
    for name, items in named:
        for i, evidence in enumerate(items):
            if evidence.quote is not None and evidence.document is not None:
                yield name, i, evidence
