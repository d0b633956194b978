"""How cells grow, cycle, divide and die: phases and volumes.

The standard cycle models and their numbers are those of PhysiCell (Ghaffarizadeh et al. 2018,
doi:10.1371/journal.pcbi.1005991, supplement S1: Ki67 models after Hyun and Macklin 2013, flow cytometry
models after MCF-7 cells).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exocosm.errors import InputError, expect

from .behaviours import MAX_PHASES
from .parameter import Parameter, Prior


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One phase of a cycle, left at `rate` [1/min]: after exactly 1/rate when `fixed`, else at random.

    `divides`: the cell divides on leaving it. `grows`: on entering it, the aim of the solid parts of the cell
    doubles, to be shared at division.
    """

    name: str
    rate: Parameter
    fixed: bool = False
    divides: bool = False
    grows: bool = False

    def __post_init__(self) -> None:
        expect.non_negative(rate=self.rate.value)


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """The phases a living cell runs through, over and over; founders start in phase `start`."""

    phases: tuple[Phase, ...]
    start: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.phases) <= MAX_PHASES:
            raise InputError(f"Expected 1 to {MAX_PHASES} phases of a cycle, found {len(self.phases)}.")
        if not 0 <= self.start < len(self.phases):
            raise InputError(
                f"Expected `start` to be one of the {len(self.phases)} phases, found {self.start!r}."
            )


@dataclass(frozen=True, kw_only=True)
class Volume:
    """How the volume of a living cell follows its aims.

    Fluid F, nuclear solid N and cytoplasmic solid C relax to their aims: dF/dt = fluid_rate (f V - F) with
    V = F + N + C, dN/dt = nuclear_rate (N* - N), dC/dt = cytoplasmic_rate (C* - C). At rest V = `total`,
    f = `fluid_fraction`, and the nucleus with its share of fluid is `nuclear` (Ghaffarizadeh et al. 2018,
    doi:10.1371/journal.pcbi.1005991).
    """

    total: Parameter  # [µm³]
    fluid_fraction: Parameter
    nuclear: Parameter  # [µm³], its fluid included
    fluid_rate: Parameter  # [1/min]
    cytoplasmic_rate: Parameter  # [1/min]
    nuclear_rate: Parameter  # [1/min]

    def __post_init__(self) -> None:
        expect.positive(total=self.total.value, nuclear=self.nuclear.value)
        if not 0 <= self.fluid_fraction.value < 1:
            raise InputError(f"Expected `fluid_fraction` in [0, 1), found {self.fluid_fraction.value!r}.")
        if self.nuclear.value > self.total.value:
            raise InputError(
                f"Expected `nuclear` to be at most the total of {self.total.value:g} µm³, "
                f"found {self.nuclear.value:g}."
            )
        rates = (self.fluid_rate, self.cytoplasmic_rate, self.nuclear_rate)
        expect.non_negative(**{rate.name.replace(" ", "_"): rate.value for rate in rates})


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Steady growth of a cell, and division once it has reached a size: a sizer in place of a cycle.

    dA/dt = rate A0, with A the area π r² of the cell as a disc (in a flat domain), or its volume, and A0 that
    of the `radius` of its kind. A cell divides when A >= `division` A0; each daughter has half of it. The
    rate is the base of the behaviour "growth rate": with `division` 2, a cell that nothing slows divides
    every 1/rate.
    """

    of: Literal["area", "volume"]
    rate: Parameter  # [1/min]
    division: Parameter

    def __post_init__(self) -> None:
        expect.one_of(("area", "volume"), of=self.of)
        expect.non_negative(rate=self.rate.value)
        if not self.division.value > 1:
            raise InputError(f"Expected `division` to be above 1, found {self.division.value!r}.")


@dataclass(frozen=True, kw_only=True)
class Remains:
    """How the volume of a dead cell changes: the fluid before and after rupture, and the solids.

    A cell whose aim is to swell (`swells`, necrosis) takes up fluid until it has `rupture` times the volume
    it died with; it bursts, and fluid leaves at `lysed_fluid_rate`. Others shrink from the start.
    """

    fluid_rate: Parameter  # [1/min]
    lysed_fluid_rate: Parameter  # [1/min]
    cytoplasmic_rate: Parameter  # [1/min]
    nuclear_rate: Parameter  # [1/min]
    calcification_rate: Parameter  # [1/min]
    rupture: Parameter
    swells: bool = False

    def __post_init__(self) -> None:
        expect.non_negative(
            fluid_rate=self.fluid_rate.value,
            lysed_fluid_rate=self.lysed_fluid_rate.value,
            cytoplasmic_rate=self.cytoplasmic_rate.value,
            nuclear_rate=self.nuclear_rate.value,
            calcification_rate=self.calcification_rate.value,
        )
        expect.positive(rupture=self.rupture.value)


@dataclass(frozen=True, kw_only=True)
class Death:
    """What becomes of a dead cell: gone after `duration` [min], counted from rupture where it swells."""

    duration: Parameter
    remains: Remains | None = None

    def __post_init__(self) -> None:
        expect.non_negative(duration=self.duration.value)


_PHYSICELL = "default of PhysiCell"
_DOI = "10.1371/journal.pcbi.1005991"


def _default(name: str, value: float, unit: str) -> Parameter:
    return Parameter(
        name=name,
        value=value,
        unit=unit,
        prior=Prior(central=value),
        confidence="assumed",
        source=_PHYSICELL,
        reference=_DOI,
        quoted=f"{value:g} {unit}".strip(),
    )


def _phase(cycle: str, name: str, value: float, **how: bool) -> Phase:
    return Phase(name=name, rate=_default(f"{cycle}: exit from {name}", value, "1/min"), **how)


def live(rate: Parameter | None = None) -> Cycle:
    """Make the live model: one phase, left at random by division."""
    rate = rate or _default("live: exit from live", 0.0432 / 60.0, "1/min")
    return Cycle(phases=(Phase(name="live", rate=rate, divides=True, grows=True),))


def ki67_basic() -> Cycle:
    """Make the Ki67 model of two phases: negative, and positive for a fixed time that ends in division."""
    name = "Ki67 basic"
    return Cycle(
        phases=(
            _phase(name, "Ki67-", 1.0 / (4.59 * 60.0)),
            _phase(name, "Ki67+", 1.0 / (15.5 * 60.0), fixed=True, divides=True, grows=True),
        )
    )


def ki67_advanced() -> Cycle:
    """Make the Ki67 model of three phases: negative, positive before division, positive after it."""
    name = "Ki67 advanced"
    return Cycle(
        phases=(
            _phase(name, "Ki67-", 1.0 / (3.62 * 60.0)),
            _phase(name, "Ki67+ premitotic", 1.0 / (13.0 * 60.0), fixed=True, divides=True, grows=True),
            _phase(name, "Ki67+ postmitotic", 1.0 / (2.5 * 60.0), fixed=True),
        )
    )


def flow_cytometry() -> Cycle:
    """Make the flow-cytometry model: G0/G1, S, G2/M, all left at random."""
    name = "flow cytometry"
    return Cycle(
        phases=(
            _phase(name, "G0/G1", 0.00324),
            _phase(name, "S", 0.00208, grows=True),
            _phase(name, "G2/M", 0.00333, divides=True),
        )
    )


def flow_cytometry_separated() -> Cycle:
    """Make the flow-cytometry model with G2 and M apart."""
    name = "flow cytometry separated"
    return Cycle(
        phases=(
            _phase(name, "G0/G1", 0.00335),
            _phase(name, "S", 0.00208, grows=True),
            _phase(name, "G2", 0.00417),
            _phase(name, "M", 0.0167, divides=True),
        )
    )


def cycling_quiescent() -> Cycle:
    """Make the model of quiescent cells that cycle for a fixed time once they have left rest."""
    name = "cycling-quiescent"
    return Cycle(
        phases=(
            _phase(name, "quiescent", 1.0 / (4.59 * 60.0)),
            _phase(name, "cycling", 1.0 / (15.5 * 60.0), fixed=True, divides=True, grows=True),
        )
    )


def standard_volume() -> Volume:
    """Make the volume of PhysiCell's default cell: 2494 µm³, three quarters fluid."""
    return Volume(
        total=_default("volume: total", 2494.0, "um**3"),
        fluid_fraction=_default("volume: fluid fraction", 0.75, ""),
        nuclear=_default("volume: nuclear", 540.0, "um**3"),
        fluid_rate=_default("volume: fluid rate", 3.0 / 60.0, "1/min"),
        cytoplasmic_rate=_default("volume: cytoplasmic rate", 0.27 / 60.0, "1/min"),
        nuclear_rate=_default("volume: nuclear rate", 0.33 / 60.0, "1/min"),
    )


