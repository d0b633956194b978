"""Where a person's own records meet what a base holds: said again, contradicted, described differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..base import KnowledgeBase
from ..entities import Entity
from ..merge import synonyms_by_name
from ..read import Placed
from ..reference import Reference
from ..roles import roles_of
from ..statement import Statement
from ..table.papers import title_key
from .own_files import SharedPaper

_SHOWN = 5  # names in a message; `meets` holds all
ConflictKind = Literal["same statement", "contradiction", "same paper", "entity", "synonym"]


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """One thing to look at; nothing was changed but where the message says so."""

    kind: ConflictKind
    name: str  # id or name of the person's own record
    place: str  # file and line
    meets: tuple[str, ...]  # ids or names of what it meets
    message: str


def conflicts(
    before: KnowledgeBase, after: KnowledgeBase, own: Iterable[Placed], shared: Iterable[SharedPaper]
) -> Iterator[Conflict]:
    """Yield the conflicts of the `own` records in the base `after` they joined that `before`."""
    own = list(own)
    statements = [item for item in own if item.section == "statements"]
    entities = [item for item in own if item.section == "entities"]
    yield from _said_again(after, statements)
    yield from _contradictions(after, statements)
    for paper in shared:
        yield _same_paper(paper.placed, paper.known, "the same DOI or PMID: read as that record")
    yield from _same_titles(before, [item for item in own if item.section == "references"])
    yield from _described_differently(before, entities)
    yield from _ambiguous(before, after, entities)


def _said_again(after: KnowledgeBase, own: list[Placed]) -> Iterator[Conflict]:
    """Compare by meaning; of many statements of one's own that say the same, the first speaks for all."""
    places = {item.record.id: item for item in own}
    by_meaning: dict[object, list[Statement]] = {}
    for statement in after:
        by_meaning.setdefault(_meaning(statement), []).append(statement)
    for group in by_meaning.values():
        mine = [statement for statement in group if statement.id in places]
        others = [statement for statement in group if statement.id not in places]
        if mine and len(group) > 1:
            yield _repetition(mine, others, places[mine[0].id])


def _repetition(mine: list[Statement], others: list[Statement], item: Placed) -> Conflict:
    met = [*others, *mine[1:]]
    papers = _papers(item.record)
    common = sorted({paper for other in met for paper in papers & _papers(other)})
    rests = f"resting on the same paper ({_listed(common)})" if common else "resting on other sources"
    return Conflict(
        kind="same statement",
        name=item.record.id,
        place=str(item),
        meets=tuple(other.id for other in met),
        message=f"says what {_listed(other.id for other in met)} says, {rests}.",
    )


def _contradictions(after: KnowledgeBase, own: list[Placed]) -> Iterator[Conflict]:
    for item, others in _each_pair_once(own, lambda one: list(after.contradictions(one.id))):
        yield Conflict(
            kind="contradiction",
            name=item.record.id,
            place=str(item),
            meets=tuple(other.id for other in others),
            message=f"says the opposite of {_listed(other.id for other in others)}; "
            f"belief {after.belief(item.record.id):.2f} against "
            f"{_listed(f'{after.belief(other.id):.2f}' for other in others)}.",
        )


def _each_pair_once(
    own: list[Placed], met: Callable[[Statement], list[Statement]]
) -> Iterator[tuple[Placed, list[Statement]]]:
    """Yield each statement with the others it meets; two of one's own meet once."""
    done: set[str] = set()
    for item in own:
        done.add(item.record.id)
        others = [other for other in met(item.record) if other.id not in done]
        if others:
            yield item, others


def _meaning(statement: Statement) -> object:
    """What two statements have in common that say the same: kind, cells, cargo or source, changes."""
    roles = roles_of(statement)
    targets: frozenset[tuple[str, str]] = frozenset((one.name, one.effect) for one in roles.targets)
    changed = targets or frozenset(roles.changes())
    named = (roles.agent, roles.cargo, roles.donors, roles.recipients, changed)
    level = roles.cargo_level if statement.kind == "sorting" else None
    words = None if changed or statement.kind == "axis" else (statement.claim or "").casefold()
    return statement.kind, frozenset(roles.cells), level, words, *named


