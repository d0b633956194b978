"""What was understood of a file and what was not, and how files are read at all."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from exocosm.errors import InputError

from ..parameter import Parameter, Prior

MOST_BYTES = 32 * 1024 * 1024
_MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something in a file that is not, or not quite, in the model made from it (or the other way round).

    `not supported`: it would change the result, and is left out. `differs`: taken, with another meaning.
    `assumed`: the file says nothing, and this was put in its place. `not needed`: no part of a model.
    `not understood`: nothing of this name is known.
    """

    kind: Literal["not supported", "differs", "assumed", "not needed", "not understood"]
    subject: str
    reason: str
    place: str = ""  # file and line

    def __str__(self) -> str:
        where = f" ({self.place})" if self.place else ""
        return f"{self.kind}: {self.subject}: {self.reason}{where}"


@dataclass
class Problems:
    """Collects all that is wrong with a file, to be said at once."""

    file: str
    found: list[str] = field(default_factory=list)

    def add(self, line: int, message: str, column: str = "") -> None:
        """Keep a message; `column` names where in the line it is."""
        self.found.append(f"{self.file}, line {line}{column and f', {column}'}: {message}")

    def refuse(self) -> None:
        """Raise InputError with everything that was found, if anything was."""
        if self.found:
            more = len(self.found) - _MOST_SHOWN
            shown = self.found[:_MOST_SHOWN] + ([f"... and {more} more."] if more > 0 else [])
            raise InputError("\n".join(shown))


def read_bytes(path: Path) -> bytes:
    """Return the content of a file of at most 32 MiB; raises InputError for a larger one."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputError(
            f"Expected {path.name!r} to hold at most {MOST_BYTES // 2**20} MiB, found {size // 2**20} MiB."
        )
    return path.read_bytes()


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file in UTF-8, without line ends and byte-order mark."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"Expected {path.name!r} to be text in UTF-8; byte {error.start} is not.") from error
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def number_in(text: str) -> float:
    """Read a finite number; raises ValueError with what was expected."""
    try:
        if "_" in text:
            raise ValueError
        value = float(text)
    except ValueError:
        raise ValueError(f"expected a number, found {text!r}") from None
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number, found {text!r}")
    return value


def read_from(file: str, line: int, name: str, value: float, unit: str, quoted: str = "") -> Parameter:
    """Make a parameter that a line of a file gives."""
    return Parameter(
        name=name,
        value=value,
        unit=unit,
        prior=Prior(central=value),
        confidence="assumed",
        source=f"{file}, line {line}",
        quoted=quoted,
    )
