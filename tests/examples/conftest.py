"""The example scripts as modules."""

import importlib
import sys
from pathlib import Path

import pytest

OPENVT = Path(__file__).resolve().parents[2] / "examples" / "openvt"


@pytest.fixture(scope="session")
def example():
    """Import a script of examples/openvt by name, as if it were run from there."""
    sys.path.insert(0, str(OPENVT))
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(str(OPENVT))
