"""Findings: what an experiment in a paper did and saw, to be set against a simulation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .evidence import Evidence
from .record import FieldProblem, blank, check
from .statement import Direction, id_problems


@dataclass(frozen=True, kw_only=True)
class ReadOut:
    """What changed, in which cell, in which direction: manipulated against control."""

    node: str
    direction: Direction
    cell: str | None = None

    def __post_init__(self) -> None:
        check(self, blank(self, "node", "cell"))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An experiment and its read-outs, with the statements it supports."""

    id: str
    statements: tuple[str, ...]  # ids
    setup: str
    manipulated: str
    control: str
    readouts: tuple[ReadOut, ...]
    evidence: tuple[Evidence, ...]
    informed: str | None = None  # how the writer of mechanism statements knew of it; None = not at all

    def __post_init__(self) -> None:
        check(
            self,
            [
                *id_problems(self.id),
                *blank(self, "setup", "manipulated", "control", "informed"),
                *self._empty_lists(),
            ],
        )

    def _empty_lists(self) -> Iterator[FieldProblem]:
        for name in ("statements", "readouts", "evidence"):
            if not getattr(self, name):
                yield name, "is empty: a finding needs at least one."

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (field, name) for every entity or phenotype named."""
        for i, readout in enumerate(self.readouts):
            yield f"readouts[{i}].node", readout.node
            if readout.cell is not None:
                yield f"readouts[{i}].cell", readout.cell
