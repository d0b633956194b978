"""The tables in plain sentences.

A sentence never says more than its row: an interval with zero is no change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .folder import RunFolder

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal[
    "higher",
    "lower",
    "too small to see",
    "not after correction",
    "no clear change",
    "identical",
    "not tested",
]
SMALL = 0.05  # a difference below this share of the control mean is called small
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Finding:
    """One thing the run says: a bold start, the sentence, a mark for its kind, and details one by one."""

    start: str
    text: str
    kind: Literal["change", "none", "dose", "titration"]
    items: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.start}: {self.text}"


def outcome(row: Any) -> Outcome:
    """Classify a row of the effects table: by its 95 % interval, the adjusted p-value, and what can be "
    "seen."""
    low, high = float(row.low), float(row.high)
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not tested"
    if low <= 0 <= high:
        return "identical" if low == high == 0 else "no clear change"
    if str(getattr(row, "note", "")).startswith("too small to see"):
        return "too small to see"
    p = float(row.p_adjusted)
    if math.isfinite(p) and p >= SIGNIFICANT:
        return "not after correction"
    return "higher" if low > 0 else "lower"


def is_small(row: Any) -> bool:
    """True when the difference is below a twentieth of the control mean: sure, and yet of little weight."""
    base = abs(float(row.control_mean))
    return base > 0 and abs(float(row.difference)) < SMALL * base


def key_findings(folder: RunFolder) -> list[Finding]:
    """The answer in at most a dozen lines: shift of the IC50, main read-out, dose, titration."""
    return [
        *shift_findings(folder),
        *main_finding(folder),
        *dose_findings(folder),
        *titration_findings(folder),
    ]


def in_short(folder: RunFolder) -> list[str]:
    """The answer in a few short lines: what moved, and whether the dose is enough."""
    lines = []
    shifts: dict[str, list[str]] = {}
    for row in _arm_shifts(folder):
        number = f"{folder.arms.get(row.arm, row.arm)} (ratio {_num(row.ratio)})"
        shifts.setdefault(_shift(row)[0], []).append(number)
    if shifts:
        found = "; ".join(f"{word} with {', '.join(arms)}" for word, arms in shifts.items())
        lines.append(f"IC50 of {_drug_name(folder)}, against the control: {found}.")
    if rows := main_rows(folder):
        groups = _grouped(rows)
        parts = []
        for word, members in groups:
            numbers = [
                folder.arms.get(r.arm, r.arm)
                + (f" ({_num(r.difference)})" if word in ("higher", "lower") else "")
                for r in members
            ]
            parts.append(f"{_SHORT_WORDS[word]} {', '.join(numbers)}")
        name = _readout_name(rows[0], folder)
        lines.append(f"{name} at {_num(rows[0].time_h)} h: {'; '.join(parts)}.")
    return [*lines, *_doses_in_short(folder), *_titration_in_short(folder)]


def main_rows(folder: RunFolder) -> list[Any]:
    """The comparisons of the study's main read-out, in its own cell kind, at the last time.

    None in a study of IC50s: the shifts are its answer.
    """
    if _arm_shifts(folder):
        return []
    effects = folder.final_effects()
    order = [name for name in readout_order(folder) if (effects["readout"] == name).any()]
    if not order:
        return []
    rows = effects[effects["readout"] == order[0]]
    cells = list(rows["cell"])
    own = next((r.cell for r in folder.readouts if r.name == order[0]), "")
    return list(rows[rows["cell"] == (own if own in cells else cells[0])].itertuples())


def readout_order(folder: RunFolder) -> list[str]:
    """List the read-outs by weight: from the end of the chain that the study's statements tell to its start.

    A study lists its read-outs from cause to effect, so the last one that rests on statements is the answer.
    """
    told = [r.name for r in folder.readouts if r.statements][::-1]
    listed = [*told, *(r.name for r in folder.readouts if not r.statements)]
    return [
        *listed,
        *(name for name in dict.fromkeys(folder.table("readouts")["readout"]) if name not in listed),
    ]


