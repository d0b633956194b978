"""A study as a list of single runs: every arm, level and replicate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from exocosm.model import Model

from .study import Study, titration_arm
from .treatments import DrugDose, Mimic, Treatment, treated

Series = Literal["arms", "titration", "dose_response"]
PICTURE = -1  # "replicate" of the runs at central values, from which pictures are drawn


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition: an arm, at one level of a titration or drug where there is one.

    `level` is copies (titration) or µmol/L (dose response), NaN for a plain arm.
    """

    series: Series
    arm: str
    level: float
    treatments: tuple[Treatment, ...]


@dataclass(frozen=True, kw_only=True)
class SingleRun:
    """A condition with one draw of the priors; arms with the same replicate share draw and seed.

    A run for pictures is no replicate: it has no draw, every number stands at its central value.
    """

    condition: int
    replicate: int
    draw: int | None

    @property
    def for_pictures(self) -> bool:
        """True for a run at central values, whose frames are kept and whose numbers enter no table."""
        return self.replicate == PICTURE


def conditions(study: Study) -> tuple[Condition, ...]:
    """List the conditions of a study that are run: arms first, then the titration.

    In a drug study every arm, and every level of the titration, is run at every dose; the titration's arms
    are then named by their copies. A titration is done on the control arm, which is its level 0.
    """
    return (*_arms(study), *_titration(study))


def places(study: Study) -> tuple[tuple[Condition, int], ...]:
    """List the conditions as tables show them, each with the index of the run condition behind it.

    The control arm stands there twice: as an arm, and as level 0 of the titration.
    """
    arms = [(condition, i) for i, condition in enumerate(_arms(study))]
    levels = [(condition, len(arms) + i) for i, condition in enumerate(_titration(study))]
    controls = [(c, i) for c, i in arms if c.arm == study.control] if study.titration else []
    if study.drug is None:
        zero = [(replace(c, series="titration", level=0.0), i) for c, i in controls]
    else:
        zero = [(replace(c, arm=titration_arm(0.0)), i) for c, i in controls]
    return (*arms, *zero, *levels)


def _arms(study: Study) -> list[Condition]:
    if study.drug is not None:
        return [condition for arm in study.arms for condition in _doses(study, arm.name, arm.treatments)]
    nan = float("nan")
    return [Condition(series="arms", arm=a.name, level=nan, treatments=a.treatments) for a in study.arms]


def _titration(study: Study) -> list[Condition]:
    if study.titration is None:
        return []
    found: list[Condition] = []
    for copies in filter(None, study.titration.copies):
        mimic = Mimic(cargo=study.titration.cargo, recipient=study.titration.recipient, copies=copies)
        treatments = (*study.arm(study.control).treatments, mimic)
        if study.drug is None:
            found.append(
                Condition(series="titration", arm=study.control, level=copies, treatments=treatments)
            )
        else:
            found.extend(_doses(study, titration_arm(copies), treatments))
    return found


def model_of(model: Model, condition: Condition) -> Model:
    """Return the model of a condition at central values."""
    return treated(model, condition.treatments)


def _doses(study: Study, arm: str, treatments: tuple[Treatment, ...]) -> list[Condition]:
    assert study.drug is not None
    made = []
    for dose in study.drug.doses:
        drug = DrugDose(
            drug=study.drug.drug.name, concentration=f"{dose!r} mmol/L", time=f"{study.drug.time!r} min"
        )
        made.append(
            Condition(
                series="dose_response",
                arm=arm,
                level=dose * 1000.0,
                treatments=(*treatments, drug) if dose > 0 else treatments,
            )
        )
    return made


def all_runs(study: Study, listed: tuple[Condition, ...], draws: tuple[int, ...]) -> tuple[SingleRun, ...]:
    """List every run of a study, replicate by replicate.

    In a tissue study the runs for pictures, one an arm, follow the first replicate: an interruption then
    leaves numbers as well as pictures.
    """
    pictured = () if study.scenario.well_mixed else [i for i, c in enumerate(listed) if c.series == "arms"]
    pictures = [SingleRun(condition=i, replicate=PICTURE, draw=None) for i in pictured]
    replicates = [
        SingleRun(condition=i, replicate=replicate, draw=draw)
        for replicate, draw in enumerate(draws)
        for i in range(len(listed))
    ]
    first = len(listed)
    return (*replicates[:first], *pictures, *replicates[first:])
