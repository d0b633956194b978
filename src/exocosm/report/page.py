"""The page: sections that have something to show, filled into the template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import pictures, sentences, setup, tables
from .environment import part, template
from .evidence import Records, Support
from .folder import RunFolder
from .pictures import Picture
from .tables import Table

PICTURE_BUDGET = 7_000_000  # characters; with text and tables the page stays below 8 MB


@dataclass(frozen=True)
class NetworkSection:
    """One cell kind's network on the page."""

    cell: str
    picture: Picture | None
    edges: Table
    omissions: Table


@dataclass(frozen=True)
class ReadoutSection:
    """The sentences one read-out rests on."""

    label: str
    supports: list[Support]


def write(folder: Path) -> Path:
    """Draw the figures of a run folder, write its ``report.html`` and return the path of that page.

    Raises InputError when `folder` is no run folder.
    """
    run = RunFolder.read(Path(folder))
    drawn = pictures.fitting(pictures.draw(run), PICTURE_BUDGET)
    target = run.path / "report.html"
    target.write_text(render(run, drawn), encoding="utf-8")
    return target


def render(run: RunFolder, drawn: list[Picture]) -> str:
    """Return the page as HTML; everything that comes from the run is escaped."""
    from markupsafe import Markup

    style = Markup(part("report.css"))
    return str(template("report.html.j2").render(style=style, **content(run, drawn)))


def content(run: RunFolder, drawn: list[Picture]) -> dict[str, Any]:
    """Return what the template shows; empty parts are left out there."""
    records = Records(run.records)
    by_section: dict[str, list[Picture]] = {}
    for picture in drawn:
        by_section.setdefault(picture.section, []).append(picture)
    networks = _networks(run, records, by_section.get("network", []))
    evidence = [
        ReadoutSection(f"{r.label} ({r.cell})" if r.cell else r.label, supports)
        for r in run.readouts
        if (supports := records.supports(r.statements))
    ]
    filled = {
        "effects": tables.effects(run),
        "dose": tables.dose(run),
        "ic50": tables.ic50(run),
        "ic50_shift": tables.ic50_shift(run),
        "parameters": tables.parameters(run, records),
        "books": tables.books(run),
    }
    return {
        "title": run.title,
        "question": str(run.study.get("question") or ""),
        "summary": str(run.study.get("summary") or ""),
        "banner": sentences.interrupted(run),
        "remarks": sentences.remarks(run),
        "in_short": sentences.in_short(run),
        "findings": sentences.key_findings(run),
        "arm_findings": sentences.arm_findings(run),
        "reading": sentences.reading_notes(run),
        "facts": setup.facts(run),
        "arms": setup.arms(run),
        "readouts": setup.readouts(run),
        "pictures": by_section,
        "tables": filled,
        "networks": networks,
        "evidence": evidence,
        "rerun": _rerun(run),
        "provenance": _flat(run.provenance),
        "version": str((run.provenance.get("versions") or {}).get("exocosm") or ""),
        "sections": _sections(run, by_section, filled, networks, evidence),
    }


def _sections(
    run: RunFolder,
    drawn: dict[str, list[Picture]],
    filled: dict[str, Table],
    networks: list[NetworkSection],
    evidence: list[ReadoutSection],
) -> list[tuple[str, str]]:
    """Return (anchor, heading) of the sections that have something to show, in the order of the page."""
    every = [
        ("answer", "Key findings", True),
        ("setup", "Set-up", True),
        ("tissue", "The tissue over time", "tissue" in drawn),
        ("courses", "Time courses", "courses" in drawn),
        ("effects", "Arms against the control", len(filled["effects"]) > 0),
        ("drug", "Dose response", "drug" in drawn or len(filled["ic50"]) > 0),
        ("dose", "Is the dose enough?", "dose" in drawn or len(filled["dose"]) > 0),
        ("network", "The network that ran", bool(networks)),
        ("evidence", "The sentences the read-outs rest on", bool(evidence)),
        ("origin", "Where every number comes from", True),
    ]
    return [(anchor, heading) for anchor, heading, shown in every if shown]


def _networks(run: RunFolder, records: Records, drawn: list[Picture]) -> list[NetworkSection]:
    by_name = {picture.name: picture for picture in drawn}
    found = []
    for network in run.networks:
        cell = str(network.get("cell_kind") or "cell")
        edges = tables.edges(network, records)
        if len(edges):
            picture = by_name.get(f"network_{pictures.file_name(cell)}")
            found.append(NetworkSection(cell, picture, edges, tables.omissions(network)))
    return found


def _rerun(run: RunFolder) -> str:
    seed = run.study.get("seed", run.provenance.get("seed"))
    return "exocosm run study.yaml" + (f" --seed {seed}" if seed is not None else "")


def _flat(record: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Return a nested record as (key, value) pairs: versions → numpy becomes 'versions, numpy'."""
    pairs: list[tuple[str, str]] = []
    for key, value in record.items():
        name = f"{before}, {key}" if before else str(key)
        if isinstance(value, dict):
            pairs += _flat(value, name)
        else:
            pairs.append((name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)))
    return pairs
