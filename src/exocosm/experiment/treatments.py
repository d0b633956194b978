"""Interventions: each is a record that turns a model into the treated model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from exocosm.assembly import parameter
from exocosm.errors import InputError, expect
from exocosm.model import (
    STEPS,
    STEPS_OF_ROUTE,
    AddCopies,
    AddDrug,
    AddVesicles,
    CellKind,
    Control,
    Endogenous,
    Inhibition,
    Loading,
    Model,
    Parameter,
    Prior,
    Release,
    Step,
    chosen,
)
from exocosm.units import minutes, quantity

_Controlled = TypeVar("_Controlled", Release, Loading, Endogenous)


@dataclass(frozen=True, kw_only=True)
class ReleaseInhibitor:
    """Block one step of vesicle release in some cells; `cut` names a parameter.

    By default the inhibitor is one of nSMase2, such as GW4869: it blocks the formation of multivesicular
    bodies by way of ceramide, and release falls by `cut`, which is then the share that formed that way.
    At another step `cut` is the share of the step that is taken away.
    """

    cells: tuple[str, ...]
    cut: str
    step: Step = "ceramide"
    name: str = "release inhibitor"

    def __post_init__(self) -> None:
        expect.one_of(STEPS, step=self.step)

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        share = parameter(self.cut, to="dimensionless", at_most=1.0)
        for name in self.cells:
            if not any(self._reaches(release) for release in model.cell_kind(name).releases):
                raise InputError(f"`{name}` releases no vesicles by a route with the step {self.step!r}.")
        return _changed(model, self.cells, lambda kind: self._treated(kind, share))

    def _treated(self, kind: CellKind, share: Parameter) -> CellKind:
        return replace(kind, releases=tuple(self._inhibited(r, share) for r in kind.releases))

    def _inhibited(self, release: Release, share: Parameter) -> Release:
        if not self._reaches(release):
            return release
        if self.step == "ceramide":
            release = replace(release, ceramide=share)
            share = chosen("ceramide_blocked", 1.0, "dimensionless", why="the inhibitor blocks this way")
        done = Inhibition(step=self.step, share=share)
        return replace(release, inhibitions=(*release.inhibitions, done))

    def _reaches(self, release: Release) -> bool:
        return self.step in STEPS_OF_ROUTE[release.route]


@dataclass(frozen=True, kw_only=True)
class UptakeInhibitor:
    """Take away a share of uptake in some cells, as heparin, dynasore, cytochalasin D or 4 °C do.

    `cut` names a parameter, the share taken away; with `left` instead, what is left. `routes` picks the
    routes of uptake that it acts on (empty: all).
    """

    cells: tuple[str, ...]
    cut: str | None = None
    left: str | None = None
    routes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.cut is None) == (self.left is None):
            raise InputError("Expected an uptake inhibitor with either `cut` or `left`.")

    def apply(self, model: Model) -> Model:
        """Return the treated model."""
        share = self._share()
        for name in self.cells:
            known = {uptake.route for uptake in model.cell_kind(name).uptakes}
            if unknown := set(self.routes) - known:
                raise InputError(
                    f"`{name}` has no route of uptake {sorted(unknown)}. Routes: {sorted(known)}."
                )

        def inhibited(kind: CellKind) -> CellKind:
            return replace(
                kind,
                uptakes=tuple(
                    replace(uptake, inhibitions=(*uptake.inhibitions, share))
                    if not self.routes or uptake.route in self.routes
                    else uptake
                    for uptake in kind.uptakes
                ),
            )

        return _changed(model, self.cells, inhibited)

    def _share(self) -> Parameter:
        if self.cut is not None:
            return parameter(self.cut, to="dimensionless", at_most=1.0)
        assert self.left is not None
        return _left(self.left, f"uptake_taken_away:{self.left}")


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


Treatment = (
    ReleaseInhibitor
    | UptakeInhibitor
    | KnockDown
    | SilenceGene
    | ClampField
    | AddBackVesicles
    | Mimic
    | DrugDose
)

TREATMENTS: dict[str, type] = {
    "release_inhibitor": ReleaseInhibitor,
    "uptake_inhibitor": UptakeInhibitor,
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
