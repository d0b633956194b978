"""What a model cell shows when a cargo acts on it: the change of each read-out, draw by draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log

import numpy as np
from numpy.typing import NDArray

from exocosm.assembly import Signed, Wiring, select, wire_paths
from exocosm.engine import Ensemble, respond

from .case import Case
from .draws import ensemble, stable_draws
from .vocabulary import Vocabulary

Array = NDArray[np.float64]

HOURS = 48.0


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How every case is run. The dose is the same for all, in units of the amount for half of an effect.

    At 1 the production of a repressed target is halved, and the drive of an activated one is raised by ln 2:
    ρ = 1/(1 + dose), u = ln(1 + dose). Control is the cell at rest.
    """

    hours: float = HOURS
    dose: float = 1.0
    draws: int = 200  # 0 for the central values alone
    without: frozenset[str] = frozenset()  # ids of statements that are left out
    without_from_targets: bool = False  # curated influences that start at a direct target are left out
    core: bool = True  # the curated statements
    background: tuple[Signed, ...] = ()  # a network of somebody else, where the curated one has no influence


def wiring_of(vocabulary: Vocabulary, case: Case, setting: Setting) -> Wiring:
    """Return what can carry the inputs of a case to its read-outs."""
    starts = {one.node for one in case.inputs}
    nodes = {one.node for one in case.asked}
    return wire_paths(
        [*influences(vocabulary, case, setting), *vocabulary.arrows(nodes)], starts, sorted(nodes)
    )


def influences(vocabulary: Vocabulary, case: Case, setting: Setting) -> tuple[Signed, ...]:
    """Return the influences between molecules that hold for a case: curated, then those of the background."""
    curated: tuple[Signed, ...] = ()
    if setting.core:
        curated = select(vocabulary.kb, case.circumstances, setting.without).influences
    if setting.without_from_targets:
        starts = {one.node for one in case.inputs}
        curated = tuple(one for one in curated if one.source not in starts)
    known = {(one.source, one.target) for one in curated}
    return (*curated, *(one for one in setting.background if (one.source, one.target) not in known))


def draws_of(vocabulary: Vocabulary, case: Case, setting: Setting) -> tuple[int, ...]:
    """Return the draws in which the cell of a case rests stably; none for the central values."""
    if setting.draws == 0:
        return ()
    chosen, _ = stable_draws(vocabulary.kb, case.circumstances, setting.draws)
    return chosen


def effects(vocabulary: Vocabulary, case: Case, setting: Setting) -> dict[str, Array | None]:
    """Return e = logit x_arm - logit x_control of each read-out (draws,); None without a directed path."""
    wiring = wiring_of(vocabulary, case, setting)
    reached = [one.node for one in case.asked if one.node not in wiring.unreached]
    found: dict[str, Array | None] = {one.node: None for one in case.asked}
    if reached and case.inputs:
        made = ensemble(wiring, draws_of(vocabulary, case, setting))
        found.update(responses(wiring, made, case, reached, setting))
    return found


def responses(
    wiring: Wiring, made: Ensemble, case: Case, nodes: Iterable[str], setting: Setting
) -> dict[str, Array]:
    """Let the inputs of a case act on an ensemble; returns the effect on each of the nodes."""
    index = {name: i for i, name in enumerate(wiring.nodes)}
    production, drive = np.ones_like(made.resting), np.zeros_like(made.resting)
    for one in case.inputs:
        if one.sign < 0:
            production[index[one.node]] = 1.0 / (1.0 + setting.dose)
        else:
            drive[index[one.node]] = log(1.0 + setting.dose)
    after = respond(made, 60.0 * setting.hours, production=production, drive=drive)
    return {node: logit(after[index[node]]) - logit(made.resting[index[node]]) for node in nodes}


def logit(x: Array) -> Array:
    """Return ln(x/(1 - x))."""
    return np.log(x / (1.0 - x))


def at_centre(setting: Setting) -> Setting:
    """Return the setting at the central values of all numbers."""
    return replace(setting, draws=0)
