"""Vesicle classes and the cargo they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .parameter import Parameter


@dataclass(frozen=True, kw_only=True)
class VesicleKind:
    """A class of vesicles as far as transport tells it apart.

    `diameter` is the median [µm], `diameter_sigma` the width of ln d, `free_diffusion` the Stokes-Einstein
    coefficient [µm²/min], `hindrance` D/D0 in tissue, `loss` the first-order loss outside cells [1/min],
    `wall_loss` the loss to plastic, in a dish only [1/min].
    """

    name: str
    markers: tuple[str, ...]
    diameter: Parameter
    diameter_sigma: Parameter
    free_diffusion: Parameter
    hindrance: Parameter
    loss: Parameter
    wall_loss: Parameter


@dataclass(frozen=True, kw_only=True)
class Cargo:
    """A molecule that vesicles carry, or that shares the fate of one that they carry.

    `loss` is its first-order loss in the cytosol [1/min]. `entity` is its identifier (CURIE) or "".
    """

    name: str
    kind: str
    entity: str
    loss: Parameter


@dataclass(frozen=True, kw_only=True)
class Control:
    """A gene of the donor on which a release, a loading or the production of a cargo depends.

    `share` (0 to 1) is the part of it at rest that is owed to the gene (`sign` 1), or that the gene holds
    back (`sign` -1). With `activity` a of the gene (1 at rest, below 1 after a knock-down) it changes by
    the factor 1 + share·(a - 1) for sign 1, and by its reciprocal for sign -1.
    """

    gene: str
    sign: Literal[1, -1]
    share: Parameter
    activity: Parameter | None = None
    statements: tuple[str, ...] = ()

    def factor(self) -> float:
        """Return the factor on what is controlled, 1 at rest."""
        if self.activity is None:
            return 1.0
        scale = 1.0 + self.share.value * (self.activity.value - 1.0)
        return scale if self.sign > 0 else 1.0 / scale


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


@dataclass(frozen=True, kw_only=True)
class Release:
    """Release of one vesicle class by one cell kind through fusion of multivesicular bodies.

    `rate` is vesicles per cell and minute at rest, set free in bursts of `burst` vesicles. A `modulator`
    multiplies the rate by modulator_fold ** activity; `inhibition` is the share of release taken away by
    a treatment (0 to 1); `controls` are the genes that it depends on.
    """

    vesicle: str
    rate: Parameter
    burst: Parameter
    loadings: tuple[Loading, ...]
    modulator: str | None = None
    modulator_fold: Parameter | None = None
    inhibition: Parameter | None = None
    controls: tuple[Control, ...] = ()
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Uptake:
    """Uptake of one vesicle class by one cell kind.

    `clearance` is the volume emptied of vesicles per cell and minute [µm³/min]; `escape` the share of
    taken-up cargo that reaches the cytosol.
    """

    vesicle: str
    clearance: Parameter
    escape: Parameter
