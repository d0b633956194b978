"""XML from anybody, read with bounds: no entities, no document types, limited depth and size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from exocosm.errors import InputError

from .notes import read_bytes

_MOST_ELEMENTS = 500_000
_DEEPEST = 64


@dataclass
class Element:
    """One element with its line; `seen` is set once something asked for it."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)
    seen: bool = False

    def child(self, *path: str) -> Element | None:
        """Return the first element down this path of tags, or None; all on the way are seen."""
        at = self
        for tag in path:
            found = next((one for one in at.children if one.tag == tag), None)
            if found is None:
                return None
            found.seen = True
            at = found
        return at

    def all(self, *path: str) -> list[Element]:
        """Return all elements of the last tag, below the first of the tags before it."""
        parent = self.child(*path[:-1])
        found = [one for one in parent.children if one.tag == path[-1]] if parent else []
        for one in found:
            one.seen = True
        return found

    def see_all(self) -> None:
        """Mark this element and everything below it as seen."""
        self.seen = True
        for one in self.children:
            one.see_all()

    def unseen(self, path: str = "") -> Iterator[tuple[str, Element]]:
        """Yield (path, element) of the topmost elements that nothing asked for."""
        here = f"{path}/{self.tag}" if path else self.tag
        if not self.seen:
            yield here, self
            return
        for one in self.children:
            yield from one.unseen(here)

    def is_on(self) -> bool:
        """Whether the attribute `enabled` says so; without one it is."""
        return self.attributes.get("enabled", "true").strip().lower() in ("true", "1", "yes")


def read_xml(path: Path) -> Element:
    """Read an XML file of at most 32 MiB into a tree.

    Raises
    ------
    InputError : if it is no well-formed XML, declares entities or a document type, is too large or too deep
    """
    path = Path(path)
    content = read_bytes(path)
    tree = _Tree(path.name)
    parser = expat.ParserCreate()
    tree.parser = parser
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    parser.StartDoctypeDeclHandler = tree.refuse_doctype
    parser.EntityDeclHandler = tree.refuse_entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise InputError(f"Expected {path.name!r} to be well-formed XML, found {error}.") from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise InputError(f"Could not read {path.name!r}: {error}.") from error
    assert tree.root is not None
    return tree.root


class _Tree:
    def __init__(self, file: str) -> None:
        self.file = file
        self.parser: expat.XMLParserType
        self.root: Element | None = None
        self._open: list[Element] = []
        self._text: list[list[str]] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        line = self.parser.CurrentLineNumber
        if self._count > _MOST_ELEMENTS or len(self._open) >= _DEEPEST:
            what = f"{_MOST_ELEMENTS} elements" if self._count > _MOST_ELEMENTS else f"{_DEEPEST} levels"
            raise InputError(f"Expected {self.file!r} to have at most {what}; line {line} has more.")
        element = Element(tag=tag, attributes=attributes, line=line)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._text.append([])

    def end(self, tag: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._text.pop()).strip()

    def characters(self, text: str) -> None:
        if self._open:
            self._text[-1].append(text)

    def refuse_doctype(self, *_: object) -> None:
        self._refuse("a document type")

    def refuse_entity(self, *_: object) -> None:
        self._refuse("an entity")

    def _refuse(self, what: str) -> None:
        raise InputError(
            f"{self.file!r} declares {what} on line {self.parser.CurrentLineNumber}, which settings "
            "have no use for. Remove the declaration."
        )
