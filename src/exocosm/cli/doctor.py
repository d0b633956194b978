"""``exocosm doctor``: does this installation work, and what does it have to work with."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exocosm import provenance

from .arguments import add_common
from .failures import DONE, FAILED
from .output import one_line, print_json

_GIB = 2**30


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at: what was found, and whether Exocosm can work with it."""

    name: str
    ok: bool
    detail: str


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "doctor",
        help="check this installation",
        description="Check this installation: versions, threads, memory, compiler, knowledge base, studies.",
    )
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Look at each part, print what was found, and return 0 if all of it works."""
    checks = [_examine(name, look) for name, look in _PARTS.items()]
    ok = all(check.ok for check in checks)
    if args.json:
        print_json({"ok": ok, "checks": checks, "versions": provenance.versions(), "exit_code": _code(ok)})
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<15} {check.detail}")
        print("\nEverything works." if ok else "\nSomething does not work; see the lines marked FAIL.")
    return _code(ok)


def _code(ok: bool) -> int:
    return DONE if ok else FAILED


def _examine(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, ok=True, detail=look())
    except Exception as error:  # whatever is broken, the other parts are still worth a look
        return Check(name=name, ok=False, detail=one_line(f"{type(error).__name__}: {error}"))


def _python() -> str:
    return f"{provenance.versions([])['python']} at {sys.executable}"


def _versions() -> str:
    found = provenance.versions()
    missing = [name for name, version in found.items() if version == "not installed"]
    if missing:
        raise ModuleNotFoundError(f"not installed: {', '.join(missing)}. Run `pip install exocosm` again.")
    return ", ".join(f"{name} {version}" for name, version in found.items() if name != "python")


def _threads() -> str:
    return f"{provenance.available_threads()} available"


def _memory() -> str:
    total = installed_memory()
    return "unknown" if total is None else f"{total / _GIB:.1f} GiB"


def _compiler() -> str:
    import numba

    started = time.perf_counter()
    # Signature given: compiled here and now, whatever is cached.
    double = numba.njit("float64(float64)")(lambda x: 2.0 * x)
    if double(21.0) != 42.0:
        raise ArithmeticError(f"a compiled function returned {double(21.0)} for 42.0. Install numba again.")
    return f"numba compiles ({time.perf_counter() - started:.1f} s) and computes"


def _gpu() -> str:
    from exocosm.engine import RUNS_ON, device_problem

    if problem := device_problem("gpu"):
        return f"not used: {problem}"
    places = {
        place: ", ".join(name for name, where in RUNS_ON.items() if where == place)
        for place in ("card", "processor")
    }
    return f"{_card()}; on the card: {places['card']}; on the processor: {places['processor']}"


def _card() -> str:
    from exocosm.engine import identity

    return str(identity("gpu")["card"])


def _folder() -> str:
    with tempfile.TemporaryFile(dir=Path.cwd()) as file:
        file.write(b"exocosm")
    return f"can write to {Path.cwd()}"


def _knowledge() -> str:
    from exocosm.knowledge import load

    base = load()
    records = ("statements", "entities", "references", "documents", "phenotypes", "findings")
    return ", ".join(f"{len(getattr(base, name))} {name}" for name in records)


def _studies() -> str:
    from exocosm.experiment import studies

    return ", ".join(study.name for study in studies())


_PARTS: dict[str, Callable[[], str]] = {
    "python": _python,
    "versions": _versions,
    "threads": _threads,
    "memory": _memory,
    "compiler": _compiler,
    "gpu": _gpu,
    "folder": _folder,
    "knowledge base": _knowledge,
    "studies": _studies,
}


def installed_memory() -> int | None:
    """Return the memory this process may use [bytes]: the machine's, or its container's if that is less."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total


def _windows_memory() -> int | None:
    import ctypes

    class MemoryStatus(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "page_total", "page_free", "virtual_total", "virtual_free", "more")
        ]

    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the attribute exists on Windows only
    return status.total if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
