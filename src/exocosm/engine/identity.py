"""What has to be the same for a run to go on with the same bits: version, libraries, processor."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Any

from exocosm import __version__

_LIBRARIES = ("numpy", "scipy", "numba", "llvmlite")


def identity(device: str) -> dict[str, Any]:
    """Return version, libraries and processor features of this process, ready for JSON.

    For the device "gpu" also the card and numba-cuda.
    """
    found: dict[str, Any] = {
        "exocosm": __version__,
        "device": device,
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "processor": {"architecture": platform.machine(), "features": _features()},
    }
    if device == "gpu":
        from .backends.gpu.card import described

        found["libraries"]["numba-cuda"] = _version("numba-cuda")
        found["card"] = described()
    return found


def differences(saved: dict[str, Any], present: dict[str, Any]) -> list[str]:
    """Name what differs between two identities, each with both values."""
    found = [
        f"{name} (there {saved.get(name)}, here {present[name]})"
        for name in ("exocosm", "device")
        if saved.get(name) != present[name]
    ]
    for name, here in present["libraries"].items():
        there = saved.get("libraries", {}).get(name)
        if there != here:
            found.append(f"{name} (there {there}, here {here})")
    before, now = saved.get("processor", {}), present["processor"]
    if before.get("architecture") != now["architecture"]:
        found.append(f"processor (there {before.get('architecture')}, here {now['architecture']})")
    if saved.get("card") != present.get("card"):
        found.append(f"card (there {saved.get('card')}, here {present.get('card')})")
    changed = sorted(set(before.get("features", ())) ^ set(now["features"]))
    if changed:
        found.append(f"processor features ({', '.join(changed)})")
    return found


def _version(library: str) -> str:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _features() -> list[str]:
    """Features of the processor that compiled code may use."""
    from llvmlite import binding

    try:
        return sorted(name for name, present in binding.get_host_cpu_features().items() if present)
    except RuntimeError:  # unknown to LLVM on this platform
        return []
