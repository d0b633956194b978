"""How cells take up vesicles, and what becomes of those inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exocosm.errors import InputError, expect

from .parameter import Parameter
from .release import MODULATORS, Modulator


@dataclass(frozen=True, kw_only=True)
class Match:
    """How well a vesicle class fits the receptors of a route: `factor` a, 1 if not given."""

    vesicle: str
    factor: Parameter | None = None

    def __post_init__(self) -> None:
        if self.factor is not None:
            expect.non_negative(**{f"factor of {self.vesicle}": self.factor.value})


@dataclass(frozen=True, kw_only=True)
class UptakeModulation:
    """A signal of the cell, 0 at rest, that multiplies a route by fold ** signal."""

    modulator: Modulator
    fold: Parameter

    def __post_init__(self) -> None:
        expect.one_of(MODULATORS, modulator=self.modulator)
        expect.positive(fold=self.fold.value)


@dataclass(frozen=True, kw_only=True)
class Uptake:
    """Uptake by one route: clathrin, caveolin, macropinocytosis, phagocytosis, receptors, fusion, or all.

    Class s is taken at Vmax a_s n_s/(Km + Σ a n) per cell and minute, n in vesicles per µm³ of tissue.
    `clearance` is the volume emptied while vesicles are few, Vmax/Km [µm³/min]; `half_saturation` is Km
    [vesicles/µm³], and without it the route never fills up. `destination` is where vesicles go: into
    endosomes, straight into the cytosol (fusion with the plasma membrane), or to the surface, where they stay
    docked until they come off or are taken in. `inhibitions` are shares (0 to 1) that treatments take away.
    """

    route: str
    matches: tuple[Match, ...]
    clearance: Parameter
    half_saturation: Parameter | None = None
    destination: Literal["endosome", "cytosol", "surface"] = "endosome"
    modulations: tuple[UptakeModulation, ...] = ()
    inhibitions: tuple[Parameter, ...] = ()

    def __post_init__(self) -> None:
        expect.one_of(("endosome", "cytosol", "surface"), destination=self.destination)
        expect.non_negative(clearance=self.clearance.value)
        for share in self.inhibitions:
            expect.fraction(**{f"inhibition of {self.route}": share.value})
        if self.half_saturation is not None:
            expect.positive(half_saturation=self.half_saturation.value)


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What becomes of vesicles in and on a cell.

    Vesicles leave endosomes at the rate `exit` [1/min] (at once, if not given): a share `escape` reaches the
    cytosol with all it carries, a share `recycled` returns to the medium, the rest ends in the lysosome.
    Vesicles docked at the surface come off at `detach` and are taken into endosomes at `internalise` [1/min].
    """

    escape: Parameter
    exit: Parameter | None = None
    recycled: Parameter | None = None
    detach: Parameter | None = None
    internalise: Parameter | None = None

    def __post_init__(self) -> None:
        expect.fraction(escape=self.escape.value)
        for name in ("exit", "detach", "internalise"):
            rate = getattr(self, name)
            if rate is not None:
                expect.non_negative(**{name: rate.value})
        if self.recycled is not None:
            expect.fraction(recycled=self.recycled.value)
            if self.escape.value + self.recycled.value > 1.0:
                raise InputError(
                    "Expected `escape` and `recycled` to add up to at most 1, found "
                    f"{self.escape.value:g} + {self.recycled.value:g}."
                )
