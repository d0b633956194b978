"""Names that every part of a model can carry without being taken for something else."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from exocosm.errors import InputError

from .behaviours import behaviours_of, signals_of

if TYPE_CHECKING:
    from .model import Model

_NEUTRAL = "\0"  # no part of a model can be called this


def check_names(model: Model) -> None:
    """Raise InputError for a name that is no name, or that makes two signals or behaviours one.

    A field called "volume" could not be told from the volume of a cell, nor contact with cells called "live
    cell" from contact with any living cell.
    """
    parts = [
        *(("field", "fields", field.name) for field in model.fields),
        *(("cell kind", "cell_kinds", kind.name) for kind in model.cell_kinds),
        *(("vesicle class", "vesicle_kinds", vesicle.name) for vesicle in model.vesicle_kinds),
        *(("cargo", "cargoes", cargo.name) for cargo in model.cargoes),
    ]
    data = sorted({datum.name for kind in model.cell_kinds for datum in kind.custom})
    for field in model.fields:
        if field.name.startswith(("vesicles:", "cargo:")):
            raise InputError(
                f"Expected field {field.name!r} to have a name that does not start like those of vesicles "
                "in a trajectory. Give it another name."
            )
    for noun, name in [*((noun, name) for noun, _, name in parts), *(("custom datum", d) for d in data)]:
        check_name(noun, name)
    for dictionary, what in ((signals_of, "signal"), (behaviours_of, "behaviour")):
        owners = dict.fromkeys(dictionary(_alone(model)), "built in")
        for noun, group, name in parts:
            alone = dictionary(_alone(model, group, name))
            if len(alone) < len(dictionary(_alone(model, group, _NEUTRAL))):
                _refuse(noun, name, what, _shared(name, dictionary(_alone(model))), "built in")
            for entry in alone:
                owner = owners.setdefault(entry, f"{noun} {name!r}")
                if owner not in ("built in", f"{noun} {name!r}"):
                    _refuse(noun, name, what, entry, f"that of {owner}")


def check_name(noun: str, name: str) -> None:
    """Raise InputError unless `name` can stand in a line of a table: printable, with no space at its ends."""
    if not name or not name.isprintable() or name != name.strip() or '"' in name:
        raise InputError(
            f"Expected the name of a {noun} in printable characters, without quotation marks, line breaks "
            f"or spaces at its ends, found {name!r}."
        )


def _alone(model: Model, group: str = "", name: str = "") -> Any:
    """Make a model of nothing, or of one part with this name, as far as the dictionaries look."""
    part = SimpleNamespace(name=name, unit="", custom=(), network=SimpleNamespace(nodes=()))
    groups = ("fields", "cell_kinds", "vesicle_kinds", "cargoes")
    return SimpleNamespace(
        mechanics=model.mechanics, **{one: (part,) if one == group else () for one in groups}
    )


def _shared(name: str, built_in: Iterable[str]) -> str:
    known = list(built_in)
    return name if name in known else next((entry for entry in known if name in entry), name)


def _refuse(noun: str, name: str, what: str, entry: str, whose: str) -> None:
    raise InputError(
        f"Expected {noun} {name!r} to have a name of its own: {what} {entry!r} is {whose} already. "
        "Give it another name."
    )
