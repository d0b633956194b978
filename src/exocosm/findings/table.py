"""A person's own findings in a table → cases, which are scored as the transfers of the base are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal, TypeVar

from exocosm.assembly import Circumstances, spelt_out
from exocosm.errors import InputError, did_you_mean
from exocosm.knowledge import CARGO_TYPES, Effect, Target

from .case import Asked, Case, Input, NotAsked, inputs_of, read_outs
from .effect_words import cargo_level, direction
from .table_names import Molecules, Recipient, TableNames, Unknown
from .table_text import TextRow, read_text_rows
from .vocabulary import Reading, Unread, Vocabulary

_T = TypeVar("_T")
_Change = Literal["up", "down", "unclear"]

_SIGN = {"up": 1, "down": -1}
_TURNED: dict[_Change, _Change] = {"up": "down", "down": "up", "unclear": "unclear"}
_READ_OUTS = ("pathway", "phenotype")
_NEW = "direct target, which no statement of the base names"
_BOTH_WAYS = "its targets are said to go both ways"
_UNCHANGED = "reported as unchanged: only a rise or a fall is scored"
_EMPTY = "nothing stands in this row"
_NO_CELL = Recipient("", (), "")
_NO_INPUT: tuple[tuple[Input, ...], str] = ((), "")


@dataclass(frozen=True)
class Row:
    """One row of a table: where it stands, its text as read, its case, and what was not understood.

    `case` is None where nothing stands in the row. `less` is True where its effects are those of less cargo:
    the case has them turned around.
    """

    line: int
    original: dict[str, str]
    case: Case | None
    problems: tuple[str, ...] = ()
    less: bool = False


def read_table(vocabulary: Vocabulary, path: Path) -> tuple[Row, ...]:
    """Read a person's own findings, one transfer a row, as cases.

    Columns stand in any order and case: id, donor, cargo, cargo_type, cargo_level, recipient, target,
    target_effect, pathway, pathway_effect, phenotype, phenotype_effect, cancer, condition, reference; others
    are kept. Needed are cargo, recipient, and pathway or phenotype. ";" separates lists; effects stand in the
    order of their names, and one effect is that of all.

    Cases are made by the rules for transfers of the base (`inputs_of`, `read_outs`). A gene that the base has
    never met is a node without influences. A row with `cargo_level` "down" (lost, silenced ...) compares the
    loss of the cargo with its presence: its effects are those of less cargo. The case asks the same of more
    cargo, as every case does: the control is the arm without it, and the signs of targets and read-outs are
    turned around.

    What is not understood is kept and counts against the score: an unknown term, or the word for its effect,
    as that read-out; an unknown recipient or target, its effect, a level of the cargo, or lists of unequal
    length as every read-out of the row.

    Raises
    ------
    InputError : if the file is no such table, or two rows have one id
    """
    texts = read_text_rows(Path(path))
    read = _Reader(vocabulary)
    return tuple(read.row(text, name) for text, name in zip(texts, _ids(texts, path), strict=True))


class _Reader:
    """Reads rows by one base; each name and term is looked up once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names = TableNames(vocabulary.kb)
        self._reading: Callable[[str, str], Reading | Unread] = cache(vocabulary.read)

    def row(self, text: TextRow, identifier: str) -> Row:
        """Return a row with its case."""
        original = dict(text.original)
        if not any(cell.strip() for cell in original.values()):
            return Row(text.line, original, None, (_EMPTY,))
        failed: list[str] = []
        level = _tried(failed, lambda: cargo_level(text["cargo_level"]), "present")
        recipient = _tried(failed, lambda: self._recipient(text["recipient"]), _NO_CELL)
        inputs, no_input = _tried(failed, lambda: self._inputs(text, level == "down"), _NO_INPUT)
        effects: list[tuple[str, str]] = []
        for column in _READ_OUTS:
            effects += _tried(failed, partial(text.in_step, column), effects[:0])
        asked: tuple[Asked, ...] = ()
        if failed:
            inputs, no_input = _NO_INPUT
            not_asked = _all_counted(text, " ".join(failed))
        else:
            asked, not_asked = self._asked(effects, recipient.kind, inputs, level == "down")
        problems = (*failed, *_of_terms(not_asked, failed))
        case = Case(
            id=identifier,
            donor=text["donor"],
            cargo=text["cargo"],
            recipient=recipient.name or text["recipient"],
            circumstances=self._circumstances(text, recipient),
            inputs=inputs,
            asked=asked,
            not_asked=not_asked,
            out_of_scope=_out_of_scope(text, asked, not_asked),
            no_input=no_input,
            papers=self._names.papers(text["reference"]),
            problems=problems,
        )
        remarks = [remark for remark in (recipient.remark, _of_cargo_type(text["cargo_type"])) if remark]
        return Row(text.line, original, case, (*problems, *remarks), level == "down")

    def _recipient(self, name: str) -> Recipient:
        if not name:
            raise InputError("`recipient` is empty.")
        found = self._names.recipient(name)
        if isinstance(found, Unknown):
            raise InputError(f"recipient {name!r} is not understood. {found.reason}")
        return found

    def _circumstances(self, text: TextRow, recipient: Recipient) -> Circumstances:
        return Circumstances(
            lineage=recipient.lineage or (text["recipient"],),
            cancer=self._names.cancer(text["cancer"]),
            condition=text["condition"] or None,
        )

    def _inputs(self, text: TextRow, less: bool) -> tuple[tuple[Input, ...], str]:
        """Return what a row changes in its recipient, in terms of more cargo, and why nothing if so."""
        kb, cargo, kind = self._vocabulary.kb, text["cargo"], _cargo_type(text["cargo_type"])
        stated = text.in_step("target")
        if not stated:
            raised = kind in ("protein", "mRNA")
            own = self._molecules("cargo", cargo).names[0] if cargo and raised else None
            return inputs_of(kb, own, kind, ())
        targets: list[Target] = []
        new: dict[str, set[int]] = {}
        for name, word in stated:
            change = _change(word, less)
            found = self._molecules("target", name)
            targets += [Target(name=one, effect=change) for one in found.names]
            if found.new and change in _SIGN:
                for member in (member for one in found.names for member in spelt_out(one)):
                    new.setdefault(member, set()).add(_SIGN[change])
        inputs, why = inputs_of(kb, cargo or None, kind, targets)
        return _with_new(inputs, why, new)

    def _molecules(self, column: str, name: str) -> Molecules:
        found = self._names.molecules(name)
        if isinstance(found, Unknown):
            raise InputError(f"{column} {name!r} is not understood. {found.reason}")
        return found

    def _asked(
        self, stated: Sequence[tuple[str, str]], cell: str, inputs: Sequence[Input], less: bool
    ) -> tuple[tuple[Asked, ...], tuple[NotAsked, ...]]:
        """Return the read-outs of a row, and those that cannot be scored."""
        effects, not_asked = [], []
        for term, word in stated:
            reading = self._reading(term, cell)
            reason = _not_understood(reading, word)
            if reason:
                not_asked.append(NotAsked(term, reason, counted=True))
            elif isinstance(reading, Reading) and word and direction(word) == "none":
                not_asked.append(NotAsked(term, _UNCHANGED))
            else:
                effects.append(Effect(name=term, effect=_change(word, less)))
        asked, others = read_outs(self._vocabulary, cell, effects, {one.node for one in inputs})
        return asked, (*not_asked, *others)


