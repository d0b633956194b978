"""Read-outs: one number per frame, from living cells of one kind or from a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from exocosm.errors import InputError
from exocosm.trajectory import Frame, Trajectory

UM3_PER_ML = 1e12


@dataclass(frozen=True, kw_only=True)
class ReadOut:
    """What is measured: a quantity, in which cells, of which node, cargo or field.

    `statements` are the records that the read-out rests on.
    """

    name: str
    label: str
    quantity: str
    unit: str
    cell: str = ""
    of: str = ""
    statements: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise InputError(
                f"Expected `quantity` to be one of {sorted(QUANTITIES)}, found {self.quantity!r}."
            )


def measure(trajectory: Trajectory, readout: ReadOut) -> np.ndarray:
    """Measure a read-out in every frame.  (frames,) [unit of the read-out]; NaN where no such cell lives."""
    quantity = QUANTITIES[readout.quantity]
    return np.array([quantity(trajectory, frame, readout) for frame in trajectory.frames], dtype=float)


def measure_all(trajectory: Trajectory, readouts: Sequence[ReadOut]) -> dict[str, tuple[float, ...]]:
    """Measure several read-outs, each frame being read once.  name → (frames,) as `measure`."""
    rows: dict[str, list[float]] = {readout.name: [] for readout in readouts}
    for frame in trajectory.frames:
        for readout in readouts:
            value = QUANTITIES[readout.quantity](trajectory, frame, readout)
            rows[readout.name].append(float(value))
    return {name: tuple(values) for name, values in rows.items()}


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")


def _of_cells(trajectory: Trajectory, frame: Frame, readout: ReadOut, name: str) -> np.ndarray:
    if name not in frame.cells:
        raise InputError(f"Read-out `{readout.name}`: nothing is known of {readout.of!r} in this model.")
    return frame.cells[name][trajectory.is_kind(frame, readout.cell)]


def _activity(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Mean activity of a node, 0 to 1."""
    return _mean(trajectory.activity(frame, readout.cell, readout.of))


def _delivered(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Mean copies that vesicles have brought to the cytosol so far, per cell."""
    return _mean(_of_cells(trajectory, frame, readout, f"delivered:{readout.of}"))


def _copies(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Mean cytosolic copies per cell, endogenous included."""
    return _mean(_of_cells(trajectory, frame, readout, f"cargo:{readout.of}"))


def _taken(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Mean whole vesicles taken up so far, per cell."""
    return _mean(_of_cells(trajectory, frame, readout, f"taken:{readout.of}"))


def _polarised(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Share of the cells in the M2 state."""
    return _mean(_of_cells(trajectory, frame, readout, "polarised").astype(float))


def _hypoxic(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Share of the cells with any hypoxia signal."""
    return _mean((_of_cells(trajectory, frame, readout, "hypoxia") > 0).astype(float))


def _count(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Number of living cells."""
    return float(trajectory.is_kind(frame, readout.cell).sum())


def _lowest(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Lowest value of a field."""
    return float(_field(frame, readout).min())


def _vesicles_per_ml(trajectory: Trajectory, frame: Frame, readout: ReadOut) -> float:
    """Mean concentration of free vesicles [1/mL]."""
    return float(_field(frame, readout).mean()) * UM3_PER_ML


def _field(frame: Frame, readout: ReadOut) -> np.ndarray:
    if readout.of not in frame.fields:
        known = sorted(frame.fields)
        raise InputError(f"Read-out `{readout.name}`: no field {readout.of!r}. Known: {known}.")
    return frame.fields[readout.of]


QUANTITIES: dict[str, Callable[[Trajectory, Frame, ReadOut], float]] = {
    "activity": _activity,
    "delivered": _delivered,
    "copies": _copies,
    "taken": _taken,
    "polarised": _polarised,
    "hypoxic": _hypoxic,
    "count": _count,
    "lowest": _lowest,
    "vesicles_per_ml": _vesicles_per_ml,
}
