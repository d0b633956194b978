"""Statements as rows of a table: one row per statement, columns that stay as they are between versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..base import KnowledgeBase
from ..evidence import Evidence
from ..roles import Roles, roles_of
from ..statement import Effect, Statement, Target
from ..statistics import cargo_type

# Column → what it holds. Lists within a cell are separated by ";" and run in step: target and target_effect.
COLUMNS = {
    "id": "stable id of the statement",
    "kind": "axis, biogenesis, sorting, release, uptake, marker, size, organotropism, niche, immune, "
    "irradiation, therapy, biomarker, isolation, database, cell_biology, open_question or mechanism",
    "document": "documents it was curated from",
    "place": "section, table or legend of each document, in the order of `document`",
    "cancer": "cancer of the context",
    "condition": "circumstances, such as hypoxia of the donor cells",
    "donor": "cells that send the vesicles",
    "cargo": "what they carry; of a miRNA the strand only where the source gives it",
    "cargo_id": "identifier of the cargo; of a miRNA the mature form it is read as",
    "cargo_type": "miRNA, lncRNA, circRNA, mRNA, protein, DNA, lipid, metabolite, snRNA, drug, virus, RNA "
    "or other",
    "cargo_level": "up, down, transferred or unknown: the cargo in these vesicles against the comparison",
    "recipient": "cells that take them up",
    "uptake": "route or receptor of uptake",
    "target": "molecules changed, direct targets first",
    "target_effect": "up, down, binds or unclear: effect of more cargo (or agent) on each target",
    "pathway": "pathways changed",
    "pathway_effect": "effect on each pathway",
    "phenotype": "phenotypes changed",
    "phenotype_effect": "effect on each phenotype",
    "reference": "cited papers as printed, separated by ' | '",
    "doi": "their DOIs, where one was read",
    "pmid": "their PMIDs, where one was read",
    "seen": "what was read: full_text, abstract, title, database_row or memory",
    "quote": "exact words of the sources, separated by ' | '",
    "quote_licence": "licence of each quote",
    "printed_reading": "what the source prints, where it is read otherwise here",
    "note": "what else a reader should know",
    "belief": "0 to 1, from the evidence, lowered by contradictions",
    "system": "systems S1 ... S20 of the product that use the statement",
    "claim": "the statement as one sentence",
    "agent": "what acts or is spoken of in a record that is no transfer: gene, drug, condition, procedure",
    "cells": "cells in which a mechanism holds; empty: any",
    "cargo_entity": "name of the cargo as used in models",
    "target_id": "identifier of each target",
    "donor_id": "identifier of each donor",
    "recipient_id": "identifier of each recipient",
    "level": "how far the experiments go: detected, transferred, necessary, sufficient",
    "species": "species of the context",
    "value": "number or range that the source states",
    "mechanism": "'not stated' where nothing is said between cargo and phenotype",
    "corrected_reading": "how a misprint is read here",
    "correction_reason": "why, and on what ground",
    "printed_reference": "number of the cited paper as printed, document:number",
    "where": "where each piece of evidence was read, separated by ' | '",
    "contradicted_by": "ids of the statements that say the opposite",
}
QUOTE_COLUMNS = ("quote", "quote_licence", "printed_reading")


def rows(kb: KnowledgeBase, *, quotes: bool = True) -> Iterator[dict[str, str]]:
    """Yield one row per statement, in the order of ids, every column present.

    `quotes=False` leaves the cells of the quoted words empty: what is left is CC BY 4.0 as a whole.
    """
    for statement in kb.statements:
        row = _row(kb, statement)
        if not quotes:
            row.update(dict.fromkeys(QUOTE_COLUMNS, ""))
        yield {name: _cell(row.get(name, "")) for name in COLUMNS}


def _row(kb: KnowledgeBase, statement: Statement) -> dict[str, str]:
    roles = roles_of(statement)
    context = statement.context
    return {
        "id": statement.id,
        "kind": statement.kind,
        "cancer": context.cancer or "",
        "condition": context.condition or "",
        "species": context.species or "",
        "note": statement.note or "",
        "belief": f"{kb.belief(statement.id):.3f}",
        "system": ";".join(statement.systems),
        "claim": statement.claim or "",
        "value": str(getattr(statement, "value", None) or ""),
        "mechanism": "not stated" if getattr(statement, "mechanism", "") == "not stated" else "",
        "contradicted_by": ";".join(other.id for other in kb.contradictions(statement.id)),
        **_who(kb, statement, roles),
        **_changes(kb, roles),
        **_sources(kb, statement.evidence),
        **_correction(statement),
    }


def _who(kb: KnowledgeBase, statement: Statement, roles: Roles) -> dict[str, str]:
    cargo = roles.cargo or ""
    return {
        "agent": roles.agent or getattr(statement, "topic", None) or "",
        "donor": ";".join(roles.donors),
        "donor_id": _ids(kb, roles.donors),
        "cargo": getattr(statement, "printed_cargo", None) or cargo,
        "cargo_entity": cargo,
        "cargo_id": _ids(kb, [cargo] if cargo else []),
        "cargo_type": cargo_type(kb, statement) if cargo else "",
        "cargo_level": roles.cargo_level if cargo else "",
        "recipient": ";".join(roles.recipients),
        "recipient_id": _ids(kb, roles.recipients),
        "uptake": roles.uptake or "",
        "cells": ";".join(roles.cells),
    }


def _changes(kb: KnowledgeBase, roles: Roles) -> dict[str, str]:
    found = {"target_id": _ids(kb, [target.name for target in roles.targets])}
    parts: dict[str, tuple[Target, ...] | tuple[Effect, ...]] = {
        "target": roles.targets,
        "pathway": roles.pathways,
        "phenotype": roles.phenotypes,
    }
    for column, changed in parts.items():
        found[column] = ";".join(one.name for one in changed)
        found[f"{column}_effect"] = ";".join(one.effect for one in changed)
    return found


def _sources(kb: KnowledgeBase, evidence: tuple[Evidence, ...]) -> dict[str, str]:
    documents = {piece.document: piece.place or "" for piece in reversed(evidence) if piece.document}
    documents = dict(reversed(documents.items()))
    papers = [kb.reference(name) for name in _once(piece.reference for piece in evidence)]
    quoted = {piece.quote: piece.quote_licence or "" for piece in evidence if piece.quote}
    numbers = (
        f"{piece.document}:{number}"
        for piece in evidence
        if piece.document and piece.printed_reference
        for number in piece.printed_reference.split(",")
    )
    return {
        "document": ";".join(documents),
        "place": ";".join(documents.values()),
        "reference": " | ".join(paper.citation for paper in papers),
        "doi": ";".join(paper.doi for paper in papers if paper.doi),
        "pmid": ";".join(paper.pmid for paper in papers if paper.pmid),
        "seen": ";".join(_once(piece.seen for piece in evidence)),
        "level": ";".join(_once(level for piece in evidence for level in piece.level)),
        "quote": " | ".join(quoted),
        "quote_licence": " | ".join(quoted.values()),
        "printed_reference": ";".join(_once(numbers)),
        "where": " | ".join(_once(piece.where for piece in evidence)),
    }


def _correction(statement: Statement) -> dict[str, str]:
    correction = statement.correction
    if correction is None:
        return {}
    return {
        "printed_reading": correction.printed,
        "corrected_reading": correction.corrected,
        "correction_reason": f"{correction.reason} ({correction.source})",
    }


def _ids(kb: KnowledgeBase, names: Iterable[str]) -> str:
    return ";".join(kb.identifier_of(name) for name in names)


def _once(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _cell(text: str) -> str:
    # A table has one line per row, and no tab inside a cell.
    return " ".join(text.split())
