"""How the cells of a table are read: each function takes the text of a cell and returns a value or None.

A cell that says nothing (empty, ``-``, ``NA``) is None. A cell that cannot be what its column says is a
`BadValue`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from exocosm.errors import did_you_mean

from .problems import BadValue

_NOTHING = frozenset({"", "-", "--", "na", "n/a", "nan", "none", "null"})
_NO_NAME = frozenset({"", "-", "NA", "N/A"})  # narrower: nan is a gene of the fly

# Spellings of the commonest species; any other is kept as it is written.
_SPECIES = {
    "human": "Homo sapiens",
    "homo sapiens (human)": "Homo sapiens",
    "hsa": "Homo sapiens",
    "9606": "Homo sapiens",
    "mouse": "Mus musculus",
    "mus musculus (mouse)": "Mus musculus",
    "mmu": "Mus musculus",
    "10090": "Mus musculus",
    "rat": "Rattus norvegicus",
    "rattus norvegicus (rat)": "Rattus norvegicus",
    "rno": "Rattus norvegicus",
    "10116": "Rattus norvegicus",
}
for _latin in ("Homo sapiens", "Mus musculus", "Rattus norvegicus"):
    _SPECIES[_latin.casefold()] = _latin

CARGO_TYPES = (
    "protein", "mRNA", "miRNA", "lncRNA", "circRNA", "snRNA", "RNA", "DNA", "gene", "lipid", "metabolite",
    "drug", "chemical", "complex", "family", "virus", "process", "other",
)  # fmt: skip
_TYPES = {kind.casefold(): kind for kind in CARGO_TYPES} | {
    "proteins": "protein",
    "messenger rna": "mRNA",
    "microrna": "miRNA",
    "mirnas": "miRNA",
    "lipids": "lipid",
    "metabolites": "metabolite",
    "long non-coding rna": "lncRNA",
    "circular rna": "circRNA",
}
_TRUE, _FALSE = frozenset({"1", "true", "t", "yes", "1.0"}), frozenset({"0", "false", "f", "no", "0.0", "-1"})
_UP = frozenset(
    {"1", "+1", "1.0", "+", "up", "activation", "stimulation", "activates", "stimulates", "increases"}
)
_DOWN = frozenset({"-1", "-1.0", "−1", "-", "−", "down", "inhibition", "repression", "inhibits", "represses"})
_UNSIGNED = frozenset({"0", "0.0", "?", "unknown", "unclear"})
_UNIPROT = re.compile(r"([OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d([A-Z][A-Z0-9]{2}\d){1,2})(-\d+)?")


def text(cell: str) -> str | None:
    """Read words."""
    cell = cell.strip()
    return None if cell.casefold() in _NOTHING else cell


def raw(cell: str) -> str | None:
    """Read whatever stands there, a dash included."""
    return cell.strip() or None


def name(cell: str) -> str | None:
    """Read the name of a molecule."""
    cell = cell.strip()
    return None if cell in _NO_NAME else cell


def number(cell: str) -> float | None:
    """Read a finite number."""
    cell = cell.strip()
    if cell.casefold() in _NOTHING:
        return None
    try:
        value = float(cell)
    except ValueError:
        raise BadValue(f"expected a number, found {cell!r}") from None
    if not math.isfinite(value):
        raise BadValue(f"expected a finite number, found {cell!r}")
    return value


def amount(cell: str) -> float | None:
    """Read a number that is 0 or above."""
    value = number(cell)
    if value is not None and value < 0:
        raise BadValue(f"expected 0 or above, found {cell.strip()!r}")
    return value


def year(cell: str) -> int | None:
    """Read a year of publication; ExoCarta writes 0 for an unknown one."""
    value = number(cell)
    if not value:
        return None
    if value != int(value) or not 1900 <= value <= 2200:
        raise BadValue(f"expected a year, found {cell.strip()!r}")
    return int(value)


def species(cell: str) -> str | None:
    """Read a species; human, mouse and rat are brought to their Latin names."""
    found = text(cell)
    return found if found is None else _SPECIES.get(found.casefold(), found)


def cargo_type(cell: str) -> str | None:
    """Read what kind of molecule it is: one of `CARGO_TYPES`, in any case."""
    found = text(cell)
    if found is None:
        return None
    if found.casefold() not in _TYPES:
        raise BadValue(
            f"expected a type such as protein, mRNA or miRNA, found {found!r}."
            f"{did_you_mean(found, CARGO_TYPES)}"
        )
    return _TYPES[found.casefold()]


def ncbi_gene(cell: str) -> str | None:
    """Read a number of NCBI Gene (Entrez)."""
    found = text(cell)
    if found is None or found == "0":
        return None
    if not found.isascii() or not found.removesuffix(".0").isdigit():
        raise BadValue(f"expected a number of NCBI Gene, found {found!r}")
    return f"ncbigene:{found.removesuffix('.0')}"


def uniprot(cell: str) -> str | None:
    """Read an accession of UniProt; anything else, such as a complex, is no identifier here."""
    found = text(cell)
    return f"uniprot:{found}" if found is not None and _UNIPROT.fullmatch(found) else None


def flag(cell: str) -> bool | None:
    """Read yes or no, as 1 and 0, True and False, YES and NO."""
    found = text(cell)
    if found is None:
        return None
    if found.casefold() in _TRUE:
        return True
    if found.casefold() in _FALSE:
        return False
    raise BadValue(f"expected 1 or 0, True or False, found {found!r}")


def sign(cell: str) -> int | None:
    """Read the sign of an influence: a weight, or a word such as activation; 0 and unknown have none."""
    found = cell.strip().casefold()
    if found in _UP:
        return 1
    if found in _DOWN:
        return -1
    if found in _NOTHING or found in _UNSIGNED:
        return None
    try:
        value = float(found)
    except ValueError:
        raise BadValue(f"expected a sign such as 1, -1, up or down, found {cell.strip()!r}") from None
    if not math.isfinite(value):
        raise BadValue(f"expected a sign such as 1 or -1, found {cell.strip()!r}")
    return (value > 0) - (value < 0) or None


def one_of_words(words: Mapping[str, Any], what: str) -> Callable[[str], Any]:
    """Return a reader of a cell with one of `words`, in any case."""

    def read(cell: str) -> Any:
        found = text(cell)
        if found is None:
            return None
        if found.casefold() not in words:
            raise BadValue(f"expected {what}, found {found!r}.{did_you_mean(found, words)}")
        return words[found.casefold()]

    return read


def first_name(*cells: str) -> str | None:
    """Return the first cell that holds a name; a bare number stands for a gene of NCBI."""
    for cell in cells:
        found = name(cell)
        if found is not None:
            return f"ncbigene:{found}" if found.isdigit() else found
    return None
