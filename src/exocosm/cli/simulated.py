"""The folder of ``exocosm simulate``: written as the run goes, readable and resumable at any moment."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exocosm.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from exocosm.model import Model, physicell
    from exocosm.trajectory import Trajectory

FRAMES, CHECKPOINTS, RECORD = "trajectory.zarr", "checkpoints", "provenance.json"


@dataclass(frozen=True)
class Simulated:
    """A run that writes its frames and checkpoints into a folder."""

    folder: Path
    progress: Callable[[float], None]
    checkpoint_every: str = "5 min"

    def begin(
        self, model: Model, notes: Sequence[physicell.Note], settings: dict[str, Any]
    ) -> tuple[Trajectory, str]:
        """Run a model from its start; returns what there is, and "done" or "interrupted"."""
        model.save(self.folder / "model.json")
        if notes:
            (self.folder / "notes.txt").write_text("".join(f"{note}\n" for note in notes), encoding="utf-8")
        try:
            return self._from_start(model, settings)
        except InputError:
            if not (self.folder / FRAMES).exists():  # refused at the door: nothing ran
                shutil.rmtree(self.folder)
            raise

    def go_on(self, settings: dict[str, Any], *, other_machine: bool) -> tuple[Trajectory, str]:
        """Go on from the last checkpoint, or from the start where there is none yet."""
        from exocosm.engine import listed, resume
        from exocosm.model import Model

        if settings["state"] == "done":
            return _trajectory(self.folder), "done"
        place = self.folder / CHECKPOINTS
        if not listed(place):
            return self._from_start(Model.load(self.folder / "model.json"), settings)
        return self._finished(
            lambda: resume(
                place, progress=self.progress, checkpoint=self._checkpoints(), other_machine=other_machine
            ),
            settings,
        )

    def _from_start(self, model: Model, settings: dict[str, Any]) -> tuple[Trajectory, str]:
        from exocosm.engine import simulate

        about = {name: settings[name] for name in ("seed", "device", "duration", "record_every")}

        def run() -> Trajectory:
            frames = self.folder / FRAMES
            shutil.rmtree(frames, ignore_errors=True)  # of a run that was killed before its first checkpoint
            return simulate(
                model, progress=self.progress, frames=frames, checkpoint=self._checkpoints(), **about
            )

        return self._finished(run, settings)

    def _checkpoints(self) -> Any:
        from exocosm.engine import Checkpoints

        return Checkpoints(path=self.folder / CHECKPOINTS, clock=self.checkpoint_every, at_end=False)

    def _finished(self, run: Callable[[], Trajectory], settings: dict[str, Any]) -> tuple[Trajectory, str]:
        from exocosm.lock import locked

        with locked(self.folder / CHECKPOINTS):
            self._record(settings, "running")
            try:
                trajectory, state = run(), "done"
            except KeyboardInterrupt:
                if not (self.folder / FRAMES / "zarr.json").is_file():
                    raise
                trajectory, state = _trajectory(self.folder), "interrupted"
        if state == "done":
            shutil.rmtree(self.folder / CHECKPOINTS, ignore_errors=True)
        _write_tables(self.folder, trajectory)
        self._record(settings | {"simulated_min": trajectory.frames[-1].time}, state)
        return trajectory, state

    def _record(self, settings: dict[str, Any], state: str) -> None:
        from exocosm import provenance

        known = ("model_file", "seed", "device", "duration", "record_every", "simulated_min")
        model = json.loads((self.folder / "model.json").read_text(encoding="utf-8"))
        record = provenance.collect(
            **{name: settings[name] for name in known if name in settings},
            state=state,
            model_sha256=provenance.sha256_of_json(model),
        )
        text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)
        (self.folder / RECORD).write_text(text + "\n", encoding="utf-8")


def is_simulated(folder: Path) -> bool:
    """Tell whether a folder is one of ``exocosm simulate``."""
    return (folder / "model.json").is_file() and not (folder / "study.yaml").exists()


def settings_of(folder: Path) -> dict[str, Any]:
    """Return what a run was asked for; raises InputError where that cannot be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {name: record[name] for name in ("state", "seed", "device", "duration", "record_every")} | {
            "model_file": record.get("model_file", "model.json")
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"Could not read what was asked of the run in {str(folder)!r}: {error}.") from error


def _trajectory(folder: Path) -> Trajectory:
    from exocosm.trajectory import Trajectory

    return Trajectory.load(folder / FRAMES)


def _write_tables(folder: Path, trajectory: Trajectory) -> None:
    """Write the books, the cells of the last frame, and in space a figure of it."""
    import pandas as pd

    books = pd.DataFrame(list(trajectory.books)) if trajectory.books else pd.DataFrame(columns=["name"])
    books.to_csv(folder / "books.csv", index=False)
    cells_table(trajectory).to_csv(folder / "cells.csv", index=False)
    _draw(folder / "last_frame.png", trajectory)


def cells_table(trajectory: Trajectory) -> pd.DataFrame:
    """Return one row per cell of the last frame: time [min], kind, position [um], and its numbers."""
    import pandas as pd

    frame = trajectory.frames[-1]
    position = frame.cells["position"]
    columns: dict[str, Any] = {
        "time_min": frame.time,
        "id": frame.cells["id"],
        "kind": [trajectory.kinds[k] for k in frame.cells["kind"]],
        **{axis: position[:, i] for i, axis in enumerate("xyz")},
    }
    rest = {
        name: array for name, array in frame.cells.items() if array.ndim == 1 and name not in ("id", "kind")
    }
    return pd.DataFrame(columns | rest)


def _draw(path: Path, trajectory: Trajectory) -> None:
    from exocosm import plot

    frame = trajectory.frames[-1]
    in_a_dish = all(field.size == 1 for field in frame.fields.values())
    if in_a_dish or not (frame.fields or len(frame.cells["id"])):
        return
    figure = plot.tissue(
        [(f"{frame.time / 60:g} h", frame)],
        kinds=trajectory.kinds,
        spacing=trajectory.spacing,
        origin=trajectory.origin,
        width=6.5,
    )
    figure.savefig(path, dpi=150)
