"""Fields: dissolved or suspended matter, how it moves, and what holds at the faces of the domain."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal

from exocosm.errors import InputError, expect

from .parameter import Parameter
from .tissue import Domain

Scheme = Literal["steady", "adi", "lod", "conservative"]
SCHEMES = ("steady", "adi", "lod", "conservative")


@dataclass(frozen=True, kw_only=True)
class Face:
    """What holds at one outer face of the domain.

    `no flux`: nothing passes, not with a flow either. `fixed`: `value` [unit of the field] holds at the face,
    half a voxel beyond the outermost centres. `open`: outside there is none of it; what spreads or flows
    across is lost and booked.
    """

    kind: Literal["no flux", "fixed", "open"] = "no flux"
    value: Parameter | None = None

    def __post_init__(self) -> None:
        expect.one_of(("no flux", "fixed", "open"), kind=self.kind)
        if (self.kind == "fixed") != (self.value is not None):
            raise InputError(
                f"Expected a value at a face that is fixed and at no other, found kind={self.kind!r} with "
                f"value={self.value if self.value is None else self.value.value!r}."
            )


NO_FLUX = Face()


@dataclass(frozen=True, kw_only=True)
class Boundaries:
    """The six outer faces. Those of an axis one voxel long are not used: nothing passes there."""

    x_low: Face = NO_FLUX
    x_high: Face = NO_FLUX
    y_low: Face = NO_FLUX
    y_high: Face = NO_FLUX
    z_low: Face = NO_FLUX
    z_high: Face = NO_FLUX

    @classmethod
    def everywhere(cls, face: Face) -> Boundaries:
        """Return boundaries with the same face on all sides."""
        return cls(**{entry.name: face for entry in fields(cls)})

    def in_order(self) -> tuple[Face, ...]:
        """Return the faces as arrays have their axes: low and high end of z, of y, of x."""
        return (self.z_low, self.z_high, self.y_low, self.y_high, self.x_low, self.x_high)


def fixed_everywhere(value: Parameter) -> Boundaries:
    """Return boundaries that hold one value at all six faces."""
    return Boundaries.everywhere(Face(kind="fixed", value=value))


@dataclass(frozen=True, kw_only=True)
class Hindrance:
    """Fibres of the matrix slow diffusion: D = D0 exp(-sqrt(φ) (r + r_f)/r_f).

    φ is the volume fraction of fibres, given by the field named `by`; r is the radius of the solute or
    vesicle and r_f that of a fibre [µm]. Ogston, Preston and Wells 1973, doi:10.1098/rspa.1973.0064.
    """

    by: str
    solute_radius: Parameter
    fibre_radius: Parameter

    def __post_init__(self) -> None:
        expect.non_negative(solute_radius=self.solute_radius.value)
        expect.positive(fibre_radius=self.fibre_radius.value)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One velocity everywhere [µm/min]."""

    x: Parameter
    y: Parameter
    z: Parameter


@dataclass(frozen=True, kw_only=True)
class FaceFlow:
    """Normal velocities [µm/min] on the faces between voxels, the outer ones included.

    For a domain of (nz, ny, nx) voxels `across_x` holds (nz, ny, nx + 1) numbers, `across_y`
    (nz, ny + 1, nx) and `across_z` (nz + 1, ny, nx), the last axis running fastest. As much must enter each
    voxel as leaves it. `source` says where the numbers come from.
    """

    across_x: tuple[float, ...]
    across_y: tuple[float, ...]
    across_z: tuple[float, ...]
    source: str

    def __post_init__(self) -> None:
        for name in ("across_x", "across_y", "across_z"):
            if not all(map(math.isfinite, getattr(self, name))):
                raise InputError(f"Expected the velocities `{name}` to be finite numbers.")
        if not self.source:
            raise InputError("Expected face velocities to name their source. Give `source=`.")


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A start that differs from voxel to voxel: `factors` (z, y, x), x fastest, multiply `initial`."""

    factors: tuple[float, ...]
    source: str

    def __post_init__(self) -> None:
        if not all(math.isfinite(factor) and factor >= 0 for factor in self.factors):
            raise InputError("Expected the `factors` of a pattern to be finite and 0 or above.")
        if not self.source:
            raise InputError("Expected a pattern to name its source. Give `source=`.")


@dataclass(frozen=True, kw_only=True)
class FixedStep:
    """Steps of one length [min], shortened evenly so that they end where cells act."""

    length: Parameter

    def __post_init__(self) -> None:
        expect.positive(length=self.length.value)


@dataclass(frozen=True, kw_only=True)
class AutomaticStep:
    """Steps as long as the error allows: at most `tolerance` [unit of the field] is made in one step.

    One step is compared with two of half its length in every voxel.
    """

    tolerance: Parameter

    def __post_init__(self) -> None:
        expect.positive(tolerance=self.tolerance.value)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A dissolved substance, or a density that other fields depend on.

    ∂u/∂t = ∇·(D ∇u - v u) - loss u - uptake u + secretion. Oxygen in mmHg, others in mmol/L, a share of
    volume in "1"; `diffusion` D [µm²/min] before any `hindrance`, `loss` [1/min].

    `scheme` says how it is followed:
    - `steady`: kept at the solution with ∂u/∂t = 0, for what settles within a cell step (oxygen);
    - `adi`: in time, implicit in delta form; reaches the exact steady state with any `step`, which has to be
      given, but may undershoot near point sources;
    - `lod`: in time, by the classic split scheme with a fixed `step`, for comparison with other programs; a
      fixed face holds the outermost voxels themselves, as theirs do;
    - `conservative`: in time, never negative, and what passes the faces and decays is booked; the only scheme
      that takes a `flow` and open faces. Without a `step` it goes in one from one act of cells to the next.

    `clamped` holds the whole field at its start, `initial` times the `pattern`.
    """

    name: str
    unit: str
    diffusion: Parameter
    loss: Parameter
    initial: Parameter
    boundaries: Boundaries = Boundaries()
    scheme: Scheme = "steady"
    clamped: bool = False
    hindrance: Hindrance | None = None
    flow: Flow | FaceFlow | None = None
    step: FixedStep | AutomaticStep | None = None
    pattern: Pattern | None = None

    def __post_init__(self) -> None:
        expect.one_of(SCHEMES, scheme=self.scheme)
        if self.diffusion.value < 0 or self.loss.value < 0:
            raise InputError(
                f"Expected `diffusion` and `loss` of field `{self.name}` to be 0 or above, "
                f"found {self.diffusion.value!r} and {self.loss.value!r}."
            )
        held = [face.value.value for face in self.boundaries.in_order() if face.value is not None]
        if min([self.initial.value, *held]) < 0:
            raise InputError(
                f"Expected field `{self.name}` to start and be held at 0 or above, found "
                f"{min([self.initial.value, *held])!r}."
            )
        if self.scheme == "conservative":
            _check_conservative(self)
        else:
            _check_dissolved(self)