def main_finding(folder: RunFolder) -> list[Finding]:
    """The main read-out of the study with its numbers, all arms."""
    rows = main_rows(folder)
    if not rows:
        return []
    groups = _grouped(rows)
    changed = sum(len(members) for word, members in groups if word in ("higher", "lower"))
    first = rows[0]
    same_n = len({r.n for r in rows}) == 1
    text = (
        f"at {_num(first.time_h)} h, {changed} of {len(rows)} {'arms' if len(rows) > 1 else 'arm'} "
        "differed clearly "
        f"from {_quoted(folder.arms.get(str(first.control), str(first.control)))} "
        f"(mean {_value(first.control_mean, first.unit)}{f', {_n(first.n)}' if same_n else ''})."
    )
    items = tuple(
        f"{_GROUP_WORDS[word]} {_quoted(folder.arms.get(r.arm, r.arm))}" + _after(word, r, n=not same_n)
        for word, members in groups
        for r in members
    )
    return [Finding(_readout_name(first, folder), text, "change" if changed else "none", items)]


def arm_findings(folder: RunFolder) -> list[Finding]:
    """One entry per arm over all read-outs: what changed clearly, with numbers, and what did not."""
    effects = folder.final_effects()
    found = []
    for arm, label in folder.arms.items():
        rows = list(effects[effects["arm"] == arm].itertuples())
        if not rows:
            continue
        items, changed = [], 0
        for word, members in _grouped(rows):
            if word in ("higher", "lower"):
                changed += len(members)
                items += [
                    f"{word.capitalize()}: {_readout_name(m, folder)}, {_num(m.arm_mean)} against "
                    f"{_value(m.control_mean, m.unit)} ({_numbers(m, n=False, p=False)})"
                    for m in members
                ]
            else:
                items.append(f"{_LIST_WORDS[word]}: {', '.join(_readout_name(m, folder) for m in members)}")
        text = f"{changed} of {len(rows)} read-outs changed clearly."
        found.append(Finding(label, text, "change" if changed else "none", tuple(items)))
    return found


def dose_findings(folder: RunFolder) -> list[Finding]:
    """The first dose (the control's) and the one nearest to what is needed; the table has them all."""
    rows = list(folder.table("dose").itertuples())
    chosen = rows[:1]
    if len(rows) > 1 and (best := max(rows, key=_ratio)) is not rows[0]:
        chosen.append(best)
    found = [
        Finding(
            f"Dose, {row.setting or 'this set-up'}: {row.verdict or 'no verdict'}",
            _dose_sentence(row),
            "dose",
        )
        for row in chosen
    ]
    if rest := len(rows) - len(chosen):
        found.append(Finding("Dose", f"{rest} more in the dose table below.", "dose"))
    return found


def _ratio(row: Any) -> float:
    ratio = float(row.ratio)
    return -1.0 if math.isnan(ratio) else ratio


def shift_findings(folder: RunFolder) -> list[Finding]:
    """Whether an arm needs more or less drug than its control."""
    rows = _arm_shifts(folder)
    if not rows:
        return []
    ic50 = folder.table("ic50")
    items, changed = [], 0
    for row in rows:
        arm, control = (_quoted(folder.arms.get(str(a), str(a))) for a in (row.arm, row.control))
        if not math.isfinite(float(row.ratio)):
            items.append(
                f"{arm}: no IC50 ratio against {control} could be computed"
                + (f" ({row.note})" if row.note else "")
            )
            continue
        means = [_mean_ic50(ic50, str(a)) for a in (row.arm, row.control)]
        known = all(map(math.isfinite, means))
        means_text = f"{_num(means[0])} against {_num(means[1])} µmol/L; " if known else ""
        word, kind = _shift(row)
        changed += kind == "change"
        items.append(
            f"{arm}: {word} {'than with' if kind == 'change' else 'against'} {control} ({means_text}ratio "
            f"{_num(row.ratio)}, {_interval(row.low, row.high)}, {_n(row.n)}{_p(row.p_adjusted)})"
            + (f"; {row.note}" if row.note else "")
        )
    text = f"{changed} of {len(rows)} {'arms' if len(rows) > 1 else 'arm'} shifted it clearly."
    return [Finding(f"IC50 of {_drug_name(folder)}", text, "change" if changed else "none", tuple(items))]


