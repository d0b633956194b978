"""Records of many files → one consistent set: doubles merged or refused, every name and id looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from .entities import Entity
from .names import NameIndex, suggest
from .phenotype import Phenotype
from .problems import Problem
from .read import KEY_FIELDS, KnowledgeFile, Placed

# A molecule has one record; cells and processes may share a broad identifier for lack of a finer one.
_ONE_NAME_TYPES = frozenset({"gene", "protein", "miRNA", "lncRNA", "circRNA", "mRNA"})


class Merge:
    """The records of several files by section, sorted by id or name, and the problems between them."""

    def __init__(self, files: Iterable[KnowledgeFile]) -> None:
        """Merge the sound records of `files`; the problems of the files themselves come first."""
        files = list(files)
        self.problems: list[Problem] = [problem for file in files for problem in file.problems]
        placed = [item for file in files for item in file.placed]
        self._damaged = frozenset(key for file in files for key in file.damaged)
        self._by_section = {
            section: self._unique([item for item in placed if item.section == section], section)
            for section in KEY_FIELDS
        }
        self.problems.extend(self._shared_identifiers())
        self.problems.extend(self._shared_papers())
        # A file that could not be taken apart may define any name, so none can be called missing beside it.
        if all(file.parsed for file in files):
            self.problems.extend(self._dangling())

    def records(self, section: str) -> tuple[Any, ...]:
        """Return the records of one section in the order of their ids or names."""
        found = self._by_section[section]
        return tuple(found[key].record for key in sorted(found))

    def _unique(self, items: list[Placed], section: str) -> dict[str, Placed]:
        key_field = KEY_FIELDS[section]
        found: dict[str, Placed] = {}
        for item in items:
            key = getattr(item.record, key_field)
            first = found.get(key)
            if first is None:
                found[key] = item
            elif section == "entities":
                found[key] = self._merged_entity(first, item)
            elif section not in ("documents", "references") or first.record != item.record:
                noun = (
                    "is defined a second time"
                    if section not in ("documents", "references")
                    else "is defined differently"
                )
                self.problems.append(
                    item.problem(
                        key_field, f"{key!r} {noun}; the first is at {first}. Keep one, or rename this one."
                    )
                )
        return found

    def _merged_entity(self, first: Placed, second: Placed) -> Placed:
        one, two = first.record, second.record
        if (one.id, one.type) == (two.id, two.type):
            synonyms = tuple(dict.fromkeys([*one.synonyms, *two.synonyms]))
            is_a = tuple(dict.fromkeys([*one.is_a, *two.is_a]))
            return replace(first, record=replace(one, synonyms=synonyms, is_a=is_a))
        self.problems.append(
            second.problem(
                "name",
                f"{two.name!r} is {two.type} {two.id or 'without id'} here and "
                f"{one.type} {one.id or 'without id'} at {first}. Make them agree, or give one another name.",
            )
        )
        return first

    def _shared_identifiers(self) -> Iterator[Problem]:
        first: dict[tuple[str, str], Placed] = {}
        for item in self._by_section["entities"].values():
            entity: Entity = item.record
            if entity.id is None or entity.type not in _ONE_NAME_TYPES:
                continue
            other = first.setdefault((entity.id, entity.type), item)
            if other is not item:
                yield item.problem(
                    "id",
                    f"{entity.name!r} has the id {entity.id} of {other.record.name!r} ({other}). "
                    "One molecule has one name: keep one and make the other a synonym.",
                )

    def _shared_papers(self) -> Iterator[Problem]:
        for field in ("doi", "pmid"):
            first: dict[str, Placed] = {}
            for item in self._by_section["references"].values():
                value = getattr(item.record, field)
                if value is None:
                    continue
                other = first.setdefault(value.casefold(), item)
                if other is not item:
                    yield item.problem(
                        field,
                        f"{item.record.id!r} has the {field} of {other.record.id!r} ({other}). "
                        "A paper counts once: keep one record.",
                    )

    def _dangling(self) -> Iterator[Problem]:
        damaged = {name: () for section, name in self._damaged if KEY_FIELDS[section] == "name"}
        index = NameIndex(
            {**damaged, **synonyms_by_name(self.records("entities"), self.records("phenotypes"))}
        )
        for section in ("entities", "statements", "phenotypes", "findings"):
            for item in self._by_section[section].values():
                yield from _unknown_names(item, index)
                if section != "entities":
                    yield from self._unknown_sources(item)
        for item in self._by_section["findings"].values():
            for i, identifier in enumerate(item.record.statements):
                yield from self._unknown_id(item, f"statements[{i}]", "statements", identifier)

    def _unknown_sources(self, item: Placed) -> Iterator[Problem]:
        for i, evidence in enumerate(item.record.evidence):
            for field, section in (("document", "documents"), ("reference", "references")):
                identifier = getattr(evidence, field)
                if identifier is not None:
                    yield from self._unknown_id(item, f"evidence[{i}].{field}", section, identifier)

    def _unknown_id(self, item: Placed, field: str, section: str, identifier: str) -> Iterator[Problem]:
        known = self._by_section[section]
        if identifier not in known and (section, identifier) not in self._damaged:
            yield item.problem(
                field,
                f"{identifier!r} is not among the {section}.{suggest(identifier, known)} "
                f"Add its record under `{section}`.",
            )


def synonyms_by_name(
    entities: Iterable[Entity], phenotypes: Iterable[Phenotype]
) -> dict[str, tuple[str, ...]]:
    """Map every entity and phenotype name to the other names it goes by."""
    synonyms: dict[str, tuple[str, ...]] = {phenotype.name: () for phenotype in phenotypes}
    synonyms.update({entity.name: entity.synonyms for entity in entities})
    return synonyms


def _unknown_names(item: Placed, index: NameIndex) -> Iterator[Problem]:
    for field, name in item.record.names():
        if name in index.names:
            continue
        meant = index.matches(name)
        if meant:
            yield item.problem(
                field, f"{name!r} is another name of {' or '.join(map(repr, sorted(meant)))}: write that."
            )
        else:
            yield item.problem(
                field,
                f"{name!r} is no entity or phenotype.{index.suggestions(name)} Add it under `entities`.",
            )
