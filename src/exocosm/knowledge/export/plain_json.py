"""Knowledge base → JSON in the shape of a knowledge file, with the belief of each statement."""

from __future__ import annotations

import json
from typing import Any, TextIO

from ..base import KnowledgeBase

LOSES = "nothing; belief is added"


def write(kb: KnowledgeBase, stream: TextIO, *, quotes: bool = True) -> None:
    """Write all records; without quotes their fields are null."""
    records = kb.to_records()
    records["version"], records["sha256"] = kb.version, kb.sha256
    for record in records["statements"]:
        record["belief"] = round(kb.belief(record["id"]), 4)
    if not quotes:
        for section in ("statements", "phenotypes", "findings"):
            for record in records[section]:
                _strip(record["evidence"])
    json.dump(records, stream, ensure_ascii=False, indent=1)
    stream.write("\n")


def _strip(evidence: list[dict[str, Any]]) -> None:
    for piece in evidence:
        piece["quote"] = piece["quote_licence"] = None
