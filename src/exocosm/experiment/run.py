"""run(study) → a run folder: models, runs, tables, provenance."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exocosm import knowledge, provenance
from exocosm.assembly import assemble, overridden
from exocosm.errors import InputError
from exocosm.model import Model

from . import folder as files
from .assays import ReadOut, check
from .compare import effects
from .dose_table import dose_table, hidden_readouts
from .draws import Draws, drawn, stable_draws
from .ic50 import ic50_table, shift_table
from .own_knowledge import keep_own, knowledge_of
from .protocol import Condition, all_runs, conditions, model_of, places
from .study import Study, titration_arm
from .workers import Outcome, Task, execute_all

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
MAX_REPLICATES = 1000  # as in the schema of a study
_STATUS_EVERY = 10  # runs


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
) -> RunResult:
    """Run a study and leave a folder with everything it gave and everything needed to rerun it.

    Parameters
    ----------
    out : a new or empty folder
    seed : key of all draws; the study's own when None
    replicates : draws of the priors, each run in every arm; the study's own when None
    threads : runs at a time; all processors when None. Results do not depend on it.
    progress : called with (runs done, runs in all, what)

    An interruption (Ctrl-C) or a full disk leaves what was finished, with tables and a status.

    Raises
    ------
    InputError : for a folder in use, a bad number or a study that cannot be assembled
    """
    out = Path(out)
    seed = study.seed if seed is None else seed
    replicates = study.replicates if replicates is None else replicates
    threads = provenance.available_threads() if threads is None else threads
    _check_numbers(seed=seed, replicates=replicates, threads=threads)
    kb = knowledge_of(study)
    model = assemble(kb, study.scenario)
    settings = overridden({name: p for name, (p, _) in model.parameters().items()}, study.parameters)
    listed = conditions(study)
    models = [
        model_of(model, condition) for condition in listed
    ]  # bad treatments show before anything is written
    _check_readouts(study, model, kb)
    draws = stable_draws(model, seed, replicates, settings)
    runs = all_runs(study, listed, draws.indices)
    files.prepare(out)
    ledger = _Ledger(
        study=study,
        kb=kb,
        model=model,
        draws=draws,
        out=out,
        seed=seed,
        settings=settings,
        total=len(runs),
    )
    task = Task(
        model=model,
        conditions=listed,
        readouts=(*study.readouts, *ledger.hidden),
        duration=study.duration,
        record_every=study.record_every,
        seed=seed,
        device=device,
        frames=out / "frames" if study.scenario.well_mixed is False else None,
        parameters=settings,
    )

    def keep(outcome: Outcome) -> None:
        ledger.keep(outcome)
        if progress is not None:
            progress(ledger.done, len(runs), _what(listed[outcome.run.condition], outcome))

    state = "done"
    try:
        ledger.open(replicates, threads, device, models)
        if progress is not None:
            progress(0, len(runs), "compiling")
        try:
            execute_all(task, runs, min(threads, len(runs)), keep)
        except KeyboardInterrupt:
            state = "interrupted"
        ledger.close(state)
    except BaseException as error:
        ledger.give_up(error)
        raise
    return RunResult(folder=out, state=state)


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


@dataclass
class _Ledger:
    """What a run writes down: before it starts, and from the outcomes it has when it ends."""

    study: Study
    kb: knowledge.KnowledgeBase
    model: Model
    draws: Draws
    out: Path
    seed: int
    settings: dict[str, float]
    total: int  # runs

    def __post_init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.done = 0  # runs, those for pictures included
        self.hidden: tuple[ReadOut, ...] = hidden_readouts(self.study, self.model, self.kb)
        self.provenance: dict[str, Any] = {}

    def keep(self, outcome: Outcome) -> None:
        """Take in what a run gave; a run for pictures has left its frames and enters no table."""
        self.done += 1
        if self.done % _STATUS_EVERY == 0:
            self._status("running")
        if not outcome.run.for_pictures:
            self.outcomes.append(outcome)

    def open(self, replicates: int, threads: int, device: str, models: list[Model]) -> None:
        """Write study, model, statements, parameters and provenance."""
        self._status("running")
        record = {**self.study.record, "seed": self.seed, "replicates": replicates}
        own = keep_own(self.study, self.out)
        if own:
            record["knowledge"] = [file["file"] for file in own]
        self.provenance = provenance.collect(
            seed=self.seed,
            replicates=replicates,
            device=device,
            knowledge={"version": self.kb.version, "sha256": self.kb.sha256, **({"own": own} if own else {})},
            study_sha256=provenance.sha256_of_json(record),
            draws={
                "used": list(self.draws.indices),
                "tried": self.draws.tried,
                "rejected": self.draws.rejected,
            },
            threads=threads,
        )
        files.write_yaml(self.out / "study.yaml", record)
        files.write_model(self.out / "model.json", self.model)
        files.write_json(self.out / "statements.json", self._statements())
        files.write_table(self.out, "parameters", _parameter_table(models, self.settings))
        files.write_json(self.out / "provenance.json", self.provenance)

    def close(self, state: str) -> None:
        """Write the tables of what is done, then how the run ended."""
        self._tables()
        self.provenance["finished"] = provenance.now()
        files.write_json(self.out / "provenance.json", self.provenance)
        self._status(state, "stopped by the user" if state == "interrupted" else "")

    def give_up(self, error: BaseException) -> None:
        """Say why the run ended and keep what can be kept; the error on its way is not to be hidden."""
        interrupted = isinstance(error, KeyboardInterrupt)
        message = "stopped by the user" if interrupted else str(error) or type(error).__name__
        with suppress(Exception):
            self._status("interrupted" if interrupted else "failed", message)
        with suppress(Exception):
            self._tables()

    def _status(self, state: str, message: str = "") -> None:
        record = {"state": state, "message": message, "runs_done": self.done, "runs_total": self.total}
        files.write_json(self.out / "status.json", record)

    def _tables(self) -> None:
        if not self.outcomes:
            return
        shown_runs = _shown(self.study, self.outcomes)
        everything = _readout_table(shown_runs, (*self.study.readouts, *self.hidden))
        hidden_names = {readout.name for readout in self.hidden}
        is_hidden = everything["readout"].isin(hidden_names)
        shown = everything[~is_hidden].reset_index(drop=True)
        files.write_table(self.out, "readouts", shown)
        files.write_table(self.out, "books", _book_table(shown_runs))
        files.write_table(self.out, "effects", effects(shown, self.study.control, self.seed, self._mimics()))
        if self.study.drug is not None:
            fits = ic50_table(shown, self.study.drug.viability)
            shifts = shift_table(fits, self.study.control, self.seed, same=titration_arm(0.0))
            files.write_table(self.out, "ic50", fits)
            files.write_table(self.out, "ic50_shift", shifts)
        last = everything[is_hidden & (everything["time_h"] == everything["time_h"].max())]
        last = last[(last["series"] == "arms") | ((last["series"] == "dose_response") & (last["level"] == 0))]
        models = tuple(drawn(self.model, self.seed, i, self.settings) for i in self.draws.indices)
        files.write_table(self.out, "dose", dose_table(self.study, models, self.kb, last))

    def _mimics(self) -> dict[str, float]:
        """Arms of a drug study that are levels of the titration, with their copies."""
        if self.study.drug is None or self.study.titration is None:
            return {}
        return {titration_arm(copies): copies for copies in (0.0, *self.study.titration.copies)}

    def _statements(self) -> dict[str, Any]:
        """Every record that the model or a read-out rests on."""
        used = set(self.study.scenario.axes)
        for kind in self.model.cell_kinds:
            for edge in kind.network.edges:
                used.update(edge.statements)
            for link in kind.network.links:
                used.update(link.statements)
            for release in kind.releases:
                used.update(release.statements)
                for loading in release.loadings:
                    used.update(loading.statements)
        for readout in self.study.readouts:
            used.update(readout.statements)
        phenotypes = {n.name for k in self.model.cell_kinds for n in k.network.nodes if n.kind == "phenotype"}
        identifiers = sorted(i for i in used if not i.startswith("definition:"))
        return self.kb.subset(identifiers, phenotypes=sorted(phenotypes)).to_records()


def _shown(study: Study, outcomes: list[Outcome]) -> list[tuple[Condition, Outcome]]:
    """Pair every outcome with the places where tables show it, in the order of the tables."""
    of_condition: dict[int, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda o: o.run.replicate):
        of_condition.setdefault(outcome.run.condition, []).append(outcome)
    return [(place, outcome) for place, i in places(study) for outcome in of_condition.get(i, ())]


def _readout_table(shown: list[tuple[Condition, Outcome]], readouts: tuple[ReadOut, ...]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (condition.series, condition.arm, condition.level, outcome.run.replicate, time / 60.0, readout.name,
         readout.cell, readout.unit, value)
        for condition, outcome in shown
        for readout in readouts
        for time, value in zip(outcome.times, outcome.values[readout.name], strict=True)
    ]  # fmt: skip
    columns = ["series", "arm", "level", "replicate", "time_h", "readout", "cell", "unit", "value"]
    return pd.DataFrame(rows, columns=columns)


def _book_table(shown: list[tuple[Condition, Outcome]]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "series": condition.series,
            "arm": condition.arm,
            "level": condition.level,
            "replicate": outcome.run.replicate,
            "vesicle": account["name"],
            **{key: value for key, value in account.items() if key != "name"},
        }
        for condition, outcome in shown
        for account in outcome.books
    ]
    return pd.DataFrame(rows)


def _parameter_table(models: list[Model], settings: dict[str, float]) -> pd.DataFrame:
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    for model in models:
        for name, (parameter, users) in model.parameters().items():
            if name in rows or name.startswith(("dose:", "mimic:")):
                continue  # levels of a series, one per arm
            more = f"; and {len(users) - 3} more" if len(users) > 3 else ""
            rows[name] = {
                "name": name,
                "value": settings.get(name, parameter.value),
                "unit": parameter.unit,
                "low": parameter.prior.low,
                "high": parameter.prior.high,
                "prior": "set by the user" if name in settings else parameter.prior.shape,
                "confidence": parameter.confidence,
                "source": parameter.source,
                "reference": parameter.reference,
                "quoted": parameter.quoted,
                "note": parameter.note,
                "used_by": "; ".join(users[:3]) + more,
            }
    return pd.DataFrame(list(rows.values()))
