"""Things done to a simulation at a given time: drug, vesicles or copies added.

An event acts at the start of the first cell step at or after its time.
"""

from __future__ import annotations

from dataclasses import dataclass

from exocosm.errors import expect

from .parameter import Parameter
from .release import Loading


@dataclass(frozen=True, kw_only=True)
class AddDrug:
    """Raise a field everywhere by `amount` [mmol/L] at `time` [min]."""

    field: str
    amount: Parameter
    time: float = 0.0

    def __post_init__(self) -> None:
        expect.non_negative(time=self.time, amount=self.amount.value)


@dataclass(frozen=True, kw_only=True)
class AddVesicles:
    """Add `per_recipient` vesicles for each cell of kind `recipient`, spread over the voxels they sit in.

    They are loaded as `loadings` say, by donors whose hypoxia signal was `hypoxia` (0 to 1).
    """

    vesicle: str
    recipient: str
    per_recipient: Parameter
    loadings: tuple[Loading, ...]
    hypoxia: float = 0.0
    time: float = 0.0

    def __post_init__(self) -> None:
        expect.non_negative(time=self.time, per_recipient=self.per_recipient.value)
        expect.fraction(hypoxia=self.hypoxia)


@dataclass(frozen=True, kw_only=True)
class AddCopies:
    """Put `copies` of a cargo into the cytosol of every cell of kind `recipient`, as a transfected mimic.

    With `held` the amount is kept up against loss for the whole run.
    """

    cargo: str
    recipient: str
    copies: Parameter
    time: float = 0.0
    held: bool = False

    def __post_init__(self) -> None:
        expect.non_negative(time=self.time, copies=self.copies.value)


Event = AddDrug | AddVesicles | AddCopies
