"""Going on from a checkpoint, with the same bits as if nothing had happened."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from exocosm.errors import InputError
from exocosm.frames import Frame, FrameStore
from exocosm.model import Model
from exocosm.trajectory import Trajectory

from .backends import get_backend
from .checkpoint import Checkpoints, newest
from .compiled import Compiled, compile_model
from .driver import Run
from .identity import differences, identity
from .recorder import Recorder
from .simulate import carry_on
from .snapshot import put_together
from .steps import Steps


def resume(
    path: Path,
    *,
    model: Model | None = None,
    seed: int | None = None,
    progress: Callable[[float], None] | None = None,
    checkpoint: Checkpoints | None = None,
    other_machine: bool = False,
) -> Trajectory:
    """Go on with a run from its newest checkpoint and return what happened, from its start.

    The result is the same, bit for bit, as that of the run had it not been cut off. A run that had ended
    gives its trajectory again.

    Parameters
    ----------
    path : the folder of `Checkpoints`
    model, seed : when given, those of the checkpoint must be the same
    progress : as for `simulate`
    checkpoint : where and when to write further ones; the same folder every 5 minutes when None
    other_machine : go on although libraries or processor differ. Bits may then differ too; the attribute
        "restarts" of the trajectory says so

    Raises
    ------
    InputError : if nothing can be read there, or if something differs that must not; it is named
    """
    folder = Path(path)
    record, arrays = newest(folder)
    saved = _model(folder, record)
    _check(record, saved, model, seed, other_machine)
    compiled = compile_model(saved)
    run = _run(compiled, record, arrays)
    recorder = _recorder(compiled, record, arrays, folder)
    if found := differences(record, identity(record["device"])):
        recorder.restarts.append({"time_min": run.state.time, "differs": found})
    further = Checkpoints(path=folder) if checkpoint is None else checkpoint
    return carry_on(run, recorder, record["steps_total"], progress=progress, checkpoint=further)


def _model(folder: Path, record: dict[str, Any]) -> Model:
    path = folder / "model.json"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"Could not read `{path}`: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != record["model_sha256"]:
        raise InputError(f"`{path}` is not the model of the checkpoint beside it: its checksum differs.")
    return Model.load(path)


def _check(
    record: dict[str, Any], saved: Model, model: Model | None, seed: int | None, other_machine: bool
) -> None:
    if model is not None and model != saved:
        raise InputError(f"The checkpoint belongs to another model: {_difference(saved, model)}.")
    if seed is not None and seed != record["seed"]:
        raise InputError(f"The checkpoint belongs to another seed: there {record['seed']}, here {seed}.")
    found = differences(record, identity(record["device"]))
    grave = [text for text in found if text.startswith("exocosm ")]
    if grave or (found and not other_machine):
        way_out = "" if grave else " Or pass other_machine=True: the result may then differ in its last bits."
        raise InputError(
            f"The checkpoint was written under other conditions: {'; '.join(found)}. "
            f"Go on where these are the same.{way_out}"
        )


def _difference(saved: Model, model: Model) -> str:
    """Name the first number that differs, or the part."""
    there, here = saved.parameters(), model.parameters()
    for name in sorted(there.keys() | here.keys()):
        if name not in there or name not in here:
            return f"`{name}` is only {'here' if name in here else 'there'}"
        before, now = there[name][0].value, here[name][0].value
        if before != now:
            return f"`{name}` is {before:g} there and {now:g} here"
    part = next(name for name in vars(saved) if getattr(saved, name) != getattr(model, name))
    return f"its `{part}` differ"


def _run(compiled: Compiled, record: dict[str, Any], arrays: dict[str, np.ndarray]) -> Run:
    of_state = {name.removeprefix("state/"): a for name, a in arrays.items() if name.startswith("state/")}
    run = Run(
        compiled=compiled,
        state=put_together(compiled, record["seed"], of_state, record["state"]),
        backend=get_backend(record["device"]),
        steps=Steps(**record["steps"]),
        seed=record["seed"],
    )
    del run.pending[: record["events_done"]]
    return run


def _recorder(
    compiled: Compiled, record: dict[str, Any], arrays: dict[str, np.ndarray], folder: Path
) -> Recorder:
    store = None
    if record["store"] is not None:
        store = FrameStore.reopen(folder / record["store"], record["frames"], exact=record["store_exact"])
    recorder = Recorder(
        compiled, record["record_every"], seed=record["seed"], device=record["device"], store=store
    )
    for i, time in enumerate(record["frame_times"]):
        held = {
            group: {
                name.removeprefix(f"frames/{i}/{group}/"): array
                for name, array in arrays.items()
                if name.startswith(f"frames/{i}/{group}/")
            }
            for group in ("cells", "fields")
        }
        recorder.frames.append(Frame(time=time, **held))
    recorder.count, recorder.last_time = record["frames"], record["last_frame"]
    recorder.restarts = list(record["restarts"])
    return recorder
