"""Things done to a simulation at a given time: drug, vesicles or copies added."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import Parameter
from .release import Loading


@dataclass(frozen=True, kw_only=True)
class AddDrug:
    """Raise a field everywhere by `amount` [mmol/L] at `time` [min]."""

    field: str
    amount: Parameter
    time: float = 0.0


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


Event = AddDrug | AddVesicles | AddCopies
