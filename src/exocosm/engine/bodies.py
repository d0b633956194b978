"""What cells are to mechanics: bodies with strengths, the space they move in, springs between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import InputError, expect

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Bodies:
    """Spheres that repel where they overlap and adhere nearby; the law is `laws.mechanics.pair_speed`.

    Strengths are one number for all cells or one per cell; a pair has the geometric mean of its two. Cell i
    reaches reach_i r_i far: the adhesion of i and j ends where the centres are reach_i r_i + reach_j r_j
    apart. With `kind` and `affinity` the adhesion of a pair of kinds k, l is multiplied by
    sqrt(affinity[k, l] affinity[l, k]).
    """

    radius: Array  # (cells,) [µm]
    repulsion: float | Array = 10.0  # [µm/min]
    adhesion: float | Array = 0.4  # [µm/min]
    reach: float | Array = 1.25  # [1]
    moves: NDArray[np.bool_] | None = None  # (cells,) False for obstacles, which act on others and stay
    kind: NDArray[np.int64] | None = None  # (cells,) row of `affinity`
    affinity: Array | None = None  # (kinds, kinds) [1]

    def __post_init__(self) -> None:
        _check_array("radius", self.radius, len(self.radius), positive=True)
        for name in ("repulsion", "adhesion", "reach"):
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                _check_array(name, value, len(self.radius), positive=name == "reach")
            elif name == "reach":
                expect.positive(reach=value)
            else:
                expect.non_negative(**{name: value})
        if self.moves is not None and (self.moves.shape != self.radius.shape or self.moves.dtype != bool):
            raise InputError(
                f"Expected `moves` to hold True or False for each of {len(self.radius)} cells, "
                f"found {self.moves.dtype} of shape {self.moves.shape}."
            )
        self._check_affinity()

    def _check_affinity(self) -> None:
        if (self.kind is None) != (self.affinity is None):
            raise InputError("Expected `kind` and `affinity` together, found one of them alone.")
        if self.kind is None or self.affinity is None:
            return
        if self.affinity.ndim != 2 or len(set(self.affinity.shape)) != 1:
            raise InputError(f"Expected `affinity` to be square, found shape {self.affinity.shape}.")
        if not (np.isfinite(self.affinity).all() and (self.affinity >= 0.0).all()):
            raise InputError(f"Expected `affinity` to be 0 or above, found {self.affinity.min()}.")
        kinds = len(self.affinity)
        if self.kind.shape != self.radius.shape or self.kind.dtype.kind != "i":
            raise InputError(
                f"Expected `kind` to hold whole numbers for {len(self.radius)} cells, "
                f"found {self.kind.dtype} of shape {self.kind.shape}."
            )
        if self.kind.size and not (self.kind.min() >= 0 and self.kind.max() < kinds):
            raise InputError(
                f"Expected `kind` to lie in 0 to {kinds - 1}, the rows of `affinity`; "
                f"found {self.kind.min()} to {self.kind.max()}."
            )

    @property
    def alike(self) -> bool:
        """True where one repulsion, adhesion and reach hold for all cells."""
        each = (self.repulsion, self.adhesion, self.reach, self.affinity)
        return not any(isinstance(value, np.ndarray) for value in each)

    @property
    def extent(self) -> Array:
        """How far from the centre of each cell its forces end: the larger of r and reach r.  (cells,) [µm]"""
        return np.maximum(1.0, self.reach) * self.radius

    @property
    def strongest(self) -> float:
        """A speed that no pair exceeds [µm/min]."""
        best = 1.0 if self.affinity is None else float(self.affinity.max(initial=0.0))
        repulsion, adhesion = np.max(self.repulsion, initial=0.0), np.max(self.adhesion, initial=0.0)
        return max(float(repulsion), float(adhesion) * best)


@dataclass(frozen=True, kw_only=True)
class Space:
    """A box that keeps the centres of moving cells in.

    At a `wall` a cell stops ("clamp") or bounces back by as much as it went too far ("reflect"); what starts
    outside is brought in by its first step. `flat` is for two dimensions: z stays, and all cells
    share one z (not checked).
    """

    lower: Array  # (3,) [µm]
    upper: Array  # (3,) [µm]
    flat: bool = False
    wall: Literal["clamp", "reflect"] = "clamp"

    def __post_init__(self) -> None:
        expect.one_of(("clamp", "reflect"), wall=self.wall)
        if np.shape(self.lower) != (3,) or np.shape(self.upper) != (3,):
            raise InputError(
                "Expected `lower` and `upper` to be three numbers (x, y, z), "
                f"found shapes {np.shape(self.lower)} and {np.shape(self.upper)}."
            )
        if not np.all(self.lower <= self.upper):
            raise InputError(f"Expected `lower` <= `upper`, found {self.lower} and {self.upper}.")


@dataclass(frozen=True, kw_only=True)
class Springs:
    """Attachments: each draws its two cells together at stiffness · distance (rest length 0).

    `pairs` holds indices of cells as they are ordered now. The order of the list is the order in which
    attachments are added up.
    """

    pairs: NDArray[np.int64]  # (springs, 2)
    stiffness: Array  # (springs,) [1/min]

    def __post_init__(self) -> None:
        if self.pairs.ndim != 2 or self.pairs.shape[1] != 2 or self.pairs.dtype.kind != "i":
            raise InputError(f"Expected `pairs` to be whole numbers (n, 2), found shape {self.pairs.shape}.")
        _check_array("stiffness", self.stiffness, len(self.pairs))

    def check(self, n_cells: int) -> None:
        """Raise InputError unless all pairs name two different cells of `n_cells`."""
        if self.pairs.size and not (self.pairs.min() >= 0 and self.pairs.max() < n_cells):
            raise InputError(
                f"Expected `pairs` to name cells 0 to {n_cells - 1}, "
                f"found {self.pairs.min()} to {self.pairs.max()}."
            )
        if (self.pairs[:, 0] == self.pairs[:, 1]).any():
            raise InputError("Expected `pairs` to join two different cells, found a cell joined to itself.")


class Moved(NamedTuple):
    """What a call of `move` did."""

    largest: float  # longest way of a cell in the last step [µm]
    bounded: int  # how often, over cells and steps, a way was cut to a tenth of the radius


def check_positions(position: Array, n_cells: int) -> None:
    """Raise InputError unless `position` is (n_cells, 3) and finite; the first bad cell is named."""
    if position.shape != (n_cells, 3):
        raise InputError(f"Expected `position` to have shape ({n_cells}, 3), found {position.shape}.")
    finite = np.isfinite(position)
    if not finite.all():
        row = int(np.flatnonzero(~finite.all(axis=1))[0])
        raise InputError(
            f"Expected `position` to be finite, found {position[row]} for cell {row}. "
            "Check what moved the cells last."
        )


def check_velocities(name: str, velocity: Array | None, n_cells: int) -> None:
    """Raise InputError unless `velocity` is None or (n_cells, 3) and finite."""
    if velocity is None:
        return
    if velocity.shape != (n_cells, 3) or not np.isfinite(velocity).all():
        raise InputError(f"Expected `{name}` to be finite numbers of shape ({n_cells}, 3).")


def _check_array(name: str, values: Array, n: int, positive: bool = False) -> None:
    if values.shape != (n,):
        raise InputError(f"Expected `{name}` to have one number for each of {n}, found shape {values.shape}.")
    good = np.isfinite(values) & ((values > 0.0) if positive else (values >= 0.0))
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        wanted = "a finite number above 0" if positive else "a finite number, 0 or above"
        raise InputError(f"Expected each `{name}` to be {wanted}, found {values[row]} at {row}.")
