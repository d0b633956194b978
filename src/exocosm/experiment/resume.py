"""Going on with a run folder whose process was interrupted, failed or was killed."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from exocosm import __version__, provenance
from exocosm.engine import differences, identity
from exocosm.errors import InputError
from exocosm.lock import locked

from .ledger import UNFINISHED
from .outcomes import kept
from .run import Plan, Progress, RunResult, carry_out, planned
from .study import load_study


def resume(
    folder: Path,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint_every: str = "5 min",
    other_machine: bool = False,
) -> RunResult:
    """Do what is missing of a run and finish its folder; tables are those of an uninterrupted run.

    Parameters
    ----------
    folder : the folder of a run
    threads, progress, checkpoint_every : as for `run`
    other_machine : go on although libraries or processor differ; last bits may then differ too

    A run that is done is left as it is, with state "done".

    Raises
    ------
    InputError : if the folder is none of a run, was made by another version or from other knowledge, is
        damaged, or is in use by another process
    """
    folder = Path(folder)
    record = _provenance(folder)
    if state_of(folder) == "done":
        return RunResult(folder=folder, state="done")
    _check_version(folder, record, other_machine)
    threads = provenance.available_threads() if threads is None else threads
    with locked(folder / UNFINISHED):
        plan = _plan(folder, record)
        outcomes, damaged = kept(folder / UNFINISHED / "outcomes", plan.runs)
        for path in damaged:
            warnings.warn(f"`{path}` is damaged; that run is done again.", RuntimeWarning, stacklevel=2)
        _clear(folder)
        ledger = plan.ledger(folder)
        again = {"time": provenance.now(), "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])}
        ledger.take_up(outcomes, record | {"resumed": [*record.get("resumed", []), again]})
        done = {outcome.run for outcome in outcomes}
        left = tuple(run for run in plan.runs if run not in done)
        task = plan.task(
            ledger, device=record["device"], checkpoint_every=checkpoint_every, other_machine=other_machine
        )
        return carry_out(plan, ledger, task, left, threads, progress)


def settle(folder: Path) -> bool:
    """Write the tables of what a killed run had finished; tells whether there was anything to do.

    Nothing is done for a run that is done, and for one whose process still lives.
    """
    folder = Path(folder)
    if not (folder / UNFINISHED).is_dir() or state_of(folder) != "running":
        return False
    record = _provenance(folder)
    if record.get("versions", {}).get("exocosm") != __version__:
        return False
    try:
        with locked(folder / UNFINISHED):
            plan = _plan(folder, record)
            ledger = plan.ledger(folder)
            ledger.take_up(kept(folder / UNFINISHED / "outcomes", plan.runs)[0], record)
            ledger.settle("ended without a word; `exocosm resume` goes on with it")
    except InputError:
        return False
    return True


def state_of(folder: Path) -> str:
    """Return how a run ended, "running" while it has not."""
    return str(_json(folder / "status.json").get("state", "running"))


def _provenance(folder: Path) -> dict[str, Any]:
    if not (folder / "status.json").is_file() and not (folder / "study.yaml").is_file():
        raise InputError(
            f"Expected `FOLDER` to be the folder of a run, found {str(folder)!r} without a status.json. "
            "Give a folder made by `exocosm run`."
        )
    if not (folder / "study.yaml").is_file():
        raise InputError(f"The run in {str(folder)!r} ended before it had begun. Run the study again.")
    return _json(folder / "provenance.json")


def _json(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"`{path}` is missing: the folder is damaged and cannot be resumed.") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"`{path}` is damaged ({error}). The folder cannot be resumed.") from error
    if not isinstance(record, dict):
        raise InputError(f"`{path}` is damaged. The folder cannot be resumed.")
    return record


def _check_version(folder: Path, record: dict[str, Any], other_machine: bool) -> None:
    there = record.get("versions", {}).get("exocosm")
    if there != __version__:
        raise InputError(
            f"{str(folder)!r} was made by Exocosm {there}, this is {__version__}. Resume it with that one."
        )
    found = differences(record.get("engine", {}), identity(record["device"])) if "engine" in record else []
    if found and not other_machine:
        raise InputError(
            f"{str(folder)!r} was begun under other conditions: {'; '.join(found)}. Resume it where these "
            "are the same, or pass --other-machine: results may then differ in their last bits."
        )


def _plan(folder: Path, record: dict[str, Any]) -> Plan:
    study = load_study(folder / "study.yaml")
    plan = planned(study, study.seed, study.replicates)
    with tempfile.TemporaryDirectory() as place:
        plan.model.save(Path(place) / "model.json")
        same = (Path(place) / "model.json").read_bytes() == (folder / "model.json").read_bytes()
    if not same:
        there, here = record.get("knowledge", {}).get("version"), plan.kb.version
        raise InputError(
            f"The model in {str(folder)!r} is not the one that its study gives now (knowledge {there} there, "
            f"{here} here). Run the study again."
        )
    return plan


def _clear(folder: Path) -> None:
    """Take away what a killed process left half-written."""
    for path in folder.rglob(".*.part"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
