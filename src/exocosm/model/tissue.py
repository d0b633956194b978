"""Where things happen: the domain, its fields, the mechanics, and where cells start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exocosm.errors import InputError

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
        if len(self.shape) != 3 or any(n < 1 for n in self.shape):
            raise InputError(f"Expected `shape` to be three numbers >= 1 (z, y, x), found {self.shape!r}.")
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
    def n_axes(self) -> int:
        """Number of axes along which the domain has more than one voxel."""
        return sum(n > 1 for n in self.shape)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A dissolved substance.

    `boundary` is the value held at the outer faces, None for no flux. `steady` fields are kept at the
    solution of D Δu - (loss + uptake) u = 0 (oxygen); the others are followed in time. `clamped` holds the
    whole field at `initial`. Oxygen in mmHg, others in mmol/L.
    """

    name: str
    unit: str
    diffusion: Parameter
    loss: Parameter
    initial: Parameter
    boundary: Parameter | None = None
    steady: bool = True
    clamped: bool = False


@dataclass(frozen=True, kw_only=True)
class Mechanics:
    """Overdamped spheres: repulsion and adhesion [µm/min], reach of adhesion in units of contact distance."""

    repulsion: Parameter
    adhesion: Parameter
    reach: Parameter


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where the cells of one kind start: `disc`/`ball` (packed from the centre), `shell` (around a disc
    or ball, between `inner` and `outer`), `scattered` (uniform in the domain), or `mixed` into a dish.
    """

    kind: str
    pattern: Literal["disc", "shell", "scattered", "dish"]
    count: int
    inner: Parameter | None = None
    outer: Parameter | None = None

    def __post_init__(self) -> None:
        if self.count < 0:
            raise InputError(f"Expected `count` of {self.kind} to be >= 0, found {self.count}.")
