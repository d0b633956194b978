"""One process at a time works in a run folder; a killed one leaves no lock behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from exocosm.errors import InputError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; raises InputError while another one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "ab") as file:
        try:
            _hold(file)
        except OSError as error:
            raise InputError(
                f"{str(folder.parent)!r} is in use by a process that runs. Wait for it, or end it."
            ) from error
        yield


def _hold(file: Any) -> None:
    """Take a lock that the system lets go when the process ends, however it ends."""
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
