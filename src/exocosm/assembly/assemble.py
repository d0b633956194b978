"""assemble(statements, scenario) → Model: the only bridge between what is known and what is simulated."""

from __future__ import annotations

from dataclasses import replace

from exocosm.errors import InputError
from exocosm.knowledge import Axis, KnowledgeBase
from exocosm.model import (
    Boundaries,
    Domain,
    Field,
    Mechanics,
    Model,
    Parameter,
    Placement,
    chosen,
    fixed_everywhere,
)

from . import vesicles
from .cells import cell_kind
from .parameters import parameter
from .scenario import Drug, Population, Scenario


def assemble(kb: KnowledgeBase, scenario: Scenario) -> Model:
    """Compile the axes of a scenario, and the mechanism statements behind them, into a model.

    The result is pure data at central values; nothing has run. What was left out, and why, stands in the
    `omissions` of each cell kind's network.

    Raises
    ------
    InputError : for an unknown axis or cell kind, or an axis whose donor or recipient is not in the scenario
    """
    axes = tuple(_axis(kb, identifier, _lineages(kb, scenario)) for identifier in scenario.axes)
    kinds = tuple(
        cell_kind(kb, scenario, name, axes) for name in dict.fromkeys(p.kind for p in scenario.populations)
    )
    named = {amount.cargo for kind in kinds for amount in kind.endogenous}
    fields = (_oxygen(scenario), *((_drug_field(scenario.drug),) if scenario.drug else ()))
    return Model(
        name=scenario.name,
        cell_kinds=kinds,
        vesicle_kinds=(vesicles.small_vesicle(),),
        cargoes=tuple(vesicles.cargo(kb.entity(name)) for name in sorted(named)),
        fields=fields,
        domain=Domain(shape=scenario.shape, spacing=scenario.spacing, well_mixed=scenario.well_mixed),
        mechanics=Mechanics(
            repulsion=parameter("mechanics_repulsion", to="um/min"),
            adhesion=parameter("mechanics_adhesion", to="um/min"),
            reach=parameter("mechanics_reach", to="dimensionless"),
        ),
        placements=tuple(_placement(population) for population in scenario.populations),
    )


def _lineages(kb: KnowledgeBase, scenario: Scenario) -> set[str]:
    """The cell types that the cells of a scenario stand for."""
    return {broad for population in scenario.populations for broad in kb.lineage(population.kind)}


def _axis(kb: KnowledgeBase, identifier: str, present: set[str]) -> Axis:
    statement = kb.statement(identifier)
    if not isinstance(statement, Axis):
        raise InputError(f"Statement `{identifier}` is of kind {statement.kind}; a study lists axes.")
    if statement.cargo is None:
        raise InputError(
            f"Axis `{identifier}` speaks of whole vesicles and names no cargo; only named cargo can be "
            "simulated."
        )
    if statement.cargo_level == "down":
        raise InputError(
            f"Axis `{identifier}` reports cargo that is lost from vesicles; arms with lost cargo cannot be "
            "simulated yet."
        )
    absent = [name for name in (statement.donor, statement.recipient) if name not in present]
    if absent:
        raise InputError(
            f"Axis `{identifier}` goes from {statement.donor!r} to {statement.recipient!r}; the scenario "
            f"lacks {absent[0]!r}. Cells: {sorted(present)}."
        )
    return statement


def _oxygen(scenario: Scenario) -> Field:
    return Field(
        name="oxygen",
        unit="mmHg",
        diffusion=parameter("oxygen_diffusion", to="um**2/min"),
        loss=parameter("oxygen_decay", to="1/min"),
        initial=scenario.oxygen,
        boundaries=Boundaries() if scenario.well_mixed else fixed_everywhere(scenario.oxygen),
        scheme="steady",
        clamped=scenario.well_mixed,
    )


def _drug_field(drug: Drug) -> Field:
    return Field(
        name=drug.name,
        unit="mmol/L",
        diffusion=chosen(f"diffusion:{drug.name}", 0.0, "um**2/min", why="well mixed in a dish"),
        loss=replace(parameter(drug.loss, to="1/min"), name=f"loss:{drug.name}"),
        initial=chosen(f"initial:{drug.name}", 0.0, "mmol/L", why="drug is added by a treatment"),
        scheme="conservative",
    )


def _placement(population: Population) -> Placement:
    def length(label: str, value: float | None) -> Parameter | None:
        if value is None:
            return None
        return chosen(f"{label}:{population.kind}", value, "um", why="set-up of the study")

    return Placement(
        kind=population.kind,
        pattern=population.pattern,
        count=population.count,
        inner=length("inner", population.inner),
        outer=length("outer", population.outer),
    )
