"""The texts of the documents, from a folder that the user holds; they are not part of the package."""

from __future__ import annotations

import html
import re
from pathlib import Path

from exocosm.errors import InputError

from .reference import Document
from .yaml_tree import read_text

# Markup of HTML and Markdown that a text file may keep inside a sentence.
_TAGS = re.compile(r"</?(?:sup|sub|i|b|em|strong|span|a|u|p|br)\b[^<>]*>", re.IGNORECASE)
_LINKS = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_MARKS = re.compile(r"\\(?=[^\w\s])|[*_`]")


class DocumentFolder:
    """Text files of documents. A file holds a document if its DOI or title occurs in it; of several files,
    the one where it comes first, because a document also stands in the reference lists of others.
    """

    def __init__(self, folder: str | Path) -> None:
        """Read every .txt, .md and .html file in `folder`; InputError if there is none."""
        self._raw = _texts(Path(folder))
        self._plain = [plain(text) for text in self._raw]

    def raw(self, document: Document) -> str | None:
        """Return the text of a document as it stands, or None."""
        place = self._place(document)
        return None if place is None else self._raw[place]

    def plain(self, document: Document) -> str | None:
        """Return the text of a document without markup and line breaks, or None."""
        place = self._place(document)
        return None if place is None else self._plain[place]

    def _place(self, document: Document) -> int | None:
        found = [
            (place, i) for i, text in enumerate(self._plain) if (place := _start(document, text)) is not None
        ]
        return min(found)[1] if found else None


def plain(text: str) -> str:
    """Strip markup and escapes, and make every run of white space one blank."""
    text = _LINKS.sub(r"\1", _TAGS.sub("", html.unescape(text)))
    return " ".join(_MARKS.sub("", text).split())


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
    return [read_text(file) for file in files]


def _start(document: Document, text: str) -> int | None:
    folded = text.casefold()
    marks = [plain(mark).casefold() for mark in (document.title, document.doi) if mark]
    return min((place for mark in marks if (place := folded.find(mark)) >= 0), default=None)
