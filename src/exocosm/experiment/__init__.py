"""Models run as a laboratory would: arms, treatments, replicates, assays, comparisons."""

from .resume import resume, settle
from .run import RunResult, run
from .study import Study, StudyInfo, load_study, studies
from .treatments import (
    AddBackVesicles,
    ClampField,
    DrugDose,
    KnockDown,
    Mimic,
    ReleaseInhibitor,
    SilenceGene,
    UptakeInhibitor,
    treated,
)

__all__ = [
    "AddBackVesicles",
    "ClampField",
    "DrugDose",
    "KnockDown",
    "Mimic",
    "ReleaseInhibitor",
    "UptakeInhibitor",
    "RunResult",
    "SilenceGene",
    "Study",
    "StudyInfo",
    "load_study",
    "resume",
    "run",
    "settle",
    "studies",
    "treated",
]
