"""What the documentation takes from the repository when it is built: priors and decisions."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PRIORS = ROOT / "src" / "exocosm" / "knowledge" / "data" / "priors.yaml"
DECISIONS = ROOT / "docs" / "decisions"
PLACE = "<!-- table of priors -->"
COLUMNS = ("prior", "centre", "range", "unit", "shape", "used for", "why")


def on_config(config: Any) -> Any:
    """Add a page to the navigation for each decision record there is."""
    pages = [f"decisions/{path.name}" for path in sorted(DECISIONS.glob("*.md"))]
    if pages:
        config["nav"].append({"Decisions": pages})
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the table of priors in its place."""
    return markdown.replace(PLACE, priors_table(PRIORS)) if PLACE in markdown else markdown


def priors_table(path: Path) -> str:
    """Return the priors of a YAML file as an HTML table."""
    if not path.is_file():
        raise FileNotFoundError(f"Expected the priors in {path}. Build the documentation in the repository.")
    priors = yaml.safe_load(path.read_text(encoding="utf-8"))["priors"]
    head = "".join(f"<th>{column}</th>" for column in COLUMNS)
    body = "\n".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in _row(prior)) + "</tr>" for prior in priors
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _row(prior: dict[str, Any]) -> Iterator[str]:
    yield f"<code>{_text(prior['id'])}</code><br>{_text(prior.get('parameter'))}"
    yield _text(prior["value"])
    yield "" if prior.get("low") is None else f"{_text(prior['low'])} to {_text(prior['high'])}"
    yield _text(prior["unit"])
    yield _text(prior.get("distribution"))
    yield _text(prior.get("used_for"))
    yield " ".join(filter(None, (_text(prior.get("reason")), _text(prior.get("source")))))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return html.escape(f"{value:g}" if isinstance(value, float) else str(value))