def titration_findings(folder: RunFolder, limit: int = 4) -> list[Finding]:
    """What the highest number of copies given directly does, against none, for the first read-outs."""
    rows = folder.series("titration", final=True)
    rows = rows[rows["level"].notna()]
    shifts = [row for row in folder.table("ic50_shift").itertuples() if math.isfinite(float(row.level))]
    if rows.empty and not shifts:
        return []
    settings = folder.study.get("titration")
    settings = settings if isinstance(settings, dict) else {}
    cargo = str(settings.get("cargo") or next(iter(folder.table("dose")["cargo"]), "") or "the cargo")
    top = max([*rows["level"], *(float(row.level) for row in shifts)])
    items = []
    for row in (r for r in shifts if float(r.level) == top):
        numbers = f"ratio {_num(row.ratio)}, {_interval(row.low, row.high)}"
        items.append(f"IC50 of {_drug_name(folder)}: {_shift(row)[0]} ({numbers})")
    order = {name: i for i, name in enumerate(readout_order(folder))}
    still = []
    keys = rows[["arm", "readout", "cell", "unit"]].drop_duplicates().itertuples(index=False)
    for key in sorted(keys, key=lambda key: order.get(key.readout, len(order))):
        chosen = rows[(rows[["arm", "readout", "cell"]] == [key.arm, key.readout, key.cell]).all(axis=1)]
        runs = chosen.pivot_table(index="replicate", columns="level", values="value")
        if top not in runs or runs.columns.min() == top:
            continue
        word = _titrated(folder, key, runs, top)
        if word == _TITRATED_WORDS["identical"]:
            still.append(_readout_name(key, folder))
        else:
            items.append(f"{_readout_name(key, folder)}: {word}")
    if not items and not still:
        return []
    more = f"{len(items) - limit} more read-outs in the picture" if len(items) > limit else ""
    same = f"No change at all: {', '.join(still)}" if still else ""
    text = (
        f"{_num(top)} cytosolic copies of {cargo} per cell against {_num(rows['level'].min())}, given "
        "directly as a "
        "transfected mimic. This shows the mechanism; it is not a physiological dose."
    )
    return [Finding("Titration", text, "titration", tuple(filter(None, [*items[:limit], more, same])))]


def _titrated(folder: RunFolder, key: Any, runs: pd.DataFrame, top: float) -> str:
    """Compare the highest level with the lowest: by the effects table where it holds them, else by "
    "Student's t."""
    from exocosm.plot import mean_interval

    bottom = runs.columns.min()
    levels = f"{_value(runs[bottom].mean(), key.unit)} → {_value(runs[top].mean(), key.unit)}"
    effects = folder.table("effects")
    stored = effects[
        (effects["series"] == "titration")
        & (effects["arm"] == f"{top:g} copies")
        & (effects["readout"] == key.readout)
        & (effects["cell"] == key.cell)
    ]
    if len(stored):
        row = next(stored.itertuples())
        word, mean, low, high = outcome(row), float(row.difference), float(row.low), float(row.high)
    else:
        mean, low, high = mean_interval(runs[top] - runs[bottom])
        word = "no clear change" if low <= 0 <= high else "higher" if low > 0 else "lower"
    if not math.isfinite(low):
        return f"{levels} (no interval)"
    if word == "identical" or low == high == 0:
        return _TITRATED_WORDS["identical"]
    shown = _TITRATED_WORDS.get(word, word)
    return f"{shown} ({levels}; difference {_num(mean)}, {_interval(low, high)})"


