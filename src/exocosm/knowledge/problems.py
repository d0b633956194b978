"""Problems found in knowledge files, and the one exception that carries all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from exocosm.errors import InputError


class Problem(NamedTuple):
    """One thing to put right: where it is and what would be valid."""

    file: str
    line: int | None  # from 1; None when no line can be named
    field: str  # such as statements[3].targets[0].effect; empty for the file as a whole
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"


class KnowledgeFileError(InputError):
    """Knowledge files cannot be used as they are; `.problems` lists every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        noun = "problem" if len(self.problems) == 1 else "problems"
        super().__init__("\n".join([f"{len(self.problems)} {noun} found", *map(str, self.problems)]))
