"""Questions beyond a filter: what surrounds a name, how two cancers differ, where knowledge has gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from exocosm.errors import InputError

from .base import KnowledgeBase
from .paths import paths
from .roles import roles_of
from .statement import Axis


@dataclass(frozen=True)
class Comparison:
    """What vesicles are said to carry and do in two cancers."""

    only_first: KnowledgeBase  # transfers of cargo that only the first cancer has
    only_second: KnowledgeBase
    shared: KnowledgeBase  # transfers of cargo that both have
    opposed: tuple[tuple[str, str, str], ...]  # cargo, thing changed, effect in the first


@dataclass(frozen=True)
class Gaps:
    """Where the records stop short of an explanation."""

    without_cargo: KnowledgeBase  # whole vesicles act
    without_target: KnowledgeBase  # a cargo acts, on nothing named
    without_phenotype: KnowledgeBase  # targets change, to no stated end
    without_path: tuple[tuple[str, str], ...]  # axis id, phenotype: targets named, but no chain leads there
    undefined: tuple[str, ...]  # phenotypes that axes speak of and nothing defines


def neighbourhood(kb: KnowledgeBase, name: str, *, steps: int = 1) -> KnowledgeBase:
    """Return the statements within so many steps of a name: those that name it, then those that name a
    molecule, cell or behaviour that these name.

    Cells and behaviours end a walk: almost everything touches a macrophage or proliferation.

    Raises
    ------
    UnknownNameError, AmbiguousNameError : as `KnowledgeBase.find`
    InputError : if `steps` is not 1 or more
    """
    if steps < 1:
        raise InputError(f"Expected `steps` to be 1 or more, found {steps!r}.")
    by_name: dict[str, list[str]] = {}
    for statement in kb.statements:
        for _, named in statement.names():
            by_name.setdefault(named, []).append(statement.id)
    ends = {entity.name for entity in kb.entities if entity.type in ("cell_type", "process", "disease")}
    ends.update(phenotype.name for phenotype in kb.phenotypes)
    found: set[str] = set()
    front = kb.names_meant(name)
    reached = set(front)
    for _ in range(steps):
        new = {identifier for named in front for identifier in by_name.get(named, ())} - found
        found |= new
        front = {named for i in new for _, named in kb.statement(i).names()} - reached - ends
        reached |= front
    return kb.subset(found)


def compare(kb: KnowledgeBase, first: str, second: str) -> Comparison:
    """Set the transfers of two cancers side by side, by cargo.

    Raises
    ------
    InputError : if no statement is about one of the cancers
    """
    one = kb.find(cancer=first, kind="axis")
    two = kb.find(cancer=second, kind="axis")
    cargo_one, cargo_two = _cargoes(one), _cargoes(two)
    both = cargo_one & cargo_two
    effects_one, effects_two = _effects(one), _effects(two)
    opposed = tuple(
        (cargo, name, effect)
        for (cargo, name), effect in sorted(effects_one.items())
        if effects_two.get((cargo, name)) == {"up": "down", "down": "up"}[effect]
    )
    shared = [axis.id for axis in (*one.axes, *two.axes) if axis.cargo in both]
    return Comparison(
        only_first=one.subset(axis.id for axis in one.axes if axis.cargo not in both),
        only_second=two.subset(axis.id for axis in two.axes if axis.cargo not in both),
        shared=kb.subset(shared),
        opposed=opposed,
    )


def gaps(kb: KnowledgeBase) -> Gaps:
    """List the transfers whose way from cargo to behaviour is not, or not wholly, in the records.

    A path is looked for from the cargo to each phenotype that an axis states and that has a definition, in
    the recipient of that axis.
    """
    defined = {phenotype.name for phenotype in kb.phenotypes}
    spoken = Counter(effect.name for axis in kb.axes for effect in axis.phenotypes)
    return Gaps(
        without_cargo=kb.subset(axis.id for axis in kb.axes if axis.cargo is None),
        without_target=kb.subset(axis.id for axis in kb.axes if axis.cargo is not None and not axis.targets),
        without_phenotype=kb.subset(axis.id for axis in kb.axes if axis.targets and not axis.phenotypes),
        without_path=tuple(
            (axis.id, effect.name)
            for axis in kb.axes
            for effect in axis.phenotypes
            if axis.cargo
            and axis.targets
            and effect.name in defined
            and not _explained(kb, axis, effect.name)
        ),
        undefined=tuple(name for name, _ in spoken.most_common() if name not in defined),
    )


def crosstalk(kb: KnowledgeBase) -> Counter[tuple[str, str]]:
    """Count transfers by (donor, recipient)."""
    return Counter((axis.donor, axis.recipient) for axis in kb.axes)


def _explained(kb: KnowledgeBase, axis: Axis, phenotype: str) -> bool:
    assert axis.cargo is not None
    return bool(paths(kb, axis.cargo, phenotype, cell=axis.recipient, limit=1))


def _cargoes(kb: KnowledgeBase) -> set[str]:
    return {axis.cargo for axis in kb.axes if axis.cargo is not None}


def _effects(kb: KnowledgeBase) -> dict[tuple[str, str], str]:
    """Effect of each cargo on each thing, where all statements agree."""
    said: dict[tuple[str, str], set[str]] = {}
    for axis in kb.axes:
        roles = roles_of(axis)
        for name, effect in roles.changes():
            if axis.cargo is not None:
                said.setdefault((axis.cargo, name), set()).add(effect)
    return {key: next(iter(effects)) for key, effects in said.items() if effects in ({"up"}, {"down"})}