def remarks(folder: RunFolder) -> list[str]:
    """Return what the engine had to say of the runs: one sentence per cause, with how many it is true of."""
    table = folder.table("remarks")
    runs = ["series", "arm", "level", "replicate"]
    total = len(folder.table("readouts")[runs].drop_duplicates())
    notes = []
    for _, rows in table.groupby("cause", sort=False):
        first = rows.iloc[0]
        count = len(rows[runs].drop_duplicates())
        notes.append(f"{count} of {total} runs, {_quoted(first.arm)} the first: {first.remark}")
    return notes


def reading_notes(folder: RunFolder) -> list[str]:
    """How the sentences are to be read, said once."""
    notes = [
        "All results are simulations of the model described below; they say what the recorded statements "
        "and numbers "
        "imply, not what a laboratory has measured.",
    ]
    if not folder.final_effects().empty or not folder.table("ic50_shift").empty:
        notes.append(
            "“Clear” means: the 95 % interval of the paired difference leaves zero out (for IC50 ratios: "
            "one), and the "
            "Holm-adjusted p-value, where there is one, is below 0.05. The p-values compare replicate "
            "simulations; more "
            "replicates make them smaller without making the model truer. An arm may differ for other "
            "reasons than the "
            "vesicle axis (oxygen, numbers of cells): compare the arms that touch one thing only."
        )
    if not folder.table("dose").empty:
        notes.append(
            "Dose verdict: delivered over needed vesicles per recipient, median and 90 % interval over the "
            "uncertain "
            "numbers; at least 1 plausible, 0.01 to 1 implausible in this set-up, below 0.01 out of reach."
        )
    return notes


def interrupted(folder: RunFolder) -> str:
    """The banner for a run that did not finish; empty when it did."""
    state = str(folder.status.get("state") or "done")
    if state == "done":
        return ""
    done, total = folder.status.get("runs_done"), folder.status.get("runs_total")
    start = {
        "interrupted": "This run was interrupted",
        "failed": "This run failed",
        "running": "This run has not finished",
    }.get(state, f"State: {state}")
    count = f": {done} of {total} runs are done" if done is not None and total is not None else ""
    message = str(folder.status.get("message") or "").strip()
    return f"{start}{count}. What follows rests on those runs only.{' ' + message if message else ''}"


def verdict_of(ratio: float) -> str:
    """The verdict a ratio of delivered to needed stands for."""
    from exocosm.plot import OUT_OF_REACH, PLAUSIBLE

    if ratio >= PLAUSIBLE:
        return "plausible"
    return "implausible in this set-up" if ratio >= OUT_OF_REACH else "out of reach"


_TITRATED_WORDS: dict[Outcome, str] = {
    "too small to see": "different, but too little for an assay to see",
    "not after correction": "not clear (interval off zero, but adjusted p not below 0.05)",
    "identical": "no change at all",
}
_SHORT_WORDS: dict[Outcome, str] = {
    "higher": "higher than in the control with",
    "lower": "lower than in the control with",
    "too small to see": "different, but too little for an assay to see, with",
    "not after correction": "not clear (interval off zero, but adjusted p not below 0.05) with",
    "no clear change": "no clear change with",
    "identical": "exactly as in the control with",
    "not tested": "no interval for",
}
_LIST_WORDS: dict[Outcome, str] = {
    "too small to see": "Different, but too little for an assay to see",
    "not after correction": "Not clear (interval off zero, but adjusted p not below 0.05)",
    "no clear change": "No clear change",
    "identical": "Exactly as in the control",
    "not tested": "No interval can be given",
}
_GROUP_WORDS: dict[Outcome, str] = {
    "higher": "Higher with",
    "lower": "Lower with",
    "too small to see": "Different, but too little for an assay to see, with",
    "not after correction": f"{_LIST_WORDS['not after correction']} with",
    "no clear change": "No clear change with",
    "identical": "Exactly as in the control with",
    "not tested": "No interval can be given for",
}


