"""Fields as numbers and arrays: what the solvers read and never change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exocosm.model import AutomaticStep, FaceFlow, Field, FixedStep, Flow, Model

OXYGEN = "oxygen"  # the field of this name is what cells breathe and sense
_FACE_KINDS = {"no flux": 0, "fixed": 1, "open": 2}


@dataclass(frozen=True)
class CompiledField:
    """One field. Faces are low and high end of z, y, x. Units µm, min and that of the field."""

    name: str
    scheme: str
    clamped: bool
    diffusion: float
    rate: float  # D/dx²
    loss: float
    faces: tuple[int, ...]  # (6,) no flux (0), fixed (1), open (2)
    weights: np.ndarray  # (6,) dx over the distance from the outermost centre to a fixed value, 0 without
    values: np.ndarray  # (6,)
    hindered_by: int  # index of the field that gives the fibres, -1 without
    radii: tuple[float, float]  # of the solute and of a fibre
    velocity: tuple[float | np.ndarray, float | np.ndarray, float | np.ndarray]  # along z, y, x
    step: float | None
    tolerance: float | None  # of an automatic step


def compile_fields(model: Model) -> tuple[CompiledField, ...]:
    """Turn the fields of a model into numbers. Raises InputError for what the engine cannot follow."""
    return tuple(_compile(field, model) for field in model.fields)


def _compile(field: Field, model: Model) -> CompiledField:
    faces = field.boundaries.in_order()
    names = [other.name for other in model.fields]
    hindrance, step = field.hindrance, field.step
    return CompiledField(
        name=field.name,
        scheme=field.scheme,
        clamped=field.clamped,
        diffusion=field.diffusion.value,
        rate=field.diffusion.value / model.domain.spacing.value**2,
        loss=field.loss.value,
        faces=tuple(_FACE_KINDS[face.kind] for face in faces),
        weights=np.array(
            [
                2.0 if f.kind == "fixed" and model.domain.shape[i // 2] > 1 else 0.0
                for i, f in enumerate(faces)
            ]
        ),
        values=np.array([face.value.value if face.value else 0.0 for face in faces]),
        hindered_by=names.index(hindrance.by) if hindrance else -1,
        radii=(hindrance.solute_radius.value, hindrance.fibre_radius.value) if hindrance else (0.0, 1.0),
        velocity=_velocity(field.flow, model.domain.shape),
        step=step.length.value if isinstance(step, FixedStep) else None,
        tolerance=step.tolerance.value if isinstance(step, AutomaticStep) else None,
    )


def _velocity(flow: Flow | FaceFlow | None, shape: tuple[int, int, int]) -> tuple:
    if flow is None:
        return 0.0, 0.0, 0.0
    if isinstance(flow, Flow):
        return flow.z.value, flow.y.value, flow.x.value
    nz, ny, nx = shape
    return (
        np.array(flow.across_z).reshape(nz + 1, ny, nx),
        np.array(flow.across_y).reshape(nz, ny + 1, nx),
        np.array(flow.across_x).reshape(nz, ny, nx + 1),
    )
