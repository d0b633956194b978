"""The narrow door: a back end is loaded only when it is asked for."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

from exocosm.errors import InputError

DEVICES = ("cpu", "reference")
_MODULES = (
    "adi",
    "cells",
    "contacts",
    "gradients",
    "interactions",
    "lod",
    "mechanics",
    "motility",
    "neighbours",
    "signalling",
    "steady",
    "transport",
    "vesicles",
)


def get_backend(device: str) -> SimpleNamespace:
    """Return the modules of a back end by name; all back ends hold the same functions."""
    if device not in DEVICES:
        raise InputError(f"Expected `device` to be one of {sorted(DEVICES)}, found {device!r}.")
    return SimpleNamespace(
        **{name: importlib.import_module(f"{__name__}.{device}.{name}") for name in _MODULES}
    )
