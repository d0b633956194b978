"""A file of a person's own findings → its columns and rows of text, or why it is no table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from exocosm.errors import InputError, did_you_mean

COLUMNS = (
    *("id", "donor", "cargo", "cargo_type", "cargo_level", "recipient", "target", "target_effect", "pathway"),
    *("pathway_effect", "phenotype", "phenotype_effect", "cancer", "condition", "reference"),
)
MOST_BYTES = 50_000_000
MOST_ROWS = 100_000

_NEEDED = ("cargo", "recipient")
_READ_OUTS = ("pathway", "phenotype")


@dataclass(frozen=True)
class TextRow:
    """One row: the line it starts in, its text by column as the header writes it, and by known column."""

    line: int
    original: Mapping[str, str]
    known: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the text of a known column, blanks at its ends left out; empty where there is none."""
        return self.known.get(column, "").strip()

    def names(self, column: str) -> list[str]:
        """Return the entries of a column of names; nothing stands for a ";" at the end."""
        return _without_end(self._entries(column), 0)

    def in_step(self, column: str) -> list[tuple[str, str]]:
        """Pair the names of a column with their effects; one effect is that of all, none stays empty.

        Raises
        ------
        InputError : if they are not equally many, or a name is missing between two others
        """
        beside = f"{column}_effect"
        names = self.names(column)
        effects = _without_end(self._entries(beside), len(names))
        if not all(names):
            raise InputError(f"`{column}` has an empty entry between two ';'.")
        if not any(effects):
            effects = [""] * len(names)
        elif len(effects) == 1 and names:
            effects *= len(names)
        if len(effects) != len(names):
            raise InputError(
                f"`{beside}` has {_entries(effects)}, and `{column}` has {_entries(names)}: give one for "
                "each, separated by ';', or one for all."
            )
        return list(zip(names, effects, strict=True))

    def _entries(self, column: str) -> list[str]:
        return [entry.strip() for entry in self[column].split(";")] if self[column] else []


def read_text_rows(path: Path) -> tuple[TextRow, ...]:
    """Read a table: tab-separated, or by commas where the header has no tab; UTF-8.

    Lines without any text are left out.

    Raises
    ------
    InputError : if the file cannot be read, is too large, is no table, or lacks a column that is needed
    """
    lines = _lines(_text(path), path)
    header_line, header = next(lines, (0, []))
    if not header:
        raise InputError(f"{path}: is empty. Begin with a line of column names: {', '.join(COLUMNS)}.")
    original = _columns(header, header_line, path)
    known = [_folded(column) for column in original]
    rows: list[TextRow] = []
    for line, cells in lines:
        if len(cells) != len(original):
            raise InputError(
                f"{path}, line {line}: has {_fields(len(cells))}, and the header {_fields(len(original))}. "
                "Give every line as many as the header."
            )
        if len(rows) == MOST_ROWS:
            raise InputError(f"{path}: has more than {MOST_ROWS:,} rows. Split it into smaller files.")
        rows.append(
            TextRow(line, dict(zip(original, cells, strict=True)), dict(zip(known, cells, strict=True)))
        )
    return tuple(rows)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(
                f"{path}: has {size / 1e6:.0f} MB, and {MOST_BYTES / 1e6:.0f} MB can be read. Split it."
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or type(error).__name__}). Give the path of a table."
        ) from None
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: holds a NUL byte. Save the table as text in UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path}, line {line}: is not UTF-8 (byte 0x{content[error.start]:02x}). Save it as UTF-8."
        ) from None


def _lines(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, fields) of every line with text; a field in quotation marks may hold several lines."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in header else ",", strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"{path}, line {start}: is no sound row ({error}). Look for a quotation mark without its "
                "partner."
            ) from None
        if len(cells) > 1 or "".join(cells).strip():
            yield start, cells
        start = reader.line_num + 1


def _columns(header: list[str], line: int, path: Path) -> list[str]:
    """Return the names of the columns as written, each once and with those that are needed."""
    names = [cell.strip() for cell in header]
    folded = [_folded(name) for name in names]
    for i, name in enumerate(folded):
        if not name:
            raise InputError(f"{path}, line {line}: column {i + 1} has no name. Give it one, or remove it.")
        if name in folded[:i]:
            raise InputError(f"{path}, line {line}: two columns are called {names[i]!r}. Keep one.")
    for name in _NEEDED:
        if name not in folded:
            raise InputError(f"{path}: has no column {name!r}.{_nearly(name, names)}")
    if not any(name in folded for name in _READ_OUTS):
        raise InputError(
            f"{path}: has neither a column 'pathway' nor 'phenotype'.{_nearly('phenotype', names)} "
            "Say what was seen in the recipient."
        )
    return names


def _nearly(name: str, names: list[str]) -> str:
    return f"{did_you_mean(name, names)} The header has {', '.join(map(repr, names))}."


def _folded(column: str) -> str:
    return column.strip().casefold().replace(" ", "_").replace("-", "_")


def _without_end(entries: list[str], keep: int) -> list[str]:
    """Leave out empty entries at the end, as long as there are more than so many."""
    while len(entries) > keep and not entries[-1]:
        entries = entries[:-1]
    return entries


def _entries(entries: list[str]) -> str:
    return f"{len(entries)} entr{'y' if len(entries) == 1 else 'ies'}"


def _fields(count: int) -> str:
    return f"{count} field{'' if count == 1 else 's'}"
