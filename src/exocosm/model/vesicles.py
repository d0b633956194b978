"""Vesicle classes and the cargo they carry."""

from __future__ import annotations

from dataclasses import dataclass

from exocosm.errors import InputError, expect

from .parameter import Parameter


@dataclass(frozen=True, kw_only=True)
class MatrixBinding:
    """Reversible binding of vesicles to extracellular matrix, with the cargo in them.

    dn_b/dt = on · n - off · n_b - loss · n_b; all three in 1/min.
    """

    on: Parameter
    off: Parameter
    loss: Parameter

    def __post_init__(self) -> None:
        expect.non_negative(on=self.on.value, off=self.off.value, loss=self.loss.value)


@dataclass(frozen=True, kw_only=True)
class VesicleKind:
    """A class of vesicles as far as transport tells it apart.

    `diameter` is the median [µm], `diameter_sigma` the width of ln d, `free_diffusion` the Stokes-Einstein
    coefficient of a vesicle of median diameter [µm²/min], `hindrance` D/D0 in tissue, `loss` the first-order
    loss outside cells [1/min], `wall_loss` the loss to plastic, in a dish only [1/min]. With `smallest` and
    `largest` [µm] diameters are log-normal between them, and the class moves with the mean coefficient of its
    vesicles; without, all move like the median one. `binding` is binding to matrix, in tissue only.
    """

    name: str
    markers: tuple[str, ...]
    diameter: Parameter
    diameter_sigma: Parameter
    free_diffusion: Parameter
    hindrance: Parameter
    loss: Parameter
    wall_loss: Parameter
    smallest: Parameter | None = None
    largest: Parameter | None = None
    binding: MatrixBinding | None = None

    def __post_init__(self) -> None:
        for name in ("free_diffusion", "hindrance", "loss", "wall_loss", "diameter_sigma"):
            expect.non_negative(**{f"{name} of {self.name}": getattr(self, name).value})
        expect.positive(**{f"diameter of {self.name}": self.diameter.value})
        if (self.smallest is None) != (self.largest is None):
            raise InputError(
                f"Expected both `smallest` and `largest` of vesicle class `{self.name}`, or neither."
            )
        if self.smallest is not None and self.largest is not None:
            low, high = self.smallest.value, self.largest.value
            if not 0.0 < low < high:
                raise InputError(
                    f"Expected diameters of `{self.name}` with 0 < smallest < largest, found {low:g} to "
                    f"{high:g} um."
                )


@dataclass(frozen=True, kw_only=True)
class Cargo:
    """A molecule that vesicles carry, or that shares the fate of one that they carry.

    `loss` is its first-order loss in the cytosol [1/min]. `entity` is its identifier (CURIE) or "".
    `surface` cargo sits on the outside of vesicles and acts from there while they are docked to a cell.
    """

    name: str
    kind: str
    entity: str
    loss: Parameter
    surface: bool = False

    def __post_init__(self) -> None:
        expect.non_negative(**{f"loss of {self.name}": self.loss.value})
