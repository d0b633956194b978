"""A vesicle class split into classes of its sizes."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

from exocosm.errors import InputError

from .cells import CellKind
from .model import Model
from .parameter import Parameter, Prior
from .release import Release
from .uptake import Match, Uptake
from .vesicles import VesicleKind


def split_by_size(model: Model, vesicle: str, n: int) -> Model:
    """Return the model with a class split into `n` classes of sizes, each with 1/n of the vesicles.

    Class i holds the sizes between two quantiles and is named `vesicle:i`. Release is shared out evenly, and
    routes of uptake match all of them as they matched the whole, so that together they are taken as before.
    """
    kind = model.vesicle_kind(vesicle)
    if kind.smallest is None or kind.largest is None or kind.diameter_sigma.value <= 0.0:
        raise InputError(f"`{vesicle}` needs sizes to be split: give it `smallest` and `largest`.")
    if n < 1:
        raise InputError(f"Expected `n` of classes to be at least 1, found {n}.")
    if any(getattr(event, "vesicle", None) == vesicle for event in model.events):
        raise InputError(f"Split `{vesicle}` before events that add it are added to the model.")
    names = [f"{vesicle}:{i + 1}" for i in range(n)]
    edges = _edges(kind, kind.smallest.value, kind.largest.value, n)
    bins = tuple(
        replace(
            kind,
            name=name,
            smallest=_at(kind.smallest, f"smallest:{name}", edges[i]),
            largest=_at(kind.largest, f"largest:{name}", edges[i + 1]),
        )
        for i, name in enumerate(names)
    )
    return replace(
        model,
        vesicle_kinds=tuple(
            new for old in model.vesicle_kinds for new in (bins if old.name == vesicle else (old,))
        ),
        cell_kinds=tuple(_cell(cell, vesicle, names) for cell in model.cell_kinds),
    )


def _edges(kind: VesicleKind, low: float, high: float, n: int) -> list[float]:
    normal, median = NormalDist(0.0, kind.diameter_sigma.value), kind.diameter.value
    below, above = normal.cdf(math.log(low / median)), normal.cdf(math.log(high / median))
    inner = [median * math.exp(normal.inv_cdf(below + (above - below) * i / n)) for i in range(1, n)]
    return [low, *inner, high]


def _at(parameter: Parameter, name: str, value: float) -> Parameter:
    return replace(parameter, name=name, value=value, prior=Prior(central=value))


def _cell(cell: CellKind, vesicle: str, names: list[str]) -> CellKind:
    releases = tuple(
        new for old in cell.releases for new in (_shared(old, names) if old.vesicle == vesicle else (old,))
    )
    return replace(cell, releases=releases, uptakes=tuple(_matched(u, vesicle, names) for u in cell.uptakes))


def _shared(release: Release, names: list[str]) -> tuple[Release, ...]:
    n, rate = len(names), release.rate
    prior = replace(
        rate.prior,
        central=rate.prior.central / n,
        low=None if rate.prior.low is None else rate.prior.low / n,
        high=None if rate.prior.high is None else rate.prior.high / n,
    )
    part = replace(rate, name=f"{rate.name}/{n}", value=rate.value / n, prior=prior)
    return tuple(replace(release, vesicle=name, rate=part) for name in names)


def _matched(uptake: Uptake, vesicle: str, names: list[str]) -> Uptake:
    matches: list[Match] = []
    for match in uptake.matches:
        matches += [replace(match, vesicle=name) for name in names] if match.vesicle == vesicle else [match]
    return replace(uptake, matches=tuple(matches))