def _papers(statement: Statement) -> set[str]:
    return {piece.reference for piece in statement.evidence if piece.reference is not None}


def _same_titles(before: KnowledgeBase, own: list[Placed]) -> Iterator[Conflict]:
    of_title = {title_key(known.citation): known for known in before.references}
    for item in own:
        title = title_key(item.record.citation)
        known = of_title.get(title) if title is not None else None
        if known is not None and known.id != item.record.id:
            yield _same_paper(item, known, "the same title and year: cite that id if it is one paper")


def _same_paper(item: Placed, known: Reference, why: str) -> Conflict:
    same_id = item.record.id == known.id
    message = (
        "is cited in other words in the knowledge base: read as the record there."
        if same_id
        else f"is {known.id} in the knowledge base, with {why}."
    )
    return Conflict(
        kind="same paper", name=item.record.id, place=str(item), meets=(known.id,), message=message
    )


def _described_differently(before: KnowledgeBase, own: list[Placed]) -> Iterator[Conflict]:
    names = {entity.name: entity for entity in before.entities}
    by_fold = _by_other_name(before.entities)
    by_id = {entity.id: entity for entity in before.entities if entity.id is not None}
    for item in own:
        entity: Entity = item.record
        if entity.name in names:
            continue
        for known in by_fold.get(entity.name.casefold(), ()):
            yield _entity_conflict(item, known, f"a name of {known.name!r} there")
        same = by_id.get(entity.id) if entity.id is not None else None
        if same is not None and same not in by_fold.get(entity.name.casefold(), ()):
            yield _entity_conflict(item, same, f"the identifier of {same.name!r} there")


def _entity_conflict(item: Placed, known: Entity, what: str) -> Conflict:
    entity: Entity = item.record
    return Conflict(
        kind="entity",
        name=entity.name,
        place=str(item),
        meets=(known.name,),
        message=f"is {_described(entity)} here and has {what} ({_described(known)}): "
        "the two are kept apart. Use one name if they are one thing.",
    )


def _by_other_name(entities: Iterable[Entity]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        for name in dict.fromkeys(name.casefold() for name in (entity.name, *entity.synonyms)):
            found.setdefault(name, []).append(entity)
    return found


def _ambiguous(before: KnowledgeBase, after: KnowledgeBase, own: list[Placed]) -> Iterator[Conflict]:
    """Other names that now lead to more things than before, or that a name of the base covers."""
    meant_before, meant_after = (_owners(synonyms_by_name(b.entities, b.phenotypes)) for b in (before, after))
    known = [*(entity.name for entity in before.entities), *(one.name for one in before.phenotypes)]
    names = {name.casefold(): name for name in known}
    for item in own:
        for synonym in item.record.synonyms:
            fold = synonym.casefold()
            others = meant_after.get(fold, set()) - {item.record.name}
            covered = names.get(fold)
            if covered is not None and covered != item.record.name:
                what = f"is the name of {covered!r}, which it goes on to mean"
                yield _synonym_conflict(item, synonym, (covered,), what)
            elif others and meant_after[fold] != meant_before.get(fold):
                listed = tuple(sorted(others))
                what = f"now may mean {_listed(map(repr, sorted((item.record.name, *others))))}"
                yield _synonym_conflict(item, synonym, listed, what)


def _synonym_conflict(item: Placed, synonym: str, meets: tuple[str, ...], what: str) -> Conflict:
    message = f"the synonym {synonym!r} {what}."
    return Conflict(kind="synonym", name=item.record.name, place=str(item), meets=meets, message=message)


def _owners(synonyms: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Map each synonym in small letters to the names that have it."""
    found: dict[str, set[str]] = {}
    for name, others in synonyms.items():
        for other in others:
            found.setdefault(other.casefold(), set()).add(name)
    return found


def _described(entity: Entity) -> str:
    return f"{entity.type} {entity.id or 'without id'}"


def _listed(words: Iterable[str]) -> str:
    words = list(words)
    shown = words[:_SHOWN]
    more = [f"{len(words) - _SHOWN} more"] if len(words) > _SHOWN else []
    return " and ".join([*shown, *more])
