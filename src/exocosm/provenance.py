"""What made a result: versions, machine, command and time, and the hash of what went in."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import shlex
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import __version__

# The libraries whose version can change a number or a figure.
LIBRARIES = ("numpy", "scipy", "numba", "pandas", "pyarrow", "zarr", "statsmodels", "matplotlib")


def collect(**known: Any) -> dict[str, Any]:
    """Return a record of this process, ready for JSON; `known` (seed, device, ...) is added to it.

    Keys: ``versions``, ``platform``, ``threads``, ``command``, ``started`` (now; UTC, ISO 8601), then
    those of `known`, which win when a name occurs twice.
    """
    return {
        "versions": versions(),
        "platform": machine(),
        "threads": available_threads(),
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "started": now(),
        **known,
    }


def versions(libraries: Iterable[str] = LIBRARIES) -> dict[str, str]:
    """Return the versions of Exocosm, Python and `libraries`; what is not installed is "not installed"."""
    return {"exocosm": __version__, "python": platform.python_version()} | {
        name: _installed_version(name) for name in libraries
    }


def machine() -> dict[str, str]:
    """Return operating system and processor; the name of the machine and of its user are left out."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processor": platform.processor() or _linux_processor() or "unknown",
    }


def available_threads() -> int:
    """Return how many threads this process may use (in a batch job, fewer than the machine has)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def now() -> str:
    """Return the time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def sha256_of_json(value: Any) -> str:
    """Return the SHA-256 of `value` written as canonical JSON (sorted keys, no spaces, no NaN)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _installed_version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _linux_processor() -> str:
    # platform.processor() is empty on most Linux systems.
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
