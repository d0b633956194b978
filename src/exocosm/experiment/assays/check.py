"""Read-outs that a model cannot give are refused before anything runs."""

from __future__ import annotations

from exocosm.errors import InputError, did_you_mean
from exocosm.model import Model

from .measure import ReadOut

_OF_FIELDS = ("lowest", "vesicles_per_ml")


def check(readout: ReadOut, model: Model) -> None:
    """Raise InputError unless the model holds what a read-out asks for."""
    known = _measurable(readout, model)
    if known and readout.of not in known:
        raise InputError(
            f"Read-out `{readout.name}` ({readout.quantity}): no {readout.of!r} in this model."
            f"{did_you_mean(readout.of, known)} Known: {sorted(known)}."
        )


def _measurable(readout: ReadOut, model: Model) -> list[str]:
    """What `of` may name; nothing for a quantity of whole cells."""
    cargoes = [cargo.name for cargo in model.cargoes]
    vesicles = [vesicle.name for vesicle in model.vesicle_kinds]
    if readout.quantity in _OF_FIELDS:
        carried = [f"cargo:{vesicle}:{cargo}" for vesicle in vesicles for cargo in cargoes]
        return [*(field.name for field in model.fields), *(f"vesicles:{name}" for name in vesicles), *carried]
    kinds = [kind.name for kind in model.cell_kinds]
    if readout.cell not in kinds:
        raise InputError(
            f"Read-out `{readout.name}` ({readout.quantity}): no cell {readout.cell!r} in this study."
            f"{did_you_mean(readout.cell, kinds)} Known: {sorted(kinds)}."
        )
    if readout.quantity in ("delivered", "copies"):
        return cargoes
    if readout.quantity == "taken":
        return vesicles
    if readout.quantity == "activity":
        return [node.name for node in model.cell_kind(readout.cell).network.nodes]
    return []
