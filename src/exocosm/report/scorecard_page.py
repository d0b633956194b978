"""A scorecard as one HTML file: no network, no script; every read-out opens to what lies behind it."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from exocosm.durable import replace_whole

from . import scorecard_content as content
from .environment import part, template
from .scorecard_content import MARKS, Mark, Record

_WIDE, _NARROW, _DPI = 9.0, 4.2, 120  # [inch], [inch], [1/inch]


@dataclass(frozen=True)
class Figure:
    """A figure as data URIs, drawn wide for a desk and narrow for a phone."""

    data: str
    narrow_data: str
    alt: str
    caption: str
    narrow: bool = True


def write_scorecard(record: Record, path: Path) -> Path:
    """Write the page of a scorecard's record and return its path.

    Parameters
    ----------
    record : what `Scorecard.record()` returns, also after a way through JSON (null for NaN); its key `about`,
        names and texts, is shown where there is one

    Raises
    ------
    InputError : if `record` is no record of a scorecard
    """
    text = render(record)
    replace_whole(path, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))
    return path


def render(record: Record) -> str:
    """Return the page as HTML; everything that comes from the record is escaped."""
    from markupsafe import Markup

    content.checked(record)
    cases = content.cases(record)
    page = template("scorecard.html.j2").render(
        style=Markup(part("report.css") + part("scorecard.css")),
        about=dict(record.get("about") or {}),
        setting=_setting(record),
        score=content.scores(record),
        figure_of_score=_figure(record),
        beside=content.beside(record) if record["beside"] else None,
        nulls=content.nulls(record) if record["nulls"] else None,
        verdicts=content.verdicts(record),
        marks=MARKS,
        slug=Mark.slug,
        cases=cases,
        read_outs=len(record["read_outs"]),
        out_of_scope=content.out_of_scope(record),
    )
    return str(page)


def _setting(record: Record) -> list[tuple[str, str]]:
    """Return how every case was run, as (what, value)."""
    asked = record["setting"]
    return [
        ("Time", f"{asked['hours']:g} h"),
        ("Dose", f"{asked['dose']:g} (1 halves the production of a repressed target)"),
        ("Draws of all numbers", f"{asked['draws']:,}"),
        ("Curated statements", "yes" if asked["core"] else "no"),
        ("Influences of a background", f"{asked['background']:,}" if asked["background"] else "none"),
    ]


def _figure(record: Record) -> Figure:
    nulls = f", and the bands of {len(record['nulls'])} nulls" if record["nulls"] else ""
    return Figure(
        data=_drawn(record, _WIDE),
        narrow_data=_drawn(record, _NARROW),
        alt="Score by class and balanced with 95 % intervals, the balanced scores beside it, the baseline at "
        f"0.5{nulls}, on one axis from 0 to 1. The numbers are in the tables.",
        caption="Bars: 95 % intervals, papers resampled. Open circles: the balanced score in other settings, "
        "or of a part of the read-outs. A null has its own score for the data, at the central values of all "
        "numbers and with undecided read-outs counted as one half: compare each diamond with its own band.",
    )


def _drawn(record: Record, width: float) -> str:
    from exocosm.plot import score_axis, use_style

    with use_style(), io.BytesIO() as file:
        figure = score_axis(record, width=width)
        figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": None})
        return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