def _check_conservative(field: Field) -> None:
    if field.flow is not None and field.clamped:
        raise InputError(f"Field `{field.name}` is clamped and cannot flow. Remove `flow` or `clamped`.")
    if isinstance(field.step, AutomaticStep):
        raise InputError(
            f"Field `{field.name}` is conservative and takes a fixed step or none; automatic steps are for "
            "scheme 'adi'."
        )


def _check_dissolved(field: Field) -> None:
    scheme = field.scheme
    if field.flow is not None:
        raise InputError(
            f"Field `{field.name}` has scheme {scheme!r}, which knows no flow. Use scheme 'conservative'."
        )
    if any(face.kind == "open" for face in field.boundaries.in_order()):
        raise InputError(
            f"Field `{field.name}` has scheme {scheme!r}, which knows no open faces. Use scheme "
            "'conservative', or hold the face at a value."
        )
    if scheme == "steady" and field.step is not None:
        raise InputError(f"Field `{field.name}` is kept at its steady state and takes no `step`.")
    if scheme == "adi" and field.step is None and not field.clamped:
        raise InputError(
            f"Field `{field.name}` has scheme 'adi' and needs a `step`: AutomaticStep(tolerance=...) or "
            "FixedStep(length=...)."
        )
    if scheme == "lod":
        if not isinstance(field.step, FixedStep) and not field.clamped:
            raise InputError(f"Field `{field.name}` has scheme 'lod' and needs step=FixedStep(length=...).")
        if field.hindrance is not None:
            raise InputError(
                f"Field `{field.name}` has scheme 'lod', which knows one diffusion coefficient only. Remove "
                "`hindrance`, or use scheme 'adi' or 'conservative'."
            )


def check_fields(described: tuple[Field, ...], domain: Domain) -> None:
    """Raise InputError unless the fields fit each other and the domain."""
    by_name = {field.name: field for field in described}
    n_voxels = math.prod(domain.shape)
    for field in described:
        if field.hindrance is not None:
            _check_hindrance(field, by_name)
        if field.pattern is not None and len(field.pattern.factors) != n_voxels:
            raise InputError(
                f"Expected the pattern of field `{field.name}` to hold one factor for each of {n_voxels} "
                f"voxels, found {len(field.pattern.factors)}."
            )
        if isinstance(field.flow, FaceFlow):
            _check_face_flow(field.name, field.flow, domain)


def _check_hindrance(field: Field, by_name: dict[str, Field]) -> None:
    assert field.hindrance is not None
    fibres = by_name.get(field.hindrance.by)
    if fibres is None or fibres is field:
        others = sorted(set(by_name) - {field.name})
        raise InputError(
            f"Diffusion of field `{field.name}` is hindered by `{field.hindrance.by}`, which is no other "
            f"field of this model. Known: {others}."
        )
    if fibres.unit != "1":
        raise InputError(
            f"Expected field `{fibres.name}`, which hinders `{field.name}`, to be a share of volume in unit "
            f"'1', found unit {fibres.unit!r}."
        )


def _check_face_flow(name: str, flow: FaceFlow, domain: Domain) -> None:
    nz, ny, nx = domain.shape
    expected = {
        "across_x": nz * ny * (nx + 1),
        "across_y": nz * (ny + 1) * nx,
        "across_z": (nz + 1) * ny * nx,
    }
    for part, size in expected.items():
        if len(getattr(flow, part)) != size:
            raise InputError(
                f"Expected `{part}` of the flow of field `{name}` to hold {size} velocities for a domain of "
                f"shape {domain.shape}, found {len(getattr(flow, part))}."
            )
    fastest = max(map(abs, (*flow.across_x, *flow.across_y, *flow.across_z)))
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                x, y, z = (k * ny + j) * (nx + 1) + i, (k * (ny + 1) + j) * nx + i, (k * ny + j) * nx + i
                gain = flow.across_x[x] - flow.across_x[x + 1]
                gain += flow.across_y[y] - flow.across_y[y + nx]
                gain += flow.across_z[z] - flow.across_z[z + ny * nx]
                if abs(gain) > 1e-9 * fastest:
                    raise InputError(
                        f"Expected as much flow into each voxel of field `{name}` as out of it; voxel "
                        f"(z, y, x) = ({k}, {j}, {i}) gains {gain:g} um/min."
                    )
