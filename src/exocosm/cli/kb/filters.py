"""The options with which several commands choose statements."""

from __future__ import annotations

import argparse
from typing import Any

# Option → what it asks of a statement.
FILTERS = {
    "agent": "what acts in an influence or claim: a gene, drug, condition, procedure",
    "donor": "cell that sends the vesicles",
    "cargo": "what they carry",
    "recipient": "cell that takes them up",
    "target": "molecule changed in the recipient, or the target of an influence",
    "pathway": "pathway changed in the recipient",
    "phenotype": "phenotype changed in the recipient",
    "cancer": "cancer of the context",
    "condition": "words of the condition, such as hypoxia",
    "evidence": "how far an experiment goes: detected, transferred, necessary or sufficient",
    "kind": "axis, mechanism, release, sorting, uptake, marker, therapy, biomarker ...",
    "system": "system of the product that uses it, S1 to S20",
    "document": "document the statement was curated from",
    "seen": "what the curator read: full_text, abstract, title, database_row or memory",
}


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add the words and options that choose statements."""
    parser.add_argument("text", nargs="*", metavar="TEXT", help="words anywhere in the statement")
    for option, meaning in FILTERS.items():
        parser.add_argument(f"--{option}", metavar=option.upper(), help=meaning)


def chosen(base: Any, args: argparse.Namespace) -> Any:
    """Return the statements of a base that match the options given, the whole base without any."""
    asked = {option: getattr(args, option) for option in FILTERS}
    text = " ".join(args.text) or None
    if text is None and not any(asked.values()):
        return base
    return base.find(text=text, **asked)
