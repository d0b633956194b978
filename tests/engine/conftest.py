"""Fixtures of the engine tests: every back end in turn."""

import importlib
from types import SimpleNamespace

import pytest

MODULES = (
    "adi",
    "cells",
    "contacts",
    "gradients",
    "interactions",
    "lod",
    "mechanics",
    "motility",
    "neighbours",
    "sampling",
    "signalling",
    "steady",
    "transport",
    "vesicles",
)


@pytest.fixture(params=["reference", "cpu"])
def device(request) -> SimpleNamespace:
    """The modules of one back end by name."""
    package = f"exocosm.engine.backends.{request.param}"
    return SimpleNamespace(
        name=request.param, **{name: importlib.import_module(f"{package}.{name}") for name in MODULES}
    )
