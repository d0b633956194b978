"""What the documentation takes from the repository when it is built: priors, formats, decisions."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PRIORS = ROOT / "src" / "exocosm" / "knowledge" / "data" / "priors.yaml"
DECISIONS = ROOT / "docs" / "decisions"
PLACE = "<!-- table of priors -->"
PLACE_OF_FORMATS = "<!-- table of export formats -->"
PLACE_OF_TSV_COLUMNS = "<!-- table of TSV columns -->"
PLACE_OF_PARTS = "<!-- table of parts on the card -->"
COLUMNS = ("prior", "centre", "range", "unit", "shape", "used for", "why")


def on_config(config: Any) -> Any:
    """Add a page to the navigation for each decision record there is."""
    pages = [f"decisions/{path.name}" for path in sorted(DECISIONS.glob("*.md"))]
    if pages:
        config["nav"].append({"Decisions": pages})
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the tables in their places."""
    if PLACE in markdown:
        markdown = markdown.replace(PLACE, priors_table(PRIORS))
    if PLACE_OF_FORMATS in markdown:
        markdown = markdown.replace(PLACE_OF_FORMATS, formats_table())
    if PLACE_OF_TSV_COLUMNS in markdown:
        markdown = markdown.replace(PLACE_OF_TSV_COLUMNS, tsv_columns_table())
    if PLACE_OF_PARTS in markdown:
        markdown = markdown.replace(PLACE_OF_PARTS, parts_table())
    return markdown


def priors_table(path: Path) -> str:
    """Return the priors of a YAML file as an HTML table."""
    if not path.is_file():
        raise FileNotFoundError(f"Expected the priors in {path}. Build the documentation in the repository.")
    priors = yaml.safe_load(path.read_text(encoding="utf-8"))["priors"]
    return _table(COLUMNS, (_row(prior) for prior in priors))


def formats_table() -> str:
    """Return the export formats and what each loses as an HTML table."""
    from exocosm.knowledge import FORMATS

    rows = ((f"<code>{name}</code>", _text(form.loses)) for name, form in FORMATS.items())
    return _table(("format", "not in it"), rows)


def parts_table() -> str:
    """Return where each part of the back end "gpu" runs as an HTML table."""
    from exocosm.engine import RUNS_ON

    rows = ((f"<code>{part}</code>", _text(place)) for part, place in sorted(RUNS_ON.items()))
    return _table(("part", "runs on the"), rows)


def tsv_columns_table() -> str:
    """Return the columns of the TSV export as an HTML table."""
    from exocosm.knowledge.export import COLUMNS as columns

    return _table(
        ("column", "holds"), ((f"<code>{name}</code>", _text(what)) for name, what in columns.items())
    )


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
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
