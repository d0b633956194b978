"""Runs without a case's own sources: what would the model say, had it not been told?"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal

from exocosm.knowledge import KnowledgeBase

from .case import Case, paper_of
from .response import Setting

LeaveOut = Literal["own paper", "own document", "own target"]
LEAVE_OUTS: tuple[LeaveOut, ...] = ("own paper", "own document", "own target")


def without_own(kb: KnowledgeBase, case: Case, setting: Setting, which: LeaveOut) -> Setting:
    """Return the setting without what a case's own sources say; the same one where they say nothing.

    `own paper` leaves out every statement that cites one of the case's papers, in whatever document; `own
    document` every statement that rests on the case's documents alone; `own target` the curated influences
    that start at a direct target (a background network is kept).
    """
    if which == "own target":
        return replace(setting, without_from_targets=True)
    papers, documents = _sources(kb)
    if which == "own paper":
        left_out = {i for i, cited in papers.items() if cited & case.papers}
    else:
        left_out = {i for i, seen_in in documents.items() if seen_in and seen_in <= case.documents}
    return replace(setting, without=setting.without | left_out) if left_out else setting


@lru_cache(maxsize=4)
def _sources(kb: KnowledgeBase) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return the papers that each mechanism statement cites, and the documents where all of it was read.

    A statement with evidence from elsewhere rests on no document alone.
    """
    paper = paper_of(kb)
    papers, documents = {}, {}
    for statement in kb.influences:
        if statement.kind != "mechanism":
            continue
        papers[statement.id] = frozenset(
            paper(item.reference) for item in statement.evidence if item.reference
        )
        seen_in = [item.document for item in statement.evidence]
        documents[statement.id] = frozenset(d for d in seen_in if d) if all(seen_in) else frozenset()
    return papers, documents
