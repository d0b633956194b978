"""Names of signals and behaviours as PhysiCell writes them, in the words of a model.

The names and their synonyms are those of the dictionaries that PhysiCell 1.10 to 1.14 prints when it starts
(Johnson et al. 2025, doi:10.1016/j.cell.2025.06.048). What PhysiCell knows and a model has no part for is
listed as well, so that it can be told from a misspelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exocosm.errors import did_you_mean

from ..behaviours import Known, behaviours_of, signals_of

if TYPE_CHECKING:
    from ..model import Model

_SIGNALS = {
    "contact with live cells": "contact with live cell",
    "contact with dead cells": "contact with dead cell",
    "is dead": "dead",
    "is_dead": "dead",
    "is_apoptotic": "apoptotic",
    "is apoptotic": "apoptotic",
    "is_necrotic": "necrotic",
    "is necrotic": "necrotic",
    "current time": "time",
    "global time": "time",
}
_BEHAVIOURS = {
    "exit from cycle phase 0": "cycle entry",
    "persistence time": "migration persistence time",
    "movable": "is_movable",
    "is movable": "is_movable",
    "phagocytosis of apoptotic cell": "phagocytose apoptotic cell",
    "phagocytosis of apoptotic cells": "phagocytose apoptotic cell",
    "phagocytosis of necrotic cell": "phagocytose necrotic cell",
    "phagocytosis of necrotic cells": "phagocytose necrotic cell",
    "phagocytosis of other dead cell": "phagocytose other dead cell",
    "phagocytosis of other dead cells": "phagocytose other dead cell",
}
DEAD_CELLS = tuple(f"phagocytose {what} cell" for what in ("apoptotic", "necrotic", "other dead"))
_ALL_DEAD = ("phagocytose dead cell", "phagocytosis of dead cell", "phagocytosis of dead cells")
_SIGNAL_PATTERNS = (
    (r"(.+) concentration", r"\1"),
    (r"grad\((.+)\)", r"\1 gradient"),
    (r"gradient of (.+)", r"\1 gradient"),
)
_BEHAVIOUR_PATTERNS = (
    (r"(.+) secretion saturation density", r"\1 secretion target"),
    (r"chemotactic sensitivity to (.+)", r"chemotactic response to \1"),
    (r"phagocytosis of (.+)", r"phagocytose \1"),
    (r"transition to (.+)", r"transform to \1"),
    (r"fusion to (.+)", r"fuse to \1"),
)
_UNSUPPORTED_SIGNALS = (
    r"(intracellular|internalized) .+",
    r"contact with (basement membrane|BM)",
    r"immunogenicity to .+",
)
_UNSUPPORTED_BEHAVIOURS = (r"cell-(BM|membrane) (adhesion|repulsion)",)
_OURS = re.compile(
    r".+ (vesicles|taken up|copies|delivered)|activity of .+|hypoxia|compressed size|contact fraction"
)
_OUR_BEHAVIOURS = ("polarisation", "drug tolerance", "growth rate")


class Unsupported(ValueError):
    """PhysiCell knows this name, and a model has no part for it."""


@dataclass(frozen=True)
class Vocabulary:
    """The names a model knows; `types` maps PhysiCell's type ids to cell kinds, `data` lists custom data."""

    signals: dict[str, Known]
    behaviours: dict[str, Known]
    types: dict[int, str]
    data: tuple[str, ...]

    @staticmethod
    def of(model: Model, types: dict[int, str] | None = None) -> Vocabulary:
        """Return the vocabulary of a model; kinds are numbered in order where no ids are given."""
        numbered = {i: kind.name for i, kind in enumerate(model.cell_kinds)}
        return Vocabulary(
            signals=signals_of(model),
            behaviours=behaviours_of(model),
            types=numbered if types is None else types,
            data=tuple(dict.fromkeys(d.name for kind in model.cell_kinds for d in kind.custom)),
        )

    def signal(self, name: str) -> str:
        """Return the name of a signal in a model; raises ValueError, `Unsupported` for one left out."""
        return self._find(name, self.signals, _SIGNALS, _SIGNAL_PATTERNS, _UNSUPPORTED_SIGNALS, "signal")

    def behaviour(self, name: str) -> tuple[str, ...]:
        """Return the names in a model of a behaviour: one, or three for eating any dead cell."""
        if name in _ALL_DEAD:
            return DEAD_CELLS
        patterns, left_out = _BEHAVIOUR_PATTERNS, _UNSUPPORTED_BEHAVIOURS
        return (self._find(name, self.behaviours, _BEHAVIOURS, patterns, left_out, "behaviour"),)

    def _find(
        self,
        name: str,
        known: dict[str, Known],
        synonyms: dict[str, str],
        patterns: tuple[tuple[str, str], ...],
        left_out: tuple[str, ...],
        noun: str,
    ) -> str:
        candidates = [name, synonyms.get(name, name), self._custom(name), self._by_type(name)]
        for pattern, plain in patterns:
            found = re.fullmatch(pattern, name)
            if found:
                candidates += [found.expand(plain), self._by_type(found.expand(plain))]
        for candidate in candidates:
            if candidate in known:
                return candidate
        if any(re.fullmatch(pattern, name) for pattern in left_out):
            raise Unsupported(f"{noun} {name!r} has no counterpart here")
        raise ValueError(f"no {noun} {name!r} in this model.{did_you_mean(name, known)}")

    def _custom(self, name: str) -> str:
        """Turn "custom: NAME" and "custom 3" into "custom:NAME"."""
        if name.startswith("custom:"):
            return "custom:" + name.removeprefix("custom:").strip()
        found = re.fullmatch(r"custom (\d{1,6})", name)
        index = int(found[1]) if found else len(self.data)
        return f"custom:{self.data[index]}" if index < len(self.data) else name

    def _by_type(self, name: str) -> str:
        """Turn "attack cell type 2", and "phagocytose 2" of old, into the name of the kind."""
        found = re.fullmatch(r"(.+?) (?:cell type )?(\d{1,6})", name)
        if found and int(found[2]) in self.types:
            return f"{found[1]} {self.types[int(found[2])]}"
        return name


def only_here(name: str) -> bool:
    """Say whether a signal or behaviour is one that PhysiCell does not have: vesicles, cargo, networks."""
    return bool(_OURS.fullmatch(name)) or name in _OUR_BEHAVIOURS
