"""What a model is to be assembled for: which axes, which cells, where, and what will be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from exocosm.model import Parameter


@dataclass(frozen=True, kw_only=True)
class Population:
    """Cells of one kind and where they start; lengths in µm."""

    kind: str
    count: int
    pattern: Literal["disc", "shell", "scattered", "dish"]
    inner: float | None = None
    outer: float | None = None


@dataclass(frozen=True, kw_only=True)
class Drug:
    """A drug in the medium that kills at division; names of parameters, the assay time in minutes."""

    name: str
    loss: str
    ic50: str
    ic50_resistant: str
    hill: str
    assay_time: float
    tolerance: dict[str, int]  # phenotype → +1 (protects) or -1 (sensitises)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The choices a study makes; everything else comes from the knowledge base and the parameter table."""

    name: str
    axes: tuple[str, ...]
    populations: tuple[Population, ...]
    shape: tuple[int, int, int]
    spacing: Parameter
    oxygen: Parameter
    well_mixed: bool
    read: dict[str, tuple[str, ...]]  # cell kind → nodes and phenotypes that are read out
    drug: Drug | None = None
