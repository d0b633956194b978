"""How cells make, load and release vesicles, and what acts on which step of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from exocosm.errors import InputError, expect

from .parameter import Parameter

Step = Literal["release", "escrt", "ceramide", "lysosome", "fusion", "budding"]
Modulator = Literal[
    "hypoxia",
    "acidosis",
    "starvation",
    "dose",
    "heparanase",
    "calcium",
    "glycolysis",
    "senescence",
    "drug",
    "knock_down",
]
STEPS: tuple[str, ...] = get_args(Step)
MODULATORS: tuple[str, ...] = get_args(Modulator)
STEPS_OF_ROUTE: dict[str, tuple[str, ...]] = {
    "mvb": STEPS[:5],
    "budding": ("release", "budding"),
    "apoptotic": ("release",),
}


@dataclass(frozen=True, kw_only=True)
class Control:
    """A gene of the donor on which a release, a loading or the production of a cargo depends.

    `share` (0 to 1) is the part of it at rest that is owed to the gene (`sign` 1), or that the gene holds
    back (`sign` -1). With `activity` a of the gene (1 at rest, below 1 after a knock-down) it changes by
    the factor 1 + share·(a - 1) for sign 1, and by its reciprocal for sign -1. `step` is the step of release
    that the gene works at; a loading or a production has only one.
    """

    gene: str
    sign: Literal[1, -1]
    share: Parameter
    activity: Parameter | None = None
    statements: tuple[str, ...] = ()
    step: Step = "release"

    def factor(self) -> float:
        """Return the factor on what is controlled, 1 at rest."""
        if self.activity is None:
            return 1.0
        scale = 1.0 + self.share.value * (self.activity.value - 1.0)
        return scale if self.sign > 0 else 1.0 / scale


@dataclass(frozen=True, kw_only=True)
class ReleaseModulation:
    """A signal of the cell, 0 at rest, that multiplies one step by fold ** signal."""

    modulator: Modulator
    fold: Parameter
    step: Step = "release"

    def __post_init__(self) -> None:
        expect.one_of(MODULATORS, modulator=self.modulator)
        expect.one_of(STEPS, step=self.step)
        expect.positive(fold=self.fold.value)


@dataclass(frozen=True, kw_only=True)
class Inhibition:
    """A treatment that takes away a `share` (0 to 1) of one step."""

    step: Step
    share: Parameter

    def __post_init__(self) -> None:
        expect.one_of(STEPS, step=self.step)
        expect.fraction(share=self.share.value)


@dataclass(frozen=True, kw_only=True)
class Loading:
    """How a donor fills its vesicles: copies per vesicle at the donor's resting amount.

    Copies per vesicle follow the donor's present amount, q = copies · C/C0, and a `modulator` of the cell
    (for example hypoxia, 0 to 1) multiplies them by modulator_fold ** activity; `controls` are the genes that
    pack or exclude the cargo.
    """

    cargo: str
    copies: Parameter
    modulator: str | None = None
    modulator_fold: Parameter | None = None
    controls: tuple[Control, ...] = ()
    statements: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        expect.non_negative(**{f"copies of {self.cargo}": self.copies.value})


@dataclass(frozen=True, kw_only=True)
class Release:
    """Release of one vesicle class by one cell kind on one route.

    `mvb`: multivesicular bodies form, a share `ceramide` of them by way of ceramide and the rest by way of
    ESCRT; each fuses with the plasma membrane and sets free `burst` vesicles, or ends in the lysosome.
    `fused` is the share that fuses at rest (all, if not given), `turnover` the rate at which a body does one
    or the other [1/min] (at once, if not given). `budding`: vesicles leave the plasma membrane, `burst`
    at a time. `rate` is vesicles per cell and minute at rest. `apoptotic`: `rate` is bodies per dying cell.

    `modulations`, `inhibitions` and `controls` act on steps; the step "release" is formation as a whole.
    """

    vesicle: str
    rate: Parameter
    loadings: tuple[Loading, ...]
    route: Literal["mvb", "budding", "apoptotic"] = "mvb"
    burst: Parameter | None = None
    ceramide: Parameter | None = None
    fused: Parameter | None = None
    turnover: Parameter | None = None
    modulations: tuple[ReleaseModulation, ...] = ()
    inhibitions: tuple[Inhibition, ...] = ()
    controls: tuple[Control, ...] = ()
    statements: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        expect.one_of(STEPS_OF_ROUTE, route=self.route)
        expect.non_negative(**{f"rate of {self.vesicle}": self.rate.value})
        if self.burst is not None:
            expect.non_negative(burst=self.burst.value)
        if self.fused is not None and not 0.0 < self.fused.value <= 1.0:
            raise InputError(f"Expected `fused` above 0 and at most 1, found {self.fused.value!r}.")
        if self.ceramide is not None:
            expect.fraction(ceramide=self.ceramide.value)
        if self.turnover is not None:
            expect.positive(turnover=self.turnover.value)
        if self.route != "mvb" and (self.ceramide or self.fused or self.turnover):
            raise InputError(
                "Only release by multivesicular bodies has `ceramide`, `fused` and `turnover`; "
                f"`{self.vesicle}` is released by the route {self.route!r}."
            )
        acting = [change.step for change in self.modulations]
        acting += [change.step for change in self.inhibitions]
        acting += [change.step for change in self.controls]
        known = STEPS_OF_ROUTE[self.route]
        for step in acting:
            if step not in known:
                raise InputError(f"The route {self.route!r} has no step {step!r}. Steps: {list(known)}.")
