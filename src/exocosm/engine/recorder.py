"""What is kept of a run, and when."""

from __future__ import annotations

from typing import Any

from exocosm.frames import Frame, FrameStore
from exocosm.model import behaviours_of
from exocosm.trajectory import Trajectory

from .books import Account
from .compiled import Compiled
from .exchange import behaviour_values
from .state import CELL_ARRAYS, State

_AS_IS = (
    "id",
    "parent",
    "birth",
    "kind",
    "position",
    "radius",
    "alive",
    "death",
    "phase",
    "polarised",
    "hypoxia",
    "lesions",
    "damage",
    "activity",
)


class Recorder:
    """Collect frames at a fixed interval [min], from the start to the end of a run.

    Without `store` frames stay in memory, exact; with one they are written there and let go.
    """

    def __init__(
        self,
        compiled: Compiled,
        interval: float,
        *,
        seed: int,
        device: str,
        store: FrameStore | None = None,
    ) -> None:
        self.compiled, self.interval = compiled, interval
        self.seed, self.device = seed, device
        self.store = store
        self.frames: list[Frame] = []
        self.count = 0
        self.last_time = -1.0  # [min]
        self.restarts: list[dict[str, Any]] = []
        self.remarks: dict[str, str] = {}
        if store is not None:
            store.about = self._closed((), ()).about()

    def record_if_due(self, state: State) -> None:
        """Keep a frame when the next interval is complete."""
        if state.time >= self.count * self.interval - 1e-9:
            self.record(state)

    def record_last(self, state: State) -> None:
        """Keep the final state, unless it has just been kept."""
        if self.last_time < state.time:
            self.record(state)

    def record(self, state: State) -> None:
        """Keep a copy of what a laboratory could look at."""
        frame = Frame(time=state.time, cells=self._cells(state), fields=self._fields(state))
        if self.store is None:
            self.frames.append(frame)
        else:
            self.store.append(frame)
        self.count += 1
        self.last_time = state.time

    def trajectory(self, books: tuple[Account, ...], remarks: dict[str, str]) -> Trajectory:
        """Close the record."""
        self.remarks = remarks
        if self.store is None:
            return self._closed(tuple(self.frames), books)
        self.store.close(self._closed((), books).about())
        return self._closed(self.store.frames(), books)

    def _closed(self, frames: Any, books: tuple[Account, ...]) -> Trajectory:
        spacing = self.compiled.model.domain.spacing.value
        attributes: dict[str, Any] = {
            "model": self.compiled.model.name,
            "seed": self.seed,
            "device": self.device,
            "arrays": declared(self.compiled),
        }
        if self.restarts:
            attributes["restarts"] = self.restarts
        if self.remarks:
            attributes["remarks"] = self.remarks
        return Trajectory(
            frames=frames,
            kinds=self.compiled.kinds,
            nodes={k: n.names for k, n in zip(self.compiled.kinds, self.compiled.networks, strict=True)},
            spacing=(spacing, spacing, spacing),
            origin=(0.0, 0.0, 0.0),
            books=tuple({**vars(account), "residual": account.residual} for account in books),
            attributes=attributes,
        )

    def _cells(self, state: State) -> dict:
        compiled, cells = self.compiled, state.cells
        kept = {name: cells[name].copy() for name in _AS_IS}
        if compiled.lives.has_growth:
            kept["growth_rate"] = behaviour_values(compiled, state, compiled.at.growth_rate).copy()
        for c, name in enumerate(compiled.custom):
            kept[f"custom:{name}"] = cells["custom"][:, c].copy()
        for c, cargo in enumerate(compiled.cargoes):
            kept[f"cargo:{cargo}"] = cells["copies"][:, c].copy()
            kept[f"delivered:{cargo}"] = cells["delivered"][:, c].copy()
        for v, vesicle in enumerate(compiled.vesicles):
            kept[f"taken:{vesicle}"] = cells["taken"][:, v].copy()
        return kept

    def _fields(self, state: State) -> dict:
        compiled, volume = self.compiled, self.compiled.model.domain.voxel_volume
        kept = {f.name: state.fields["solute"][i].copy() for i, f in enumerate(compiled.model.fields)}
        for v, vesicle in enumerate(compiled.vesicles):
            kept[f"vesicles:{vesicle}"] = state.fields["vesicles"][v] / volume
            for c, cargo in enumerate(compiled.cargoes):
                kept[f"cargo:{vesicle}:{cargo}"] = state.fields["cargo"][v, c] / volume
        return kept


def declared(compiled: Compiled) -> dict[str, dict[str, dict[str, str]]]:
    """Return unit and meaning of every array that a frame holds, so that readers need no engine."""
    of_state = {array.name: array for array in CELL_ARRAYS}
    cells = {name: _about(of_state[name].unit, of_state[name].meaning) for name in _AS_IS}
    if compiled.lives.has_growth:
        cells["growth_rate"] = _about("1/min", "growth rate in the step before")
    for name in compiled.custom:
        unit = behaviours_of(compiled.model)[f"custom:{name}"].unit
        cells[f"custom:{name}"] = _about(unit, f"number of the user's own, {name}")
    for cargo in compiled.cargoes:
        for name, array in (("cargo", of_state["copies"]), ("delivered", of_state["delivered"])):
            cells[f"{name}:{cargo}"] = _about(array.unit, f"{array.meaning}, {cargo}")
    for vesicle in compiled.vesicles:
        taken = of_state["taken"]
        cells[f"taken:{vesicle}"] = _about(taken.unit, f"{taken.meaning}, {vesicle}")
    fields = {f.name: _about(f.unit, f"{f.name}, dissolved") for f in compiled.model.fields}
    for vesicle in compiled.vesicles:
        fields[f"vesicles:{vesicle}"] = _about("1/µm³", f"free vesicles per volume, {vesicle}")
        for cargo in compiled.cargoes:
            fields[f"cargo:{vesicle}:{cargo}"] = _about(
                "copies/µm³", f"copies of {cargo} in free vesicles per volume, {vesicle}"
            )
    return {"cells": cells, "fields": fields}


def _about(unit: str, meaning: str) -> dict[str, str]:
    return {"unit": unit, "meaning": meaning}
