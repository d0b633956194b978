"""What cells do, by name, and what changes it: modulations, rules and responses of the network.

A *behaviour* is one number per cell with a name and a unit: a rate, a speed, a strength. A *signal* is one
number that a cell can sense. Names are those of PhysiCell's dictionaries of signals and behaviours (Johnson
et al. 2025, doi:10.1016/j.cell.2025.06.048) where it has them, so that rules written for it mean the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from exocosm.errors import InputError, did_you_mean, expect

from .parameter import Parameter
from .release import MODULATORS

if TYPE_CHECKING:
    from .model import Model

MAX_PHASES = 6


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The value that a behaviour has in cells of a kind when nothing changes it."""

    name: str
    value: Parameter


@dataclass(frozen=True, kw_only=True)
class Modulation:
    """A linear factor on a behaviour: (s - zero)/(one - zero) of the signal s, never below 0.

    With `clipped` it stays at 1 beyond `one`: a ramp, such as division between two levels of oxygen. Without,
    it goes on: with zero = 0 and one = 1 the behaviour is proportional to the signal.
    """

    behaviour: str
    signal: str
    zero: Parameter
    one: Parameter
    clipped: bool = True

    def __post_init__(self) -> None:
        if self.zero.value == self.one.value:
            raise InputError(
                f"Expected `zero` and `one` of the modulation of {self.behaviour!r} to differ, "
                f"found {self.one.value:g} twice."
            )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A signal that increases or decreases a behaviour, as a Hill function of exponent `power`.

    At saturation the behaviour is `saturation`; `half_max` is the signal of half the effect. All rules of one
    behaviour act together: with up = Σ (s/half)^power over those that increase it, down likewise,
    U = up/(1 + up) and D = down/(1 + down), the behaviour is (1 - D)·[(1 - U)·base + U·highest] + D·lowest
    (Johnson et al. 2025, doi:10.1016/j.cell.2025.06.048). Signals of dead cells count where
    `applies_to_dead`.
    """

    signal: str
    direction: Literal["increases", "decreases"]
    behaviour: str
    saturation: Parameter
    half_max: Parameter
    power: Parameter
    applies_to_dead: bool = False

    def __post_init__(self) -> None:
        expect.one_of(("increases", "decreases"), direction=self.direction)
        expect.positive(half_max=self.half_max.value)
        expect.non_negative(power=self.power.value)


@dataclass(frozen=True, kw_only=True)
class Response:
    """A phenotype node that turns a behaviour up or down.

    The behaviour is multiplied by exp(sign · ln F · y), with y = (x - b)/(1 - b) above rest and (x - b)/b
    below: 1 at rest, within [1/F, F]. `fold` is F. Several responses on one behaviour share the exponent, so
    that the bound holds for all of them together.
    """

    phenotype: str
    behaviour: str
    sign: Literal[-1, 1]
    fold: Parameter

    def __post_init__(self) -> None:
        expect.positive(**{f"fold of {self.phenotype}": self.fold.value})


@dataclass(frozen=True)
class Known:
    """An entry of a dictionary: the unit, and for a behaviour the value where none is given."""

    unit: str
    default: float = 0.0
    most: float = math.inf


def behaviours_of(model: Model) -> dict[str, Known]:
    """List every behaviour that cells of a model can have, in a fixed order."""
    kinds = [kind.name for kind in model.cell_kinds]
    found: dict[str, Known] = {}
    for field in model.fields:
        found[f"{field.name} secretion"] = Known("1/min")
        found[f"{field.name} secretion target"] = Known(field.unit)
        found[f"{field.name} uptake"] = Known("1/min")
        found[f"{field.name} export"] = Known("amount/min")
    found["cycle entry"] = Known("1/min")
    for phase in range(1, MAX_PHASES):
        found[f"exit from cycle phase {phase}"] = Known("1/min")
    found["growth rate"] = Known("1/min")
    found |= dict.fromkeys(("apoptosis", "necrosis"), Known("1/min"))
    found["migration speed"] = Known("um/min")
    found["migration bias"] = Known("", most=1.0)
    found["migration persistence time"] = Known("min", default=1.0)
    for name in _sensed(model):
        found[f"chemotactic response to {name}"] = Known("")
    found |= _mechanical(model)
    for what in ("apoptotic", "necrotic", "other dead"):
        found[f"phagocytose {what} cell"] = Known("1/min")
    for name in ("phagocytose {}", "attack {}", "fuse to {}", "transform to {}"):
        found |= {name.format(kind): Known("1/min") for kind in kinds}
    found |= {f"immunogenicity to {kind}": Known("", default=1.0) for kind in kinds}
    found |= {f"asymmetric division to {kind}": Known("", most=1.0) for kind in kinds}
    found["attack damage rate"] = Known("1/min", default=1.0)
    found["attack duration"] = Known("min", default=0.1)
    found |= dict.fromkeys(("damage rate", "damage repair rate"), Known("1/min"))
    found["polarisation"] = Known("", default=1.0)
    found["drug tolerance"] = Known("", default=1.0)
    # Signals that act on release and uptake; hypoxia comes from the oxygen around.
    found |= {f"{name} signal": Known("") for name in MODULATORS if name != "hypoxia"}
    for vesicle in model.vesicle_kinds:
        found[f"{vesicle.name} release"] = Known("", default=1.0)
        found[f"{vesicle.name} uptake"] = Known("", default=1.0)
    for name, unit in _custom(model).items():
        found[f"custom:{name}"] = Known(unit)
    return found


def signals_of(model: Model) -> dict[str, Known]:
    """List every signal that cells of a model can sense, in a fixed order."""
    kinds = [kind.name for kind in model.cell_kinds]
    found = {field.name: Known(field.unit) for field in model.fields}
    found |= {f"{field.name} gradient": Known(f"{field.unit}/um") for field in model.fields}
    for vesicle in model.vesicle_kinds:
        found[f"{vesicle.name} vesicles"] = Known("vesicles/um**3")
        found[f"{vesicle.name} taken up"] = Known("vesicles")
    for cargo in model.cargoes:
        found[f"{cargo.name} copies"] = Known("copies")
        found[f"{cargo.name} delivered"] = Known("copies")
    found |= {f"contact with {kind}": Known("cells") for kind in kinds}
    found |= dict.fromkeys(("contact with live cell", "contact with dead cell"), Known("cells"))
    found["pressure"] = Known("")
    found |= dict.fromkeys(("compressed size", "contact fraction"), Known("", most=1.0))
    found["volume"] = Known("um**3")
    found["hypoxia"] = Known("", most=1.0)
    found |= dict.fromkeys(("damage", "damage delivered"), Known(""))
    found |= dict.fromkeys(("attacking", "dead", "apoptotic", "necrotic"), Known("", most=1.0))
    found["total attack time"] = Known("min")
    found["time"] = Known("min")
    for kind in model.cell_kinds:
        found |= {f"activity of {node.name}": Known("", most=1.0) for node in kind.network.nodes}
    found |= {f"custom:{name}": Known(unit) for name, unit in _custom(model).items()}
    return found


def _sensed(model: Model) -> list[str]:
    return [field.name for field in model.fields] + [f"{v.name} vesicles" for v in model.vesicle_kinds]


def _mechanical(model: Model) -> dict[str, Known]:
    mechanics = model.mechanics
    found = {
        "cell-cell adhesion": Known("um/min", default=mechanics.adhesion.value),
        "cell-cell repulsion": Known("um/min", default=mechanics.repulsion.value),
        "relative maximum adhesion distance": Known("", default=mechanics.reach.value),
    }
    found |= {f"adhesive affinity to {kind.name}": Known("", default=1.0) for kind in model.cell_kinds}
    found["cell-cell adhesion elastic constant"] = Known("1/min", default=0.01)
    found |= dict.fromkeys(("cell attachment rate", "cell detachment rate"), Known("1/min"))
    found["maximum number of cell attachments"] = Known("cells", default=12.0)
    found["is_movable"] = Known("", default=1.0, most=1.0)
    return found


def _custom(model: Model) -> dict[str, str]:
    return {datum.name: datum.value.unit for kind in model.cell_kinds for datum in kind.custom}


def check_behaviours(model: Model) -> None:
    """Raise InputError for a behaviour or signal that no cell of the model can have or sense."""
    behaviours, signals = behaviours_of(model), signals_of(model)
    for kind in model.cell_kinds:
        where = f"cell kind `{kind.name}`"
        named = [behaviour.name for behaviour in kind.behaviours]
        for name in {name for name in named if named.count(name) > 1}:
            raise InputError(f"Behaviour {name!r} of {where} is given twice.")
        for name in (*named, *kind.changed):
            _check_name("behaviour", name, behaviours, where)
        for name in kind.sensed:
            _check_name("signal", name, signals, where)
        for behaviour in kind.behaviours:
            if problem := out_of_bounds(behaviour.name, behaviour.value.value, behaviours):
                raise InputError(f"Expected behaviour {behaviour.name!r} of {where} {problem}.")
        for rule in kind.rules:
            if problem := out_of_bounds(rule.behaviour, rule.saturation.value, behaviours):
                what = f"the saturation of the rule of {rule.signal!r} on {rule.behaviour!r} of {where}"
                raise InputError(f"Expected {what} {problem}.")


def out_of_bounds(behaviour: str, value: float, known: dict[str, Known]) -> str:
    """Return what a value of a behaviour should have been, or an empty string where it can be had."""
    most = known[behaviour].most
    if behaviour.startswith(("custom:", "chemotactic response")) or 0 <= value <= most:
        return ""
    return f"between 0 and {most:g}, found {value!r}"


def check_starts(model: Model) -> None:
    """Raise InputError for what cells cannot start with: see `Start`."""
    known = behaviours_of(model)
    for placement in model.placements:
        where = f"the cells of kind `{placement.kind}`"
        data = {f"custom:{datum.name}" for datum in model.cell_kind(placement.kind).custom}
        for start in placement.starts:
            values = [value for value in start.values if value is not None]
            if start.of == "volume":
                problem = next((f"above 0, found {v!r}" for v in values if v <= 0), "")
            elif start.of.startswith("custom:"):
                _check_name("custom datum", start.of, data, where)
                continue
            elif start.of.startswith("adhesive affinity to "):
                problem = "to be that of the kind: affinities are between kinds of cell, not between cells"
            else:
                _check_name("behaviour", start.of, known, where)
                problem = next((p for v in values if (p := out_of_bounds(start.of, v, known))), "")
            if problem:
                raise InputError(f"Expected {start.of!r} of {where} {problem}.")


def _check_name(noun: str, name: str, known: Iterable[str], where: str) -> None:
    known = list(known)
    if name not in known:
        hint = did_you_mean(name, known) or f" Known: {known}."
        raise InputError(f"No {noun} {name!r} for {where}.{hint}")
