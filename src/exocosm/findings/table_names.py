"""The names in a person's own table → molecules, cells and papers, in the person's spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from exocosm.assembly import MOLECULES
from exocosm.errors import InputError, did_you_mean
from exocosm.knowledge import AmbiguousGroundingError, Grounding, KnowledgeBase, UnknownNameError, ground

_TARGETS = (("gene", "lncRNA", "miRNA", "family", "complex"), ("chemical",))  # the likelier ones first
_CELLS = ("cell_type", "tissue")
_STRAND = re.compile(r"-[35]p$")
_BESIDE = re.compile(r"[(,\[]| (?:in|of|from|with|under|to|by|after) ")
_DOI = re.compile(r"10\.\d{4,9}/[^\s;,|]+", re.IGNORECASE)
_PMID = re.compile(r"(?:pmid|pubmed(?:\.ncbi\.nlm\.nih\.gov)?)[\s:/]*(\d{1,8})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Unknown:
    """A name that was not understood, and why."""

    reason: str


@dataclass(frozen=True)
class Molecules:
    """What a name means: one molecule, or the strands of a miRNA.

    `new` is True for a gene, family or complex that the base has never met, under its official name.
    """

    names: tuple[str, ...]
    new: bool = False


@dataclass(frozen=True)
class Recipient:
    """A recipient: its name and lineage, the type by which its terms are read, and a remark on that."""

    name: str
    lineage: tuple[str, ...]
    kind: str
    remark: str = ""


class TableNames:
    """Finds what the names in a table mean; each name is looked up once.

    `molecules` is asked for targets and cargo: the base is asked first, then the table of identifiers.
    `recipient` is asked for cells: where the base lists none, words tell the kind.
    """

    def __init__(self, kb: KnowledgeBase) -> None:
        """Know the names of a base."""
        self._kb = kb
        self.molecules: Callable[[str], Molecules | Unknown] = cache(self._molecules)
        self.recipient: Callable[[str], Recipient | Unknown] = cache(self._recipient)
        self.cancer: Callable[[str], str | None] = cache(self._cancer)

    def papers(self, text: str) -> frozenset[str]:
        """Return the papers that a text cites: DOI or PMID as the base has them, else the text itself."""
        cited = [*(doi.rstrip(".)") for doi in _DOI.findall(text)), *_PMID.findall(text)]
        words = [word.strip() for word in text.split(";") if word.strip()]
        if not cited:
            single = all(word.isdecimal() or word.lower() in self._papers for word in words)
            cited = words if single else [text]
        return frozenset(self._papers.get(one.lower(), one.lower()) for one in cited)

    def _molecules(self, name: str) -> Molecules | Unknown:
        try:
            return Molecules(tuple(sorted(self._kb.names_meant(name))))
        except InputError as error:
            return self._grounded(name, error)

    def _grounded(self, name: str, by_base: InputError) -> Molecules | Unknown:
        """Look among molecules alone: a word that also names a cell or process means the molecule here."""
        unknown = by_base
        for types in _TARGETS:
            try:
                return self._of_grounding(ground(name, types=types))
            except AmbiguousGroundingError as error:
                labels = {row.label for row in error.meanings}
                if len({_STRAND.sub("", label) for label in labels}) == 1:
                    return Molecules(tuple(sorted(labels)))
                return Unknown(str(error))
            except InputError as error:
                unknown = by_base if "Did you mean" in str(by_base) else error
        return Unknown(str(unknown))

    def _of_grounding(self, found: Grounding) -> Molecules:
        try:
            return Molecules((self._kb.entity(found.label).name,))
        except UnknownNameError:
            return Molecules((found.label,), new=found.type in MOLECULES)

    def _recipient(self, name: str) -> Recipient | Unknown:
        try:
            entity = self._kb.entity(name)
        except InputError:
            pass
        else:
            if entity.type in _CELLS:
                return Recipient(entity.name, self._kb.lineage(entity.name), entity.name)
        kind = kind_of_cell(name, self._cells)
        if kind is None:
            near = (
                did_you_mean(name, self._cells) or " Write its type, such as 'macrophage' or 'glioma cell'."
            )
            return Unknown(f"No cell is called so.{near}")
        remark = f"the knowledge base does not list the cell {name!r}: taken as {kind}"
        return Recipient(name, (name, *self._kb.lineage(kind)), kind, remark)

    def _cancer(self, name: str) -> str | None:
        try:
            return self._kb.name(name)
        except InputError:
            return name or None

    @cached_property
    def _cells(self) -> frozenset[str]:
        """The names of the cells of the base, but for `cell` itself, which tells no kind."""
        return frozenset(one.name for one in self._kb.entities if one.type in _CELLS) - {"cell"}

    @cached_property
    def _papers(self) -> dict[str, str]:
        """Id, DOI and PMID of every reference of the base → its DOI, or its PMID, or its id."""
        found = {}
        for one in self._kb.references:
            key = (one.doi or one.pmid or one.id).lower()
            found.update({name.lower(): key for name in (one.id, one.doi, one.pmid) if name})
        return found


def kind_of_cell(name: str, listed: frozenset[str] = frozenset()) -> str | None:
    """Return the type of a cell by words in its name, or None.

    The words are those of `cell_words.yaml`, and the names of cells that are `listed`, which tell themselves.
    """
    plain = _BESIDE.split(" ".join(name.casefold().split()), maxsplit=1)[0]
    plain = " ".join(plain.replace("-", " ").split())
    found = []
    for word, (pattern, kind) in {**_listed_words(listed), **_cell_words()}.items():
        for match in pattern.finditer(plain):
            if not (match[0].startswith("non") or plain[: match.start()].endswith("non ")):
                found.append((match.end("word"), len(word), kind))
    return max(found)[2] if found else None


@cache
def _cell_words() -> dict[str, tuple[re.Pattern[str], str]]:
    """Return word → the pattern that finds it, and the type of cell it tells."""
    import yaml

    text = files("exocosm.findings").joinpath("cell_words.yaml").read_text(encoding="utf-8")
    return {row["word"]: (_pattern(row["word"]), row["kind"]) for row in yaml.safe_load(text)}


@cache
def _listed_words(names: frozenset[str]) -> dict[str, tuple[re.Pattern[str], str]]:
    plain = {" ".join(name.casefold().replace("-", " ").split()): name for name in names}
    return {word: (_pattern(word), name) for word, name in plain.items()}


def _pattern(word: str) -> re.Pattern[str]:
    longer = "" if " " in word else "[a-z]*"
    return re.compile(rf"(?<![a-z0-9]){longer}(?P<word>{re.escape(word)})s?(?![a-z0-9])")