def standard_apoptosis() -> Death:
    """Make PhysiCell's apoptosis: the cell shrinks and is gone after 8.6 h."""
    name = "apoptosis"
    return Death(
        duration=_default(f"{name}: duration", 516.0, "min"),
        remains=Remains(
            fluid_rate=_default(f"{name}: fluid rate", 3.0 / 60.0, "1/min"),
            lysed_fluid_rate=_default(f"{name}: lysed fluid rate", 0.0, "1/min"),
            cytoplasmic_rate=_default(f"{name}: cytoplasmic rate", 1.0 / 60.0, "1/min"),
            nuclear_rate=_default(f"{name}: nuclear rate", 0.35 / 60.0, "1/min"),
            calcification_rate=_default(f"{name}: calcification rate", 0.0, "1/min"),
            rupture=_default(f"{name}: rupture", 2.0, ""),
        ),
    )


def standard_necrosis() -> Death:
    """Make PhysiCell's necrosis: the cell swells, bursts, and what is left is gone after 60 days."""
    name = "necrosis"
    return Death(
        duration=_default(f"{name}: duration", 86400.0, "min"),
        remains=Remains(
            fluid_rate=_default(f"{name}: fluid rate", 0.67 / 60.0, "1/min"),
            lysed_fluid_rate=_default(f"{name}: lysed fluid rate", 0.05 / 60.0, "1/min"),
            cytoplasmic_rate=_default(f"{name}: cytoplasmic rate", 0.0032 / 60.0, "1/min"),
            nuclear_rate=_default(f"{name}: nuclear rate", 0.13 / 60.0, "1/min"),
            calcification_rate=_default(f"{name}: calcification rate", 0.0042 / 60.0, "1/min"),
            rupture=_default(f"{name}: rupture", 2.0, ""),
            swells=True,
        ),
    )
