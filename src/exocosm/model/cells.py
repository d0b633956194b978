"""Kinds of cell: what one does at rest, and how signals and signalling change that."""

from __future__ import annotations

import math
from dataclasses import dataclass

from exocosm.errors import InputError, expect

from .behaviours import Behaviour, Modulation, Response, Rule
from .cycles import Cycle, Death, Growth, Volume
from .network import Network
from .parameter import Parameter
from .release import Control, Release
from .uptake import Fate, Uptake


@dataclass(frozen=True, kw_only=True)
class Polarisation:
    """Two macrophage states with first-order change between them [1/min].

    A run starts with the stationary share polarised, forward/(forward + backward). The behaviour
    "polarisation" multiplies `forward` and divides `backward`.
    """

    forward: Parameter
    backward: Parameter

    def __post_init__(self) -> None:
        expect.non_negative(forward=self.forward.value, backward=self.backward.value)


@dataclass(frozen=True, kw_only=True)
class DrugKill:
    """Death at division of a cell that carries lesions of a drug.

    Lesions gather as the drug reacts, in units of the dose that made them [mmol/L]; at division the cell
    dies with probability 1/(1 + (R θ/lesions)^h), θ = `half_kill`, R the behaviour "drug tolerance" (1 at
    rest), and survivors share the lesions out among their daughters.
    """

    drug: str
    half_kill: Parameter
    hill: Parameter

    def __post_init__(self) -> None:
        expect.positive(half_kill=self.half_kill.value, hill=self.hill.value)


@dataclass(frozen=True, kw_only=True)
class Endogenous:
    """Copies of a cargo that a cell holds at rest, kept up by production against loss and export."""

    cargo: str
    copies: Parameter
    production_factor: Parameter | None = None  # 1 at rest; a knock-down lowers it
    controls: tuple[Control, ...] = ()  # genes that its production depends on

    def __post_init__(self) -> None:
        expect.non_negative(**{f"copies of {self.cargo}": self.copies.value})
        if self.production_factor is not None:
            expect.non_negative(production_factor=self.production_factor.value)


@dataclass(frozen=True, kw_only=True)
class CustomDatum:
    """A number of one's own that every cell of a kind carries, as a signal and a behaviour "custom:NAME".

    Founders start with `value`, or with a normal draw of standard deviation `spread`, drawn anew until it
    lies in [low, high]. Daughters inherit it, halved where it is `conserved` (an amount, not a level).
    """

    name: str
    value: Parameter
    spread: float = 0.0
    low: float | None = None
    high: float | None = None
    conserved: bool = False

    def __post_init__(self) -> None:
        low, high = self.bounds
        if not (self.spread >= 0 and low <= self.value.value <= high):
            raise InputError(
                f"Expected custom datum {self.name!r} with a spread of 0 or above and low <= value <= high, "
                f"found spread={self.spread!r}, {low!r}, {self.value.value!r}, {high!r}."
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value a founder can have."""
        low = -math.inf if self.low is None else self.low
        return low, math.inf if self.high is None else self.high


@dataclass(frozen=True, kw_only=True)
class CellKind:
    """One kind of cell.

    `radius` is that of a cell without a `volume` of its own [µm]. `behaviours` are the base values of what
    it does (names in `behaviours_of`); `modulations`, `rules` and `responses` change them, in this order.
    `hypoxia_start` and `hypoxia_full` [mmHg] bound the linear rise of the hypoxia signal from 0 to 1; where
    the second is not below the first, as a draw may have it, the signal is 1 below `hypoxia_start`.
    A kind follows a `cycle`, with or without a `volume`, or grows steadily by its `growth`, or neither.
    With `normalised_chemotaxis` every gradient counts by its direction alone. A kind releases each vesicle
    class by one route only: routes differ in size, so in class. Without a `fate` all that is taken up ends
    in the lysosome.
    """

    name: str
    entity: str
    radius: Parameter
    hypoxia_start: Parameter
    hypoxia_full: Parameter
    releases: tuple[Release, ...]
    uptakes: tuple[Uptake, ...]
    endogenous: tuple[Endogenous, ...]
    network: Network
    behaviours: tuple[Behaviour, ...] = ()
    modulations: tuple[Modulation, ...] = ()
    rules: tuple[Rule, ...] = ()
    responses: tuple[Response, ...] = ()
    cycle: Cycle | None = None
    volume: Volume | None = None
    growth: Growth | None = None
    apoptosis: Death | None = None
    necrosis: Death | None = None
    normalised_chemotaxis: bool = False
    custom: tuple[CustomDatum, ...] = ()
    polarisation: Polarisation | None = None
    drug_kill: DrugKill | None = None
    fate: Fate | None = None

    def __post_init__(self) -> None:
        expect.positive(**{f"radius of {self.name}": self.radius.value})
        if self.growth is not None and (self.cycle is not None or self.volume is not None):
            raise InputError(
                f"Expected cell kind `{self.name}` to have a `growth`, or a `cycle` and a `volume`; found "
                "both. Growth sets the size and the time of division by itself."
            )

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the behaviours that something changes, in order, some more than once."""
        changes: list[Modulation | Rule | Response] = [*self.modulations, *self.rules, *self.responses]
        return tuple(one.behaviour for one in changes)

    @property
    def sensed(self) -> tuple[str, ...]:
        """Names of the signals that something reads, in order, some more than once."""
        readers: list[Modulation | Rule] = [*self.modulations, *self.rules]
        return tuple(one.signal for one in readers)

    def behaviour(self, name: str) -> Parameter | None:
        """Return the base value of a behaviour, None where the default holds."""
        return next((one.value for one in self.behaviours if one.name == name), None)
