"""Do the printed reference numbers lead to the papers recorded? Compared with the lists of the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .base import KnowledgeBase
from .document_text import DocumentFolder, plain
from .reference import Reference

_ENTRY = re.compile(r"^\s*(?:-\s+)?(?:(\d{1,3})\.\s+)?(.+)$")
# A citation starts with a surname and initials.
_CITATION = re.compile(r"^[^\d\W][\w'’.\- ]*? [A-Z][A-Z .]{0,5}[,.]")
_ISSUE = re.compile(r"(?:19|20)\d\d|\d+: *[A-Za-z]?\d+")  # a year, or volume and page
_HEADING = re.compile(r"^\W*references\W*$", re.IGNORECASE | re.MULTILINE)
_SHARED = 0.6  # of the words of the shorter text, which may be cut at "et al."


class CitationProblem(NamedTuple):
    """A printed number that does not lead to the recorded paper."""

    record: str
    document: str
    number: str
    message: str

    def __str__(self) -> str:
        return f"{self.record}: reference {self.number} of {self.document!r} {self.message}"


def check_citations(kb: KnowledgeBase, folder: str | Path) -> list[CitationProblem]:
    """Compare each printed reference number with the reference list of its document.

    The entry with that number must have the words of the recorded citation. In a list without numbers an
    entry's number is its position.

    Raises
    ------
    InputError : if `folder` is no folder with text files
    """
    texts = DocumentFolder(folder)
    lists = {document.id: reference_list(texts.raw(document) or "") for document in kb.documents}
    return list(_problems(kb, lists))


def reference_list(text: str) -> dict[str, str]:
    """Return the reference list of a document: number → citation."""
    headings = list(_HEADING.finditer(text))
    found: dict[str, str] = {}
    last = 0
    for line in text[headings[-1].end() if headings else 0 :].splitlines():
        match = _ENTRY.match(line)
        if match is None:
            continue
        number, body = match.groups()
        if number is None and not (_CITATION.match(body) and _ISSUE.search(body)):
            continue
        last = int(number) if number else last + 1
        found.setdefault(str(last), plain(body))
    return found


def _problems(kb: KnowledgeBase, lists: dict[str, dict[str, str]]) -> Iterator[CitationProblem]:
    for statement in kb.statements:
        for evidence in statement.evidence:
            if not (evidence.document and evidence.printed_reference and evidence.reference):
                continue
            printed = lists[evidence.document].get(evidence.printed_reference)
            problem = _mismatch(printed, kb.reference(evidence.reference))
            if problem:
                yield CitationProblem(statement.id, evidence.document, evidence.printed_reference, problem)


def _mismatch(printed: str | None, reference: Reference) -> str | None:
    if printed is None:
        return "is not in its list."
    one, two = _words(printed), _words(plain(reference.citation))
    if len(one & two) < _SHARED * min(len(one), len(two)):
        return f"is {printed[:90]!r}, recorded is {reference.id!r}."
    return None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))
