"""Who does what in a statement: one view of its three shapes, for searching, showing and exporting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .statement import CargoLevel, Claim, Effect, Influence, Statement, Target


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The slots of a statement; an empty tuple or None where it does not fill one."""

    agent: str | None = None
    donors: tuple[str, ...] = ()
    cargo: str | None = None
    cargo_level: CargoLevel = "unknown"
    recipients: tuple[str, ...] = ()
    uptake: str | None = None
    targets: tuple[Target, ...] = ()
    pathways: tuple[Effect, ...] = ()
    phenotypes: tuple[Effect, ...] = ()
    cells: tuple[str, ...] = ()  # where a mechanism holds; () = any

    def changes(self) -> Iterator[tuple[str, str]]:
        """Yield (name, effect) of every target, pathway and phenotype."""
        for target in self.targets:
            yield target.name, target.effect
        for changed in (*self.pathways, *self.phenotypes):
            yield changed.name, changed.effect


def roles_of(statement: Statement) -> Roles:
    """Lay a statement out by roles.

    What raises the release of vesicles changes a phenotype of the donor; what sorts a cargo changes its
    level; what acts on uptake changes a phenotype of the recipient.
    """
    if isinstance(statement, Influence):
        return _of_influence(statement)
    return Roles(
        agent=statement.agent if isinstance(statement, Claim) else None,
        donors=_listed(statement.donor),
        cargo=statement.cargo,
        cargo_level=statement.cargo_level,
        recipients=_listed(statement.recipient),
        uptake=statement.uptake,
        targets=statement.targets,
        pathways=statement.pathways,
        phenotypes=statement.phenotypes,
    )


def _of_influence(influence: Influence) -> Roles:
    agent, changed = influence.source, Effect(name=influence.target, effect=influence.effect)
    match influence.kind:
        case "sorting":
            return Roles(
                agent=agent, donors=influence.cells, cargo=influence.target, cargo_level=influence.effect
            )
        case "release" | "biogenesis":
            return Roles(agent=agent, donors=influence.cells, phenotypes=(changed,))
        case "uptake":
            return Roles(agent=agent, recipients=influence.cells, phenotypes=(changed,))
        case _:
            target = Target(name=influence.target, effect=influence.effect)
            return Roles(agent=agent, targets=(target,), cells=influence.cells)


def _listed(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)
