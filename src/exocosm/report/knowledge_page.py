"""The knowledge base as one HTML file: search, filters, cards and a network; it works offline, from disk."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from exocosm.knowledge import KnowledgeBase, counts

from .environment import part, template
from .knowledge_content import page_content

SCRIPTS = ("search.js", "cards.js", "network.js", "page.js")  # in the order in which they run
FILTERS = {
    "kind": "Kind",
    "cancer": "Cancer",
    "donor": "Donor",
    "recipient": "Recipient",
    "cargo_type": "Type of cargo",
    "document": "Document",
    "seen": "How it was read",
    "system": "System",
}
# Inside a script element only these can end it or be mistaken for markup; JSON may spell them all.
_SPELLED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def knowledge_page(kb: KnowledgeBase, *, title: str = "What is known of vesicles in tumours") -> str:
    """Return the page; everything from the records is escaped, and nothing is fetched when it is opened.

    The security policy of the page admits the one script and the one style sheet in it by their hashes, so a
    script that came in with a record would not run even if it were not escaped.
    """
    from markupsafe import Markup

    style = part("knowledge/page.css")
    script = "\n".join(part(f"knowledge/{name}") for name in SCRIPTS)
    page = template("knowledge/page.html.j2").render(
        title=title,
        version=kb.version,
        content_hash=kb.sha256[:12],
        counts=_counts(kb),
        filters=FILTERS,
        data=Markup(as_json(page_content(kb))),
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return str(page)


def as_json(value: Any) -> str:
    """Write `value` as JSON that may stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(_SPELLED)


def _counts(kb: KnowledgeBase) -> list[tuple[str, int]]:
    in_all = counts(kb)["in all"]
    return [
        ("statements", in_all["statements"]),
        ("transfers", len(kb.axes)),
        ("names", in_all["entities"]),
        ("cited papers", in_all["references"]),
        ("documents", in_all["documents"]),
        ("corrections", in_all["corrections of the documents"]),
    ]


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
