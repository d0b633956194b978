"""Fixtures of the engine tests: every back end in turn."""

from types import SimpleNamespace

import pytest

from exocosm.engine.backends import device_problem, module_of

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


@pytest.fixture(params=["reference", "cpu", "gpu"])
def device(request) -> SimpleNamespace:
    """The modules of one back end by name; "gpu" where there is a card, or the simulator stands in for it."""
    if problem := device_problem(request.param):
        pytest.skip(problem)
    return SimpleNamespace(name=request.param, **{name: module_of(request.param, name) for name in MODULES})
