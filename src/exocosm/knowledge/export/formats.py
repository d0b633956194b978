"""The formats by name, and writing to files without leaving half of one behind."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from exocosm.errors import InputError, did_you_mean

from ..base import KnowledgeBase
from . import bel, cx2, graphml, kgx, plain_json, sif, table
from .unquoted import unquoted

Writer = Callable[..., None]  # (kb, stream, *, quotes)


class Format(NamedTuple):
    """One format: what it is, what it loses, and a writer for each of its files."""

    name: str
    loses: str
    writers: dict[str, Writer]  # suffix put before the ending of the file name → writer


FORMATS = {
    "tsv": Format("tsv", table.LOSES, {"": table.write}),
    "json": Format("json", plain_json.LOSES, {"": plain_json.write}),
    "graphml": Format("graphml", graphml.LOSES, {"": graphml.write}),
    "cx2": Format("cx2", cx2.LOSES, {"": cx2.write}),
    "sif": Format("sif", sif.LOSES, {"": sif.write}),
    "kgx": Format("kgx", kgx.LOSES, {"_nodes": kgx.write_nodes, "_edges": kgx.write_edges}),
    "bel": Format("bel", bel.LOSES, {"": bel.write}),
}


def format_named(name: str) -> Format:
    """Return the format with this name, or raise InputError with the known ones."""
    found = FORMATS.get(name.lower())
    if found is None:
        known = ", ".join(FORMATS)
        raise InputError(
            f"Expected `format` to be one of {known}; found {name!r}.{did_you_mean(name, FORMATS)}"
        )
    return found


def save_as(kb: KnowledgeBase, form: str, path: str | Path, *, quotes: bool = True) -> list[Path]:
    """Write a knowledge base to one file, or to the two files of KGX; return the files.

    A file is replaced only when all that is written with it is complete.

    Parameters
    ----------
    form : tsv, json, graphml, cx2, sif, kgx or bel
    path : file to write; kgx puts `_nodes` and `_edges` before its ending
    quotes : False leaves the words of the sources out: quotes, printed readings, quotes inside notes

    Raises
    ------
    InputError : for an unknown format, or a folder that does not exist
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {str(target.parent)!r}. Make it first, or name another place.")
    content = kb if quotes else unquoted(kb)
    writers = format_named(form).writers
    files = [target.with_name(f"{target.stem}{suffix}{target.suffix}") for suffix in writers]
    with ExitStack() as whole:
        for file, writer in zip(files, writers.values(), strict=True):
            stream = whole.enter_context(_replacing(file))
            writer(content, stream, quotes=quotes)
            stream.flush()  # a full disk shows before any file is replaced
    return files


@contextmanager
def _replacing(file: Path) -> Iterator[TextIO]:
    """Give a stream beside the old file, put it in its place at the end; a device or pipe is written to."""
    if file.is_dir():
        raise InputError(f"{str(file)!r} is a folder. Name a file in it.")
    if file.exists() and not file.is_file():
        with file.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    file = file.resolve()  # a link keeps pointing where it does
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        error.filename = str(file)  # the name the user knows
        raise
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
