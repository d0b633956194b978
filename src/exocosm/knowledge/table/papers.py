"""The papers that a table cites → references, shared with those of the base by DOI, PMID or title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..reference import Reference

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_INITIALS = re.compile(r"[A-Z][A-Z.-]{0,3}")
_TITLE_WORDS = 5  # fewer words are a heading, which many papers share


@dataclass(frozen=True)
class Paper:
    """A paper as one row of a table cites it; what is not stated is empty."""

    citation: str
    doi: str = ""
    pmid: str = ""


class Papers:
    """Finds the reference that a citation, DOI or PMID stands for, and keeps the new ones."""

    def __init__(self, known: Iterable[Reference]) -> None:
        """Know the references of a base."""
        self.made: dict[str, Paper] = {}  # id → a paper that the base does not have
        self.lines: dict[str, int] = {}  # id → the line that first cites it
        self._known = {
            reference.id: Paper(reference.citation, reference.doi or "", reference.pmid or "")
            for reference in known
        }
        self._keys: dict[tuple[str, str], str] = {}
        for identifier, paper in self._known.items():
            self._learn(identifier, paper)

    def same_citation(self, citation: str) -> Paper | None:
        """Return the paper of the base with exactly this citation, or None."""
        found = self._keys.get(("citation", _plain(citation)))
        return None if found is None else self._paper(found)

    def add(self, paper: Paper, line: int) -> None:
        """Take in a paper with a citation, unless it is known."""
        identifier = self.find(paper)
        if identifier is None:
            identifier = self._free_id(paper.citation)
            self.lines[identifier] = line
        elif identifier in self.made:
            made = self.made[identifier]
            paper = replace(made, doi=made.doi or paper.doi, pmid=made.pmid or paper.pmid)
        else:
            return
        self.made[identifier] = paper
        self._learn(identifier, paper)

    def find(self, paper: Paper) -> str | None:
        """Return the id of the reference that is this paper, or None."""
        for key in (("doi", paper.doi.casefold()), ("pmid", paper.pmid)):
            if key[1] and key in self._keys:
                return self._keys[key]
        if not paper.citation:
            return None
        for like in (("citation", _plain(paper.citation)), title_key(paper.citation)):
            found = self._keys.get(like) if like is not None else None
            if found is not None and self._may_be(found, paper):
                return found
        return None

    def _may_be(self, found: str, paper: Paper) -> bool:
        """Two papers with one title and different DOIs are two papers."""
        known = self._paper(found)
        pairs = ((known.doi, paper.doi), (known.pmid, paper.pmid))
        return not any(one and other and one.casefold() != other.casefold() for one, other in pairs)

    def _paper(self, identifier: str) -> Paper:
        return self._known.get(identifier) or self.made[identifier]

    def _learn(self, identifier: str, paper: Paper) -> None:
        keys = [("citation", _plain(paper.citation)), title_key(paper.citation)]
        keys += [("doi", paper.doi.casefold()), ("pmid", paper.pmid)]
        for key in keys:
            if key is not None and key[1]:
                self._keys.setdefault(key, identifier)

    def _free_id(self, citation: str) -> str:
        base = "-".join(part for part in (_author(citation), year_of(citation)) if part)
        word = next((word for word in _plain(_title(citation)).split() if len(word) > 3), "")
        taken = self._known.keys() | self.made.keys()
        for wanted in (base, f"{base}-{word}" if word else base):
            if wanted not in taken:
                return wanted
        return next(name for i in range(2, len(taken) + 3) if (name := f"{base}-{i}") not in taken)


def title_key(citation: str) -> tuple[str, str] | None:
    """Return what two citations of one paper have in common: title and year; None without a clear title."""
    title = _plain(_title(citation))
    if len(title.split()) < _TITLE_WORDS:
        return None
    return "title", f"{title} {year_of(citation)}"


def year_of(citation: str) -> str:
    """Return the year of a citation, or an empty string; a year in brackets or before ";" stands first."""
    sure = re.search(r"\(((?:19|20)\d\d)\w?\)|\b((?:19|20)\d\d)\s*;", citation)
    if sure:
        return sure[1] or sure[2]
    found = _YEAR.findall(citation)
    return found[-1] if found else ""


def _title(citation: str) -> str:
    """Return the first sentence that is no list of authors."""
    for sentence in re.split(r"[.?!]\s+", citation):
        words = re.findall(r"[\w.-]+", sentence)
        initials = sum(bool(_INITIALS.fullmatch(word)) for word in words)
        if len(words) >= _TITLE_WORDS and initials < len(words) / 4 and not sentence.endswith(" al"):
            return sentence
    return ""


def _author(citation: str) -> str:
    """Return the surname that a citation begins with, as letters and digits."""
    surname: list[str] = []
    for word in re.split(r"\s+", citation.strip()):
        bare = word.strip(".,;:()")
        if _INITIALS.fullmatch(bare) and not surname and len(citation.split()) > 1:
            continue  # J. Doe
        if _INITIALS.fullmatch(bare) or bare in ("et", "and", "&") or _YEAR.fullmatch(bare):
            break
        surname.append(bare)
        if word.endswith((",", ".", ";")) or len(surname) == 3:
            break
    return _plain("".join(surname)).replace(" ", "") or "paper"


def _plain(text: str) -> str:
    """Return the words of a text in small ASCII letters."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", bare))
