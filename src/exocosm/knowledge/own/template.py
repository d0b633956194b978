"""A knowledge file to begin with: one example of a kind, with remarks, that is right as it stands."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from exocosm.errors import InputError, expect

from ..grounding.folding import fold
from ..read import INFLUENCE_KINDS, STATEMENT_KINDS
from ..table.read_table import TABLE_ENDINGS

_HOW_TO = """\
# Statements of your own. Change or remove the example, add more, then:  exocosm kb validate {file}
# What joins the knowledge base, and what it meets there:                exocosm kb merge {file}
"""
_SEEN = """\
seen: what you read: full_text, abstract, title, database_row, or memory (nothing; then without reference)
where: where you read it: a page, a table and its row
level: how far the experiment goes: detected, transferred, necessary, sufficient
quote: exact words of the source, 30 at most, with quote_licence, such as CC BY 4.0"""

_YAML_HEAD = """\
topic: statements of my own

# Things that the knowledge base does not know yet; `exocosm kb ground NAME` finds an identifier.
# Without one, write `id: null` and a `reason`.
# entities:
#   - name: SIGLEC1
#     type: gene
#     id: hgnc:11127
#     synonyms: [CD169]

# Papers that it does not know yet, under an id of your own.
# references:
#   - id: doe-2020
#     citation: Doe J, Roe R. A title. A journal. 2020;1:1-9.
#     doi: 10.1000/example
#     seen_in: where you read the citation

statements:
"""

_YAML_AXIS = """\
  - id: {stem}-1  # words in small letters, joined by hyphens; used once
    kind: axis
    donor: glioblastoma cell      # who sends the vesicles
    cargo: hsa-miR-21-5p          # leave the line out where the source speaks of whole vesicles
    cargo_level: transferred      # up, down, transferred or unknown in these vesicles
    recipient: microglial cell    # who takes them up
    targets:                      # direct targets first; effect of MORE cargo: up, down, binds, unclear
      - {{name: BTG2, effect: down}}
    # pathways:
    #   - {{name: STAT3, effect: up}}
    # phenotypes:
    #   - {{name: proliferation, effect: up}}
    claim: An example. Say in one sentence what the source says.
    context: {{cancer: glioblastoma, species: human}}
"""
_YAML_INFLUENCE = """\
  - id: {stem}-1  # words in small letters, joined by hyphens; used once
    kind: {kind}
    source: {source}  # more of this ...
    target: {target}  # ... moves this
    effect: up  # or down
    # cells: [glioblastoma cell]  # where it holds; without the line: anywhere
    claim: An example. Say in one sentence what the source says.
"""
_YAML_CLAIM = """\
  - id: {stem}-1  # words in small letters, joined by hyphens; used once
    kind: {kind}
    claim: An example. Say in one sentence what the source says.
    agent: exosome  # what acts or is spoken of; or `topic:` and words, if it has no name
    # cargo: hsa-miR-21-5p
    # donor, recipient, targets, pathways, phenotypes: as in an axis, where they apply
    # value: {{quantity: diameter, low: 30, high: 150, unit: nm}}
"""
_YAML_EVIDENCE = """\
    evidence:
      - seen: memory  # {seen}
        where: notes of my own
        # reference: doe-2020
        # level: [transferred]
        # quote: the exact words
        # quote_licence: CC BY 4.0
"""

_CHANGED = {
    "mechanism": ("STAT3", "MRC1"),
    "release": ("hypoxia", "vesicle release"),
    "biogenesis": ("hypoxia", "vesicle release"),
    "sorting": ("hypoxia", "hsa-miR-21-5p"),
    "uptake": ("hypoxia", "vesicle uptake"),
}

_SOURCE_COLUMNS = ("reference", "doi", "pmid", "seen", "where", "level", "claim", "quote", "quote_licence")
_CELLS = {"seen": "memory", "where": "notes of my own", "claim": "An example. Say what the source says."}
_AXIS_CELLS = {
    **{"donor": "glioblastoma cell", "cargo": "hsa-miR-21-5p", "recipient": "microglial cell"},
    **{"target": "BTG2", "target_effect": "down", "phenotype": "", "phenotype_effect": ""},
}
_CLAIM_CELLS = {
    **dict.fromkeys(("agent", "donor", "cargo", "recipient", "target", "target_effect"), ""),
    **dict.fromkeys(("phenotype", "phenotype_effect", "value"), ""),
    "agent": "exosome",
}


def template(path: Path, kind: str) -> str:
    """Return the text of a file to begin with; the ending of `path` says of which format.

    Raises
    ------
    InputError : for an ending other than .yaml, .csv and .tsv, or an unknown kind
    """
    expect.one_of(STATEMENT_KINDS, kind=kind)
    ending = path.suffix.lower()
    if ending in (".yaml", ".yml"):
        return _yaml(path, kind)
    if ending in TABLE_ENDINGS:
        return _table(path, kind)
    raise InputError(f"Expected a file that ends in .yaml, .csv or .tsv; found {path.name!r}.")


def _yaml(path: Path, kind: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", fold(path.stem)).strip("-") or "own"
    fields: dict[str, Any] = {"stem": stem, "kind": kind}
    if kind == "axis":
        body = _YAML_AXIS
    elif kind in INFLUENCE_KINDS:
        body = _YAML_INFLUENCE
        fields["source"], fields["target"] = _CHANGED[kind]
    else:
        body = _YAML_CLAIM
    seen = "or full_text, abstract, title, database_row: what you read"
    return _HOW_TO.format(file=path) + _YAML_HEAD + body.format(**fields) + _YAML_EVIDENCE.format(seen=seen)


def _table(path: Path, kind: str) -> str:
    remarks = [
        *_HOW_TO.format(file=path).splitlines(),
        "# A row is a statement. Several targets: STAT3;PTEN in target, up;down in target_effect. "
        "Several papers: first | second.",
        "# A name that is not settled takes its identifier in cargo_id, target_id, donor_id or recipient_id.",
        *(f"# {line}" for line in _SEEN.splitlines()),
    ]
    columns = {"kind": kind, **_cells(kind), **dict.fromkeys(_SOURCE_COLUMNS, ""), **_CELLS}
    stream = io.StringIO()
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerows([[remark] for remark in remarks])
    writer.writerow(columns)
    writer.writerow(columns.values())
    return stream.getvalue()


def _cells(kind: str) -> dict[str, str]:
    if kind == "axis":
        return _AXIS_CELLS
    if kind not in INFLUENCE_KINDS:
        return _CLAIM_CELLS
    source, target = _CHANGED[kind]
    if kind == "mechanism":
        return {"agent": source, "target": target, "target_effect": "up", "cells": ""}
    if kind == "sorting":
        return {"agent": source, "cargo": target, "cargo_level": "up", "donor": ""}
    cells = "recipient" if kind == "uptake" else "donor"
    return {"agent": source, "phenotype": target, "phenotype_effect": "up", cells: ""}
