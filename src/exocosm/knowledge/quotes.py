"""Are the quotes literal? Compare them with the texts of the documents."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from exocosm.errors import InputError

from .base import KnowledgeBase
from .evidence import Evidence
from .reference import Document
from .yaml_tree import read_text

# Markup of HTML and Markdown that a text file may keep inside a sentence.
_TAGS = re.compile(r"</?(?:sup|sub|i|b|em|strong|span|a|u|p|br)\b[^<>]*>", re.IGNORECASE)
_LINKS = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_MARKS = re.compile(r"\\(?=[^\w\s])|[*_`]")


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
    texts = _texts(Path(folder))
    found = {document.id: _text_of(document, texts) for document in kb.documents}
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


def _texts(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise InputError(f"Expected a folder with the texts of the documents, found {str(folder)!r}.")
    files = sorted(
        file for file in folder.iterdir() if file.suffix in (".txt", ".md", ".html") and file.is_file()
    )
    if not files:
        raise InputError(
            f"The folder {str(folder)!r} holds no .txt, .md or .html file. Save the documents there as text."
        )
    return [plain(read_text(file)) for file in files]


def _text_of(document: Document, texts: list[str]) -> str | None:
    # A document also stands in the reference lists of others, but there its title does not come early.
    places = [(place, text) for text in texts if (place := _place(document, text)) is not None]
    return min(places, key=lambda item: item[0])[1] if places else None


def _place(document: Document, text: str) -> int | None:
    folded = text.casefold()
    marks = [plain(mark).casefold() for mark in (document.title, document.doi) if mark]
    return min((place for mark in marks if (place := folded.find(mark)) >= 0), default=None)


def plain(text: str) -> str:
    """Strip markup and escapes, and make every run of white space one blank."""
    text = _LINKS.sub(r"\1", _TAGS.sub("", html.unescape(text)))
    return " ".join(_MARKS.sub("", text).split())
