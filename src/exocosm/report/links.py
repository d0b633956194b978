"""Links out of the page: only to the web, and only where an address or a DOI is written down."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

_DOI = re.compile(r"10\.\d{4,9}/\S+", re.ASCII)


def link(text: Any) -> str | None:
    """Return the https address that `text` (an address or a DOI) stands for; None for anything else."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    bare = re.sub(r"^doi:\s*", "", text, flags=re.IGNORECASE)
    if _DOI.fullmatch(bare):
        return "https://doi.org/" + quote(bare, safe="/:;()._-")
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() in ("http", "https") and parts.netloc and not re.search(r"[\s<>\"'`\\]", text):
        return text
    return None


def pubmed(identifier: Any) -> str | None:
    """Return the address of a PubMed record; None unless the identifier is a number."""
    digits = str(identifier or "").strip()
    return f"https://pubmed.ncbi.nlm.nih.gov/{digits}/" if digits.isascii() and digits.isdigit() else None
