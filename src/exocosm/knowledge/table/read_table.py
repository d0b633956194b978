"""A table of statements (CSV or TSV) → the plain records of a knowledge file, with lines and columns.

The columns are those of the TSV export. Only `kind`, what the kind needs, `seen` and `where` have to be
filled; names are looked up in the base and then in the table of identifiers, and ids are made. The columns
that the export computes (belief, contradicted_by) are not read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from exocosm.errors import did_you_mean

from ..entities import Entity
from ..grounding.folding import fold
from ..names import NameIndex
from ..problems import KnowledgeFileError, Problem
from ..reference import Reference
from ..yaml_tree import read_text
from .cells import Row
from .columns import TABLE_COLUMNS, Shape, column_of
from .evidence_cells import documents_of, evidence_of, papers_of
from .grounded_names import TableNames
from .papers import Papers
from .row_record import shape_of, statement_id, statement_of

TABLE_ENDINGS = (".csv", ".tsv")
_REMARK = "#"  # a line that begins so is for people
_FIRST_INDEX = re.compile(r"(\w+)\[(\d+)\]\.?(.*)")


@dataclass(frozen=True)
class Known:
    """What a base knows before a table joins it."""

    index: NameIndex = field(default_factory=lambda: NameIndex({}))
    entities: Mapping[str, Entity] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    statements: frozenset[str] = frozenset()


class TableTree:
    """A table as plain data: `.value` is a knowledge file, and a field has its line and its column."""

    def __init__(self, text: str, file: str, known: Known) -> None:
        """Read `text`; problems with its cells go into `.problems`, text that is no table raises."""
        self.file = file
        self.problems: list[Problem] = []
        self._stem = re.sub(r"[^a-z0-9]+", "-", fold(Path(file).stem)).strip("-") or "table"
        self._names = TableNames(known.index, known.entities)
        self._papers = Papers(known.references)
        self._known = known
        self._entity_rows: dict[str, Row] = {}
        self._rows = [self._row(line, cells) for line, cells in _rows(text, file, self._report)]
        self._shapes: list[Shape] = []
        self.value = self._content()

    @property
    def unsettled(self) -> frozenset[str]:
        """The names that could not be told to mean one thing; each has its problem already."""
        return frozenset(self._names.unsettled)

    def line(self, path: str) -> int | None:
        """Return the line of a field, such as ``statements[3].donor``."""
        match = _FIRST_INDEX.fullmatch(path)
        if match is None:
            return 1
        section, index, _ = match.groups()
        if section == "statements":
            return self._rows[int(index)].line
        if section == "entities":
            name = self.value["entities"][int(index)]["name"]
            return self._entity_rows[name].line if name in self._entity_rows else 1
        return self._papers.lines[self.value["references"][int(index)]["id"]]

    def column(self, path: str) -> str:
        """Return the column of a field; what belongs to no column keeps its path."""
        match = _FIRST_INDEX.fullmatch(path)
        if match is None:
            return path
        section, index, below = match.groups()
        if section == "statements":
            return column_of(below, self._shapes[int(index)])
        return {"references": {"citation": "reference"}.get(below, below)}.get(section, path)

    def _content(self) -> dict[str, Any]:
        # All papers first: a row may give the DOI alone of a paper that a later row cites in full.
        cited = [papers_of(row, self._papers) for row in self._rows]
        for row, papers in zip(self._rows, cited, strict=True):
            for paper in papers:
                if paper.citation:
                    self._papers.add(paper, row.line)
        statements = [self._statement(row, papers) for row, papers in zip(self._rows, cited, strict=True)]
        self._fill_ids(statements)
        return {
            "topic": f"statements of {Path(self.file).name}",
            "references": [self._reference(identifier) for identifier in self._papers.made],
            "entities": list(self._names.made.values()),
            "statements": statements,
        }

    def _statement(self, row: Row, papers: list[Any]) -> dict[str, Any]:
        shape = shape_of(row, self._names)
        self._shapes.append(shape)
        record = statement_of(row, shape, self._names)
        for name in self._names.made:
            self._entity_rows.setdefault(name, row)
        found = [self._papers.find(paper) for paper in papers]
        if None in found:
            row.report("reference", "give the citation of a paper that is not in the knowledge base yet.")
        references = [identifier for identifier in found if identifier is not None]
        pieces = evidence_of(row, references, documents_of(row))
        return {**record, "evidence": [_stated(piece) for piece in pieces]}

    def _fill_ids(self, statements: list[dict[str, Any]]) -> None:
        given = {row["id"] for row in self._rows if row["id"]}
        taken = {*self._known.statements, *given}
        for row, record in zip(self._rows, statements, strict=True):
            record["id"] = row["id"] or statement_id(self._stem, record, taken)
            taken.add(record["id"])

    def _row(self, line: int, cells: dict[str, str]) -> Row:
        return Row(line, cells, lambda column, message: self._report(line, column, message))

    def _report(self, line: int, column: str, message: str) -> None:
        self.problems.append(Problem(self.file, line, column, message))

    def _reference(self, identifier: str) -> dict[str, Any]:
        seen_in = f"{Path(self.file).name}, line {self._papers.lines[identifier]}"
        return _stated({"id": identifier, "seen_in": seen_in, **asdict(self._papers.made[identifier])})


def table_tree(path: Path, known: Known | None = None) -> TableTree:
    """Read a table of statements, with what a base knows already.

    Raises
    ------
    KnowledgeFileError : if the file cannot be read or is no table
    """
    return TableTree(read_text(path), str(path), known or Known())


def _rows(text: str, file: str, report: Any) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, cells) for each row that holds anything."""
    lines = iter(_lines(text, file))
    columns: list[str] = []
    for line, cells in lines:
        if not columns:
            columns = _columns(line, cells, report)
            continue
        if any(cells[len(columns) :]):
            report(line, "", f"has {len(cells)} cells, and the header names {len(columns)} columns.")
        filled = [*cells, *[""] * len(columns)]
        yield line, {column: cell for column, cell in zip(columns, filled, strict=False) if column}
    if not columns:
        header = "kind, donor, cargo, recipient, target, target_effect, seen, where"
        message = f"is empty: begin with a line of column names, such as {header}."
        raise KnowledgeFileError([Problem(file, None, "", message)])


