"""run(study) → a run folder: models, runs, tables, provenance."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exocosm import knowledge, provenance
from exocosm.assembly import assemble, overridden
from exocosm.errors import InputError
from exocosm.lock import locked
from exocosm.model import Model

from . import folder as files
from .assays import check
from .draws import Draws, stable_draws
from .ledger import UNFINISHED, Ledger
from .outcomes import Outcome
from .own_knowledge import knowledge_of
from .protocol import Condition, SingleRun, all_runs, conditions, model_of
from .study import Study
from .workers import Task, execute_all

Progress = Callable[[int, int, str], None]
MAX_REPLICATES = 1000  # as in the schema of a study


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """Where a run left its results, and whether all of it was done."""

    folder: Path
    state: str


def run(
    study: Study,
    *,
    out: Path,
    seed: int | None = None,
    replicates: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    device: str = "cpu",
    checkpoint_every: str = "5 min",
) -> RunResult:
    """Run a study and leave a folder with everything it gave and everything needed to rerun it.

    Parameters
    ----------
    out : a new or empty folder
    seed : key of all draws; the study's own when None
    replicates : draws of the priors, each run in every arm; the study's own when None
    threads : runs at a time; all processors when None. Results do not depend on it.
    progress : called with (runs done, runs in all, what)

    checkpoint_every : time by the clock after which a single run in hand is written down, to be resumed

    An interruption (Ctrl-C) or a full disk leaves what was finished, with tables and a status; so does a
    killed process, without the tables. `resume` goes on from there.

    Raises
    ------
    InputError : for a folder in use, a bad number or a study that cannot be assembled
    """
    out = Path(out)
    threads = provenance.available_threads() if threads is None else threads
    seed = study.seed if seed is None else seed
    replicates = study.replicates if replicates is None else replicates
    _check_numbers(seed=seed, replicates=replicates, threads=threads)
    plan = planned(study, seed, replicates)  # bad treatments show before anything is written
    files.prepare(out)
    ledger = plan.ledger(out)
    with locked(out / UNFINISHED):
        try:
            ledger.open(replicates, threads, device, plan.models)
        except BaseException as error:
            ledger.give_up(error)
            raise
        task = plan.task(ledger, device=device, checkpoint_every=checkpoint_every)
        return carry_out(plan, ledger, task, plan.runs, threads, progress)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A study with all that follows from it: the same whenever and wherever it is made."""

    study: Study
    kb: knowledge.KnowledgeBase
    model: Model
    settings: dict[str, float]
    listed: tuple[Condition, ...]
    models: list[Model]
    draws: Draws
    runs: tuple[SingleRun, ...]
    seed: int

    def ledger(self, out: Path) -> Ledger:
        """Return a ledger for the run folder `out`."""
        return Ledger(
            study=self.study,
            kb=self.kb,
            model=self.model,
            draws=self.draws,
            out=out,
            seed=self.seed,
            settings=self.settings,
            total=len(self.runs),
        )

    def task(self, ledger: Ledger, **how: Any) -> Task:
        """Return what workers need to know."""
        return Task(
            model=self.model,
            conditions=self.listed,
            readouts=(*self.study.readouts, *ledger.hidden),
            duration=self.study.duration,
            record_every=self.study.record_every,
            seed=self.seed,
            frames=ledger.out / "frames" if self.study.scenario.well_mixed is False else None,
            parameters=self.settings,
            unfinished=ledger.out / UNFINISHED,
            **how,
        )


def planned(study: Study, seed: int, replicates: int) -> Plan:
    """Assemble the model of a study and list its runs."""
    kb = knowledge_of(study)
    model = assemble(kb, study.scenario)
    settings = overridden({name: p for name, (p, _) in model.parameters().items()}, study.parameters)
    listed = conditions(study)
    models = [model_of(model, condition) for condition in listed]
    _check_readouts(study, model, kb)
    draws = stable_draws(model, seed, replicates, settings)
    return Plan(
        study=study,
        kb=kb,
        model=model,
        settings=settings,
        listed=listed,
        models=models,
        draws=draws,
        runs=all_runs(study, listed, draws.indices),
        seed=seed,
    )


def carry_out(
    plan: Plan,
    ledger: Ledger,
    task: Task,
    runs: tuple[SingleRun, ...],
    threads: int,
    progress: Progress | None,
) -> RunResult:
    """Do the `runs` that are left, then write tables and how it ended."""

    def keep(outcome: Outcome) -> None:
        ledger.keep(outcome)
        if progress is not None:
            progress(ledger.done, ledger.total, _what(plan.listed[outcome.run.condition], outcome))

    state = "done"
    try:
        if progress is not None:
            progress(ledger.done, ledger.total, "compiling")
        try:
            if runs:
                execute_all(task, runs, min(threads, len(runs)), keep)
        except KeyboardInterrupt:
            state = "interrupted"
        ledger.close(state)
    except BaseException as error:
        ledger.give_up(error)
        raise
    return RunResult(folder=ledger.out, state=state)


def _check_numbers(**numbers: int) -> None:
    for name, value in numbers.items():
        low = 0 if name == "seed" else 1
        if isinstance(value, bool) or not isinstance(value, int) or value < low or value >= 2**63:
            raise InputError(f"Expected `{name}` to be a whole number >= {low}, found {value!r}.")
    if numbers["replicates"] > MAX_REPLICATES:
        raise InputError(
            f"Expected `replicates` to be at most {MAX_REPLICATES}, found {numbers['replicates']}."
        )


def _check_readouts(study: Study, model: Model, kb: knowledge.KnowledgeBase) -> None:
    for readout in study.readouts:
        check(readout, model)
        for identifier in readout.statements:
            try:
                kb.statement(identifier)
            except InputError as error:
                raise InputError(f"Read-out `{readout.name}`: {error}") from error


def _what(condition: Condition, outcome: Outcome) -> str:
    if outcome.run.for_pictures:
        return f"{condition.arm}, for pictures"
    level = "" if math.isnan(condition.level) else f" at {condition.level:g}"
    return f"{condition.arm}{level}, replicate {outcome.run.replicate + 1}"
