"""A run in about fifteen lines of plain text, for the terminal."""

from __future__ import annotations

import textwrap
from pathlib import Path

from . import sentences
from .folder import RunFolder

LINES = 15
WIDTH = 100


def summarise(folder: Path) -> str:
    """Return what a run found: question, set-up, main read-out, dose, titration.

    Long sentences are cut; the report has them in full. Raises InputError when `folder` is no run folder.
    """
    run = RunFolder.read(Path(folder))
    head = [run.title]
    if banner := sentences.interrupted(run):
        head.append(banner)
    if question := run.study.get("question"):
        head.append(f"Question: {question}")
    facts = [
        f"{len(run.arms)} arms" if len(run.arms) > 1 else "",
        f"{run.study['replicates']} replicates" if run.study.get("replicates") else "",
        str(run.study.get("duration") or ""),
        f"seed {run.study['seed']}" if run.study.get("seed") is not None else "",
    ]
    head.append("Set-up: " + ", ".join(fact for fact in facts if fact))
    head += [f"Note: {remark}" for remark in sentences.remarks(run)]
    lines = [line for text in head for line in _wrapped(text, 2)]
    for text in sentences.in_short(run) or ["No results yet."]:
        lines += _wrapped(f"* {text}", 3)
    if given := sentences.titration_findings(run, limit=1):
        lines += _wrapped(f"* {given[0]} {given[0].items[0]}.", 4)
    return "\n".join(lines[:LINES])


def _wrapped(text: str, lines: int) -> list[str]:
    """Break `text` into at most `lines` lines; what is cut off is marked."""
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, max_lines=lines, placeholder=" …", subsequent_indent="  "
    )
