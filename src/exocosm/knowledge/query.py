"""What a question asks of statements: names in their roles, words, circumstances and evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property

from .names import NameIndex
from .record import strings
from .roles import Roles, roles_of
from .statement import Statement

Test = Callable[[Statement], bool]


class StatementIndex:
    """What the statements of a base say, laid out once for fast questions."""

    def __init__(self, statements: tuple[Statement, ...], names: NameIndex) -> None:
        """Index `statements`; the text of each is prepared when the first question about text comes."""
        self._statements = statements
        self._names = names
        self.roles: dict[str, Roles] = {statement.id: roles_of(statement) for statement in statements}

    @cached_property
    def words(self) -> dict[str, str]:
        """All text of each statement, folded, with the other names of what it speaks of."""
        return {
            statement.id: "\n".join((*strings(statement), *self._other_names(statement))).casefold()
            for statement in self._statements
        }

    def has_name(self, role: str, meant: Collection[str]) -> Test:
        """Ask for one of the names `meant` in a role: donor, cargo, recipient, target, pathway ..."""
        return lambda statement: not _NAMES_IN[role](self.roles[statement.id]).isdisjoint(meant)

    def has_words(self, text: str) -> Test:
        """Ask for all words of `text` in any order and case; words in quotation marks stay together."""
        wanted = _words(text)
        return lambda statement: all(word in self.words[statement.id] for word in wanted)

    def _other_names(self, statement: Statement) -> set[str]:
        return {other for _, name in statement.names() for other in self._names.synonyms(name)}


_NAMES_IN: dict[str, Callable[[Roles], set[str]]] = {
    "agent": lambda roles: {roles.agent} if roles.agent else set(),
    "donor": lambda roles: set(roles.donors),
    "cargo": lambda roles: {roles.cargo} if roles.cargo else set(),
    "recipient": lambda roles: set(roles.recipients),
    "target": lambda roles: {target.name for target in roles.targets},
    "pathway": lambda roles: {effect.name for effect in roles.pathways},
    "phenotype": lambda roles: {effect.name for effect in roles.phenotypes},
}


def _words(text: str) -> list[str]:
    parts = text.casefold().split('"')
    apart = [word for part in parts[::2] for word in part.split()]
    return apart + [part.strip() for part in parts[1::2] if part.strip()]
