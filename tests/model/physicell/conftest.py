"""A small project, and one with what PhysiCell does not have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from exocosm.model import Model, VesicleKind, chosen
from exocosm.model.physicell import read_settings

from . import small as small_project


@pytest.fixture(scope="session")
def small() -> ModuleType:
    """The module beside this file that writes the project."""
    return small_project


@pytest.fixture
def model(small: ModuleType, tmp_path: Path) -> Model:
    """The model of the small project."""
    return read_settings(small.project(tmp_path))[0]


@pytest.fixture
def with_vesicles(model: Model) -> Model:
    """The same with a class of vesicles."""
    names = ("diameter", "diameter_sigma", "free_diffusion", "hindrance", "loss", "wall_loss")
    numbers = {name: chosen(f"{name} of sEV", 0.5, "", why="made up for a test") for name in names}
    return replace(model, vesicle_kinds=(VesicleKind(name="sEV", markers=(), **numbers),))