def _grouped(rows: list[Any]) -> list[tuple[Outcome, list[Any]]]:
    """Sort rows by outcome, the clear ones first."""
    groups: dict[Outcome, list[Any]] = {word: [] for word in _GROUP_WORDS}
    for row in rows:
        groups[outcome(row)].append(row)
    return [(word, members) for word, members in groups.items() if members]


def _doses_in_short(folder: RunFolder) -> list[str]:
    """One line for each dose, or, where there are many, how many fare how."""
    rows = list(folder.table("dose").itertuples())
    if len(rows) <= 2:
        return [_dose_in_short(row) for row in rows]
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.verdict or "no verdict"] = counts.get(row.verdict or "no verdict", 0) + 1
    best = max(rows, key=_ratio)
    axes = len({row.axis for row in rows})
    verdicts = ", ".join(f"{word} in {count}" for word, count in counts.items())
    return [
        f"Dose, {axes} {'axis' if axes == 1 else 'axes'} in {len(rows)} settings: {verdicts}. Closest to "
        f"what is needed: {best.cargo}, "
        f"{best.setting} "
        f"(delivered/needed {_num(best.ratio)}{_ninety(best, 'ratio')})."
    ]


def _titration_in_short(folder: RunFolder) -> list[str]:
    """Whether the most copies given directly move the answer: if not, dose is not what stands in the way."""
    shifts = [row for row in folder.table("ic50_shift").itertuples() if math.isfinite(float(row.level))]
    effects = folder.table("effects")
    rows = list(effects[effects["series"] == "titration"].itertuples())
    if shifts:
        top = max(shifts, key=lambda row: float(row.level))
        copies, moved = _num(top.level), _shift(top)[1] == "change"
        name = f"the IC50 of {_drug_name(folder)}"
    else:
        order = [name for name in readout_order(folder) if any(row.readout == name for row in rows)]
        if not order:
            return []
        top = max((r for r in rows if r.readout == order[0]), key=lambda r: float(str(r.arm).split()[0]))
        copies, moved = _num(float(str(top.arm).split()[0])), outcome(top) in ("higher", "lower")
        name = _readout_name(top, folder)
    if moved:
        return [f"Titration: {copies} copies given directly do move this read-out: {name}."]
    return [
        f"Titration: even {copies} copies given directly do not clearly move this read-out: {name}. More "
        "dose alone would not do; as curated here, the mechanism does not carry the effect that far."
    ]


def _dose_in_short(row: Any) -> str:
    """What arrives, how many times as much it would take, and the verdict."""
    ratio = float(row.ratio)
    if ratio >= 1:
        more = "which is enough for"
    elif ratio > 0:
        more = f"about 1/{_num(1 / ratio)} of what is needed for"
    else:
        more = "nothing against what is needed for"
    return (
        f"{row.setting or 'This set-up'}: vesicles bring each {row.recipient} {_num(row.copies)} copies of "
        f"{row.cargo}, {more} a 20 % change of {row.target}: {row.verdict or 'no verdict'} "
        f"(delivered/needed {_num(ratio)}{_ninety(row, 'ratio')})."
    )


def _arm_shifts(folder: RunFolder) -> list[Any]:
    """Rows of the IC50 shifts that belong to arms, not to levels of a titration."""
    return [row for row in folder.table("ic50_shift").itertuples() if math.isnan(float(row.level))]


def _shift(row: Any) -> tuple[str, Literal["change", "none"]]:
    """Say what a ratio of IC50 means, by its interval first and the adjusted p-value second."""
    low, high, p = float(row.low), float(row.high), float(row.p_adjusted)
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval for a shift", "none"
    if low <= 1 <= high:
        return ("no shift that this assay could show" if low == high else "no clear shift"), "none"
    if math.isfinite(p) and p >= SIGNIFICANT:
        return "no clear shift (interval off 1, but adjusted p not below 0.05)", "none"
    return ("more drug needed" if low > 1 else "less drug needed"), "change"


