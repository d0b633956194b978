"""Names that stand for several genes: families and complexes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal


@cache
def _table() -> dict[str, tuple[Literal["family", "complex"], tuple[str, ...]]]:
    import yaml

    text = files("exocosm.assembly").joinpath("members.yaml").read_text(encoding="utf-8")
    rows = yaml.safe_load(text)["members"]
    return {row["name"]: (row["kind"], tuple(row["members"])) for row in rows}


def spelt_out(name: str) -> tuple[str, ...]:
    """Return the members of a family, or the name itself: what a statement about it is read as."""
    kind, members = _table().get(name, ("", ()))
    return members if kind == "family" else (name,)


def complex_members(name: str) -> tuple[str, ...]:
    """Return the members that a complex needs; none for anything else."""
    kind, members = _table().get(name, ("", ()))
    return members if kind == "complex" else ()
