"""Numbers from the parameter table and the prior file, as Parameters in internal units."""

from __future__ import annotations

import math
from collections.abc import Mapping

from exocosm.errors import InputError, did_you_mean
from exocosm.knowledge import ParameterRow, PriorRow, parameter_row, prior_rows
from exocosm.model import Parameter, Prior
from exocosm.units import convert

# A number without a stated range: 95 % of its draws lie within this factor of it.
SPREAD = {"measured": 1.5, "derived": 2.0, "assumed": 3.0, "unverified": 10.0}


def parameter(
    identifier: str,
    *,
    to: str,
    label: str = "",
    factor: float = 1.0,
    at_most: float | None = None,
    name: str | None = None,
    why: str = "",
) -> Parameter:
    """Make a Parameter of a row of the parameter table, or of a prior.

    Parameters
    ----------
    to : unit to convert to; `label` is shown instead when the unit is a pure number ("copies")
    factor : multiplies the converted number, for what is derived from a row; say `why`
    at_most : cap of a draw, such as 1 for a share
    name : another name, for a number drawn apart from its row

    Raises
    ------
    InputError : for an unknown id, a one-sided bound, or a row marked CHECK, none of which may be a default
    """
    priors = {row.id: row for row in prior_rows()}
    made = _of_prior(priors[identifier]) if identifier in priors else _of_row(parameter_row(identifier))
    value, prior, unit, quoted = made["value"], made["prior"], made["unit"], made["quoted"]
    scale = float(convert(1.0, unit, to)) * factor
    return Parameter(
        name=name or identifier,
        value=value * scale,
        unit=label or to,
        prior=_scaled(prior, scale),
        confidence=made["confidence"],
        source=made["source"],
        reference=made["reference"],
        quoted=quoted,
        note="; ".join(part for part in (made["note"], why) if part),
        at_most=at_most,
    )


def inverse(parameter: Parameter, *, name: str, unit: str, factor: float, why: str) -> Parameter:
    """Make the parameter factor/x of a parameter x, such as a rate from a time."""
    prior = parameter.prior
    low = factor / prior.high if prior.high is not None else None
    high = factor / prior.low if prior.low is not None else None
    turned = Prior(shape=prior.shape, central=factor / prior.central, low=low, high=high)
    return Parameter(
        name=name,
        value=factor / parameter.value,
        unit=unit,
        prior=turned,
        confidence="derived" if parameter.confidence == "measured" else parameter.confidence,
        source=parameter.source,
        reference=parameter.reference,
        quoted=parameter.quoted,
        note="; ".join(part for part in (parameter.note, why) if part),
    )


def overridden(parameters: Mapping[str, Parameter], settings: Mapping[str, float]) -> dict[str, float]:
    """Check a user's own values against the parameters of a model; returns them as numbers."""
    for name, value in settings.items():
        if name not in parameters:
            hint = did_you_mean(name, parameters)
            raise InputError(
                f"No parameter `{name}` in this study.{hint} Known: {', '.join(sorted(parameters))}."
            )
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(
                f"Expected parameter `{name}` to be a number in {parameters[name].unit}, found {value!r}."
            )
        known = parameters[name]
        if not math.isfinite(value):
            raise InputError(f"Expected parameter `{name}` to be finite, found {value!r}.")
        if value < 0:
            raise InputError(f"Expected parameter `{name}` not to be negative, found {value!r}.")
        if known.at_most is not None and value > known.at_most:
            raise InputError(
                f"Expected parameter `{name}` to be at most {known.at_most:g} {known.unit}, found {value!r}."
            )
        if known.prior.shape == "logituniform" and not 0 < value < 1:
            raise InputError(f"Expected parameter `{name}` to lie between 0 and 1, found {value!r}.")
    return {name: float(value) for name, value in settings.items()}


def _of_prior(row: PriorRow) -> dict:
    return {
        "value": row.value,
        "unit": row.unit,
        "prior": Prior(shape=row.distribution, central=row.value, low=row.low, high=row.high),
        "quoted": f"{row.value:g} {row.unit}",
        "confidence": "prior",
        "source": f"prior chosen: {row.reason}",
        "reference": "",
        "note": row.parameter,
    }


def _of_row(row: ParameterRow) -> dict:
    if "CHECK" in row.note:
        raise InputError(
            f"Parameter `{row.id}` is marked CHECK in the table and may not be a default: {row.note}"
        )
    prior = _prior_of_row(row)
    return {
        "value": prior.central,
        "unit": row.unit,
        "prior": prior,
        "quoted": _as_printed(row),
        "confidence": row.confidence,
        "source": row.source or row.parameter,
        "reference": row.doi_or_url,
        "note": "; ".join(part for part in (row.parameter, row.system, row.note) if part),
    }


def _as_printed(row: ParameterRow) -> str:
    parts = [] if row.value is None else [f"{row.value:g}"]
    if row.low is not None or row.high is not None:
        low, high = ("" if bound is None else f"{bound:g}" for bound in (row.low, row.high))
        parts.append(f"[{low} to {high}]")
    return " ".join([*parts, row.unit])


def _prior_of_row(row: ParameterRow) -> Prior:
    low, high = row.low, row.high
    if row.value is None:
        if low is None or high is None:
            raise InputError(f"Parameter `{row.id}` has a bound on one side only and may not be a default.")
        if low <= 0:
            return Prior(shape="uniform", central=0.5 * (low + high), low=low, high=high)
        return Prior(shape="loguniform", central=(low * high) ** 0.5, low=low, high=high)
    factor = SPREAD[row.confidence]
    if row.value <= 0:
        return Prior(central=row.value)
    above = high / row.value if high is not None and high > row.value else None
    below = row.value / low if low is not None and 0 < low < row.value else None
    above, below = above or below or factor, below or above or factor  # a missing side mirrors the other
    return Prior(shape="lognormal", central=row.value, low=row.value / below, high=row.value * above)


def _scaled(prior: Prior, scale: float) -> Prior:
    low = None if prior.low is None else prior.low * scale
    high = None if prior.high is None else prior.high * scale
    return Prior(shape=prior.shape, central=prior.central * scale, low=low, high=high)
