"""What a run writes down: before it starts, and from the outcomes it has when it ends."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exocosm import knowledge, provenance
from exocosm.engine import identity
from exocosm.model import Model

from . import folder as files
from .assays import ReadOut
from .compare import effects
from .dose_table import dose_table, hidden_readouts
from .draws import Draws, drawn
from .ic50 import ic50_table, shift_table
from .outcomes import Outcome
from .own_knowledge import keep_own
from .study import Study, titration_arm
from .tables import book_table, parameter_table, readout_table, remark_table, shown

UNFINISHED = "unfinished"  # folder inside the run folder, until the run is done
_STATUS_EVERY = 10  # runs


@dataclass
class Ledger:
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

    def take_up(self, outcomes: list[Outcome], record: dict[str, Any]) -> None:
        """Go on with a run that left these outcomes and this provenance."""
        self.provenance = record
        for outcome in outcomes:
            self.keep(outcome)

    def settle(self, message: str) -> None:
        """Write tables of what is there, and that the run is not done."""
        self._tables()
        self._status("interrupted", message)

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
            engine=identity(device),
            knowledge={"version": self.kb.version, "sha256": self.kb.sha256, **({"own": own} if own else {})},
            study_sha256=provenance.sha256_of_json(record),
            draws={
                "used": list(self.draws.indices),
                "tried": self.draws.tried,
                "rejected": self.draws.rejected,
            },
            threads=threads,
        )
        files.write_model(self.out / "model.json", self.model)
        files.write_json(self.out / "statements.json", self._statements())
        files.write_table(self.out, "parameters", parameter_table(models, self.settings))
        files.write_json(self.out / "provenance.json", self.provenance)
        files.write_yaml(self.out / "study.yaml", record)  # last: with it there is enough to go on

    def close(self, state: str) -> None:
        """Write the tables of what is done, then how the run ended."""
        self._tables()
        self.provenance["finished"] = provenance.now()
        files.write_json(self.out / "provenance.json", self.provenance)
        self._status(state, "stopped by the user" if state == "interrupted" else "")
        if state == "done":
            shutil.rmtree(self.out / UNFINISHED, ignore_errors=True)

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
        shown_runs = shown(self.study, self.outcomes)
        everything = readout_table(shown_runs, (*self.study.readouts, *self.hidden))
        hidden_names = {readout.name for readout in self.hidden}
        is_hidden = everything["readout"].isin(hidden_names)
        visible = everything[~is_hidden].reset_index(drop=True)
        files.write_table(self.out, "readouts", visible)
        files.write_table(self.out, "books", book_table(shown_runs))
        files.write_table(self.out, "remarks", remark_table(shown_runs))
        files.write_table(
            self.out, "effects", effects(visible, self.study.control, self.seed, self._mimics())
        )
        if self.study.drug is not None:
            fits = ic50_table(visible, self.study.drug.viability)
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
