"""Libraries that only an export needs."""

from __future__ import annotations

import importlib
from typing import Any

from exocosm.errors import InputError


def library(name: str, format: str) -> Any:
    """Return a module; raises InputError in one line where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(
            f"The format {format!r} needs the library {name!r}. Install it: pip install 'exocosm[omics]'."
        ) from error
