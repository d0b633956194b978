"""The narrow door: a back end is loaded only when it is asked for."""

from __future__ import annotations

import importlib
from types import ModuleType, SimpleNamespace

from exocosm.errors import InputError, expect

DEVICES = ("cpu", "gpu", "reference")
_MODULES = (
    "adi",
    "cells",
    "contacts",
    "ensembles",
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

RUNS_ON = {
    "adi": "card",
    "boolean": "processor",
    "cells": "processor",
    "contacts": "processor",
    "ensembles": "processor",
    "gradients": "processor",
    "interactions": "processor",
    "lod": "card",
    "mechanics": "processor",
    "motility": "processor",
    "neighbours": "processor",
    "sampling": "processor",
    "signalling": "card",
    "steady": "card",
    "transport": "card",
    "vesicles": "processor",
}
"""Where each part of the back end "gpu" runs: its own kernels on the card, or those of "cpu"."""


def get_backend(device: str) -> SimpleNamespace:
    """Return the modules of a back end by name; all back ends hold the same functions.

    Raises
    ------
    InputError : for an unknown device, or one that this machine or installation does not have
    """
    expect_device(device)
    return SimpleNamespace(**{name: module_of(device, name) for name in _MODULES})


def expect_device(device: str) -> None:
    """Raise InputError unless a device is known and can be used here."""
    if problem := device_problem(device):
        raise InputError(f"`device` {device!r} cannot be used: {problem}")


def module_of(device: str, name: str) -> ModuleType:
    """Return one module of a back end; for "gpu" that of "cpu" where `RUNS_ON` says so."""
    expect.one_of(DEVICES, device=device)
    folder = "cpu" if device == "gpu" and RUNS_ON[name] == "processor" else device
    return importlib.import_module(f"{__name__}.{folder}.{name}")


def device_problem(device: str) -> str | None:
    """Say in one line what is missing for a device, and what to do; None if it can be used."""
    expect.one_of(DEVICES, device=device)
    if device != "gpu":
        return None
    from .gpu.card import missing

    return missing()
