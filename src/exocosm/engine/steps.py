"""How long the steps of a simulation are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from exocosm.errors import InputError, expect
from exocosm.model import Model


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Step lengths [min], each a multiple of the one after it: cell, exchange, mechanics.

    `cell`: signalling, growth and fate. `exchange`: vesicles, dissolved substances, contacts and positions
    are brought together. `mechanics`: forces and migration; never longer than an exchange step.
    """

    cell: float = 6.0
    exchange: float = 1.0
    mechanics: float = 0.0  # 0: the exchange step in as few parts as leave none above 1 min
    oxygen_tolerance: float = 1e-4  # [mmHg], largest scaled residual of oxygen; of other fields in proportion

    def __post_init__(self) -> None:
        expect.positive(cell=self.cell, exchange=self.exchange, oxygen_tolerance=self.oxygen_tolerance)
        expect.non_negative(mechanics=self.mechanics)
        if self.mechanics == 0.0:
            object.__setattr__(self, "mechanics", self.exchange / math.ceil(self.exchange))
        for long, short in (("cell", "exchange"), ("exchange", "mechanics")):
            ratio = getattr(self, long) / getattr(self, short)
            if abs(ratio - round(ratio)) > 1e-9 or round(ratio) < 1:
                raise InputError(
                    f"Expected the {long} step ({getattr(self, long):g} min) to be a multiple of the {short} "
                    f"step, found {getattr(self, short):g} min."
                )

    @property
    def pushes(self) -> int:
        """Number of mechanics steps in an exchange step."""
        return max(1, round(self.exchange / self.mechanics))


def default_steps(model: Model) -> Steps:
    """Return the step lengths used when none are given.

    In a well-mixed dish nothing spreads, and uptake and decay are exact for any step; 12 min is a fifth of
    the fastest response time of a node.
    """
    return Steps(cell=12.0, exchange=12.0) if model.domain.well_mixed else Steps()
