"""Two small run folders as `experiment.run` leaves them: a tissue study and a dish study with a drug."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from exocosm.trajectory import Frame, Trajectory

CARGO = "hsa-miR-1246"
ARMS = {
    "control": "Hypoxic tumour",
    "gw4869": "GW4869 (release blocked)",
    "mir1246-knockdown": "miR-1246 knock-down in donors",
    "normoxia": "Normoxia",
    "add-back": "GW4869 + vesicles added back",
}
# Read-out → (value of each arm at the end, standard deviation between replicates)
FINAL = {
    "m2-share": ((0.46, 0.31, 0.33, 0.22, 0.452), 0.02),
    "terf2ip": ((0.24, 0.30, 0.30, 0.31, 0.241), 0.004),
    "stat3": ((0.52, 0.40, 0.41, 0.33, 0.51), 0.02),
    "nf-kb": ((0.21, 0.22, 0.215, 0.23, 0.212), 0.03),
    "copies": ((0.82, 0.05, 0.11, 0.35, 0.78), 0.05),
    "tumour-cells": ((212.0, 211.0, 212.5, 259.0, 213.0), 6.0),
}
READOUTS = [
    ("copies", "miR-1246 in the cytosol", "copies per cell", "macrophage", "copies", []),
    ("terf2ip", "TERF2IP activity", "activity", "macrophage", "TERF2IP", ["gbm-mir-1246-macrophage-terf2ip"]),
    ("nf-kb", "NF-kB activity", "activity", "macrophage", "NF-kB", ["gbm-mir-1246-macrophage-terf2ip"]),
    ("stat3", "STAT3 activity", "activity", "macrophage", "STAT3", ["mech-il10-stat3"]),
    ("m2-share", "M2-polarised macrophages", "share", "macrophage", "polarised", ["pheno-m2"]),
    ("tumour-cells", "Living tumour cells", "cells", "glioblastoma cell", "count", []),
]
REPLICATES = 6


def paired(arm: np.ndarray, control: np.ndarray) -> dict[str, float]:
    """The statistics of one comparison, as the effects table holds them."""
    difference = arm - control
    n, mean, sd = len(arm), difference.mean(), difference.std(ddof=1)
    half = stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n)
    return {
        "n": n,
        "control_mean": control.mean(),
        "control_sd": control.std(ddof=1),
        "arm_mean": arm.mean(),
        "arm_sd": arm.std(ddof=1),
        "difference": mean,
        "low": mean - half,
        "high": mean + half,
        "effect_size": mean / sd,
        "p_value": float(stats.ttest_rel(arm, control).pvalue),
    }


def holm(p: list[float]) -> np.ndarray:
    order = np.argsort(p)
    stepped = np.maximum.accumulate(np.asarray(p)[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(stepped, 1)
    return adjusted


def put(folder: Path, name: str, rows: list[dict]) -> None:
    (folder / "tables").mkdir(exist_ok=True)
    table = pd.DataFrame(rows)
    table.to_csv(folder / "tables" / f"{name}.csv", index=False)
    table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)


def parameter(name: str, value: float, unit: str) -> dict:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "prior": {"central": value, "low": value / 3, "high": value * 3},
        "confidence": "assumed",
        "source": "chosen for the test",
        "reference": "",
        "quoted": "",
        "note": "",
    }


def node(name: str, kind: str = "molecule") -> dict:
    return {
        "name": name,
        "kind": kind,
        "entity": "",
        "resting": parameter(f"b:{name}", 0.3, "1"),
        "tau": parameter(f"tau:{name}", 60, "min"),
    }


def edge(source: str, target: str, sign: int, *statements: str) -> dict:
    return {
        "source": source,
        "target": target,
        "sign": sign,
        "weight": parameter(f"w:{source}:{target}", 1, "1"),
        "statements": list(statements),
    }


MACROPHAGE = {
    "nodes": [
        node(n)
        for n in (
            "TERF2IP",
            "IKBKB",
            "NFKBIA",
            "NF-kB",
            "STAT3",
            "JAK2",
            "IL10",
            "SOCS3",
            "MRC1",
            "CD163",
            "ARG1",
            "TNF",
            "NOS2",
        )
    ]
    + [node("M2 polarisation", "phenotype"), node("M1 polarisation", "phenotype")],
    "edges": [
        edge("TERF2IP", "IKBKB", 1, "mech-terf2ip-ikbkb"),
        edge("IKBKB", "NFKBIA", -1, "mech-ikk-nfkbia"),
        edge("NFKBIA", "NF-kB", -1, "mech-nfkbia-nfkb"),
        edge("NF-kB", "TNF", 1),
        edge("NF-kB", "NOS2", 1),
        edge("NF-kB", "NFKBIA", 1),
        edge("TERF2IP", "STAT3", -1, "gbm-mir-1246-macrophage-terf2ip"),
        edge("JAK2", "STAT3", 1),
        edge("IL10", "JAK2", 1, "mech-il10-stat3"),
        edge("STAT3", "IL10", 1),
        edge("STAT3", "SOCS3", 1),
        edge("SOCS3", "JAK2", -1),
        edge("STAT3", "MRC1", 1),
        edge("STAT3", "ARG1", 1),
        edge("STAT3", "CD163", 1),
        edge("MRC1", "M2 polarisation", 1, "definition:M2 polarisation"),
        edge("CD163", "M2 polarisation", 1, "pheno-m2"),
        edge("ARG1", "M2 polarisation", 1, "pheno-m2"),
        edge("TNF", "M2 polarisation", -1, "pheno-m2"),
        edge("TNF", "M1 polarisation", 1),
        edge("NOS2", "M1 polarisation", 1),
    ],
    "links": [
        {
            "kind": "repression",
            "cargo": CARGO,
            "target": "TERF2IP",
            "sign": -1,
            "half_effect": parameter("K", 800, "copies"),
            "statements": ["gbm-mir-1246-macrophage-terf2ip"],
        }
    ],
    "gain": parameter("gain", 2, "1"),
    "omissions": [{"subject": "PPARG", "reason": "no recorded edge leads to it"}],
}


def statements() -> dict:
    """Made-up records in the shape of the knowledge base."""

    def mechanism(key: str, source: str, target: str, effect: str, relation: str, seen: str) -> dict:
        return {
            "id": key,
            "kind": "mechanism",
            "source": source,
            "target": target,
            "effect": effect,
            "relation": relation,
            "evidence": [
                {
                    "document": None,
                    "place": "pathway page",
                    "reference": None if seen == "memory" else "lee-2001",
                    "quote": None,
                    "level": [],
                    "seen": seen,
                    "where": "textbook knowledge",
                }
            ],
        }

    axis = {
        "id": "gbm-mir-1246-macrophage-terf2ip",
        "kind": "axis",
        "donor": "glioblastoma cell",
        "cargo": CARGO,
        "cargo_level": "up",
        "recipient": "macrophage",
        "targets": [{"name": "TERF2IP", "effect": "down"}],
        "pathways": [{"name": "STAT3", "effect": "up"}, {"name": "NF-kB", "effect": "down"}],
        "phenotypes": [{"name": "M2 polarisation", "effect": "up"}],
        "evidence": [
            {
                "document": "review-2022",
                "place": "Section 3",
                "reference": "qian-2020",
                "printed_reference": "80",
                "quote": "Vesicle miR-1246 from hypoxic cells drives macrophages towards the M2 state",
                "quote_licence": "CC BY 4.0",
                "level": ["transferred", "necessary"],
                "seen": "full_text",
                "where": "document text",
            }
        ],
        "correction": {
            "printed": "targets TERF2",
            "corrected": "targets TERF2IP",
            "reason": "the cited title names TERF2IP",
            "source": "title of reference 80",
        },
        "note": "dose not stated",
    }
    return {
        "statements": [
            axis,
            mechanism("mech-il10-stat3", "IL10", "STAT3", "up", "receptor signalling", "abstract"),
            mechanism(
                "mech-ikk-nfkbia", "IKBKB", "NFKBIA", "down", "phosphorylates for degradation", "database_row"
            ),
            mechanism("mech-nfkbia-nfkb", "NFKBIA", "NF-kB", "down", "holds in the cytosol", "memory"),
            mechanism("mech-terf2ip-ikbkb", "TERF2IP", "IKBKB", "up", "activates", "title"),
            mechanism("pheno-m2", "MRC1", "M2 polarisation", "up", "is a marker of", "abstract"),
        ],
        "references": [
            {
                "id": "qian-2020",
                "citation": "Made-up A, et al. A title. A Journal. 2020;1:1-2.",
                "doi": "10.1234/abc(5)<6>",
                "pmid": None,
            },
            {
                "id": "lee-2001",
                "citation": "Made-up B. Another title. A Journal. 2001;2:3.",
                "doi": None,
                "pmid": "1234567",
            },
        ],
        "documents": [
            {
                "id": "review-2022",
                "title": "A review of vesicles",
                "doi": "10.1186/x",
                "licence": "CC BY 4.0",
                "year": 2022,
            }
        ],
        "entities": [],
        "phenotypes": [
            {
                "name": "M2 polarisation",
                "definition": [{"gene": "MRC1", "sign": 1}],
                "evidence": [{"seen": "full_text", "where": "review table", "reference": "lee-2001"}],
            }
        ],
    }


def kept_frames(folder: Path, arm: str, level: float) -> None:
    """Write six frames of a tumour disc with macrophages around it."""
    rng = np.random.default_rng(7)
    n_tumour, n_macrophage, voxels, spacing = 150, 45, 25, 20.0
    angle, r = rng.uniform(0, 2 * np.pi, 195), np.r_[90 * np.sqrt(rng.random(150)), rng.uniform(105, 220, 45)]
    position = np.c_[250 + r * np.cos(angle), 250 + r * np.sin(angle), np.full(195, 10.0)]
    kind = np.r_[np.zeros(n_tumour, int), np.ones(n_macrophage, int)]
    centre = (np.arange(voxels) + 0.5) * spacing
    distance = np.hypot(centre[None, :] - 250, centre[:, None] - 250)[None]
    frames = []
    for i, hours in enumerate((0, 10, 20, 30, 40, 48)):
        delivered = np.where(kind == 1, rng.poisson(level * i / 3, 195), 0).astype(float)
        frames.append(
            Frame(
                time=hours * 60.0,
                cells={
                    "id": np.arange(195),
                    "position": position,
                    "radius": np.where(kind == 0, 8.4, 10.0),
                    "kind": kind,
                    "alive": ~((kind == 0) & (r < 5 * i)),
                    "polarised": (kind == 1) & (rng.random(195) < level * i / 8),
                    "hypoxia": np.clip(1 - r / 90, 0, 1),
                    "vesicles": rng.poisson(40 * i, 195),
                    f"delivered:{CARGO}": delivered,
                    f"cargo:{CARGO}": delivered * 0.6,
                },
                fields={
                    "oxygen": 4 + 34 * (1 - np.exp(-((distance / 140) ** 2))),
                    "vesicles:sEV": level * i * 2e-4 * np.exp(-distance / 60),
                },
            )
        )
    trajectory = Trajectory(
        frames=tuple(frames),
        kinds=("glioblastoma cell", "macrophage"),
        nodes={},
        spacing=(spacing,) * 3,
        origin=(0.0, 0.0, 0.0),
    )
    (folder / "frames").mkdir(exist_ok=True)
    trajectory.save(folder / "frames" / f"{arm}.zarr")


def readout_rows(
    series: str, arm: str, level: float, replicate: int, time_h: float, values: dict[str, float]
) -> list[dict]:
    about = {name: (cell, unit) for name, _, unit, cell, *_ in READOUTS}
    return [
        {
            "series": series,
            "arm": arm,
            "level": level,
            "replicate": replicate,
            "time_h": time_h,
            "readout": name,
            "cell": about.get(name, ("glioblastoma cell", "1"))[0],
            "unit": about.get(name, ("", "1"))[1],
            "value": value,
        }
        for name, value in values.items()
    ]


def dose_row(setting: str, delivered: float, ratio: float, verdict: str, **other: str) -> dict:
    needed = delivered / ratio
    return {
        "axis": "gbm-mir-1246-macrophage-terf2ip",
        "cargo": CARGO,
        "donor": "glioblastoma cell",
        "recipient": "macrophage",
        "target": "TERF2IP",
        "setting": setting,
        "needed": needed,
        "needed_low": needed / 12,
        "needed_high": needed * 12,
        "delivered": delivered,
        "delivered_low": delivered / 2,
        "delivered_high": delivered * 2,
        "copies": 200 * ratio,
        "ratio": ratio,
        "ratio_low": ratio / 15,
        "ratio_high": ratio * 15,
        "verdict": verdict,
        **other,
    }


def common_files(folder: Path, study: dict, model: dict) -> None:
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
    (folder / "model.json").write_text(json.dumps(model), encoding="utf-8")
    (folder / "statements.json").write_text(json.dumps(statements()), encoding="utf-8")
    (folder / "status.json").write_text(
        json.dumps({"state": "done", "message": "", "runs_done": 78, "runs_total": 78}), encoding="utf-8"
    )
    provenance = {
        "versions": {"exocosm": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"},
        "device": "cpu",
        "seed": 7,
        "replicates": REPLICATES,
        "command": f"exocosm run {study['name']}",
        "started": "2026-01-01T10:00:00+00:00",
        "knowledge": {"version": "1", "sha256": "ab" * 32},
        "study_sha256": "cd" * 32,
    }
    (folder / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    put(
        folder,
        "parameters",
        [
            {
                "name": "escape:macrophage",
                "value": 0.03,
                "unit": "1",
                "low": 0.007,
                "high": 0.3,
                "prior": "log-normal",
                "confidence": "unverified",
                "source": "upper bound of functional delivery",
                "reference": "https://example.org/paper",
                "quoted": "0.7 %",
                "note": "",
                "used_by": "macrophage.uptakes",
            },
            {
                "name": "copies per vesicle",
                "value": 0.00825,
                "unit": "copies",
                "low": 0.002,
                "high": 0.25,
                "prior": "log-normal",
                "confidence": "measured",
                "source": "qian-2020",
                "reference": "",
                "quoted": "0.00825",
                "note": "",
                "used_by": "release",
            },
            {
                "name": "clearance:macrophage",
                "value": 800.0,
                "unit": "um3/min",
                "low": 80,
                "high": 8000,
                "prior": "log-normal",
                "confidence": "prior",
                "source": "wide prior",
                "reference": "",
                "quoted": "",
                "note": "",
                "used_by": "uptake",
            },
        ],
    )


def settings(name: str, title: str, question: str, setup: str, arms: dict[str, str]) -> dict:
    treatments = {
        "gw4869": [{"kind": "release inhibitor", "share": 0.85}],
        "normoxia": ["oxygen held at 38 mmHg"],
    }
    return {
        "name": name,
        "title": title,
        "question": question,
        "summary": "A tumour with a hypoxic core sends vesicles to macrophages around it. Donors release "
        "vesicles that carry "
        "miR-1246, more of it in hypoxia. All numbers are measured ranges or wide priors; none was fitted.",
        "systems": ["S10", "S4"],
        "setup": setup,
        "duration": "48 h",
        "arms": [
            {
                "name": a,
                "label": label,
                "description": f"{label}, otherwise as the control.",
                "treatments": treatments.get(a, []),
            }
            for a, label in arms.items()
        ],
        "control": next(iter(arms)),
        "readouts": [
            {"name": n, "label": label, "unit": u, "cell": c, "node": node_, "statements": s}
            for n, label, u, c, node_, s in READOUTS
        ],
        "replicates": REPLICATES,
        "seed": 7,
        "titration": None,
        "drug": None,
    }


@pytest.fixture(scope="session")
def tissue_template(tmp_path_factory) -> Path:
    """A finished tissue study: five arms, frames, effects, dose, titration."""
    folder = tmp_path_factory.mktemp("runs") / "gbm-hypoxia-macrophage"
    folder.mkdir()
    study = settings(
        "gbm-hypoxia-macrophage",
        "Hypoxic glioblastoma and macrophages",
        "Do vesicles of hypoxic glioblastoma cells turn macrophages to the M2 state through miR-1246?",
        "tissue",
        ARMS,
    )
    study["titration"] = {"cargo": CARGO, "recipient": "macrophage", "copies": [0, 10, 100, 1000, 10000]}
    model = {
        "name": study["name"],
        "cell_kinds": [
            {"name": "glioblastoma cell", "network": {"nodes": [], "edges": [], "links": []}},
            {"name": "macrophage", "network": MACROPHAGE},
        ],
        "vesicle_kinds": [{"name": "sEV"}],
        "domain": {"shape": [1, 25, 25], "spacing": parameter("voxel", 20.0, "um"), "well_mixed": False},
        "placements": [{"kind": "glioblastoma cell", "count": 150}, {"kind": "macrophage", "count": 45}],
    }
    common_files(folder, study, model)

    rng = np.random.default_rng(1)
    rows, ends = [], {}
    for replicate in range(REPLICATES):
        shared = {name: rng.normal(0, sd) for name, (_, sd) in FINAL.items()}
        for a, arm in enumerate(ARMS):
            end = {n: v[a] + shared[n] + rng.normal(0, sd / 2) for n, (v, sd) in FINAL.items()}
            start = {n: v[0] * (0 if n == "copies" else 0.6) + 0 * sd for n, (v, sd) in FINAL.items()}
            for hours in range(0, 49, 4):
                share = 1 - np.exp(-hours / 14)
                values = {
                    n: max(0.0, start[n] + (end[n] - start[n]) * share + rng.normal(0, FINAL[n][1] / 6))
                    for n in FINAL
                }
                if hours == 48:
                    ends[replicate, arm] = values
                rows += readout_rows("arms", arm, np.nan, replicate, float(hours), values)
        for copies in (0, 10, 100, 1000, 10000):
            y = copies / (copies + 700)
            values = {
                "m2-share": 0.27 + 0.3 * y + rng.normal(0, 0.02),
                "terf2ip": 0.31 - 0.2 * y + rng.normal(0, 0.005),
                "nf-kb": 0.22 + rng.normal(0, 0.02),
            }
            rows += readout_rows("titration", "control", float(copies), replicate, 48.0, values)
    put(folder, "readouts", rows)

    effects = []
    for arm in list(ARMS)[1:]:
        for name, _, unit, cell, *_ in READOUTS:
            one, other = (np.array([ends[r, a][name] for r in range(REPLICATES)]) for a in (arm, "control"))
            effects.append(
                {
                    "series": "arms",
                    "arm": arm,
                    "control": "control",
                    "readout": name,
                    "cell": cell,
                    "unit": unit,
                    "time_h": 48.0,
                    **paired(one, other),
                    "test": "paired t",
                    "note": "",
                }
            )
    for row, p in zip(effects, holm([e["p_value"] for e in effects]), strict=True):
        row["p_adjusted"] = p
    put(folder, "effects", effects)
    put(
        folder,
        "dose",
        [
            dose_row("tissue, control", 310.0, 0.0041, "out of reach"),
            dose_row("1e5 vesicles per cell added", 4.1e4, 0.21, "implausible in this set-up"),
        ],
    )
    put(
        folder,
        "books",
        [
            {
                "series": "arms",
                "arm": a,
                "level": np.nan,
                "replicate": r,
                "vesicle": "sEV",
                "released": 1e5,
                "added": 0.0,
                "free": 3e4,
                "internalised": 5e4,
                "decayed": 1.5e4,
                "wall": 0.0,
                "left": 5e3,
                "residual": 1e-15,
            }
            for a in ARMS
            for r in range(REPLICATES)
        ],
    )
    for arm, level in zip(ARMS, (0.9, 0.15, 0.3, 0.4, 0.85), strict=True):
        kept_frames(folder, arm, level)
    return folder


@pytest.fixture(scope="session")
def dish_template(tmp_path_factory) -> Path:
    """A finished dish study: temozolomide with and without vesicles, with IC50 tables and a titration."""
    folder = tmp_path_factory.mktemp("runs") / "gbm-tmz-transfer"
    folder.mkdir()
    arms = {
        "no-vesicles": "Sensitive cells",
        "vesicles": "With vesicles of resistant cells",
        "vesicles-wt": "With vesicles of sensitive cells",
    }
    study = settings(
        "gbm-tmz-transfer",
        "Transfer of temozolomide resistance by vesicles",
        "Do vesicles of resistant cells raise the temozolomide dose that sensitive cells survive?",
        "dish",
        arms,
    )
    study["readouts"] = [
        {
            "name": "survival",
            "label": "Surviving cells",
            "unit": "1",
            "cell": "glioblastoma cell",
            "quantity": "count",
            "statements": ["gbm-mir-1246-macrophage-terf2ip"],
        }
    ]
    study["drug"] = {
        "name": "temozolomide",
        "field": "temozolomide",
        "concentrations": [0, 10, 30, 100, 300, 1000],
    }
    study["titration"] = {"cargo": CARGO, "copies": [0, 100, 1000, 10000]}
    model = {
        "name": study["name"],
        "cell_kinds": [{"name": "glioblastoma cell"}],
        "vesicle_kinds": [{"name": "sEV"}],
        "domain": {"shape": [1, 1, 1], "well_mixed": True},
        "networks": [{"cell_kind": "glioblastoma cell", **MACROPHAGE}],
    }
    common_files(folder, study, model)
    rng = np.random.default_rng(2)
    rows, fits = [], []
    middles = dict(zip(arms, (120.0, 205.0, 124.0), strict=True))
    for replicate in range(REPLICATES):
        shared = rng.normal(0, 0.1)
        for arm, middle in middles.items():
            ic50 = middle * np.exp(shared + rng.normal(0, 0.06))
            for drug in (0, 10, 30, 100, 300, 1000):
                value = 1 / (1 + (drug / ic50) ** 1.6) + rng.normal(0, 0.015)
                rows += readout_rows("dose_response", arm, float(drug), replicate, 72.0, {"survival": value})
            fits.append(
                {
                    "arm": arm,
                    "level": np.nan,
                    "replicate": replicate,
                    "ic50": ic50,
                    "hill": 1.6,
                    "top": 1.0,
                    "fitted": True,
                    "note": "",
                }
            )
        for copies in (0, 100, 1000, 10000):
            ic50 = 120 * (1 + 1.5 * copies / (copies + 800)) * np.exp(shared)
            rows += readout_rows(
                "titration", "no-vesicles", float(copies), replicate, 72.0, {"survival": 1 / (1 + 100 / ic50)}
            )
            fits.append(
                {
                    "arm": "no-vesicles",
                    "level": float(copies),
                    "replicate": replicate,
                    "ic50": ic50,
                    "hill": 1.6,
                    "top": 1.0,
                    "fitted": True,
                    "note": "",
                }
            )
    put(folder, "readouts", rows)
    put(folder, "ic50", fits)
    table = pd.DataFrame(fits)
    table = table[table["level"].isna()].pivot_table(index="replicate", columns="arm", values="ic50")
    shifts = []
    for arm in list(arms)[1:]:
        got = paired(np.log(table[arm].to_numpy()), np.log(table["no-vesicles"].to_numpy()))
        shifts.append(
            {
                "arm": arm,
                "control": "no-vesicles",
                "n": REPLICATES,
                "ratio": np.exp(got["difference"]),
                "low": np.exp(got["low"]),
                "high": np.exp(got["high"]),
                "p_value": got["p_value"],
                "note": "",
            }
        )
    for row, p in zip(shifts, holm([s["p_value"] for s in shifts]), strict=True):
        row["p_adjusted"] = p
    put(folder, "ic50_shift", shifts)
    put(
        folder,
        "dose",
        [dose_row("dish, co-culture", 25.0, 0.0007, "out of reach", recipient="glioblastoma cell")],
    )
    return folder


@pytest.fixture
def tissue_run(tissue_template, tmp_path) -> Path:
    """A tissue study of its own for each test."""
    import shutil

    return Path(shutil.copytree(tissue_template, tmp_path / "tissue"))


@pytest.fixture
def dish_run(dish_template, tmp_path) -> Path:
    """A dish study of its own for each test."""
    import shutil

    return Path(shutil.copytree(dish_template, tmp_path / "dish"))