def _dose_sentence(row: Any) -> str:
    def span(quantity: str) -> str:
        return _num(getattr(row, quantity)) + _ninety(row, quantity, brackets=True)

    text = (
        f"for {row.cargo} from {row.donor} to {row.recipient}, a 20 % change of {row.target} needs "
        f"{span('needed')} "
        f"vesicles per recipient; delivered were {span('delivered')}, that is {_num(row.copies)} copies in "
        "the "
        f"cytosol. Delivered/needed: {span('ratio')}."
    )
    ends = (float(row.ratio_low), float(row.ratio_high))
    if not any(map(math.isnan, ends)):
        worst, best = verdict_of(ends[0]), verdict_of(ends[1])
        if worst != best:
            text += (
                f" The interval runs from “{worst}” to “{best}”: the verdict hangs on the uncertain numbers."
            )
    return text


def _ninety(row: Any, quantity: str, *, brackets: bool = False) -> str:
    """The 90 % interval of a quantity of the dose table; empty when there is none."""
    low, high = (float(getattr(row, f"{quantity}_{end}")) for end in ("low", "high"))
    if math.isnan(low) or math.isnan(high) or low == high:
        return ""
    text = f"90 % interval {_num(low)} to {_num(high)}"
    return f" ({text})" if brackets else f", {text}"


def _numbers(row: Any, *, n: bool, p: bool = True) -> str:
    small = (
        ", small: under 5 % of the control" if outcome(row) in ("higher", "lower") and is_small(row) else ""
    )
    return (
        f"difference {_value(row.difference, row.unit)}, {_interval(row.low, row.high)}"
        f"{f', {_n(row.n)}' if n else ''}{_p(row.p_adjusted) if p else ''}{small}"
    )


def _after(word: Outcome, row: Any, *, n: bool) -> str:
    """What follows the name of an arm: its numbers, where there are any to tell, and its note."""
    if word in ("identical", "not tested"):
        return f" ({row.note})" if row.note else ""
    return f": {_numbers(row, n=n)}" + (f"; {row.note}" if row.note else "")


def _drug_name(folder: RunFolder) -> str:
    drug = folder.study.get("drug")
    return str((drug.get("name") if isinstance(drug, dict) else drug) or "the drug")


def _readout_name(row: Any, folder: RunFolder) -> str:
    label = folder.labels.get(row.readout, row.readout)
    # The cell kind is named where there is more than one to choose from.
    several = len({readout.cell for readout in folder.readouts if readout.cell}) > 1
    return (
        f"{label} ({row.cell})" if several and row.cell and row.cell.lower() not in label.lower() else label
    )


def _mean_ic50(ic50: pd.DataFrame, arm: str) -> float:
    """Geometric mean of the fitted IC50 of an arm [µmol/L]: ratios are compared on a logarithmic scale."""
    import numpy as np

    rows = ic50[(ic50["arm"] == arm) & ic50["fitted"] & ic50["level"].isna() & (ic50["ic50"] > 0)]
    return float(np.exp(np.log(rows["ic50"]).mean())) if len(rows) else math.nan


def _num(value: Any) -> str:
    from exocosm.plot import number

    return number(value)


def _value(value: Any, unit_text: str) -> str:
    from exocosm.plot import number, unit

    # "0.66 share" says no more than "0.66".
    return f"{number(value)} {unit(unit_text) if unit_text not in ('share', 'activity') else ''}".strip()


def _interval(low: Any, high: Any) -> str:
    return f"95 % interval {_num(low)} to {_num(high)}"


def _n(value: Any) -> str:
    return f"n = {_num(value)}"


def _p(value: Any) -> str:
    value = float(value)
    if not math.isfinite(value):
        return ""
    return f", adjusted p {'< 0.001' if value < 0.001 else '= 1' if value > 0.9995 else f'= {value:.3f}'}"


def _quoted(text: str) -> str:
    return f"“{text}”"
