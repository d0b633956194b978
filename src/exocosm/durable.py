"""Files that are whole or not there: a process killed at any moment leaves no half-written one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path


def replace_whole(path: Path, write: Callable[[Path], object], *, durable: bool = False) -> None:
    """Write a file or a folder under a temporary name beside `path`, then give it its name at once.

    Whoever reads `path` finds the earlier content or the new one, never a part of either. What a killed
    process leaves behind is called ``.NAME.part``; the next writer of `path` takes it away.

    Parameters
    ----------
    write : called with the temporary path; makes the file or folder there
    durable : wait until a file is on the disk, so that it also outlasts a power failure
    """
    temporary = part_of(path)
    try:
        _remove(temporary)
        write(temporary)
        if durable:
            flush(temporary)
        os.replace(temporary, path)
    except BaseException:  # an interruption may leave half a file just as a full disk does
        _remove(temporary)
        raise
    if durable:
        flush(path.parent)


def part_of(path: Path) -> Path:
    """Return the name that `path` has while it is being written."""
    return path.with_name(f".{path.name}.part")


def flush(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows opens no folders and keeps their lists itself
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
