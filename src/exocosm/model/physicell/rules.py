"""PhysiCell's rules in a CSV, read and written.

One rule per line, version 3 (and 2, which has the same columns): cell type, signal, direction, behaviour,
value at saturation, half-maximum, Hill power, applies to dead. Version 1 has the base value before the
saturation and is read where it agrees with the cell kind. The oldest layout of ten columns is refused.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from exocosm.errors import InputError, did_you_mean

from ..behaviours import Rule
from ..model import Model
from .notes import Note, Problems, number_in, read_from, read_lines
from .vocabulary import Unsupported, Vocabulary, only_here

COLUMNS = (
    "cell type", "signal", "direction", "behaviour", "saturation value", "half-max", "Hill power",
    "applies to dead",
)  # fmt: skip
_V1 = (*COLUMNS[:4], "base value", *COLUMNS[4:])
_DIRECTIONS = ("increases", "decreases")
_DEAD = {"0": False, "1": True, "false": False, "true": True, "0.0": False, "1.0": True}


@dataclass(frozen=True)
class _Line:
    """The fields of one line, by the names of their columns."""

    number: int
    fields: dict[str, str]


def read_rules(
    path: Path, model: Model, *, types: dict[int, str] | None = None
) -> tuple[dict[str, tuple[Rule, ...]], tuple[Note, ...]]:
    """Read the rules in a CSV file for the cell kinds, fields, vesicles and custom data of a model.

    Lines that start with ``//`` and blank lines are skipped; fields may stand in quotation marks, or be
    parted by tabs.

    Parameters
    ----------
    types : PhysiCell's type id → cell kind, for names such as "attack cell type 2"; in order by default

    Returns
    -------
    the rules of each cell kind that has any, and notes on lines that PhysiCell knows and a model does not

    Raises
    ------
    InputError : naming file, line and column of everything that is wrong, with suggestions
    """
    path = Path(path)
    problems, notes = Problems(path.name), []
    words = Vocabulary.of(model, types)
    rules: dict[str, list[Rule]] = {}
    first_line: dict[tuple[str, str, str, str], int] = {}
    for line in _lines(read_lines(path), problems):
        before = len(problems.found)
        try:
            made = _rules(line, model, words, problems)
        except Unsupported as reason:
            notes.append(_left_out(path.name, line, str(reason)))
            continue
        if len(problems.found) > before:
            continue
        kind = line.fields["cell type"]
        if len(made) > 1:
            notes.append(_expanded(path.name, line))
        for rule in made:
            key = (kind, rule.signal, rule.direction, rule.behaviour)
            if key in first_line:
                problems.add(line.number, f"this rule is given twice, first on line {first_line[key]}")
            first_line.setdefault(key, line.number)
            rules.setdefault(kind, []).append(rule)
    problems.refuse()
    found = {kind: tuple(group) for kind, group in rules.items()}
    return found, (*notes, *_overruled(found))


def holds_rules(path: Path) -> bool:
    """Say whether the first line that is no comment looks like a rule rather than a cell."""
    for text in read_lines(Path(path)):
        if text.strip() and not text.lstrip().startswith("//"):
            fields = [one.strip() for one in text.replace("\t", ",").split(",")]
            return fields[0].lower() != "x" and any(word in fields for word in _DIRECTIONS)
    return False


def with_rules(model: Model, rules: dict[str, tuple[Rule, ...]]) -> Model:
    """Return the model with these rules in place of those its cell kinds had."""
    kinds = tuple(replace(kind, rules=rules.get(kind.name, ())) for kind in model.cell_kinds)
    return replace(model, cell_kinds=kinds)


def write_rules(model: Model, path: Path, *, strict: bool = False) -> tuple[Note, ...]:
    """Write the rules of all cell kinds as version 3, numbers so that they read back exactly.

    Returns what PhysiCell would not read, or does not have: lines on vesicles, cargo and networks are written
    all the same, for this program; modulations and responses cannot be written as rules. With `strict` any
    such loss raises InputError, and nothing is written.
    """
    losses = losses_of(model)
    if strict and losses:
        raise InputError("PhysiCell cannot hold all of this model:\n" + "\n".join(map(str, losses)))
    lines = []
    for kind in model.cell_kinds:
        for rule in kind.rules:
            numbers = (rule.saturation.value, rule.half_max.value, rule.power.value)
            words = [kind.name, rule.signal, rule.direction, rule.behaviour]
            fields = [
                *map(_quoted, words),
                *(repr(float(n)) for n in numbers),
                str(int(rule.applies_to_dead)),
            ]
            lines.append(",".join(fields) + "\n")
    Path(path).write_text("".join(lines), encoding="utf-8", newline="\n")
    return losses


def losses_of(model: Model) -> tuple[Note, ...]:
    """List what a file of rules cannot tell PhysiCell about how the behaviours of a model change."""
    losses = []
    for kind in model.cell_kinds:
        for rule in kind.rules:
            subject = f"rule of {kind.name}: {rule.signal} {rule.direction} {rule.behaviour}"
            if only_here(rule.signal) or only_here(rule.behaviour) or _of_vesicles(rule, model):
                losses.append(Note(kind="not supported", subject=subject, reason="PhysiCell has no vesicles, "
                                   "cargo or networks"))  # fmt: skip
            if any("," in name for name in (kind.name, rule.signal, rule.behaviour)):
                reason = "PhysiCell reads no names with commas"
                losses.append(Note(kind="not supported", subject=subject, reason=reason))
        for modulation in kind.modulations:
            subject = f"modulation of {kind.name}: {modulation.behaviour} by {modulation.signal}"
            losses.append(Note(kind="not supported", subject=subject, reason="a linear factor is no rule"))
        for response in kind.responses:
            subject = f"response of {kind.name}: {response.behaviour} to {response.phenotype}"
            losses.append(Note(kind="not supported", subject=subject, reason="PhysiCell has no networks"))
    return tuple(losses)


def _of_vesicles(rule: Rule, model: Model) -> bool:
    ours = {f"{vesicle.name} {what}" for vesicle in model.vesicle_kinds for what in ("release", "uptake")}
    ours |= {f"chemotactic response to {vesicle.name} vesicles" for vesicle in model.vesicle_kinds}
    return rule.behaviour in ours


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name or name.startswith("//") else name


def _lines(lines: list[str], problems: Problems) -> list[_Line]:
    found = []
    for number, text in enumerate(lines, start=1):
        if not text.strip() or text.lstrip().startswith("//"):
            continue
        try:
            fields = _split(text)
        except csv.Error as error:
            problems.add(number, f"expected fields parted by commas: {error}")
            continue
        layout = {len(COLUMNS): COLUMNS, len(_V1): _V1}.get(len(fields))
        if layout is None:
            old = " Ten columns are the oldest layout, which is not read." if len(fields) == 10 else ""
            problems.add(
                number,
                f"expected 8 columns ({', '.join(COLUMNS)}), found {len(fields)}.{old}",
            )
            continue
        found.append(_Line(number, dict(zip(layout, fields, strict=True))))
    return found


def _split(text: str) -> list[str]:
    """Part a line at its commas, or at its tabs where that makes a rule of it."""
    fields = next(csv.reader([text], skipinitialspace=True, strict=True), [])
    if len(fields) not in (len(COLUMNS), len(_V1)) and "\t" in text:
        fields = next(csv.reader([text], delimiter="\t", strict=True), [])
    return [one.strip() for one in fields]


def _rules(line: _Line, model: Model, words: Vocabulary, problems: Problems) -> list[Rule]:
    """Make the rules of one line: none if it is wrong, more than one for behaviours of several names."""
    given, number = line.fields, line.number
    kinds = [kind.name for kind in model.cell_kinds]
    if given["cell type"] not in kinds:
        hint = did_you_mean(given["cell type"], kinds)
        problems.add(
            number, f"no cell type {given['cell type']!r} in this model.{hint}", "column 1 (cell type)"
        )
    if given["direction"] not in _DIRECTIONS:
        hint = did_you_mean(given["direction"], _DIRECTIONS)
        problems.add(
            number, f"expected 'increases' or 'decreases', found {given['direction']!r}.{hint}",
            "column 3 (direction)",
        )  # fmt: skip
    unsupported: Unsupported | None = None
    signal = ""
    behaviours: tuple[str, ...] = ("",)
    try:
        signal = words.signal(given["signal"])
    except Unsupported as reason:
        unsupported = reason
    except ValueError as error:
        problems.add(number, str(error), "column 2 (signal)")
    try:
        behaviours = words.behaviour(given["behaviour"])
    except Unsupported as reason:
        unsupported = reason
    except ValueError as error:
        problems.add(number, str(error), "column 4 (behaviour)")
    numbers = _numbers(line, problems)
    dead = _DEAD.get(given["applies to dead"].lower())
    if dead is None:
        problems.add(
            number, f"expected 0 or 1, found {given['applies to dead']!r}",
            f"column {len(given)} (applies to dead)",
        )  # fmt: skip
    if unsupported is not None:
        raise unsupported
    if (
        not (signal and behaviours[0] and given["direction"] in _DIRECTIONS)
        or len(numbers) < 3
        or dead is None
    ):
        return []
    if given["cell type"] not in kinds:
        return []
    _check_base(line, model, behaviours, words, problems)
    return [_rule(line, problems, words, signal, behaviour, numbers, dead) for behaviour in behaviours]


def _numbers(line: _Line, problems: Problems) -> dict[str, float]:
    found: dict[str, float] = {}
    names = list(line.fields)
    for name in ("saturation value", "half-max", "Hill power"):
        column = f"column {names.index(name) + 1} ({name})"
        try:
            value = number_in(line.fields[name])
        except ValueError as error:
            problems.add(line.number, str(error), column)
            continue
        if name == "half-max" and value <= 0:
            problems.add(line.number, f"expected a number above 0, found {line.fields[name]!r}", column)
        elif name == "Hill power" and value < 0:
            problems.add(line.number, f"expected 0 or a number above, found {line.fields[name]!r}", column)
        else:
            found[name] = value
    return found


def _rule(
    line: _Line, problems: Problems, words: Vocabulary, signal: str, behaviour: str,
    numbers: dict[str, float], dead: bool,
) -> Rule:  # fmt: skip
    kind, direction = line.fields["cell type"], line.fields["direction"]
    most = words.behaviours[behaviour].most
    value = numbers["saturation value"]
    if not behaviour.startswith(("custom:", "chemotactic response")) and not 0 <= value <= most:
        problems.add(
            line.number, f"expected {behaviour!r} between 0 and {most:g}, found {value!r}",
            f"column {list(line.fields).index('saturation value') + 1} (saturation value)",
        )  # fmt: skip
    name = f"{kind}: {signal} {direction} {behaviour}"

    def parameter(what: str, column: str, unit: str):  # type: ignore[no-untyped-def]
        quoted = f"{line.fields[column]} {unit}".strip()
        return read_from(problems.file, line.number, f"{name}: {what}", numbers[column], unit, quoted)

    return Rule(
        signal=signal,
        direction="increases" if direction == "increases" else "decreases",
        behaviour=behaviour,
        saturation=parameter("at saturation", "saturation value", words.behaviours[behaviour].unit),
        half_max=parameter("half-maximum", "half-max", words.signals[signal].unit),
        power=parameter("Hill power", "Hill power", ""),
        applies_to_dead=dead,
    )


def _check_base(
    line: _Line, model: Model, behaviours: tuple[str, ...], words: Vocabulary, problems: Problems
) -> None:
    """Refuse a base value (version 1) that is not that of the cell kind, as PhysiCell does."""
    if "base value" not in line.fields:
        return
    kind = model.cell_kind(line.fields["cell type"])
    column = "column 5 (base value)"
    try:
        base = number_in(line.fields["base value"])
    except ValueError as error:
        problems.add(line.number, str(error), column)
        return
    for behaviour in behaviours:
        if (held := base_value(kind, behaviour, words)) != base:
            problems.add(
                line.number, f"the rule starts {behaviour!r} from {base!r}, cells of kind {kind.name!r} from "
                f"{held!r}; give the value once, in the cell kind", column,
            )  # fmt: skip


def base_value(kind, behaviour: str, words: Vocabulary) -> float:  # type: ignore[no-untyped-def]
    """Return the value that a behaviour has in cells of a kind when nothing changes it."""
    given = kind.behaviour(behaviour)
    if given is not None:
        return float(given.value)
    if kind.cycle is not None:
        phases = ["cycle entry", *(f"exit from cycle phase {i}" for i in range(1, len(kind.cycle.phases)))]
        if behaviour in phases:
            return float(kind.cycle.phases[phases.index(behaviour)].rate.value)
    custom = {f"custom:{datum.name}": datum.value.value for datum in kind.custom}
    return float(custom.get(behaviour, words.behaviours[behaviour].default))


def _left_out(file: str, line: _Line, reason: str) -> Note:
    words = (line.fields[name] for name in COLUMNS[:4])
    return Note(
        kind="not supported", subject=f"rule: {' '.join(words)}", reason=f"{reason}; the line is left out",
        place=f"{file}, line {line.number}",
    )  # fmt: skip


def _expanded(file: str, line: _Line) -> Note:
    return Note(
        kind="differs", subject=f"rule: {line.fields['behaviour']}",
        reason="read as three rules: for apoptotic, necrotic and other dead cells",
        place=f"{file}, line {line.number}",
    )  # fmt: skip


def _overruled(rules: dict[str, tuple[Rule, ...]]) -> list[Note]:
    """Say where rules of one behaviour and direction name different saturations: the last one holds."""
    notes = []
    for kind, group in rules.items():
        counts = Counter((rule.behaviour, rule.direction) for rule in group)
        for (behaviour, direction), count in counts.items():
            values = [r.saturation for r in group if (r.behaviour, r.direction) == (behaviour, direction)]
            if count > 1 and len({value.value for value in values}) > 1:
                notes.append(
                    Note(kind="differs", subject=f"{kind}: {behaviour}", place=values[-1].source,
                         reason=f"rules that it {direction.removesuffix('s')} by name different values at "
                         f"saturation; the last, {values[-1].value:g}, holds for all, as in PhysiCell")
                )  # fmt: skip
    return notes