def _lines(text: str, file: str) -> Iterable[tuple[int, list[str]]]:
    """Yield (line, cells) of the rows of a table; remarks and empty rows are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, file), strict=True)
    start = 1
    while True:
        try:
            cells = [" ".join(cell.split()) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            message = f"is not a sound table: {error}. Look for a quotation mark without its partner."
            raise KnowledgeFileError([Problem(file, start, "", message)]) from None
        if any(cells) and not cells[0].startswith(_REMARK):
            yield start, cells
        start = reader.line_num + 1


def _delimiter(text: str, file: str) -> str:
    """Return what separates the cells: a tab in .tsv, else what the header line holds most of."""
    if Path(file).suffix.lower() == ".tsv":
        return "\t"
    lines = (line for line in text.splitlines() if line.strip(' \t",;'))
    header = next((line for line in lines if not line.lstrip('" ').startswith(_REMARK)), "")
    return max(",;\t", key=header.count)


def _columns(line: int, cells: list[str], report: Any) -> list[str]:
    """Return the columns by place; those that cannot be read are reported and empty."""
    columns: list[str] = []
    for cell in cells:
        column = cell.casefold().replace(" ", "_")
        if column and column not in TABLE_COLUMNS:
            known = ", ".join(sorted(TABLE_COLUMNS))
            report(line, cell, f"is no column of a table of statements.{did_you_mean(column, TABLE_COLUMNS)} "
                               f"Known are {known}.")  # fmt: skip
            column = ""
        elif column and column in columns:
            report(line, cell, "is a column twice: keep one.")
            column = ""
        columns.append(column)
    return columns


def _stated(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value}
