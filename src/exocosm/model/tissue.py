"""Where things happen: the domain, the mechanics, and where cells start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from exocosm.errors import InputError, expect

from .parameter import Parameter


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A box of equal voxels. A dish is one well-mixed voxel, a 2-D tissue one voxel thick.

    `shape` is (z, y, x) in voxels, `spacing` the edge of a voxel [µm]. `gap` is the width of the space
    between cells [µm]: with it, vesicles about as wide or wider are held up. `single_vesicles` follows every
    vesicle as a particle, for small systems; its faces reflect them, or let them go if `open_faces`.
    """

    shape: tuple[int, int, int]
    spacing: Parameter
    well_mixed: bool = False
    gap: Parameter | None = None
    single_vesicles: bool = False
    open_faces: bool = False

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or any(not isinstance(n, int) or n < 1 for n in self.shape):
            raise InputError(
                f"Expected `shape` to be three whole numbers >= 1 (z, y, x), found {self.shape!r}."
            )
        if self.spacing.value <= 0:
            raise InputError(f"Expected `spacing` to be positive, found {self.spacing.value!r} um.")
        if self.gap is not None and self.gap.value <= 0:
            raise InputError(f"Expected `gap` to be positive, found {self.gap.value!r} um.")
        if self.open_faces and not self.single_vesicles:
            raise InputError(
                "Expected `open_faces` with `single_vesicles` only: vesicles as a field stay inside."
            )
        if self.well_mixed and self.shape != (1, 1, 1):
            raise InputError(f"Expected a well-mixed domain to be one voxel, found shape {self.shape!r}.")

    @property
    def voxel_volume(self) -> float:
        """Volume of a voxel [µm³]."""
        return self.spacing.value**3

    @property
    def n_voxels(self) -> int:
        """Number of voxels."""
        return math.prod(self.shape)

    @property
    def n_axes(self) -> int:
        """Number of axes along which the domain has more than one voxel."""
        return sum(n > 1 for n in self.shape)


@dataclass(frozen=True, kw_only=True)
class Mechanics:
    """Overdamped spheres: repulsion and adhesion [µm/min], reach of adhesion in units of contact distance."""

    repulsion: Parameter
    adhesion: Parameter
    reach: Parameter


@dataclass(frozen=True, kw_only=True)
class Start:
    """What single cells of a placement start with in place of the value of their kind.

    `of` is a behaviour, a custom datum "custom:NAME", or "volume" [µm³]; `values` has one entry per cell,
    None where the value of the kind holds. A behaviour of its own goes to the daughters of a cell and is lost
    when it changes its kind.
    """

    of: str
    values: tuple[float | None, ...]

    def __post_init__(self) -> None:
        if not all(value is None or math.isfinite(value) for value in self.values):
            raise InputError(f"Expected the values of {self.of!r} that cells start with to be finite.")


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where the cells of one kind start: `disc` (packed from the centre), `shell` (around a disc or ball,
    between `inner` and `outer`), `scattered` (uniform in the domain), `dish` (mixed into a dish), or `given`:
    at `positions` (x, y, z) from the lower corner of the domain [µm], each with its `starts`; `source` says
    where the positions come from.
    """

    kind: str
    pattern: Literal["disc", "shell", "scattered", "dish", "given"]
    count: int
    inner: Parameter | None = None
    outer: Parameter | None = None
    positions: tuple[tuple[float, float, float], ...] = ()
    starts: tuple[Start, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        expect.one_of(("disc", "shell", "scattered", "dish", "given"), pattern=self.pattern)
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 0:
            raise InputError(
                f"Expected `count` of {self.kind} to be a whole number >= 0, found {self.count!r}."
            )
        if self.pattern != "given":
            if self.positions or self.starts:
                raise InputError(
                    f"Expected positions and starting values of {self.kind} with pattern 'given' alone, "
                    f"found pattern {self.pattern!r}."
                )
            return
        if len(self.positions) != self.count:
            raise InputError(
                f"Expected one position for each of the {self.count} cells of {self.kind}, "
                f"found {len(self.positions)}."
            )
        if any(len(position) != 3 for position in self.positions):
            raise InputError(f"Expected positions of {self.kind} as three numbers (x, y, z).")
        for start in self.starts:
            if len(start.values) != self.count:
                raise InputError(
                    f"Expected one value of {start.of!r} for each of the {self.count} cells of {self.kind}, "
                    f"found {len(start.values)}."
                )
