"""What the name of a human miRNA can mean, by the names that miRBase has used since version 6.

Written miR-21 it is the mature miRNA, written mir-21 the stem-loop (Ambros et al. 2003, RNA 9:277). Up to
version 17 of miRBase one arm often had no suffix and the other one a star; since then every mature form of a
stem-loop with two arms says -5p or -3p. A name without arm therefore means what miRBase once called by it, if
that was one thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .folding import fold
from .identifier_table import IdentifierTable, NameRow
from .near_names import near_names

_NAME = re.compile(
    r"(?:(?P<species>[a-z]{3})-)?"
    r"(?P<word>mir|let|microrna|mirna)(?P<dash>[- ]?)(?P<number>\d+[a-z]*)(?P<locus>-\d{1,2})?"
    r"(?P<arm>-[35]p)?(?P<star>\*)?",
    re.IGNORECASE,
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_BEGINNING = re.compile(r"(mir|let)[-‐‑ ]\d", re.IGNORECASE)
_ARM = re.compile(r" [35]p$")


@dataclass(frozen=True)
class MirnaForm:
    """A miRNA name taken apart as far as its meaning depends on it."""

    stem: str  # folded, with the human prefix: "hsa mir 151a"
    species: str | None
    is_mature: bool  # by the way it is written
    locus: str  # " 1" of mir-16-1, or empty
    arm: str  # " 5p", " 3p", "*" or empty

    @property
    def key(self) -> str:
        """The folded name in full."""
        return self.stem + self.locus + self.arm

    @property
    def is_human(self) -> bool:
        """Whether the name is of a human miRNA, or of none in particular."""
        return self.species in (None, "hsa")


@dataclass(frozen=True)
class MirnaMeanings:
    """What a miRNA name can mean: one entity or several, and what else goes by the name."""

    meant: tuple[NameRow, ...]
    also: tuple[NameRow, ...] = ()
    strand_inferred: bool = False
    note: str | None = None


def mirna_form(name: str) -> MirnaForm | None:
    """Take a miRNA name apart; None for any other name, and for MIR21, which is the symbol of the gene."""
    match = _NAME.fullmatch(name.strip().translate(_DASHES))
    if match is None:
        return None
    word, arm = match["word"], (match["arm"] or "").replace("-", " ") + (match["star"] or "")
    if word in ("MIR", "Mir") and not arm and not match["species"]:
        return None
    family = "let" if word.lower() == "let" else "mir"
    return MirnaForm(
        stem=fold(f"hsa-{family}-{match['number']}"),
        species=match["species"].lower() if match["species"] else None,
        is_mature=bool(arm) or word != "mir",
        locus=(match["locus"] or "").replace("-", " "),
        arm=arm.lower(),
    )


def mirna_meanings(form: MirnaForm, types: frozenset[str], table: IdentifierTable) -> MirnaMeanings | None:
    """Return what the name can mean among `types`, or None if the table has nothing."""
    if not form.is_human:
        return None
    wanted = "miRNA" if form.is_mature else "miRNA_precursor"
    if wanted not in types:
        wanted = "miRNA_precursor" if form.is_mature else "miRNA"
    if wanted not in types:
        return None
    rows = [row for row in table.rows(form.key) if row.type in types]
    mine = [row for row in rows if row.type == wanted]
    if mine:
        return _named(form, mine, [row for row in rows if row.type != wanted], table)
    return _implied(form, types, table)


def near_mirnas(form: MirnaForm, types: frozenset[str], table: IdentifierTable) -> tuple[NameRow, ...]:
    """Return human miRNAs to suggest for a name the table does not have: of the same number, else alike."""
    stem = form.stem + form.locus
    rows = table.rows(stem) + table.rows(form.stem) + _mature_forms(form.stem, table)
    same = {row.id: row for row in rows if row.type == "miRNA" and row.type in types}
    return tuple(same.values())[:3] or near_names(form.key, types, table)


def with_species(text: str) -> str:
    """Return `text` with hsa- before it where it begins as a miRNA name does, else unchanged."""
    return f"hsa-{text.strip()}" if _BEGINNING.match(text.strip()) else text


def species_remark(form: MirnaForm | None) -> str:
    """Return a sentence for a miRNA of another species, or an empty text."""
    if form is None or form.is_human:
        return ""
    return " It holds human miRNAs (hsa-) only."


def _named(
    form: MirnaForm, mine: list[NameRow], others: list[NameRow], table: IdentifierTable
) -> MirnaMeanings:
    meant = [row for row in mine if row.is_current] or mine
    if len({row.id for row in meant}) > 1:
        return MirnaMeanings(tuple(meant))
    row, rest = meant[0], [other for other in mine if other.id != meant[0].id]
    inferred = not form.arm and bool(_ARM.search(fold(row.label)))
    note = _strand_note(row, table) if inferred else _removed_note(row)
    return MirnaMeanings((row,), (*rest, *others), inferred, note)


def _strand_note(row: NameRow, table: IdentifierTable) -> str:
    stem = _ARM.sub("", fold(row.label))
    arms = [other for other in _mature_forms(stem, table) if other.id != row.id]
    other_arms = ", ".join(f"{other.label} ({other.id})" for other in arms)
    return (
        f"The name does not say the strand. {row.name} was {row.label} in miRBase {row.detail}"
        + (f"; today there is also {other_arms}" if arms else "")
        + "."
    )


def _removed_note(row: NameRow) -> str | None:
    return f"miRBase dropped {row.id}; it was {row.name} in {row.detail}." if row.is_retired else None


def _implied(form: MirnaForm, types: frozenset[str], table: IdentifierTable) -> MirnaMeanings | None:
    """Return the forms of a name that nothing ever bore: miR-151a, miR-16-1, mir-16, miR-29."""
    if form.arm == "*":
        # Which arm had the star depends on the species and the version.
        arms = tuple(_mature_forms(form.stem + form.locus, table)) if "miRNA" in types else ()
        return MirnaMeanings(arms) if len(arms) > 1 else None
    if form.arm:
        return None
    stem = form.stem + form.locus
    found = [row for row in _forms_of(form, stem, table) if row.type in types]
    if not found:
        # miR-29 is miR-29a, b or c; a single letter would still be a guess, so all are shown as they are.
        found = [row for row in _lettered(form, stem, table) if row.type in types]
        return MirnaMeanings(tuple(found)) if len(found) > 1 else None
    if len(found) > 1:
        return MirnaMeanings(tuple(found))
    row = found[0]
    inferred = row.type == "miRNA"
    note = f"miRBase never had a form without strand; {row.label} is the only one." if inferred else None
    return MirnaMeanings((row,), strand_inferred=inferred, note=note)


def _forms_of(form: MirnaForm, stem: str, table: IdentifierTable) -> list[NameRow]:
    """Return the arms of a mature name, and the stem-loops where the name numbers a locus or is one."""
    loops = [row for row in table.rows(stem) if row.type == "miRNA_precursor"] if form.locus else []
    if form.is_mature:
        return _mature_forms(stem, table) + loops
    numbered = table.rows_starting(f"{stem} ", 100)
    loci = [row for row in numbered if row.type == "miRNA_precursor" and row.is_current]
    return loci + [row for row in table.rows(stem) if row.type == "miRNA"]


def _mature_forms(stem: str, table: IdentifierTable) -> list[NameRow]:
    """Return the current mature forms whose names are `stem` and the arm."""
    return [
        row
        for row in table.rows_starting(f"{stem} ", 100)
        if row.type == "miRNA" and row.is_current and _ARM.fullmatch(fold(row.name)[len(stem) :])
    ]


def _lettered(form: MirnaForm, stem: str, table: IdentifierTable) -> list[NameRow]:
    """Return what has a letter behind the number: hsa-miR-29a-3p for miR-29, but not hsa-miR-296-5p."""
    wanted = "miRNA" if form.is_mature else "miRNA_precursor"
    lettered = table.rows_starting(stem, 400, after="a")
    return [row for row in lettered if row.type == wanted and row.is_current]
