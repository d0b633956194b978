"""A study's own knowledge files: they join the base for the run, and the run folder keeps them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from exocosm import knowledge
from exocosm.errors import InputError

from . import folder as files
from .study import Study

KEPT = "knowledge"  # folder inside the run folder


def knowledge_of(study: Study) -> knowledge.KnowledgeBase:
    """Return the shipped knowledge base, joined by the files that the study names.

    Raises
    ------
    InputError : with every problem of the files, or if one is gone
    """
    base = knowledge.load()
    if not study.knowledge:
        return base
    try:
        return knowledge.joined(base, study.knowledge).base
    except InputError as error:
        raise InputError(f"The `knowledge` of study {study.name!r} cannot be used. {error}") from error


def keep_own(study: Study, out: Path) -> list[dict[str, str]]:
    """Copy the files into the run folder; return where each is, how the study names it, and its SHA-256.

    A copy keeps its name, because ids that are made for a table begin with it.
    """
    kept = []
    taken: set[str] = set()
    for named, path in zip(study.record.get("knowledge", ()), study.knowledge, strict=True):
        place = path.name
        number = 2
        while place.casefold() in taken:
            place, number = f"{number}/{path.name}", number + 1
        taken.add(place.casefold())
        content = path.read_bytes()
        files.write_bytes(out / KEPT / place, content)
        sha256 = hashlib.sha256(content).hexdigest()
        kept.append({"file": f"{KEPT}/{place}", "named": named, "sha256": sha256})
    return kept
