"""What all tests share: a compiler cache that is never stale, and reproducible hypothesis runs."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]


def _use_fresh_compiler_cache() -> None:
    # Numba looks only at the file of a compiled function, so after a change to a law the loops that call it
    # would come from the cache as they were. One cache per state of the engine's sources avoids that.
    sources = sorted((ROOT / "src" / "exocosm" / "engine").rglob("*.py"))
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    caches = ROOT / ".pytest_cache" / "numba"
    if "PYTEST_XDIST_WORKER" not in os.environ and caches.is_dir():
        for old in caches.iterdir():
            if old.name != state:
                shutil.rmtree(old, ignore_errors=True)
    os.environ.setdefault("NUMBA_CACHE_DIR", str(caches / state))


_use_fresh_compiler_cache()

# A shell that starts the tests in the background lets them ignore Ctrl-C, and their child processes too;
# what an interruption leaves behind could not be tested there.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Compiling takes longer than hypothesis allows one example; the same examples each time make a failure
# repeatable.
settings.register_profile("exocosm", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("exocosm")

os.environ.setdefault("MPLBACKEND", "agg")


@pytest.fixture
def root() -> Path:
    """The repository."""
    return ROOT
