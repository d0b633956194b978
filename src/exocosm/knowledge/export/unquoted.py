"""A knowledge base without the words of its sources: what is left is CC BY 4.0 as a whole."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from ..base import KnowledgeBase
from ..evidence import Correction, Evidence

LEFT_OUT = "(words of the source left out)"
_IN_MARKS = re.compile(r'"([^"]*)"')
_LONG = 6  # words; shorter phrases, such as "diagnostic and prognostic biomarker", belong to nobody


def unquoted(kb: KnowledgeBase) -> KnowledgeBase:
    """Return the base without quotes, without printed readings, and with no long quote inside a note."""
    long = sorted(
        {quote for record in kb.statements for quote in _quotes(record) if len(quote.split()) >= _LONG},
        key=len,
        reverse=True,
    )
    strip = partial(_stripped, long=long)
    return replace(
        kb,
        statements=tuple(map(strip, kb.statements)),
        phenotypes=tuple(map(strip, kb.phenotypes)),
        findings=tuple(map(strip, kb.findings)),
    )


def _quotes(record: Any) -> list[str]:
    return [piece.quote for piece in record.evidence if piece.quote]


def _stripped(record: Any, *, long: list[str]) -> Any:
    changes: dict[str, Any] = {"evidence": tuple(map(_without_quote, record.evidence))}
    if getattr(record, "note", None):
        changes["note"] = _masked(record.note, long)
    if getattr(record, "correction", None):
        changes["correction"] = _without_print(record.correction, long)
    return replace(record, **changes)


def _without_quote(evidence: Evidence) -> Evidence:
    return replace(evidence, quote=None, quote_licence=None)


def _without_print(correction: Correction, long: list[str]) -> Correction:
    return replace(
        correction,
        printed=LEFT_OUT,
        corrected=_masked(correction.corrected, long),
        reason=_masked(correction.reason, long),
    )


def _masked(text: str, long: list[str]) -> str:
    for quote in long:
        if quote in text:
            text = text.replace(quote, LEFT_OUT)
    return _IN_MARKS.sub(_if_long, text)


def _if_long(found: re.Match[str]) -> str:
    return LEFT_OUT if len(found[1].split()) >= _LONG else found[0]
