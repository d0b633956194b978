"""The dose table of a study: every axis, at the doses its arms really deliver."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from exocosm.knowledge import Axis, KnowledgeBase
from exocosm.model import Model

from .assays import ReadOut
from .dose import need, summary, target_of, verdict
from .study import Study
from .treatments import AddBackVesicles

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "axis", "cargo", "donor", "recipient", "target", "setting", "needed", "needed_low", "needed_high",
    "delivered", "delivered_low", "delivered_high", "copies", "ratio", "ratio_low", "ratio_high", "verdict",
]  # fmt: skip


def hidden_readouts(study: Study, model: Model, kb: KnowledgeBase) -> tuple[ReadOut, ...]:
    """Read-outs that the dose table needs whatever the study asks for: copies delivered."""
    wanted = {}
    for axis, recipient in received_axes(study, model, kb):
        name = _hidden_name(axis, recipient)
        wanted[name] = ReadOut(
            name=name, label=name, quantity="delivered", unit="copies", cell=recipient, of=axis.carried
        )
    return tuple(wanted.values())


def _hidden_name(axis: Axis, recipient: str) -> str:
    return f"dose:{axis.carried}:{recipient}"


def received_axes(study: Study, model: Model, kb: KnowledgeBase) -> list[tuple[Axis, str]]:
    """List the axes of a study with the cell kind of the study that receives each."""
    found = []
    for identifier in study.scenario.axes:
        axis = kb.statement(identifier)
        assert isinstance(axis, Axis)  # assembly refuses anything else
        for kind in model.cell_kinds:
            cells = sum(p.count for p in model.placements if p.kind == kind.name)
            if cells and any(identifier in link.statements for link in kind.network.links):
                found.append((axis, kind.name))
    return found


def dose_table(
    study: Study, models: tuple[Model, ...], kb: KnowledgeBase, hidden: pd.DataFrame
) -> pd.DataFrame:
    """Compare the dose needed with the dose delivered, axis by axis and arm by arm.

    `models` are those of the untreated study, one per replicate; `hidden` holds the hidden read-outs at the
    last time. The dose delivered is counted by the copies that reached the cytosol: vesicles of the donors at
    resting load, so that vesicles without this cargo do not count and a knock-down does. Of vesicles added to
    a dish it is the dose offered, of which the share f_in is taken up.
    """
    import pandas as pd

    rows = []
    for axis, recipient in received_axes(study, models[0], kb):
        needs = [need(m, recipient, axis.id, axis.carried, study.duration) for m in models]
        for arm in study.arms:
            added = [t for t in arm.treatments if isinstance(t, AddBackVesicles) and t.recipient == recipient]
            carrying = [t for t in added if not t.cargo or axis.carried in t.cargo]
            if not carrying and (added or study.drug is not None or arm.name != study.control):
                continue  # an arm that only lowers the dose, or adds vesicles without this cargo
            replicates, copies = _values(hidden, arm.name, _hidden_name(axis, recipient))
            if not copies.size:
                continue
            delivered = copies * np.array([needs[r].vesicles_per_copy for r in replicates])
            needed = np.array([needs[r].vesicles for r in replicates])
            if study.scenario.well_mixed and carrying:
                needed = needed / np.array([needs[r].uptake_share for r in replicates])
                delivered = np.full(delivered.size, sum(treatment.offered() for treatment in carrying))
            target = target_of(models[0].cell_kind(recipient), axis.id, axis.carried)
            setting = _setting(study, arm.label)
            rows.append(_row(axis, recipient, target, setting, needed, delivered, copies))
    return pd.DataFrame(rows, columns=COLUMNS)


def _setting(study: Study, label: str) -> str:
    return f"{'dish' if study.scenario.well_mixed else 'tissue'}: {label}"


def _values(hidden: pd.DataFrame, arm: str, readout: str) -> tuple[np.ndarray, np.ndarray]:
    """Replicates of an arm that were run, and their values."""
    rows = hidden[(hidden["arm"] == arm) & (hidden["readout"] == readout)].sort_values("replicate")
    return rows["replicate"].to_numpy(dtype=int), rows["value"].to_numpy(dtype=float)


def _row(
    axis: Axis,
    recipient: str,
    target: str,
    setting: str,
    needed: np.ndarray,
    delivered: np.ndarray,
    copies: np.ndarray,
) -> dict[str, object]:
    ratio = np.divide(
        delivered, needed, out=np.zeros_like(delivered), where=np.isfinite(needed) & (needed > 0)
    )
    middle, low, high = summary(ratio)
    row: dict[str, object] = {
        "axis": axis.id,
        "cargo": axis.carried,
        "donor": axis.donor,
        "recipient": recipient,
        "target": target,
        "setting": setting,
        "copies": float(np.median(copies)) if copies.size else math.nan,
        "ratio": middle,
        "ratio_low": low,
        "ratio_high": high,
        "verdict": verdict(middle),
    }
    for name, values in (("needed", needed), ("delivered", delivered)):
        row[name], row[f"{name}_low"], row[f"{name}_high"] = summary(values)
    return row
