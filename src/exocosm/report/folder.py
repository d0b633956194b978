"""The run folder, read once: everything the report shows comes from here."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exocosm.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from exocosm.trajectory import Trajectory

# The columns a table has even when the run left none of it; text columns are never NaN.
COLUMNS: dict[str, tuple[str, ...]] = {
    "readouts": ("series", "arm", "level", "replicate", "time_h", "readout", "cell", "unit", "value"),
    "effects": (
        "series",
        "arm",
        "control",
        "readout",
        "cell",
        "unit",
        "time_h",
        "n",
        "control_mean",
        "control_sd",
        "arm_mean",
        "arm_sd",
        "difference",
        "low",
        "high",
        "effect_size",
        "p_value",
        "p_adjusted",
        "test",
        "note",
    ),
    "dose": (
        "axis",
        "cargo",
        "donor",
        "recipient",
        "target",
        "setting",
        "needed",
        "needed_low",
        "needed_high",
        "delivered",
        "delivered_low",
        "delivered_high",
        "copies",
        "ratio",
        "ratio_low",
        "ratio_high",
        "verdict",
    ),
    "books": (
        "series",
        "arm",
        "level",
        "replicate",
        "vesicle",
        "released",
        "added",
        "free",
        "internalised",
        "decayed",
        "wall",
        "left",
        "residual",
    ),
    "remarks": ("series", "arm", "level", "replicate", "cause", "remark"),
    "parameters": (
        "name",
        "value",
        "unit",
        "low",
        "high",
        "prior",
        "confidence",
        "source",
        "reference",
        "quoted",
        "note",
        "used_by",
    ),
    "ic50": ("arm", "level", "replicate", "ic50", "hill", "top", "fitted", "note"),
    "ic50_shift": ("arm", "control", "level", "n", "ratio", "low", "high", "p_value", "p_adjusted", "note"),
}
TEXT = {
    "series",
    "arm",
    "control",
    "readout",
    "cell",
    "unit",
    "test",
    "note",
    "axis",
    "cargo",
    "donor",
    "recipient",
    "target",
    "setting",
    "verdict",
    "vesicle",
    "name",
    "prior",
    "confidence",
    "source",
    "reference",
    "quoted",
    "used_by",
    "cause",
    "remark",
}

# An arm of a drug study that stands for copies given directly.
_MIMIC = re.compile(r"mimic-(\d+(?:\.\d+)?(?:e[+-]?\d+)?)")


@dataclass(frozen=True)
class Readout:
    """One read-out as the study describes it."""

    name: str
    label: str
    unit: str
    cell: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class RunFolder:
    """What a run left behind. Optional parts that are missing are empty."""

    path: Path
    study: dict[str, Any]
    provenance: dict[str, Any] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @staticmethod
    def read(path: Path) -> RunFolder:
        """Read the folder at `path`; raises InputError when it is no run folder."""
        import yaml

        path = Path(path)
        if not (path / "study.yaml").is_file():
            raise InputError(
                f"Expected `folder` to be the folder of a run, found {str(path)!r} without a study.yaml. "
                "Give a folder made by `exocosm run`."
            )
        try:
            study = yaml.safe_load((path / "study.yaml").read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise InputError(f"Could not read `{path / 'study.yaml'}`: {error}.") from error
        if not isinstance(study, dict):
            raise InputError(f"Expected `{path / 'study.yaml'}` to hold the settings of a study.")
        return RunFolder(
            path,
            study,
            *(_json(path / f"{name}.json") for name in ("provenance", "status", "model", "statements")),
        )

    @property
    def title(self) -> str:
        """The study's title, or its name."""
        return str(self.study.get("title") or self.study.get("name") or self.path.name)

    @cached_property
    def arms(self) -> dict[str, str]:
        """Arm name → label, the control first."""
        listed = {str(a["name"]): str(a.get("label") or a["name"]) for a in self.study.get("arms") or ()}
        return {self.control: listed.get(self.control, self.control)} | listed

    @property
    def control(self) -> str:
        """Name of the arm the others are compared with."""
        arms = self.study.get("arms") or [{"name": "control"}]
        return str(self.study.get("control") or arms[0]["name"])

    @cached_property
    def readouts(self) -> tuple[Readout, ...]:
        """The read-outs in the order of the study; the first one is the main one."""
        return tuple(
            Readout(
                name=str(r["name"]),
                label=str(r.get("label") or r["name"]),
                unit=str(r.get("unit") or ""),
                cell=str(r.get("cell") or ""),
                statements=tuple(map(str, r.get("statements") or ())),
            )
            for r in self.study.get("readouts") or ()
        )

    @cached_property
    def labels(self) -> dict[str, str]:
        """Read-out name → label."""
        return {r.name: r.label for r in self.readouts}

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the run with all its columns; it is empty when the run left none.

        In the tables of IC50, arms that stand for copies given directly ("mimic-100") become levels of the
        control.
        """
        if name not in self._tables:
            found = _table(self.path / "tables", name)
            if name in ("ic50", "ic50_shift"):
                copies = self._mimic_copies(found)
                found["level"] = copies.where(copies.notna(), found["level"])
                found.loc[copies.notna(), "arm"] = self.control
            self._tables[name] = found
        return self._tables[name]

    def _mimic_copies(self, table: pd.DataFrame) -> pd.Series:
        """Return the copies (rows,) that the arm of each row stands for, NaN for an arm of the study."""
        import pandas as pd

        known = self.arms
        copies = [None if arm in known else _MIMIC.fullmatch(arm) for arm in table["arm"]]
        return pd.Series([float(m[1]) if m else float("nan") for m in copies], table.index, dtype=float)

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def series(self, name: str, *, final: bool = False) -> pd.DataFrame:
        """Return the read-outs of one series; with `final` those at the last time only.

        A drug study runs its arms and its titration at every dose; what they show without drug stands for the
        series "arms" and "titration" there.
        """
        every = self.table("readouts")
        rows = every[every["series"] == name]
        if rows.empty or name == "dose_response":
            drugged = every[every["series"] == "dose_response"]
            copies = self._mimic_copies(drugged)
            if name == "dose_response":
                rows = drugged[copies.isna()]
            else:
                undosed = drugged["level"] == 0
                chosen = undosed & (copies.isna() if name == "arms" else copies.notna())
                rows = drugged[chosen].assign(level=copies[chosen])
                rows = rows.assign(arm=self.control) if name == "titration" else rows
        return rows[rows["time_h"] == rows["time_h"].max()] if final and len(rows) else rows

    def final_effects(self) -> pd.DataFrame:
        """Return the comparisons of arms at the last time they were made."""
        rows = self.table("effects")
        rows = rows[rows["series"] == "arms"]
        return rows[rows["time_h"] == rows["time_h"].max()] if len(rows) else rows

    def trajectory(self, arm: str) -> Trajectory | None:
        """Return the kept frames of an arm; None when the run kept none or was cut off while writing them."""
        path = self.path / "frames" / f"{arm}.zarr"
        if not path.is_dir():
            return None
        from exocosm.trajectory import Trajectory

        try:
            return Trajectory.load(path)
        except (InputError, KeyError):
            return None

    @cached_property
    def networks(self) -> list[dict[str, Any]]:
        """The networks that ran, each with the name of its cell kind under `cell_kind`."""
        inside = [
            {**kind["network"], "cell_kind": kind.get("name", "cell")}
            for kind in self.model.get("cell_kinds") or ()
            if isinstance(kind, dict) and kind.get("network")
        ]
        return [n for n in [*(self.model.get("networks") or ()), *inside] if n.get("nodes")]


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"Could not read `{path}`: {error}.") from error
    return record if isinstance(record, dict) else {}


def _table(folder: Path, name: str) -> pd.DataFrame:
    import pandas as pd

    if (folder / f"{name}.parquet").is_file():
        table = pd.read_parquet(folder / f"{name}.parquet")
    elif (folder / f"{name}.csv").is_file():
        table = pd.read_csv(folder / f"{name}.csv")
    else:
        table = pd.DataFrame(columns=list(COLUMNS[name]))
    for column in COLUMNS[name]:
        if column not in table:
            table[column] = "" if column in TEXT else float("nan")
        if column in TEXT:
            table[column] = [_text(value) for value in table[column]]
        elif column == "fitted":
            table[column] = [value in (True, 1, "True", "true") for value in table[column]]
        else:
            table[column] = pd.to_numeric(table[column], errors="coerce").astype(float)
    return table


def _text(value: Any) -> str:
    """Missing text is empty, whatever the file format made of it."""
    return (
        ""
        if value is None or (isinstance(value, float) and value != value) or str(value) == "<NA>"
        else str(value)
    )
