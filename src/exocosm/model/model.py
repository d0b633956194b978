"""The Model: everything that is simulated, as pure data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from exocosm.errors import InputError

from .behaviours import check_behaviours, check_starts
from .cells import CellKind
from .events import AddCopies, AddDrug, Event
from .fields import Field, check_fields
from .names import check_names
from .parameter import Parameter
from .tissue import Domain, Mechanics, Placement
from .vesicles import Cargo, VesicleKind

FORMAT = "exocosm-model-1"


@dataclass(frozen=True, kw_only=True)
class Model:
    """Cells, vesicles, cargo, fields, domain and what is done to them. Running it changes nothing in it."""

    name: str
    cell_kinds: tuple[CellKind, ...]
    vesicle_kinds: tuple[VesicleKind, ...]
    cargoes: tuple[Cargo, ...]
    fields: tuple[Field, ...]
    domain: Domain
    mechanics: Mechanics
    placements: tuple[Placement, ...]
    events: tuple[Event, ...] = ()
    format: str = FORMAT

    def __post_init__(self) -> None:
        _check_references(self)

    def cell_kind(self, name: str) -> CellKind:
        """Return the cell kind of this name, or raise InputError naming those there are."""
        return _named(self.cell_kinds, name, "cell kind")

    def vesicle_kind(self, name: str) -> VesicleKind:
        """Return the vesicle class of this name, or raise InputError naming those there are."""
        return _named(self.vesicle_kinds, name, "vesicle class")

    def cargo(self, name: str) -> Cargo:
        """Return the cargo of this name, or raise InputError naming those there are."""
        return _named(self.cargoes, name, "cargo")

    def field(self, name: str) -> Field:
        """Return the field of this name, or raise InputError naming those there are."""
        return _named(self.fields, name, "field")

    def parameters(self) -> dict[str, tuple[Parameter, tuple[str, ...]]]:
        """Collect every number once: name → (parameter, the places that use it)."""
        found: dict[str, tuple[Parameter, list[str]]] = {}
        for place, parameter in _walk(self, ""):
            first = found.setdefault(parameter.name, (parameter, []))
            if first[0] != parameter:
                raise InputError(
                    f"Parameter `{parameter.name}` stands for two different numbers: "
                    f"{first[0].value:g} at {first[1][0]} and {parameter.value:g} at {place}."
                )
            first[1].append(place)
        return {name: (parameter, tuple(places)) for name, (parameter, places) in found.items()}

    def drawn(self, seed: int, draw: int) -> Model:
        """Return the model with every number redrawn from its prior.

        The quantile of a number depends on (seed, draw, its name) alone, so arms of one experiment share
        their draws, and adding a parameter changes no other. Draw 0 is a draw like the others; the
        central values are those of the model itself.
        """
        return _rebuilt(self, lambda p: p.sampled(seed, draw))

    def replaced(self, **values: float) -> Model:
        """Return the model with the named parameters set to other values (same unit, prior kept)."""
        known = self.parameters()
        for name in values:
            if name not in known:
                raise InputError(f"No parameter `{name}` in model `{self.name}`. Known: {sorted(known)}.")
        return _rebuilt(self, lambda p: p.at(values[p.name]) if p.name in values else p)

    def save(self, path: Path) -> None:
        """Write the model as JSON."""
        from cattrs.preconf.json import make_converter

        text = json.dumps(make_converter().unstructure(self), indent=1, sort_keys=True)
        Path(path).write_text(text + "\n", encoding="utf-8")

    @staticmethod
    def load(path: Path) -> Model:
        """Read a model written by `save`; raises InputError for anything else."""
        from cattrs import transform_error
        from cattrs.errors import BaseValidationError
        from cattrs.preconf.json import make_converter

        try:
            record = json.loads(Path(path).read_text(encoding="utf-8"))
            if not isinstance(record, dict) or record.get("format") != FORMAT:
                raise InputError(f"Expected `{path}` to be a model in format {FORMAT!r}.")
            # A misspelt key would else be dropped, and the default hold in its place.
            return make_converter(forbid_extra_keys=True).structure(record, Model)
        except BaseValidationError as error:
            said = "; ".join(transform_error(error, "model")[:5])
            raise InputError(f"Could not read a model from `{path}`: {said}.") from error
        except RecursionError as error:
            raise InputError(f"Could not read a model from `{path}`: it is nested too deep.") from error
        except (OSError, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"Could not read a model from `{path}`: {error}.") from error


def _named(items: tuple[Any, ...], name: str, noun: str) -> Any:
    for item in items:
        if item.name == name:
            return item
    raise InputError(f"No {noun} `{name}` in this model. Known: {sorted(item.name for item in items)}.")


def _check_references(model: Model) -> None:
    for group in (model.cell_kinds, model.vesicle_kinds, model.cargoes, model.fields):
        names = [item.name for item in group]
        if len(set(names)) != len(names):
            raise InputError(f"Expected names to be unique in model `{model.name}`, found {sorted(names)}.")
    for kind in model.cell_kinds:
        for release in kind.releases:
            model.vesicle_kind(release.vesicle)
            for loading in release.loadings:
                model.cargo(loading.cargo)
        routes = [release.vesicle for release in kind.releases]
        if len(set(routes)) != len(routes):
            raise InputError(
                f"Expected `{kind.name}` to release each vesicle class by one route, found {routes}. "
                "Give every route a class of its own."
            )
        for uptake in kind.uptakes:
            for match in uptake.matches:
                model.vesicle_kind(match.vesicle)
            if uptake.destination == "surface" and not _leaves_surface(kind):
                raise InputError(
                    f"Vesicles dock at `{kind.name}` by the route {uptake.route!r} and never leave its "
                    "surface. Give its `fate` a rate `detach` or `internalise`."
                )
        for amount in kind.endogenous:
            model.cargo(amount.cargo)
        for link in kind.network.links:
            model.cargo(link.cargo)
            if link.kind == "surface" and not model.cargo(link.cargo).surface:
                raise InputError(
                    f"Cargo `{link.cargo}` acts on {link.target!r} from the surface of `{kind.name}` and is "
                    "no surface cargo. Set `surface=True` on it, or make the link one of kind 'drive'."
                )
            if link.kind == "sponge":
                model.cargo(link.target)
            else:
                kind.network.index(link.target)
        for response in kind.responses:
            kind.network.index(response.phenotype)
        if kind.drug_kill is not None:
            model.field(kind.drug_kill.drug)
    check_names(model)
    if model.domain.single_vesicles:
        binding = [kind.name for kind in model.vesicle_kinds if kind.binding is not None]
        if binding:
            raise InputError(f"Single vesicles do not bind to matrix yet; drop `binding` of {binding}.")
    for placement in model.placements:
        model.cell_kind(placement.kind)
    for event in model.events:
        _check_event(model, event)
    check_fields(model.fields, model.domain)
    check_behaviours(model)
    check_starts(model)
    model.parameters()


def _leaves_surface(kind: CellKind) -> bool:
    rates = (kind.fate.detach, kind.fate.internalise) if kind.fate else ()
    return any(rate is not None and rate.value > 0.0 for rate in rates)


def _check_event(model: Model, event: Event) -> None:
    if isinstance(event, AddDrug):
        field = model.field(event.field)
        if field.scheme == "steady" and not field.clamped:
            raise InputError(
                f"`AddDrug` has no effect on field `{field.name}`, which is kept at its steady state. "
                "Follow it in time: scheme 'adi', 'lod' or 'conservative'."
            )
        return
    model.cell_kind(event.recipient)
    if isinstance(event, AddCopies):
        model.cargo(event.cargo)
        return
    model.vesicle_kind(event.vesicle)
    for loading in event.loadings:
        model.cargo(loading.cargo)


def _walk(value: Any, place: str) -> Iterator[tuple[str, Parameter]]:
    if isinstance(value, Parameter):
        yield place, value
    elif is_dataclass(value):
        label = getattr(value, "name", "")
        here = f"{place}.{label}" if place and label else place or label
        for entry in fields(value):
            yield from _walk(getattr(value, entry.name), f"{here}.{entry.name}" if here else entry.name)
    elif isinstance(value, tuple):
        for item in value:
            yield from _walk(item, place)


def _rebuilt(value: Any, change: Any) -> Any:
    if isinstance(value, Parameter):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_rebuilt(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _rebuilt(getattr(value, f.name), change) for f in fields(value)})
    return value
