"""A study as a list of single runs: every arm, level and replicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exocosm.model import Model

from .study import Study
from .treatments import DrugDose, Mimic, Treatment, treated

Series = Literal["arms", "titration", "dose_response"]


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
    """A condition with one draw of the priors; arms with the same replicate share draw and seed."""

    condition: int
    replicate: int
    draw: int


def conditions(study: Study) -> tuple[Condition, ...]:
    """List the conditions of a study: arms first, then the titration.

    In a drug study every arm, and every level of the titration, is run at every dose; the titration's arms
    are then named by their copies. A titration is done on the control arm.
    """
    nan = float("nan")
    found: list[Condition] = []
    for arm in study.arms:
        if study.drug is None:
            found.append(Condition(series="arms", arm=arm.name, level=nan, treatments=arm.treatments))
        else:
            found.extend(_doses(study, arm.name, arm.treatments))
    if study.titration is not None:
        control = study.arm(study.control).treatments
        for copies in study.titration.copies:
            mimic = Mimic(cargo=study.titration.cargo, recipient=study.titration.recipient, copies=copies)
            treatments = (*control, mimic)
            if study.drug is None:
                found.append(
                    Condition(series="titration", arm=study.control, level=copies, treatments=treatments)
                )
            else:
                found.extend(_doses(study, titration_arm(copies), treatments))
    return tuple(found)


def titration_arm(copies: float) -> str:
    """Name the arm of a drug study that stands for one level of the titration."""
    return f"mimic-{copies:g}"


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
