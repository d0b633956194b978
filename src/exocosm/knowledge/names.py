"""Which entity a name means: exact names first, then any case, then synonyms."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import cached_property

from exocosm.errors import InputError

from .grounding.folding import fold
from .mirna import parse_mirna


class UnknownNameError(InputError):
    """No entity, phenotype or record goes by this name."""


class AmbiguousNameError(InputError):
    """Several entities go by this name; `.candidates` lists them."""

    def __init__(self, name: str, candidates: Iterable[str]) -> None:
        self.candidates = tuple(sorted(candidates))
        super().__init__(f"{name!r} may mean {', '.join(self.candidates)}. Give one of these names.")


def suggest(name: str, known: Iterable[str], *, n: int = 3) -> str:
    """Return " Did you mean 'a' or 'b'?" for the known names closest to `name`, or an empty string."""
    by_fold = {text.casefold(): text for text in known}
    close = [by_fold[fold] for fold in difflib.get_close_matches(name.casefold(), by_fold, n=n, cutoff=0.6)]
    return f" Did you mean {' or '.join(repr(text) for text in close)}?" if close else ""


class NameIndex:
    """Names and synonyms → entity names; phenotype names stand for themselves."""

    def __init__(self, synonyms: Mapping[str, Iterable[str]]) -> None:
        """Index `synonyms`: every name with the other names it goes by."""
        self.names = frozenset(synonyms)
        self._others = {name: tuple(others) for name, others in synonyms.items()}
        self._by_name: dict[str, set[str]] = {}
        self._by_synonym: dict[str, set[str]] = {}
        self._spelling: dict[str, str] = {}
        self._mirnas = {name: parsed for name in self.names if (parsed := parse_mirna(name))}
        for name, others in synonyms.items():
            self._by_name.setdefault(name.casefold(), set()).add(name)
            self._spelling[name.casefold()] = name
            for other in others:
                self._by_synonym.setdefault(other.casefold(), set()).add(name)
                self._spelling.setdefault(other.casefold(), other)

    def matches(self, name: str) -> set[str]:
        """Return the names meant: `name` itself, else any case of a name, else those with it as a synonym."""
        if name in self.names:
            return {name}
        key = name.strip().casefold()
        found = self._by_name.get(key) or self._by_synonym.get(key) or self._without_species(name)
        return set(found or self._spelt_otherwise(name))

    def one(self, name: str) -> str:
        """Return the one name meant by `name`.

        Raises
        ------
        UnknownNameError : with the closest names
        AmbiguousNameError : if it is a synonym of several, or a miRNA known with both strands
        """
        found = self.matches(name)
        if len(found) == 1:
            return found.pop()
        if not found:
            found = self._strands(name)
            if not found:
                raise UnknownNameError(f"No entity is called {name!r}.{self.suggestions(name)}")
        raise AmbiguousNameError(name, found)

    def every(self, name: str) -> set[str]:
        """Return the name meant, and for a miRNA without strand every strand of it as well.

        Raises
        ------
        UnknownNameError, AmbiguousNameError : as `one`
        """
        strands = self._strands(name)
        return strands | self.matches(name) if strands else {self.one(name)}

    def synonyms(self, name: str) -> tuple[str, ...]:
        """Return the other names of a name."""
        return self._others.get(name, ())

    def suggestions(self, name: str) -> str:
        """Return a sentence with the names and synonyms closest to `name`, or an empty string."""
        return suggest(name, self._spelling.values())

    def _spelt_otherwise(self, name: str) -> set[str]:
        """Names that differ in Greek letters, dashes or accents only, or are the singular of a plural."""
        for text in (name, name[:-1] if name.endswith("s") else ""):
            key = fold(text)
            if key in self._by_fold:
                return self._by_fold[key]
        return set()

    @cached_property
    def _by_fold(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for names in (self._by_name, self._by_synonym):
            for known, meant in names.items():
                # Two strands of a miRNA differ by more than spelling; a miRNA is found by its own rules.
                if fold(known) and not parse_mirna(known):
                    found.setdefault(fold(known), set()).update(meant)
        return found

    def _without_species(self, name: str) -> set[str]:
        parsed = parse_mirna(name)
        if parsed is None or parsed.species is not None:
            return set()
        return {
            known
            for known, parts in self._mirnas.items()
            if parsed.covers(parts) and parts.strand == parsed.strand
        }

    def _strands(self, name: str) -> set[str]:
        parsed = parse_mirna(name)
        if parsed is None or parsed.strand is not None:
            return set()
        return {known for known, parts in self._mirnas.items() if parsed.covers(parts)}
