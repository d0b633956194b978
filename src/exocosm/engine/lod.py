"""The problem that a locally one-dimensional diffusion step solves, the same for every back end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exocosm.errors import InputError, expect

DTYPES = {"f64": np.float64, "f32": np.float32}
FACES = ("z lower", "z upper", "y lower", "y upper", "x lower", "x upper")


@dataclass(frozen=True, kw_only=True)
class LodProblem:
    """Diffusion with decay of substrates on one grid, by implicit steps along one axis after the other.

    Backward Euler along x, then y, then z, decay shared equally:
        (1 + dt λ/n - dt D L) u' = u    for each of the n axes that are longer than one voxel,
    L the second difference without flux through the outer faces. Positive for every dt, first order in
    time, second in space. With λ = 0 the sum of u stays. (Marchuk 1990, doi:10.1016/S1570-8659(05)80035-3;
    BioFVM: Ghaffarizadeh et al. 2016, doi:10.1093/bioinformatics/btv730.)

    A held face keeps the outermost voxels themselves at a value, as Dirichlet nodes of BioFVM do: the
    voxels are set to it before each axis and after the last, and take part in the solution along an axis
    like others. So the value stands at the centre of those voxels, and inside one implicit solution they
    yield a little: the profile beside them is that of BioFVM and converges to the exact one as dt falls.
    Where faces meet, z wins over y and y over x, an upper face over a lower one.

    Parameters
    ----------
    shape : (z, y, x) voxels
    spacing : edge of a voxel [µm]
    dt : step [min]
    diffusion, decay : D [µm²/min] and λ [1/min] of each substrate
    held : for each substrate, the values at the six `FACES`, None where nothing is held; () holds none
    dtype : "f64" or "f32"
    """

    shape: tuple[int, int, int]
    spacing: float
    dt: float
    diffusion: tuple[float, ...]
    decay: tuple[float, ...]
    held: Sequence[Sequence[float | None]] = ()
    dtype: str = "f64"

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or any(not isinstance(n, int | np.integer) or n < 1 for n in self.shape):
            raise InputError(f"Expected `shape` to be three whole numbers above 0, found {self.shape!r}.")
        expect.positive(spacing=self.spacing, dt=self.dt)
        expect.one_of(DTYPES, dtype=self.dtype)
        if not self.diffusion or len(self.diffusion) != len(self.decay):
            raise InputError(
                "Expected `diffusion` and `decay` to have one value per substrate, "
                f"found {len(self.diffusion)} and {len(self.decay)}."
            )
        for name, values in (("diffusion", self.diffusion), ("decay", self.decay)):
            for value in values:
                expect.non_negative(**{name: value})
        if self.held and len(self.held) != len(self.diffusion):
            raise InputError(
                f"Expected `held` to have an entry per substrate ({self.substrates}), found {len(self.held)}."
            )
        for faces in self.held:
            self._check_faces(faces)

    def _check_faces(self, faces: Sequence[float | None]) -> None:
        if len(faces) != len(FACES):
            raise InputError(f"Expected six values per substrate in `held`, for {FACES}, found {len(faces)}.")
        for i, value in enumerate(faces):
            if value is None:
                continue
            expect.finite(held=value)
            if self.shape[i // 2] == 1:
                raise InputError(
                    f"Expected nothing held at {FACES[i]}, found {value!r}: the axis has one voxel, and all "
                    "would be held. Give None."
                )

    @property
    def substrates(self) -> int:
        """How many substrates there are."""
        return len(self.diffusion)

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes along which the step solves: those longer than one voxel; x if there is none."""
        return tuple(a for a in range(3) if self.shape[a] > 1) or (2,)

    @property
    def alpha(self) -> np.ndarray:
        """dt D/dx² of each substrate  [1]."""
        return self.dt * np.array(self.diffusion, dtype=float) / self.spacing**2

    @property
    def middle(self) -> np.ndarray:
        """1 + dt λ/n of each substrate  [1]."""
        return 1.0 + self.dt * np.array(self.decay, dtype=float) / len(self.axes)

    @property
    def faces(self) -> np.ndarray:
        """(substrates, 6) held values, NaN where nothing is held."""
        faces = np.full((self.substrates, len(FACES)), np.nan)
        for s, values in enumerate(self.held):
            faces[s] = [np.nan if value is None else value for value in values]
        return faces

    def expect_fields(self, **arrays: np.ndarray) -> None:
        """Raise InputError unless each array is (substrates, z, y, x)."""
        shape = (self.substrates, *self.shape)
        for name, array in arrays.items():
            if np.shape(array) != shape:
                raise InputError(f"Expected `{name}` to have the shape {shape}, found {np.shape(array)}.")
