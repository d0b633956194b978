"""Interventions: each is a record that turns a model into the treated model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from exocosm.assembly import parameter
from exocosm.errors import InputError
from exocosm.model import (
    AddCopies,
    AddDrug,
    AddVesicles,
    CellKind,
    Control,
    Endogenous,
    Loading,
    Model,
    Parameter,
    Prior,
    Release,
    chosen,
)
from exocosm.units import minutes, quantity

_Controlled = TypeVar("_Controlled", Release, Loading, Endogenous)


@dataclass(frozen=True, kw_only=True)
class ReleaseInhibitor:
    """Take away a share of vesicle release in some cells, as GW4869 does; `cut` names a parameter."""

    cells: tuple[str, ...]
    cut: str
    name: str = "release inhibitor"

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        share = parameter(self.cut, to="dimensionless", at_most=1.0)

        def inhibited(kind: CellKind) -> CellKind:
            return replace(kind, releases=tuple(replace(r, inhibition=share) for r in kind.releases))

        return _changed(model, self.cells, inhibited)


@dataclass(frozen=True, kw_only=True)
class KnockDown:
    """Lower the production of a cargo in its donors, made beforehand so that it is in force at the start."""

    cargo: str
    cells: tuple[str, ...]
    efficiency: str = "knock_down_efficiency"

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        model.cargo(self.cargo)
        left = _left(self.efficiency, f"production_left:{self.cargo}")

        def lowered(kind: CellKind) -> CellKind:
            if self.cargo not in {amount.cargo for amount in kind.endogenous}:
                raise InputError(f"`{kind.name}` holds no `{self.cargo}` that could be knocked down.")
            return replace(
                kind,
                endogenous=tuple(
                    replace(a, production_factor=left) if a.cargo == self.cargo else a
                    for a in kind.endogenous
                ),
            )

        return _changed(model, self.cells, lowered)


@dataclass(frozen=True, kw_only=True)
class SilenceGene:
    """Knock down a gene of the donor on which release, loading or production depends, such as HNRNPA2B1.

    What the gene controls is what the knowledge base says; a gene that controls nothing in these cells is
    refused, because its knock-down could not be seen.
    """

    gene: str
    cells: tuple[str, ...]
    efficiency: str = "knock_down_efficiency"

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        left = _left(self.efficiency, f"activity_left:{self.gene}")

        def silenced(kind: CellKind) -> CellKind:
            if self.gene not in _controlling_genes(kind):
                known = ", ".join(sorted(_controlling_genes(kind))) or "none"
                raise InputError(
                    f"`{self.gene}` controls no release or cargo of `{kind.name}` in this study. "
                    f"Genes that do: {known}."
                )
            return _with_controls(kind, lambda control: self._lowered(control, left))

        return _changed(model, self.cells, silenced)

    def _lowered(self, control: Control, left: Parameter) -> Control:
        return replace(control, activity=left) if control.gene == self.gene else control


@dataclass(frozen=True, kw_only=True)
class ClampField:
    """Hold a dissolved substance at one value everywhere, such as oxygen in a normoxic control."""

    field: str
    value: str

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        unit = model.field(self.field).unit
        value = quantity(self.value, to=unit)
        if value < 0:
            raise InputError(f"Expected `value` of a clamped field not to be negative, found {self.value!r}.")
        level = chosen(f"clamp:{self.field}", value, unit, why="set-up of the arm")
        fields = tuple(
            replace(f, initial=level, clamped=True) if f.name == self.field else f for f in model.fields
        )
        return replace(model, fields=fields)


@dataclass(frozen=True, kw_only=True)
class AddBackVesicles:
    """Add isolated vesicles, so many per recipient, loaded as their donors load them.

    `cargo` picks the cargoes they carry (empty: all that any axis of the study has a donor send).
    """

    recipient: str
    per_recipient: str | float
    cargo: tuple[str, ...] = ()
    hypoxic_donors: bool = False
    time: str = "0 h"

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        model.cell_kind(self.recipient)
        loadings = _known_loadings(model)
        unknown = set(self.cargo) - set(loadings)
        if unknown:
            raise InputError(f"No vesicles of this study carry {sorted(unknown)}. Known: {sorted(loadings)}.")
        event = AddVesicles(
            vesicle=model.vesicle_kinds[0].name,
            recipient=self.recipient,
            per_recipient=self._dose(),
            loadings=tuple(loadings[name] for name in (self.cargo or sorted(loadings))),
            hypoxia=1.0 if self.hypoxic_donors else 0.0,
            time=minutes(self.time),
        )
        return replace(model, events=(*model.events, event))

    def offered(self) -> float:
        """Return the vesicles offered per recipient."""
        return self._dose().value

    def _dose(self) -> Parameter:
        try:
            number = float(self.per_recipient)
        except ValueError:
            found = parameter(str(self.per_recipient), to="dimensionless", label="vesicles")
            return replace(found, prior=replace(found.prior, shape="fixed"))
        if not number >= 0:
            raise InputError(f"Expected `per_recipient` to be >= 0 vesicles, found {self.per_recipient!r}.")
        return chosen("vesicles_added", number, "vesicles", why="dose of the arm")


@dataclass(frozen=True, kw_only=True)
class Mimic:
    """Put copies of a cargo straight into the cytosol of recipients and keep them up: a transfected mimic."""

    cargo: str
    recipient: str
    copies: float
    time: str = "0 h"

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        model.cargo(self.cargo)
        model.cell_kind(self.recipient)
        if self.copies < 0:
            raise InputError(f"Expected `copies` of a mimic to be >= 0, found {self.copies!r}.")
        event = AddCopies(
            cargo=self.cargo,
            recipient=self.recipient,
            copies=chosen(f"mimic:{self.cargo}", self.copies, "copies", why="level of the titration"),
            time=minutes(self.time),
            held=True,
        )
        return replace(model, events=(*model.events, event))


@dataclass(frozen=True, kw_only=True)
class DrugDose:
    """Add a drug to the medium."""

    drug: str
    concentration: str
    time: str = "0 h"

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        model.field(self.drug)
        amount = chosen(
            f"dose:{self.drug}", quantity(self.concentration, to="mmol/L"), "mmol/L", why="dose of the arm"
        )
        event = AddDrug(field=self.drug, amount=amount, time=minutes(self.time))
        return replace(model, events=(*model.events, event))


Treatment = ReleaseInhibitor | KnockDown | SilenceGene | ClampField | AddBackVesicles | Mimic | DrugDose

TREATMENTS: dict[str, type] = {
    "release_inhibitor": ReleaseInhibitor,
    "knock_down": KnockDown,
    "silence_gene": SilenceGene,
    "clamp_field": ClampField,
    "add_vesicles": AddBackVesicles,
    "mimic": Mimic,
    "drug": DrugDose,
}


def treated(model: Model, treatments: tuple[Treatment, ...]) -> Model:
    """Apply treatments in order."""
    for treatment in treatments:
        model = treatment.apply(model)
    return model


def _changed(model: Model, cells: tuple[str, ...], change: Callable[[CellKind], CellKind]) -> Model:
    for name in cells:
        model.cell_kind(name)
    kinds = tuple(change(kind) if kind.name in cells else kind for kind in model.cell_kinds)
    return replace(model, cell_kinds=kinds)


def _controlling_genes(kind: CellKind) -> set[str]:
    parts: list[Release | Loading | Endogenous] = [*kind.releases, *kind.endogenous]
    parts.extend(loading for release in kind.releases for loading in release.loadings)
    return {control.gene for part in parts for control in part.controls}


def _with_controls(kind: CellKind, change: Callable[[Control], Control]) -> CellKind:
    """Return the kind with every control of its releases, loadings and productions changed."""

    def changed(part: _Controlled) -> _Controlled:
        return replace(part, controls=tuple(change(control) for control in part.controls))

    return replace(
        kind,
        releases=tuple(
            changed(replace(release, loadings=tuple(changed(loading) for loading in release.loadings)))
            for release in kind.releases
        ),
        endogenous=tuple(changed(amount) for amount in kind.endogenous),
    )


def _left(efficiency: str, name: str) -> Parameter:
    """Return what a knock-down of this efficiency leaves."""
    taken = parameter(efficiency, to="dimensionless", at_most=1.0)
    return replace(
        taken,
        name=name,
        value=1.0 - taken.value,
        prior=_complement(taken.prior),
        note=f"1 - {taken.name}",
    )


def _complement(prior: Prior) -> Prior:
    return replace(
        prior,
        central=1.0 - prior.central,
        low=None if prior.high is None else 1.0 - prior.high,
        high=None if prior.low is None else 1.0 - prior.low,
    )


def _known_loadings(model: Model) -> dict[str, Loading]:
    return {
        loading.cargo: loading
        for kind in model.cell_kinds
        for release in kind.releases
        for loading in release.loadings
    }
