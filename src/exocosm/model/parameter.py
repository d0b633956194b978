"""A number with its unit, its uncertainty and its origin."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from exocosm.errors import InputError

Shape = Literal["fixed", "lognormal", "loguniform", "uniform", "logituniform"]

_Z95 = 1.959963984540054  # 97.5 % quantile of the standard normal


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed about a number before any simulation.

    `fixed` is a convention or a choice of the set-up, never redrawn. `lognormal` has its median at
    `central` and its 2.5 and 97.5 % quantiles at `low` and `high` (the two halves may differ in width).
    `loguniform`, `uniform` and `logituniform` run between `low` and `high` on their scale.
    """

    shape: Shape = "fixed"
    central: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.central):
            raise InputError(f"Expected `central` of a prior to be finite, found {self.central!r}.")
        if self.shape == "fixed":
            return
        if self.low is None or self.high is None or not self.low <= self.central <= self.high:
            raise InputError(
                f"Expected a {self.shape} prior with low <= central <= high, "
                f"found low={self.low!r}, central={self.central!r}, high={self.high!r}."
            )
        if self.shape in ("lognormal", "loguniform") and self.low <= 0:
            raise InputError(f"Expected a {self.shape} prior with low > 0, found low={self.low!r}.")
        if self.shape == "logituniform" and not (self.low > 0 and self.high < 1):
            raise InputError(
                f"Expected a {self.shape} prior with 0 < low and high < 1, "
                f"found low={self.low!r}, high={self.high!r}."
            )

    def quantile(self, probability: float) -> float:
        """Return the value below which the given share of the prior lies.  [1] → [unit of the prior]"""
        if self.shape == "fixed":
            return self.central
        assert self.low is not None and self.high is not None
        if self.shape == "uniform":
            return self.low + probability * (self.high - self.low)
        if self.shape == "loguniform":
            return self.low * (self.high / self.low) ** probability
        if self.shape == "logituniform":
            low, high = _logit(self.low), _logit(self.high)
            return 1.0 / (1.0 + math.exp(-(low + probability * (high - low))))
        return self._lognormal_quantile(probability)

    def _lognormal_quantile(self, probability: float) -> float:
        from scipy.special import ndtri

        assert self.low is not None and self.high is not None
        z = float(ndtri(probability))
        width = math.log(self.high / self.central) if z > 0 else math.log(self.central / self.low)
        return self.central * math.exp(z / _Z95 * width)


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number of a model: value and unit as the engine uses them, prior, and where it comes from.

    `quoted` repeats number and unit as the source prints them. `at_most` caps a draw (a fraction cannot
    exceed 1). Parameters of one name share one draw, wherever they stand in a model.
    """

    name: str
    value: float
    unit: str
    prior: Prior
    confidence: Literal["measured", "derived", "assumed", "unverified", "prior", "chosen"]
    source: str
    reference: str = ""
    quoted: str = ""
    note: str = ""
    at_most: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InputError(f"Expected parameter `{self.name}` to be finite, found {self.value!r}.")
        if not self.source:
            raise InputError(f"Expected parameter `{self.name}` to name its source. Give `source=`.")

    def drawn(self, probability: float) -> Parameter:
        """Return the parameter at this quantile of its prior; one that is fixed stays as it is."""
        if self.prior.shape == "fixed":
            return self
        value = self.prior.quantile(probability)
        return self.at(value if self.at_most is None else min(value, self.at_most))

    def sampled(self, seed: int, draw: int) -> Parameter:
        """Return the parameter redrawn; the draw depends on (seed, draw, name) alone."""
        return self.drawn(_keyed_uniform(seed, draw, self.name))

    def samples(self, seed: int, draws: Iterable[int]) -> list[float]:
        """Return the values of `sampled` in several draws."""
        if self.prior.shape == "fixed":
            return [self.value for _ in draws]
        most = math.inf if self.at_most is None else self.at_most
        return [min(most, self.prior.quantile(_keyed_uniform(seed, draw, self.name))) for draw in draws]

    def at(self, value: float) -> Parameter:
        """Return the parameter with another value in force; prior and origin stay."""
        return replace(self, value=float(value))


def _keyed_uniform(seed: int, draw: int, name: str) -> float:
    """Hash (seed, draw, name) to a number in (0, 1)."""
    digest = hashlib.blake2b(f"{seed}|{draw}|{name}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "little") + 0.5) / 2.0**64


def chosen(name: str, value: float, unit: str, *, why: str) -> Parameter:
    """Make a number of the set-up: a choice of the study's author, not a quantity of nature."""
    return Parameter(
        name=name,
        value=float(value),
        unit=unit,
        prior=Prior(central=float(value)),
        confidence="chosen",
        source=why,
        quoted=f"{value:g} {unit}",
    )
