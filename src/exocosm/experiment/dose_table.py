"""The dose table of a study: every axis, at the doses its arms really deliver."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from exocosm.knowledge import KnowledgeBase
from exocosm.model import Model

from .assays import ReadOut
from .dose import need, summary, verdict
from .study import Study
from .treatments import AddBackVesicles

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "axis", "cargo", "donor", "recipient", "target", "setting", "needed", "needed_low", "needed_high", "delivered",
    "delivered_low", "delivered_high", "copies", "ratio", "ratio_low", "ratio_high", "verdict",
]  # fmt: skip


def hidden_readouts(study: Study, model: Model, kb: KnowledgeBase) -> tuple[ReadOut, ...]:
    """Read-outs that the dose table needs whatever the study asks for: vesicles taken, copies delivered."""
    wanted = {}
    for axis, recipient in received_axes(study, model, kb):
        vesicle = model.vesicle_kinds[0].name
        for quantity, of in (("taken", vesicle), ("delivered", axis.cargo)):
            name = f"dose:{quantity}:{of}:{recipient}"
            wanted[name] = ReadOut(name=name, label=name, quantity=quantity, unit="", cell=recipient, of=of)
    return tuple(wanted.values())


def received_axes(study: Study, model: Model, kb: KnowledgeBase):
    """List the axes of a study with the cell kind of the study that receives each."""
    found = []
    for identifier in study.scenario.axes:
        axis = kb.statement(identifier)
        for kind in model.cell_kinds:
            cells = sum(p.count for p in model.placements if p.kind == kind.name)
            if cells and any(identifier in link.statements for link in kind.network.links):
                found.append((axis, kind.name))
    return found


def dose_table(
    study: Study, model: Model, kb: KnowledgeBase, draws: tuple[int, ...], seed: int, hidden: pd.DataFrame
) -> pd.DataFrame:
    """Compare the dose needed with the dose delivered, axis by axis and arm by arm.

    In a tissue the dose is what the recipients took up in the run; in a dish it is the dose offered, of
    which the share f_in is taken up. `hidden` holds the hidden read-outs at the last time.
    """
    import pandas as pd

    rows = []
    models = [model.drawn(seed, draw) for draw in draws]
    for axis, recipient in received_axes(study, model, kb):
        needs = [need(m, recipient, axis.id, axis.cargo, study.duration) for m in models]
        for arm in study.arms:
            added = [t for t in arm.treatments if isinstance(t, AddBackVesicles) and t.recipient == recipient]
            if study.drug is not None and not (added and _carries(added[0], axis.cargo)):
                continue
            delivered = _values(hidden, arm.name, f"dose:taken:{model.vesicle_kinds[0].name}:{recipient}")
            copies = _values(hidden, arm.name, f"dose:delivered:{axis.cargo}:{recipient}")
            if not delivered.size:
                continue
            needed = np.array([n.vesicles for n in needs])[: delivered.size]
            if study.drug is not None:
                needed = needed / np.array([n.uptake_share for n in needs])[: delivered.size]
                delivered = np.full(delivered.size, added[0].offered())
            rows.append(_row(axis, recipient, _setting(study, arm.label), needed, delivered, copies))
    return pd.DataFrame(rows, columns=COLUMNS)


def _carries(treatment: AddBackVesicles, cargo: str) -> bool:
    return not treatment.cargo or cargo in treatment.cargo


def _setting(study: Study, label: str) -> str:
    return f"{'dish' if study.scenario.well_mixed else 'tissue'}: {label}"


def _values(hidden: pd.DataFrame, arm: str, readout: str) -> np.ndarray:
    rows = hidden[(hidden["arm"] == arm) & (hidden["readout"] == readout)]
    return rows.sort_values("replicate")["value"].to_numpy(dtype=float)


def _row(axis, recipient: str, setting: str, needed, delivered, copies) -> dict[str, object]:
    ratio = np.divide(delivered, needed, out=np.zeros_like(delivered), where=np.isfinite(needed) & (needed > 0))
    middle, low, high = summary(ratio)
    row: dict[str, object] = {
        "axis": axis.id,
        "cargo": axis.cargo,
        "donor": axis.donor,
        "recipient": recipient,
        "target": ", ".join(target.name for target in axis.targets),
        "setting": setting,
        "copies": float(np.mean(copies)) if copies.size else math.nan,
        "ratio": middle,
        "ratio_low": low,
        "ratio_high": high,
        "verdict": verdict(middle),
    }
    for name, values in (("needed", needed), ("delivered", delivered)):
        row[name], row[f"{name}_low"], row[f"{name}_high"] = summary(values)
    return row
