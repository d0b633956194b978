"""What the documentation shows of the knowledge base: the page with its search, and the figures."""

from __future__ import annotations

import functools
import io
from typing import Any

PAGE = "knowledge/base.html"
LINK = "<!-- link to the page of the knowledge base -->"
BUTTON = '<p><a class="md-button" href="../base.html">Open the knowledge base</a></p>'
CAPTIONS = {
    "crosstalk": "Transfers from donor (rows) to recipient (columns), for the cells with most of them.",
    "cargo-types": "What vesicles carry; “not named” where the source speaks of whole vesicles.",
    "belief": "Belief in the statements of each kind; the line is the median. The vertical scales differ.",
}


def place(name: str) -> str:
    """Return the comment in a page that a figure takes the place of."""
    return f"<!-- figure of the knowledge base: {name} -->"


def on_files(files: Any, config: Any) -> Any:
    """Add the page and the figures to the files of the site."""
    from mkdocs.structure.files import File

    for path, content in built().items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the figures and the link in their places."""
    for name, caption in CAPTIONS.items():
        markdown = markdown.replace(place(name), figure(name, caption))
    return markdown.replace(LINK, BUTTON)


def figure(name: str, caption: str) -> str:
    """Return a figure as HTML; pages stand one folder below what they show."""
    return (
        f'<figure><img src="../{name}.svg" alt="{caption}" style="background: white; max-width: 100%">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


@functools.cache
def built() -> dict[str, str]:
    """Return path in the site → content; made once, also where the site is built again and again."""
    import matplotlib as mpl

    from exocosm.knowledge import load
    from exocosm.plot import knowledge_figures, use_style
    from exocosm.report import knowledge_page

    base = load()
    content = {PAGE: knowledge_page(base)}
    with use_style(), mpl.rc_context({"svg.hashsalt": "exocosm"}):
        for name, drawn in knowledge_figures(base).items():
            stream = io.StringIO()
            drawn.savefig(stream, format="svg", metadata={"Date": None})
            content[f"knowledge/{name}.svg"] = stream.getvalue()
    return content
