"""A file of settings while it is read: its tree, what is wrong with it, and what is not in the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from exocosm.errors import InputError

from ..names import check_name
from ..parameter import Parameter
from .definitions import Given
from .notes import Note, Problems, number_in, read_from
from .xml_tree import Element


@dataclass
class Source:
    """The settings at `path` with the root of their tree; readers add to `problems` and `notes`."""

    path: Path
    root: Element
    problems: Problems
    notes: list[Note] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.path.name

    def note(self, kind, subject: str, reason: str, line: int = 0) -> None:  # type: ignore[no-untyped-def]
        place = f"{self.file}, line {line}" if line else self.file
        self.notes.append(Note(kind=kind, subject=subject, reason=reason, place=place))

    def number(self, *path: str, otherwise: float | None = None) -> Given:
        """Return the number at this path; raises InputError where there is none and none is assumed."""
        element = self.root.child(*path)
        where = "/".join(path)
        if element is None:
            if otherwise is None:
                raise InputError(f"Expected <{where}> in {self.file!r}, found none.")
            return Given(otherwise, 0, "")
        try:
            return Given(number_in(element.text), element.line, element.text)
        except ValueError as error:
            raise InputError(f"{self.file}, line {element.line}: {error} in <{where}>.") from error

    def given(self, element: Element | None, what: str, line: int) -> Given:
        if element is None:
            self.problems.add(line, f"expected {what}, found none")
            return Given(0.0, line, "")
        try:
            quoted = f"{element.text} {element.attributes.get('units', '')}".strip()
            return Given(number_in(element.text), element.line, quoted)
        except ValueError as error:
            self.problems.add(element.line, f"{error} in {what}")
            return Given(0.0, element.line, "")

    def parameter(self, name: str, given: Given | None, unit: str) -> Parameter:
        assert given is not None
        return read_from(self.file, given.line, name, given.value, unit, given.quoted)

    def is_name(self, noun: str, name: str, known: list[str], line: int) -> bool:
        try:
            check_name(noun, name)
        except InputError as error:
            self.problems.add(line, str(error))
            return False
        if name in known:
            self.problems.add(line, f"{noun} {name!r} is given twice")
        return name not in known
