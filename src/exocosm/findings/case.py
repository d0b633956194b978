"""A case: one transfer as it is scored. What is changed in the recipient, and what was seen there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from exocosm.assembly import MOLECULES, Circumstances, spelt_out
from exocosm.knowledge import Axis, Effect, KnowledgeBase, Target, UnknownNameError

from .vocabulary import Class, Reading, Unread, Vocabulary, cell_class, polarity

_SIGN = {"up": 1, "down": -1}


@dataclass(frozen=True)
class Input:
    """A node that the cargo acts on: +1 is driven up, -1 is made less of. `why` says by what rule."""

    node: str
    sign: int
    why: str = "direct target"


@dataclass(frozen=True)
class Asked:
    """One read-out to be scored: the terms that are read from a node, the effect on the node, its class.

    A stand-in stands for a term of a whole tumour or organism. `defines` is True where an input is itself
    one of the genes that define the node.
    """

    terms: tuple[str, ...]
    node: str
    effect: int
    polarity: Class
    stand_in: bool = False
    defines: bool = False


@dataclass(frozen=True)
class NotAsked:
    """A read-out that cannot be scored: `counted` against the score where a term is not understood."""

    term: str
    reason: str
    counted: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is scored as one: an axis of the base, or a row of a person's own table."""

    id: str
    donor: str
    cargo: str
    recipient: str
    circumstances: Circumstances
    inputs: tuple[Input, ...]
    asked: tuple[Asked, ...]
    not_asked: tuple[NotAsked, ...] = ()
    out_of_scope: str = ""  # why it cannot be scored, from the record alone
    no_input: str = ""  # why nothing of the recipient is changed: the case is unexplained
    papers: frozenset[str] = frozenset()  # DOI or PMID
    documents: frozenset[str] = frozenset()
    problems: tuple[str, ...] = field(default=())  # names that were not understood, with suggestions


def case_of_axis(vocabulary: Vocabulary, axis: Axis) -> Case:
    """Lay an axis of the base out as a case."""
    kb = vocabulary.kb
    inputs, no_input = inputs_of(kb, axis.cargo, axis.cargo_type, axis.targets)
    asked, not_asked = read_outs(
        vocabulary, axis.recipient, (*axis.pathways, *axis.phenotypes), {one.node for one in inputs}
    )
    references = {item.reference for item in axis.evidence if item.reference}
    return Case(
        id=axis.id,
        donor=axis.donor,
        cargo=axis.cargo or "",
        recipient=axis.recipient,
        circumstances=Circumstances(
            lineage=kb.lineage(axis.recipient), cancer=axis.context.cancer, condition=axis.context.condition
        ),
        inputs=inputs,
        asked=asked,
        not_asked=not_asked,
        out_of_scope=_out_of_scope(axis, asked, not_asked),
        no_input=no_input,
        papers=frozenset(paper for paper in map(paper_of(kb), references) if paper),
        documents=frozenset(item.document for item in axis.evidence if item.document),
    )


def paper_of(kb: KnowledgeBase) -> Callable[[str], str]:
    """Return a function from the id of a reference to its DOI or PMID, or the id itself without one."""
    known = {reference.id: reference for reference in kb.references}

    def paper(identifier: str) -> str:
        reference = known.get(identifier)
        return str((reference and (reference.doi or reference.pmid)) or identifier).lower()

    return paper


def inputs_of(
    kb: KnowledgeBase, cargo: str | None, cargo_type: str | None, targets: Iterable[Target]
) -> tuple[tuple[Input, ...], str]:
    """Return what a cargo changes in its recipient, and why nothing if it is nothing.

    A direct target is changed as stated. A miRNA that is taken away or brought is propagated to its own
    targets: those printed behind it, and those of curated statements. What a target does further on is left
    to the mechanism statements. A protein or its mRNA without a stated target raises its own level.
    """
    found: dict[str, dict[int, str]] = {}

    def add(name: str, sign: int, why: str) -> None:
        for one in spelt_out(name):
            found.setdefault(one, {}).setdefault(sign, why)

    stated = [target for target in targets if target.effect in _SIGN]
    micro = {target.name: _SIGN[target.effect] for target in stated if _type(kb, target.name) == "miRNA"}
    for target in stated:
        if target.name in micro:
            continue
        through = target.through if target.through != cargo else None
        if through is not None and through not in micro:
            continue  # further along the chain: left to the mechanism statements
        if _type(kb, target.name) in MOLECULES:
            why = f"behind {through}" if through else "direct target"
            add(target.name, _SIGN[target.effect], why)
    for name, sign in micro.items():
        for statement in kb.influences:
            if statement.kind == "mechanism" and statement.source == name:
                add(statement.target, sign * _SIGN[statement.effect], f"curated target of {name}")
    if not tuple(targets) and cargo is not None and cargo_type in ("protein", "mRNA"):
        add(cargo, 1, "the cargo itself")
    inputs = tuple(
        Input(node, next(iter(signs)), next(iter(signs.values())))
        for node, signs in sorted(found.items())
        if len(signs) == 1
    )
    if inputs:
        return inputs, ""
    if found:
        return (), "its targets are said to go both ways"
    if not tuple(targets):
        return (), "no target is stated"
    return (), "no stated target is a molecule with a stated change"


def read_outs(
    vocabulary: Vocabulary, cell: str, effects: Iterable[Effect], inputs: set[str]
) -> tuple[tuple[Asked, ...], tuple[NotAsked, ...]]:
    """Turn reported effects into read-outs; those read from one node count once."""
    kind = cell_class(vocabulary.kb, cell)
    by_node: dict[str, list[tuple[Reading, int]]] = {}
    not_asked: list[NotAsked] = []
    for effect in effects:
        reading = vocabulary.read(effect.name, cell)
        if isinstance(reading, Unread):
            not_asked.append(NotAsked(effect.name, reading.reason, counted=not reading.known))
        elif effect.effect not in _SIGN:
            not_asked.append(NotAsked(effect.name, "no sign is stated"))
        elif reading.node in inputs:
            not_asked.append(
                NotAsked(effect.name, f"{reading.node} is a direct target: an input, never scored")
            )
        else:
            by_node.setdefault(reading.node, []).append((reading, _SIGN[effect.effect]))
    asked = []
    for node, readings in by_node.items():
        signs = {reading.sign * effect for reading, effect in readings}
        terms = tuple(dict.fromkeys(reading.term for reading, _ in readings))
        if len(signs) > 1:
            not_asked.append(NotAsked(", ".join(terms), f"said to go both ways, read from {node}"))
            continue
        first, change = readings[0]
        genes = {gene for gene, _ in vocabulary.definitions.get(node, ())}
        asked.append(
            Asked(
                terms,
                node,
                first.sign * change,
                polarity(first, change, kind),
                stand_in=all(reading.stand_in for reading, _ in readings),
                defines=bool(genes & inputs),
            )
        )
    return tuple(asked), tuple(not_asked)


def _out_of_scope(axis: Axis, asked: tuple[Asked, ...], not_asked: tuple[NotAsked, ...]) -> str:
    if axis.cargo is None:
        return "whole vesicles: no cargo is named"
    if not asked and not any(one.counted for one in not_asked):
        return (
            "; ".join(f"{one.term}: {one.reason}" for one in not_asked) or "no effect on the cell is reported"
        )
    return ""


def _type(kb: KnowledgeBase, name: str) -> str:
    try:
        return kb.entity(name).type
    except UnknownNameError:
        return ""
