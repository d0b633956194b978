"""Check knowledge files without loading them, for `exocosm kb validate FILE...`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from exocosm.errors import InputError

from .base import scan
from .merge import Merge
from .problems import Problem
from .read import knowledge_files


def validate(paths: Iterable[str | Path] = ()) -> list[Problem]:
    """Return the problems of files or folders, read together with the shipped data.

    Names and ids of the shipped data count as known, and their own problems are left out. Without paths the
    shipped data themselves are checked.
    """
    asked: set[str] = set()
    problems: list[Problem] = []
    sound: list[Path] = []
    for path in paths:
        try:
            found = [file.resolve() for file in knowledge_files([path])]
        except InputError as error:
            problems.append(Problem(str(path), None, "", str(error)))
            asked.add(str(path))
        else:
            sound.extend(found)
            asked.update(map(str, found))
    problems.extend(problem for problem in Merge(scan(sound)).problems if not asked or problem.file in asked)
    return problems
