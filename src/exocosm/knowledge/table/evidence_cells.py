"""The columns on sources of one row → pieces of evidence.

The lists of a row run in step: the second paper goes with the second document and the second quote. A list
that is shorter goes on with its last entry, so that one `seen` holds for all papers of the row.
"""

from __future__ import annotations

from typing import Any

from .cells import Row, counted
from .papers import Paper, Papers


def papers_of(row: Row, papers: Papers) -> list[Paper]:
    """Return the papers that a row cites, with the DOI and PMID of each."""
    citations = row.texts("reference")
    dois = [_bare_doi(doi) for doi in row.listed("doi")]
    pmids = row.listed("pmid")
    if not citations:
        count = max(len(dois), len(pmids))
        citations = [""] * count
    paired = {
        "doi": _paired(row, "doi", citations, dois, papers),
        "pmid": _paired(row, "pmid", citations, pmids, papers),
    }
    return [
        Paper(citation, doi, pmid)
        for citation, doi, pmid in zip(citations, paired["doi"], paired["pmid"], strict=True)
    ]


def evidence_of(row: Row, cited: list[str], documents: dict[str, str]) -> list[dict[str, Any]]:
    """Return the evidence of a row as plain data.

    Parameters
    ----------
    cited : ids of the references of the row's papers
    documents : ids of the documents of the row → place in each
    """
    seen, where = row.listed("seen"), row.texts("where")
    quotes = row.in_step("quote", "quote_licence", texts=True, missing="not stated")
    looked_up = [word for word in seen if word != "memory"] or seen
    lists: list[list[Any]] = [looked_up, where, quotes, cited, list(documents.items())]
    pieces = []
    for i in range(max(1, *map(len, lists))):
        how, place, quote, reference, document = (_going_on(entries, i) for entries in lists)
        piece = {"seen": how, "where": place, "reference": reference, "level": row.listed("level")}
        if document:
            piece["document"], piece["place"] = document[0], document[1] or None
        if quote:
            piece["quote"], piece["quote_licence"] = quote[0], quote[1] or None
        pieces.append(piece)
    _add_numbers(row, pieces)
    if "memory" in seen and looked_up != seen:
        # What was remembered rests on no paper.
        at = seen.index("memory")
        pieces.insert(at, {"seen": "memory", "where": _going_on(where, at)})
    return pieces


def documents_of(row: Row) -> dict[str, str]:
    """Return the documents of a row with the place in each."""
    documents = row.listed("document")
    if not documents:
        if row["place"]:
            row.report("place", "stands without a document: write it into `where`, or name the document.")
        return {}
    if not row["place"] or len(documents) == 1:
        return dict.fromkeys(documents, row["place"])
    return dict(row.in_step("document", "place"))


def _going_on(entries: list[Any], i: int) -> Any:
    return entries[min(i, len(entries) - 1)] if entries else None


def _paired(row: Row, column: str, citations: list[str], given: list[str], papers: Papers) -> list[str]:
    """Give each paper its DOI or PMID; where some have none, those of known papers are taken out first."""
    if len(given) in (0, len(citations)):
        return given or [""] * len(citations)
    known = [papers.same_citation(citation) for citation in citations]
    found = ["" if paper is None else str(getattr(paper, column)) for paper in known]
    of_known = {one.casefold() for one in found}
    left = [one for one in given if one.casefold() not in of_known]
    open_places = [i for i, paper in enumerate(known) if paper is None]
    if len(left) not in (0, len(open_places)):
        row.report(
            column,
            f"has {counted(given)} for {len(citations)} papers in `reference`: leave the place of a "
            "paper without one empty, as in 'first;;third', and separate citations by ' | '.",
        )
        left = []
    for i, one in zip(open_places, left, strict=False):
        found[i] = one
    return found


def _bare_doi(text: str) -> str:
    for beginning in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/"):
        text = text.removeprefix(beginning)
    return text.removeprefix("doi:").strip()


def _add_numbers(row: Row, pieces: list[dict[str, Any]]) -> None:
    """Give the pieces their reference numbers as printed: "review-2022:7", or "7" for all."""
    numbers: dict[str | None, list[str]] = {}
    for entry in row.listed("printed_reference"):
        document, colon, number = entry.rpartition(":")
        numbers.setdefault(document if colon else None, []).append(number)
    for source, listed in numbers.items():
        mine = [piece for piece in pieces if source is None or piece.get("document") == source]
        if not mine:
            row.report("printed_reference", f"names {source!r}, which is not in `document`.")
        for i, piece in enumerate(mine):
            piece["printed_reference"] = listed[i] if len(listed) == len(mine) else ",".join(listed)
