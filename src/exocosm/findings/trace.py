"""What carries an effect: every influence of a question cut in turn, ranked by how much goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from exocosm.assembly import Circumstances, Signed
from exocosm.errors import InputError, did_you_mean
from exocosm.knowledge import Axis, KnowledgeBase, Target

from .case import Asked, Case, Input, inputs_of
from .draws import ensemble
from .response import Setting, at_centre, responses, wiring_of
from .vocabulary import Unread, Vocabulary


@dataclass(frozen=True)
class Carrier:
    """An influence, and the share of the effect that goes when it is cut; below 0 it works against it."""

    influence: Signed
    share: float


@dataclass(frozen=True)
class Trace:
    """An effect e at the central values, what it starts from, and what carries it, the most first."""

    case: Case
    node: str
    effect: float | None  # None without a directed path
    carriers: tuple[Carrier, ...]


def question(vocabulary: Vocabulary, cargo: str, term: str, cell: str) -> Case:
    """Lay out what a cargo does to a phenotype in a cell, from all transfers of that cargo to such cells.

    Raises
    ------
    InputError : for an unknown cargo, cell or term, or a cargo of which no transfer to such a cell is known
    """
    kb = vocabulary.kb
    names, lineage = kb.names_meant(cargo), kb.lineage(kb.name(cell))
    axes = [axis for axis in kb.axes if axis.cargo in names and _meets(kb, axis, lineage)]
    if not axes:
        received = sorted({axis.recipient for axis in kb.axes if axis.cargo in names})
        raise InputError(
            f"No transfer of {cargo!r} to {cell!r} is known. "
            + (f"It is known to reach: {', '.join(received)}." if received else "No transfer of it is known.")
        )
    reading = vocabulary.read(term, lineage[0])
    if isinstance(reading, Unread):
        hint = "" if reading.known else did_you_mean(term, vocabulary.definitions)
        raise InputError(f"Cannot read {term!r} in {cell!r}: {reading.reason}{hint}")
    inputs, no_input = _joined(kb, axes)
    return Case(
        id=f"{cargo} to {term} in {cell}",
        donor=", ".join(dict.fromkeys(axis.donor for axis in axes)),
        cargo=cargo,
        recipient=lineage[0],
        circumstances=Circumstances(lineage=lineage),
        inputs=inputs,
        asked=(Asked((term,), reading.node, reading.sign, "neither"),),
        no_input=no_input,
    )


def trace(vocabulary: Vocabulary, case: Case, node: str, setting: Setting | None = None) -> Trace:
    """Cut every influence on the way from a case's inputs to a node, one at a time, at the central values.

    A cut influence carries nothing; the other inputs of its target keep the weight they had.
    """
    setting = at_centre(setting or Setting())
    asked = tuple(one for one in case.asked if one.node == node) or (Asked((node,), node, 1, "neither"),)
    case = replace(case, asked=asked)
    wiring = wiring_of(vocabulary, case, setting)
    if node in wiring.unreached or not case.inputs:
        return Trace(case, node, None, ())
    made = ensemble(wiring, ())
    versions = len(wiring.arrows) + 1
    strength = np.repeat(made.strength, versions, axis=1)
    strength[np.arange(versions - 1), np.arange(1, versions)] = 0.0
    cut = replace(
        made,
        strength=strength,
        resting=np.repeat(made.resting, versions, axis=1),
        tau=np.repeat(made.tau, versions, axis=1),
    )
    e = responses(wiring, cut, case, [node], setting)[node]
    if abs(e[0]) < 1e-12:
        return Trace(case, node, float(e[0]), ())
    carriers = [
        Carrier(arrow, float(1.0 - left / e[0])) for arrow, left in zip(wiring.arrows, e[1:], strict=True)
    ]
    return Trace(case, node, float(e[0]), tuple(sorted(carriers, key=lambda one: -one.share)))


def _meets(kb: KnowledgeBase, axis: Axis, lineage: tuple[str, ...]) -> bool:
    """Tell whether an axis reaches a cell: one of its kind, or a kind it belongs to."""
    return axis.recipient in lineage or lineage[0] in kb.lineage(axis.recipient)


def _joined(kb: KnowledgeBase, axes: Iterable[Axis]) -> tuple[tuple[Input, ...], str]:
    """Join the direct targets of several transfers of one cargo; those said to go both ways are left out."""
    axes = tuple(axes)
    targets: dict[tuple[str, str, str | None], Target] = {}
    for axis in axes:
        for target in axis.targets:
            targets[target.name, target.effect, target.through] = target
    return inputs_of(kb, axes[0].cargo, axes[0].cargo_type, targets.values())
