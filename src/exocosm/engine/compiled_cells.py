"""What cells of each kind do, as arrays: behaviours, what changes them, cycles, volumes, deaths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from exocosm.errors import InputError
from exocosm.model import MAX_PHASES, CellKind, Model, Rule, behaviours_of

FLUID, NUCLEAR, CYTOPLASMIC, CALCIFIED = range(4)
ALIVE, APOPTOTIC, NECROTIC = range(3)


@dataclass(frozen=True)
class Behaviours:
    """Base values and what changes them, over kinds (k) and behaviours (b).

    Only behaviours that something changes, or that differ from cell to cell, have a column (m of them) in the
    state; `value` of a cell is
    `column[b] < 0 ? base[kind, b] : behaviour[cell, column[b]]`. The changes of kind k are
    `first[k]:first[k + 1]` of the arrays of modulations, rule groups and responses; the rules of group g are
    `rule_first[g]:rule_first[g + 1]`.
    """

    names: tuple[str, ...]
    base: np.ndarray  # (k, b)
    column: np.ndarray  # (b,) int, -1 where nothing changes it
    changing: np.ndarray  # (m,) int: the behaviour of each column
    own: np.ndarray  # (o,) int: the columns of those that single cells can have a base value of their own of
    signals: tuple[str, ...]  # (s,) those that something reads
    linear_first: np.ndarray  # (k + 1,)
    linear_column: np.ndarray
    linear_signal: np.ndarray
    linear_zero: np.ndarray
    linear_one: np.ndarray
    linear_clipped: np.ndarray
    group_first: np.ndarray  # (k + 1,)
    group_column: np.ndarray
    group_highest: np.ndarray
    group_lowest: np.ndarray
    rule_first: np.ndarray  # (groups + 1,)
    rule_signal: np.ndarray
    rule_rises: np.ndarray
    rule_half: np.ndarray
    rule_power: np.ndarray
    rule_dead: np.ndarray
    response_first: np.ndarray  # (k + 1,)
    response_column: np.ndarray
    response_node: np.ndarray
    response_ln_fold: np.ndarray  # sign · ln F / (number of responses on the behaviour)

    def index(self, name: str) -> int:
        """Return the index b of a behaviour."""
        return self.names.index(name)

    def is_ever(self, name: str) -> bool:
        """Say whether any cell can have this behaviour: a base other than 0, or something that changes it."""
        return bool(self.ever[self.index(name)])

    @cached_property
    def ever(self) -> np.ndarray:
        """Mark the behaviours (b,) that any cell can have."""
        return np.asarray((self.column >= 0) | (self.base != 0.0).any(axis=0))


@dataclass(frozen=True)
class Lives:
    """Cycles, volumes and deaths over kinds (k); no cycle has 0 phases, no volume of its own a total of 0."""

    n_phases: np.ndarray  # (k,)
    start_phase: np.ndarray  # (k,)
    start_aim: np.ndarray  # (k,) solid volume aimed at in that phase: 2 between growth and division, else 1
    fixed: np.ndarray  # (k, phase) bool
    divides: np.ndarray  # (k, phase) bool
    grows: np.ndarray  # (k, phase) bool
    grows_ever: np.ndarray  # (k,) bool
    rest_volume: np.ndarray  # (k, 4) fluid, nuclear solid, cytoplasmic solid [µm³], calcified fraction
    volume_rate: (
        np.ndarray
    )  # (k, 3, 4) of the living, apoptotic, necrotic: fluid, nuclear, cytoplasmic, calcifying
    lysed_fluid_rate: np.ndarray  # (k, 3)
    fluid_fraction: np.ndarray  # (k,)
    rupture: np.ndarray  # (k, 3) volume at death times this bursts; inf = never
    duration: np.ndarray  # (k, 3) [min] until the remains are gone
    growth_power: np.ndarray  # (k,) steady growth in area (2) or volume (3), 0 without
    division_size: np.ndarray  # (k,) area or volume at division, in units of that at rest
    rest_radius: np.ndarray  # (k,) [µm] of kinds without a volume of their own

    @property
    def has_volume(self) -> bool:
        """Whether any kind has a volume of its own."""
        return bool((self.rest_volume[:, :3].sum(axis=1) > 0).any())

    @property
    def has_growth(self) -> bool:
        """Whether any kind grows steadily."""
        return bool(self.growth_power.any())


def compile_behaviours(model: Model) -> Behaviours:
    """Turn names and numbers into arrays."""
    known = behaviours_of(model)
    names = tuple(known)
    for kind in model.cell_kinds:
        for name in kind.changed:
            if name.startswith("adhesive affinity to "):
                raise InputError(
                    f"Behaviour {name!r} of cell kind `{kind.name}` holds for a pair of kinds and cannot be "
                    "changed cell by cell. Change 'cell-cell adhesion' instead."
                )
    base = np.array([[_base(kind, name, known[name].default) for name in names] for kind in model.cell_kinds])
    own = sorted({names.index(name) for name in _started(model)})
    changed = sorted({names.index(name) for kind in model.cell_kinds for name in kind.changed} | {*own})
    column = np.full(len(names), -1, dtype=np.int64)
    column[changed] = np.arange(len(changed))
    signals = tuple(sorted({name for kind in model.cell_kinds for name in kind.sensed}))
    where = {name: int(column[b]) for b, name in enumerate(names)}
    return Behaviours(
        names=names,
        base=base.reshape(len(model.cell_kinds), len(names)),
        column=column,
        changing=np.array(changed, dtype=np.int64),
        own=column[own],
        signals=signals,
        **_linear(model, where, signals),
        **_rules(model, where, signals),
        **_responses(model, where),
    )


def _started(model: Model) -> set[str]:
    """Name the behaviours that single cells start with a value of their own of."""
    names = {start.of for placement in model.placements for start in placement.starts}
    return {name for name in names if name != "volume" and not name.startswith("custom:")}


def _base(kind: CellKind, name: str, default: float) -> float:
    given = kind.behaviour(name)
    if given is not None:
        return given.value
    if name == "growth rate" and kind.growth is not None:
        return kind.growth.rate.value
    if kind.cycle is not None:
        phases = ["cycle entry", *(f"exit from cycle phase {i}" for i in range(1, MAX_PHASES))]
        if name in phases[: len(kind.cycle.phases)]:
            return kind.cycle.phases[phases.index(name)].rate.value
    for datum in kind.custom:
        if name == f"custom:{datum.name}":
            return datum.value.value
    return default


def _linear(model: Model, where: dict[str, int], signals: tuple[str, ...]) -> dict[str, np.ndarray]:
    all_of = [one for kind in model.cell_kinds for one in kind.modulations]
    return {
        "linear_first": _firsts([len(kind.modulations) for kind in model.cell_kinds]),
        "linear_column": _ints(where[one.behaviour] for one in all_of),
        "linear_signal": _ints(signals.index(one.signal) for one in all_of),
        "linear_zero": _floats(one.zero.value for one in all_of),
        "linear_one": _floats(one.one.value for one in all_of),
        "linear_clipped": np.array([one.clipped for one in all_of], dtype=bool),
    }


def _rules(model: Model, where: dict[str, int], signals: tuple[str, ...]) -> dict[str, np.ndarray]:
    groups: list[list[Rule]] = []
    counts = []
    for kind in model.cell_kinds:
        names = dict.fromkeys(rule.behaviour for rule in kind.rules)
        groups += [[rule for rule in kind.rules if rule.behaviour == name] for name in names]
        counts.append(len(names))
    rules = [rule for group in groups for rule in group]
    return {
        "group_first": _firsts(counts),
        "group_column": _ints(where[group[0].behaviour] for group in groups),
        "group_highest": _floats(_saturation(group, "increases") for group in groups),
        "group_lowest": _floats(_saturation(group, "decreases") for group in groups),
        "rule_first": _firsts([len(group) for group in groups]),
        "rule_signal": _ints(signals.index(rule.signal) for rule in rules),
        "rule_rises": np.array([rule.direction == "increases" for rule in rules], dtype=bool),
        "rule_half": _floats(rule.half_max.value for rule in rules),
        "rule_power": _floats(rule.power.value for rule in rules),
        "rule_dead": np.array([rule.applies_to_dead for rule in rules], dtype=bool),
    }


def _saturation(group: list[Rule], direction: str) -> float:
    """Value at saturation: that of the last rule of this direction, as in PhysiCell."""
    values = [rule.saturation.value for rule in group if rule.direction == direction]
    return values[-1] if values else 0.0


def _responses(model: Model, where: dict[str, int]) -> dict[str, np.ndarray]:
    columns, nodes, folds = [], [], []
    for kind in model.cell_kinds:
        on = [response.behaviour for response in kind.responses]
        for response in kind.responses:
            columns.append(where[response.behaviour])
            nodes.append(kind.network.index(response.phenotype))
            folds.append(response.sign * math.log(response.fold.value) / on.count(response.behaviour))
    return {
        "response_first": _firsts([len(kind.responses) for kind in model.cell_kinds]),
        "response_column": _ints(columns),
        "response_node": _ints(nodes),
        "response_ln_fold": _floats(folds),
    }


def compile_lives(model: Model) -> Lives:
    """Turn cycles, volumes and deaths into arrays."""
    n = len(model.cell_kinds)
    n_phases, start_phase = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    fixed, divides, grows = (np.zeros((n, MAX_PHASES), dtype=bool) for _ in range(3))
    rest, rate, lysed = np.zeros((n, 4)), np.zeros((n, 3, 4)), np.zeros((n, 3))
    fraction, rupture, duration = np.zeros(n), np.full((n, 3), math.inf), np.zeros((n, 3))
    for k, kind in enumerate(model.cell_kinds):
        if kind.cycle is not None:
            n_phases[k], start_phase[k] = len(kind.cycle.phases), kind.cycle.start
            for i, phase in enumerate(kind.cycle.phases):
                fixed[k, i], divides[k, i], grows[k, i] = phase.fixed, phase.divides, phase.grows
        if kind.volume is not None:
            rest[k], rate[k, ALIVE], fraction[k] = _volume(kind)
        for how, death in ((APOPTOTIC, kind.apoptosis), (NECROTIC, kind.necrosis)):
            if death is None:
                continue
            duration[k, how] = death.duration.value
            if death.remains is not None:
                r = death.remains
                rates = (r.fluid_rate, r.nuclear_rate, r.cytoplasmic_rate, r.calcification_rate)
                rate[k, how] = [one.value for one in rates]
                lysed[k, how] = r.lysed_fluid_rate.value
                # Without a volume nothing swells, and what waited for rupture would lie there for ever.
                rupture[k, how] = r.rupture.value if r.swells and kind.volume is not None else math.inf
    return Lives(
        n_phases=n_phases,
        start_phase=start_phase,
        start_aim=np.array([_start_aim(kind) for kind in model.cell_kinds], dtype=float),
        fixed=fixed,
        divides=divides,
        grows=grows,
        grows_ever=np.array([row.any() for row in grows], dtype=bool),
        rest_volume=rest,
        volume_rate=rate,
        lysed_fluid_rate=lysed,
        fluid_fraction=fraction,
        rupture=rupture,
        duration=duration,
        growth_power=np.array([_growth_power(kind) for kind in model.cell_kinds], dtype=np.int64),
        division_size=np.array([k.growth.division.value if k.growth else 1.0 for k in model.cell_kinds]),
        rest_radius=np.array([kind.radius.value for kind in model.cell_kinds], dtype=float),
    )


def _growth_power(kind: CellKind) -> int:
    return 0 if kind.growth is None else {"area": 2, "volume": 3}[kind.growth.of]


def _start_aim(kind: CellKind) -> float:
    """Aim of a cell in its first phase: doubled if it divides before it next enters a phase that grows."""
    if kind.cycle is None or not any(phase.grows for phase in kind.cycle.phases):
        return 1.0
    phases, start = kind.cycle.phases, kind.cycle.start
    for step in range(len(phases)):
        if phases[(start + step + 1) % len(phases)].grows:
            return 1.0
        if phases[(start + step) % len(phases)].divides:
            return 2.0
    return 1.0


def _volume(kind: CellKind) -> tuple[list[float], list[float], float]:
    volume = kind.volume
    assert volume is not None
    total, fraction, nuclear = volume.total.value, volume.fluid_fraction.value, volume.nuclear.value
    solid = 1.0 - fraction
    rest = [fraction * total, solid * nuclear, solid * (total - nuclear), 0.0]
    rates = [volume.fluid_rate.value, volume.nuclear_rate.value, volume.cytoplasmic_rate.value, 0.0]
    return rest, rates, fraction


def _firsts(counts: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.array(counts, dtype=np.int64))]).astype(np.int64)


def _ints(values) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.array(list(values), dtype=np.int64)


def _floats(values) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.array(list(values), dtype=float)
