"""The names in a table → entities: those of the base first, then what the table of identifiers grounds."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from exocosm.errors import InputError
from exocosm.identifiers import Identifier

from ..entities import CARGO_TYPES, Entity
from ..grounding.grounding import Grounding, ground
from ..names import AmbiguousNameError, NameIndex, UnknownNameError

NO_IDENTIFIER = "none:"  # in a column of identifiers: there is none, and why
_ID_COLUMNS = {"donor": "donor_id", "cargo": "cargo_id", "recipient": "recipient_id", "target": "target_id"}

_CELL_COLUMNS = ("donor", "recipient", "cells")
_MOLECULES = ("gene", "lncRNA", "miRNA", "family", "complex", "chemical")
_CELLS = (("cell_type",), ("tissue", "disease"))
_PROCESSES = (("process", "function"), ("disease", "cell_type"))
# Column → the types that can be meant, the likelier ones first.
_TYPES: dict[str, tuple[tuple[str, ...], ...]] = {
    "donor": _CELLS,
    "recipient": _CELLS,
    "cells": _CELLS,
    "cargo": ((*_MOLECULES, "taxon"),),
    "target": (_MOLECULES, ("process",)),
    "pathway": (("process", "function", *_MOLECULES),),
    "phenotype": _PROCESSES,
    "agent": ((*_MOLECULES, "cell_type", "tissue", "disease", "process", "function", "taxon"),),
}
_OF_CARGO_TYPE = {
    **dict.fromkeys(("miRNA", "lncRNA"), ("miRNA", "lncRNA", "gene")),
    "protein": ("gene", "family", "complex"),
    "mRNA": ("gene",),
    **dict.fromkeys(("lipid", "metabolite", "drug"), ("chemical",)),
    "virus": ("taxon",),
}

# What the table of identifiers calls a thing → the type of the entity.
_TYPE_OF_ROW = {"miRNA_precursor": "miRNA", "function": "process", "taxon": "organism"}
# What has an identifier with this prefix, where the table of identifiers does not hold it.
_TYPE_OF_PREFIX = {
    **dict.fromkeys(("hgnc", "mgi", "ncbigene", "ensembl"), "gene"),
    **dict.fromkeys(("uniprot", "PR"), "protein"),
    "mirbase": "miRNA",
    "circbase": "circRNA",
    "rnacentral": "RNA",
    **dict.fromkeys(("famplex", "interpro"), "family"),
    **dict.fromkeys(("reactome", "kegg.pathway", "wikipathways", "GO", "HP"), "process"),
    **dict.fromkeys(("cellosaurus", "CL"), "cell_type"),
    "drugbank": "drug",
    **dict.fromkeys(("pubchem.compound", "CHEBI"), "chemical"),
    **dict.fromkeys(("DOID", "MONDO"), "disease"),
    "NCBITaxon": "organism",
    "UBERON": "tissue",
}
_CHEMICALS = ("drug", "lipid", "metabolite", "DNA", "RNA")


class NameProblem(InputError):
    """A name in a table cannot be told to mean one thing; `.column` is where to put it right."""

    def __init__(self, column: str, message: str) -> None:
        self.column = column
        super().__init__(message)


class Asked(NamedTuple):
    """One name of a table: the column, the name as written, its identifier and the type of a cargo."""

    column: str
    text: str
    identifier: str = ""
    cargo_type: str = ""

    def problem(self, message: str, *, at_identifier: bool = False) -> NameProblem:
        """Return a problem with this name, or with its identifier."""
        return NameProblem(_ID_COLUMNS[self.column] if at_identifier else self.column, message)

    @property
    def remedy(self) -> str:
        """Say how the name can be settled."""
        if self.column not in _ID_COLUMNS:
            return " Write the name that is meant or its identifier, such as 'hgnc:11364'."
        return f" Write the name that is meant, or put its identifier into `{_ID_COLUMNS[self.column]}`."


class TableNames:
    """Finds the entity that a name in a table means, and keeps those that the table brings in."""

    def __init__(self, index: NameIndex, entities: Mapping[str, Entity]) -> None:
        """Know the names of a base: `index` for all, phenotypes included, and its `entities` by name."""
        self.made: dict[str, dict[str, Any]] = {}  # name → the new entity as plain data
        self.unsettled: set[str] = set()
        self._index = index
        self._entities = entities
        self._of_identifier: dict[str, list[str]] = {}
        self._made_for: dict[str, str] = {}  # a name in small letters → the new entity
        for entity in entities.values():
            if entity.id is not None:
                self._of_identifier.setdefault(entity.id, []).append(entity.name)

    def meant(self, asked: Asked) -> str:
        """Return the name of the entity that is meant; what is new becomes an entity of the table.

        Raises
        ------
        NameProblem : if nothing, or more than one thing, goes by the name
        """
        if asked.identifier.casefold().startswith(NO_IDENTIFIER):
            return self._without_identifier(asked)
        if asked.identifier:
            return self._identified(asked)
        try:
            return self._fitting(asked, self._index.one(asked.text))
        except AmbiguousNameError as error:
            raise asked.problem(f"{error}{asked.remedy}") from None
        except UnknownNameError:
            made = self._made_for.get(asked.text.casefold())
            return made or self._grounded(asked)

    def is_topic(self, text: str) -> bool:
        """Say whether a text is no name but words on something without one: several, and near to no name."""
        if len(text.split()) < 2 or self._index.matches(text) or text.casefold() in self._made_for:
            return False
        known = [name.casefold() for name in self._index.names]
        if difflib.get_close_matches(text.casefold(), known, n=1, cutoff=0.9):
            return False
        try:
            ground(text)
        except AmbiguousNameError:
            return False
        except InputError:
            return True
        return False

    def _fitting(self, asked: Asked, name: str) -> str:
        """Refuse a cell as cargo and a molecule as cell: one word may well mean both, as TAM does."""
        entity = self._entities.get(name)
        if entity is not None and (entity.type in CARGO_TYPES) == (asked.column in _CELL_COLUMNS):
            wanted = "a cell" if asked.column in _CELL_COLUMNS else "what vesicles carry"
            if asked.column in (*_CELL_COLUMNS, "cargo"):
                raise asked.problem(
                    f"expected {wanted}, and {asked.text!r} is {name!r}, {entity.type}.{asked.remedy}"
                )
        return name

    def _grounded(self, asked: Asked) -> str:
        first: UnknownNameError | None = None
        for types in _types_of(asked):
            try:
                found = ground(asked.text, types=types)
            except UnknownNameError as error:
                first = first or error
            except AmbiguousNameError as error:
                raise asked.problem(f"{error}{asked.remedy}") from None
            else:
                return self._of_grounding(asked, found)
        near = self._index.suggestions(asked.text)
        said = str(first) if first else f"No table of identifiers holds things such as {asked.text!r}."
        raise asked.problem(f"the knowledge base has no {asked.text!r}.{near} {said}{_unknown(asked)}")

    def _identified(self, asked: Asked) -> str:
        try:
            curie = str(Identifier.parse(asked.identifier))
        except InputError as error:
            raise asked.problem(str(error), at_identifier=True) from None
        if asked.text in self._index.names:
            self._must_agree(asked, curie)
            return asked.text
        try:
            found = ground(curie)
        except InputError:
            return self._entity(asked, curie, asked.text, _type_of_identifier(asked, curie))
        return self._of_grounding(asked, found)

    def _must_agree(self, asked: Asked, curie: str) -> None:
        entity = self._entities.get(asked.text)
        known = entity.id if entity is not None else None
        if known != curie:
            has = f"has the identifier {known}" if known else "has no identifier"
            raise asked.problem(
                f"{asked.text!r} {has} in the knowledge base, not {curie}. "
                "Leave this cell empty, or give what is meant here another name.",
                at_identifier=True,
            )

    def _of_grounding(self, asked: Asked, found: Grounding) -> str:
        kind = _TYPE_OF_ROW.get(found.type, found.type)
        if found.type == "chemical" and asked.cargo_type in _CHEMICALS:
            kind = asked.cargo_type
        if found.type == "taxon" and asked.cargo_type == "virus":
            kind = "virus"
        return self._entity(asked, found.id, found.label, kind)

    def _entity(self, asked: Asked, curie: str, label: str, kind: str) -> str:
        """Return the name of what has this identifier, or make it an entity."""
        names = self._of_identifier.get(curie, [])
        if len(names) > 1:
            names = [name for name in names if name in (label, *self._index.matches(asked.text))] or names
        if len(names) > 1:
            listed = " or ".join(map(repr, names))
            raise asked.problem(f"{curie} may mean {listed}. Write one of these names.")
        if names:
            return self._also_written(names[0], asked.text)
        for taken in self._index.matches(label):
            entity = self._entities.get(taken)
            if entity is None or entity.id is None:
                return taken
            raise asked.problem(
                f"{asked.text!r} is {label} ({curie}), but the knowledge base uses that name for {taken!r} "
                f"({entity.id}). Write the name that is meant."
            )
        return self._make(asked, label, {"type": kind, "id": curie})

    def _without_identifier(self, asked: Asked) -> str:
        if self._index.matches(asked.text):
            return self.meant(asked._replace(identifier=""))
        kind = asked.cargo_type if asked.column == "cargo" else "cell_type"
        if asked.column == "target" or kind in ("", "other", "snRNA"):
            raise asked.problem(
                f"{asked.text!r} has no identifier, and the table does not say what it is. "
                "Define it under `entities` in a YAML file beside the table."
            )
        reason = asked.identifier[len(NO_IDENTIFIER) :].strip()
        if not reason:
            message = "expected 'none: REASON': say why there is no identifier."
            raise asked.problem(message, at_identifier=True)
        return self._make(asked, asked.text, {"type": kind, "id": None, "reason": reason})

    def _make(self, asked: Asked, name: str, fields: dict[str, Any]) -> str:
        self.made[name] = {"name": name, **fields, "synonyms": []}
        self._made_for[name.casefold()] = name
        if fields["id"] is not None:
            self._of_identifier[fields["id"]] = [name]
        return self._also_written(name, asked.text)

    def _also_written(self, name: str, written: str) -> str:
        """Keep how a table writes the name of one of its entities, as a synonym."""
        fold = written.casefold()
        if name in self.made and fold not in self._made_for and not self._index.matches(written):
            self._made_for[fold] = name
            if written != self.made[name]["id"]:
                self.made[name]["synonyms"].append(written)
        return name


def asked_names(column: str, names: Iterable[str], identifiers: list[str]) -> Iterator[Asked]:
    """Pair names with their identifiers, which run in step; one that is missing is empty."""
    filled = [*identifiers]
    for i, name in enumerate(names):
        yield Asked(column, name, filled[i] if i < len(filled) else "")


def _types_of(asked: Asked) -> tuple[tuple[str, ...], ...]:
    if asked.column == "cargo" and asked.cargo_type in _OF_CARGO_TYPE:
        return (_OF_CARGO_TYPE[asked.cargo_type],)
    if asked.column == "cargo" and asked.cargo_type == "circRNA":
        return ()
    return _TYPES[asked.column]


def _type_of_identifier(asked: Asked, curie: str) -> str:
    prefix = curie.partition(":")[0]
    default = {"donor": "cell_type", "recipient": "cell_type", "cargo": asked.cargo_type}.get(asked.column)
    kind = _TYPE_OF_PREFIX.get(prefix) or default
    if not kind or kind in ("other", "snRNA"):
        raise asked.problem(
            f"{curie} does not say what kind of thing {asked.text!r} is. "
            "Define it under `entities` in a YAML file beside the table.",
            at_identifier=True,
        )
    return kind


def _unknown(asked: Asked) -> str:
    if asked.column not in _ID_COLUMNS:
        return " Write another name for it, or define it under `entities` in a YAML file beside the table."
    column = _ID_COLUMNS[asked.column]
    return f" Put its identifier into `{column}`, or '{NO_IDENTIFIER} REASON' where there is none."
