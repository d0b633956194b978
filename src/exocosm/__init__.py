"""Exocosm: executable knowledge of exosome-mediated communication in tumours.

>>> import exocosm
>>> statements = exocosm.load()                   # doctest: +SKIP
>>> [study.name for study in exocosm.studies()]   # doctest: +SKIP

The parts load when they are first used, so that ``import exocosm`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # From the modules, because a function named like its module confuses the type checker one level up.
    from .assembly.assemble import assemble
    from .engine.simulate import simulate
    from .experiment.run import run
    from .experiment.study import studies
    from .knowledge import load

__version__ = "0.1.0"

__all__ = ["__version__", "assemble", "load", "run", "simulate", "studies"]

_HOME = {
    "load": "knowledge",
    "assemble": "assembly",
    "simulate": "engine",
    "run": "experiment",
    "studies": "experiment",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'exocosm' has no attribute {name!r}; its names are {__all__}")
    # Nothing is kept here: a name replaced in its own package (by a test, say) is seen through this one.
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
