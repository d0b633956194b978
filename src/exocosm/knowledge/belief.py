"""Belief: how far the evidence of a statement carries, with contradictions lowering it.

Each independent source (one cited paper; where none is cited, one document or one place read) is a simple
support function with weight w = a·b. `a` is for what the curator read, `b` for how far the experiment goes.
Sources for a statement combine to F = 1 - Π(1 - w), those of the statements that contradict it to C, and

    belief = F·(1 - C) / (1 - F·C)

which is Dempster's rule for two simple support functions on one question (Shafer, A Mathematical Theory of
Evidence, 1976). It is between 0 and F, equals F without contradiction, and falls below 1/2 where both sides
are equally strong. The weights are this project's choice, ordered by what they stand for, and are no
probabilities measured on a sample.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import prod

from .evidence import Evidence
from .roles import Roles, roles_of
from .statement import Statement

READ_WEIGHT = {"full_text": 0.60, "abstract": 0.60, "title": 0.55, "database_row": 0.50, "memory": 0.10}
# How far the experiment goes; the highest level named counts. An association was not shown to arrive or act.
LEVEL_WEIGHT = {"detected": 0.7, "transferred": 0.9, "sufficient": 1.2, "necessary": 1.3}
_UNSTATED = 0.8
_SIGN = {"up": 1, "down": -1}
_NO_ASSERTION = ("therapy", "open_question")
_Assertion = tuple[str, str | None, str, int]  # subject, cell, changed name, sign


def weight(evidence: Evidence) -> float:
    """Return the weight of one piece of evidence, between 0 and 1."""
    level = max((LEVEL_WEIGHT[level] for level in evidence.level), default=_UNSTATED)
    return READ_WEIGHT[evidence.seen] * (1.0 if evidence.seen in ("database_row", "memory") else level)


def support(evidence: Iterable[Evidence]) -> float:
    """Combine evidence; of several pieces from one source the strongest counts, so a paper counts once."""
    by_source: dict[str, float] = {}
    for piece in evidence:
        source = _source(piece)
        by_source[source] = max(by_source.get(source, 0.0), weight(piece))
    return 1.0 - prod(1.0 - w for w in by_source.values())


def belief(statement: Statement, against: Iterable[Statement] = ()) -> float:
    """Return the belief in a statement, given the statements that contradict it."""
    for_it = support(statement.evidence)
    against_it = support(piece for other in against for piece in other.evidence)
    return for_it * (1.0 - against_it) / (1.0 - for_it * against_it)


def contradictions(statements: Iterable[Statement]) -> dict[str, tuple[Statement, ...]]:
    """Map the id of each contradicted statement to the statements that say the opposite.

    Opposite is: the same subject (cargo, or what acts) changes the same thing in the same cell the other way.
    A mechanism that names no cell holds in any; one that names a cell speaks for that cell and is no
    contradiction to the general rule. Statements about two cancers, other conditions or other donors do not
    meet, and neither suggestions of therapy nor open questions contradict anything.
    """
    said: dict[tuple[str, str | None, str], dict[int, list[Statement]]] = {}
    for statement in statements:
        for subject, cell, changed, sign in _assertions(statement):
            said.setdefault((subject, cell, changed), {}).setdefault(sign, []).append(statement)
    found: dict[str, dict[str, Statement]] = defaultdict(dict)
    for signs in said.values():
        for one in signs.get(1, ()):
            for other in signs.get(-1, ()):
                if one.id != other.id and _meet(one, other):
                    found[one.id][other.id] = other
                    found[other.id][one.id] = one
    return {identifier: tuple(others.values()) for identifier, others in found.items()}


def _meet(one: Statement, other: Statement) -> bool:
    """Tell whether two statements speak of like circumstances: one condition, one donor, no two cancers."""
    cancers = {one.context.cancer, other.context.cancer} - {None}
    return (
        len(cancers) < 2
        and one.context.condition == other.context.condition
        and roles_of(one).donors == roles_of(other).donors
    )


def _assertions(statement: Statement) -> Iterator[_Assertion]:
    if statement.kind in _NO_ASSERTION:
        return
    roles = roles_of(statement)
    subject = roles.cargo if statement.kind == "axis" else roles.agent or roles.cargo
    if subject is None:
        return
    for cell in _cells(roles):
        for name, effect in roles.changes():
            if effect in _SIGN:
                yield subject, cell, name, _SIGN[effect]
        if statement.kind == "sorting" and roles.agent and roles.cargo and roles.cargo_level in _SIGN:
            yield roles.agent, cell, f"{roles.cargo} in vesicles", _SIGN[roles.cargo_level]


def _cells(roles: Roles) -> tuple[str | None, ...]:
    return roles.recipients or roles.cells or roles.donors or (None,)


def _source(evidence: Evidence) -> str:
    if evidence.reference is not None:
        return evidence.reference
    return evidence.document or evidence.where
