"""What is kept of a run, and when."""

from __future__ import annotations

from exocosm.trajectory import Frame, Trajectory

from .books import Account
from .compiled import Compiled
from .state import State


class Recorder:
    """Collect frames at a fixed interval [min], from the start to the end of a run."""

    def __init__(self, compiled: Compiled, interval: float) -> None:
        self.compiled = compiled
        self.interval = interval
        self.frames: list[Frame] = []

    def record_if_due(self, state: State) -> None:
        """Keep a frame when the next interval is complete."""
        if state.time >= len(self.frames) * self.interval - 1e-9:
            self.record(state)

    def record_last(self, state: State) -> None:
        """Keep the final state, unless it has just been kept."""
        if self.frames[-1].time < state.time:
            self.record(state)

    def record(self, state: State) -> None:
        """Keep a copy of what a laboratory could look at."""
        self.frames.append(Frame(time=state.time, cells=self._cells(state), fields=self._fields(state)))

    def trajectory(self, books: tuple[Account, ...], *, seed: int, device: str) -> Trajectory:
        """Close the record."""
        spacing = self.compiled.model.domain.spacing.value
        return Trajectory(
            frames=tuple(self.frames),
            kinds=self.compiled.kinds,
            nodes={k: n.names for k, n in zip(self.compiled.kinds, self.compiled.networks, strict=True)},
            spacing=(spacing, spacing, spacing),
            origin=(0.0, 0.0, 0.0),
            books=tuple({**vars(account), "residual": account.residual} for account in books),
            attributes={"model": self.compiled.model.name, "seed": seed, "device": device},
        )

    def _cells(self, state: State) -> dict:
        compiled, cells = self.compiled, state.cells
        as_is = (
            "id", "parent", "birth", "kind", "position", "radius", "alive", "death", "phase", "polarised",
            "hypoxia", "lesions", "damage", "activity",
        )  # fmt: skip
        kept = {name: cells[name].copy() for name in as_is}
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