def _ids(texts: Sequence[TextRow], path: Path) -> list[str]:
    """Return the id of each row; one without gets that of its line."""
    lines: dict[str, list[int]] = {}
    for text in texts:
        if text["id"]:
            lines.setdefault(text["id"], []).append(text.line)
    for identifier, where in lines.items():
        if len(where) > 1:
            listed = ", ".join(map(str, where))
            raise InputError(f"{path}: the id {identifier!r} stands in lines {listed}. Give each its own.")
    return [text["id"] or _free(f"row-{text.line}", lines) for text in texts]


def _free(identifier: str, taken: dict[str, list[int]]) -> str:
    while identifier in taken:
        identifier += "'"
    return identifier


def _tried(failed: list[str], do: Callable[[], _T], otherwise: _T) -> _T:
    """Do something for a row; if it fails, keep why and go on."""
    try:
        return do()
    except InputError as error:
        failed.append(str(error))
        return otherwise


def _change(word: str, less: bool) -> _Change:
    """Return the effect of more cargo; without a word it is not stated, and unchanged is none to score."""
    said = direction(word) if word else "none"
    change: _Change = "unclear" if said == "none" else said
    return _TURNED[change] if less else change


def _not_understood(reading: Reading | Unread, word: str) -> str:
    if isinstance(reading, Unread) and not reading.known:
        return reading.reason
    try:
        _change(word, False)
    except InputError as error:
        return str(error)
    return ""


def _with_new(inputs: tuple[Input, ...], why: str, new: dict[str, set[int]]) -> tuple[tuple[Input, ...], str]:
    """Join the inputs that the base knows with those that it does not; what goes both ways is none."""
    by_node = {one.node: one for one in inputs}
    for node, signs in new.items():
        signs = signs | ({by_node[node].sign} if node in by_node else set())
        if len(signs) == 1:
            by_node.setdefault(node, Input(node, next(iter(signs)), _NEW))
        else:
            by_node.pop(node, None)
    joined = tuple(by_node[node] for node in sorted(by_node))
    if joined:
        return joined, ""
    return (), _BOTH_WAYS if new else why


def _all_counted(text: TextRow, reason: str) -> tuple[NotAsked, ...]:
    """Return every read-out of a row that was not understood, and one where effects stand without a term."""
    terms = [term for column in _READ_OUTS for term in text.names(column) if term]
    if not terms and any(text[f"{column}_effect"] for column in _READ_OUTS):
        terms = ["(no term)"]
    return tuple(NotAsked(term, reason, counted=True) for term in dict.fromkeys(terms))


def _of_terms(not_asked: Sequence[NotAsked], failed: Sequence[str]) -> list[str]:
    return [] if failed else [f"{one.term!r}: {one.reason}" for one in not_asked if one.counted]


def _out_of_scope(text: TextRow, asked: Sequence[Asked], not_asked: Sequence[NotAsked]) -> str:
    """Say why a row cannot be scored, from the row alone, as of a transfer of the base."""
    if not text["cargo"]:
        return "whole vesicles: no cargo is named"
    if asked or any(one.counted for one in not_asked):
        return ""
    reasons = [f"{one.term}: {one.reason}" for one in not_asked]
    return "; ".join(reasons) or "no effect on the cell is reported"


def _cargo_type(text: str) -> str | None:
    return _cargo_types().get(text.casefold().replace("-", ""))


def _of_cargo_type(text: str) -> str:
    if not text or _cargo_type(text):
        return ""
    known = _cargo_types().values()
    return f"`cargo_type` {text!r} is not understood.{did_you_mean(text, known)}"


@cache
def _cargo_types() -> dict[str, str]:
    known = sorted({*CARGO_TYPES, "snRNA", "other"})
    return {one.casefold(): one for one in known} | {"microrna": "miRNA"}
