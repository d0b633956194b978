"""The figures of a run: drawn wide for a desk and narrow for a phone, saved, and made ready for the page."""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .folder import RunFolder
from .sentences import outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE, NARROW = 10.0, 4.4  # [inch]
DPI = 120
MOMENTS = 4  # time points in the tissue picture
DRAWN_NODES = 32  # of a larger network the nodes on the shortest ways from cargo to phenotypes are drawn


@dataclass(frozen=True)
class Picture:
    """One figure on the page; `narrow` is its version for small screens, None if there is only one."""

    section: str
    name: str
    alt: str
    caption: str
    wide: Path
    narrow: Path | None = None

    @property
    def data(self) -> str:
        """The wide version as a data URI."""
        return data_uri(self.wide)

    @property
    def narrow_data(self) -> str | None:
        """The narrow version as a data URI."""
        return data_uri(self.narrow) if self.narrow else None

    @property
    def size(self) -> int:
        """Characters the picture takes in the page."""
        return sum(-(-path.stat().st_size // 3) * 4 for path in (self.wide, self.narrow) if path)


def data_uri(path: Path) -> str:
    """Return a PNG file as a data URI."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def draw(folder: RunFolder) -> list[Picture]:
    """Draw every figure the run has data for into ``figures/`` and return them in the order of the page."""
    target = folder.path / "figures"
    target.mkdir(exist_ok=True)
    makers = (
        _tissue,
        _courses,
        _forest,
        _dose_response,
        _ic50_shift,
        _dose,
        _titration,
        _ic50_copies,
        _networks,
    )
    return [picture for maker in makers for picture in maker(folder, target)]


def fitting(pictures: list[Picture], budget: int) -> list[Picture]:
    """Return the pictures that fit into `budget` characters: narrow versions go first, then the largest."""
    if sum(p.size for p in pictures) > budget:
        pictures = [replace(p, narrow=None) for p in pictures]
    while pictures and sum(p.size for p in pictures) > budget:
        pictures.remove(max(pictures, key=lambda p: p.size))
    return pictures


def _tissue(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import tissue

    control = folder.trajectory(folder.control)
    # A well-mixed dish is one voxel: there is nothing to see in it.
    if control is None or not any(field.size > 1 for field in control.frame(0).fields.values()):
        return
    cargo, recipient = _delivered_cargo(folder, control)
    kinds = list(control.kinds)
    chosen = _moments(control.times)
    frames = [(f"{control.times[i] / 60:.3g} h", control.frame(i)) for i in chosen]
    yield _save(
        target,
        "tissue",
        "tissue_over_time",
        lambda width: tissue(
            frames,
            kinds=kinds,
            spacing=control.spacing,
            origin=control.origin,
            width=width,
            cargo=cargo,
            recipient=recipient,
        ),
        alt=f"Tissue of the arm {folder.arms[folder.control]} at "
        f"{', '.join(label for label, _ in frames)}: cells by kind "
        f"and state over oxygen, free vesicles on a logarithmic scale, and {cargo} delivered per "
        f"{recipient or 'cell'}.",
        caption=f"{folder.arms[folder.control]}, every number at its central value, from start to end. "
        "Colour scales are shared "
        "by all rows.",
        wide=8.6,
        narrow=None,
    )
    last = []
    for arm, label in folder.arms.items():
        trajectory = control if arm == folder.control else folder.trajectory(arm)
        if trajectory is not None and len(trajectory.times):
            last.append((label, trajectory.frame(-1)))
    if len(last) < 2:
        return
    # More than five arms side by side would be too small to see.
    for number, start in enumerate(range(0, len(last), 5)):
        part = last[start : start + 5]
        yield _save(
            target,
            "tissue",
            "tissue_by_arm" + (f"_{number + 1}" if number else ""),
            partial(
                tissue,
                part,
                kinds=kinds,
                spacing=control.spacing,
                origin=control.origin,
                across=True,
                cargo=cargo,
                recipient=recipient,
            ),
            alt=f"Final state of the tissue in the arms {', '.join(label for label, _ in part)}, one "
            "column for each arm.",
            caption="Final state of each arm, every number at its central value. Colour scales are "
            "shared within a row.",
            wide=max(6.0, 2.0 + 1.7 * len(part)),
            narrow=None,
        )


def _courses(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import time_courses

    rows = folder.series("arms")
    if rows.empty or rows["time_h"].nunique() < 2:
        return
    hours = f"{rows['time_h'].max():.3g} h"
    yield _save(
        target,
        "courses",
        "time_courses",
        lambda width: time_courses(rows, arms=folder.arms, labels=folder.labels, width=width),
        alt=f"Time courses over {hours} of {_count(rows)} read-outs in {rows['arm'].nunique()} arms, one "
        "panel each.",
        caption=("Wells without drug. " if folder.table("ic50")["arm"].size else "")
        + "Thin lines: replicates. Thick lines: means. Bands: 95 % interval of the mean (Student's t), "
        "cut at the range of the replicates.",
    )


def _forest(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import forest

    rows = folder.final_effects()
    rows = rows[rows["difference"].notna()]
    if rows.empty:
        return
    rows = rows.assign(clear=[outcome(row) in ("higher", "lower") for row in rows.itertuples()])
    yield _save(
        target,
        "effects",
        "effects",
        lambda width: forest(rows, arms=folder.arms, labels=folder.labels, width=width),
        alt=f"Forest plot: difference from the control with 95 % interval for {_count(rows)} read-outs and "
        f"{rows['arm'].nunique()} arms at {rows['time_h'].max():.3g} h.",
        caption="Difference from the control at the last time, with its 95 % interval (not widened for the "
        "number of "
        "comparisons; the adjusted p-values are in the table).",
    )


def _dose_response(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import dose_response

    rows = folder.series("dose_response", final=True)
    drug = _drug(folder)
    fitted = _viability(folder, drug)
    rows = rows[rows["level"].notna() & rows["arm"].isin(folder.arms)]
    if fitted is not None:
        rows = rows[rows["readout"] == fitted]
    if rows.empty:
        return
    ic50 = folder.table("ic50")
    yield _save(
        target,
        "drug",
        "dose_response",
        lambda width: dose_response(
            rows,
            arms=folder.arms,
            labels=folder.labels,
            ic50=ic50,
            fitted_readout=fitted,
            drug=str(drug.get("name") or "drug"),
            width=min(width, 5.2 * max(1, _count(rows))),
        ),
        alt=f"Dose-response curves of {drug.get('name') or 'the drug'} in {rows['arm'].nunique()} arms.",
        caption="Faint points: replicates. Points with bars: means with 95 % interval. Curves: mean of the "
        "fits of the "
        "replicates; diamonds: IC50.",
    )


def _ic50_shift(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import ic50_shift

    rows = folder.table("ic50_shift")
    rows = rows[rows["level"].isna()]
    if not rows["ratio"].notna().any():
        return
    yield _save(
        target,
        "drug",
        "ic50_shift",
        lambda width: ic50_shift(rows, arms=folder.arms, width=min(width, 7.0)),
        alt="IC50 of each arm divided by the IC50 of its control, with 95 % interval, on a logarithmic axis.",
        caption="Shift of the IC50, paired by replicate, with 95 % interval. Hollow: the interval holds 1, "
        "no clear shift.",
    )


def _dose(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import dose_needed

    rows = folder.table("dose")
    if not rows["ratio"].notna().any():
        return
    yield _save(
        target,
        "dose",
        "dose",
        lambda width: dose_needed(rows, width=width),
        alt=f"Vesicles per recipient needed and delivered, and their ratio, for {len(rows)} settings, with "
        "90 % intervals "
        "on logarithmic axes. The numbers are in the table below.",
        caption="Median and 90 % interval. Shaded: where the ratio means plausible, implausible in this "
        "set-up, out of "
        "reach.",
    )


def _titration(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import titration

    rows = folder.series("titration", final=True)
    rows = rows[rows["level"].notna()]
    rows, still = _moving(rows, folder)
    if rows.empty:
        return
    yield _save(
        target,
        "dose",
        "titration",
        lambda width: titration(
            rows,
            arms=folder.arms,
            labels=folder.labels,
            delivered=delivered_copies(folder),
            width=min(width, 5.2 * _count(rows)),
        ),
        alt=f"Titration: {_count(rows)} read-outs against 0 to {rows['level'].max():g} cytosolic copies "
        "given directly; "
        "dashed lines mark the copies that vesicles delivered.",
        caption="Titration: cytosolic copies given directly, as a transfected mimic; not a physiological "
        "dose. Dashed: copies that vesicles delivered; bar at the foot: the 90 % interval of delivered over "
        "needed, laid on the axis of copies. Thin lines: replicates."
        + (f" Not drawn, because no level changes them: {', '.join(still)}." if still else ""),
    )


def _ic50_copies(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import ic50_by_copies

    rows = folder.table("ic50")
    rows = rows[rows["level"].notna() & rows["ic50"].notna()]
    if rows.empty:
        return
    yield _save(
        target,
        "dose",
        "ic50_by_copies",
        lambda width: ic50_by_copies(
            rows, arms=folder.arms, delivered=delivered_copies(folder), width=min(width, 6.0)
        ),
        alt="IC50 against cytosolic copies given directly; dashed lines mark the copies that vesicles "
        "delivered.",
        caption="IC50 against copies given directly, as a transfected mimic; not a physiological dose.",
    )


def _networks(folder: RunFolder, target: Path) -> Iterator[Picture]:
    from exocosm.plot import on_path

    for ran in folder.networks:
        nodes, edges, links = ran["nodes"], ran.get("edges") or [], ran.get("links") or []
        cell, part = str(ran.get("cell_kind") or "cell"), ""
        if not edges and not links:
            continue
        if len(nodes) > DRAWN_NODES:
            ends = [n["name"] for n in nodes if n.get("kind") == "phenotype"]
            kept = on_path(edges, links, ends, limit=DRAWN_NODES)
            if not any(n["name"] in kept for n in nodes):
                continue
            total, nodes = len(nodes), [n for n in nodes if n["name"] in kept]
            part = (
                f" Drawn are the {len(nodes)} of {total} nodes, those on the shortest ways from cargo to "
                "phenotypes; "
                "the table has all edges."
            )
            edges = [e for e in edges if {e["source"], e["target"]} <= kept]
            links = [lk for lk in links if {lk["cargo"], lk["target"]} <= kept]
        yield _save(
            target,
            "network",
            f"network_{file_name(cell)}",
            partial(_network_at, nodes, edges, links),
            alt=f"Network of the {cell}: {len(nodes)} nodes, {len(edges)} edges and {len(links)} links "
            "from cargo. The "
            "table below lists every edge.",
            caption=f"{cell}: cargo left, phenotypes right.{part}",
            narrow=None,
        )


def _moving(rows: Any, folder: RunFolder) -> tuple[Any, list[str]]:
    """Return the rows of read-outs that some level changes, and the labels of those that none does."""
    moved: list[tuple[str, str]] = []
    still: list[tuple[str, str]] = []
    for (readout, cell), group in rows.groupby(["readout", "cell"], sort=False):
        spread = group.groupby(["arm", "replicate"])["value"].agg(lambda values: values.max() - values.min())
        (moved if (spread > 0).any() else still).append((readout, cell))
    keep = [key in moved for key in zip(rows["readout"], rows["cell"], strict=True)]
    return rows[keep], [folder.labels.get(readout, readout) for readout, _ in still]


def _network_at(nodes: list[Any], edges: list[Any], links: list[Any], width: float) -> Figure:
    """Draw a network at its own size: boxes must stay readable whatever the page."""
    from exocosm.plot import network

    return network(nodes, edges, links)


def delivered_copies(folder: RunFolder) -> list[tuple[str, float, float, float]]:
    """Return (setting, copies, low, high) of the doses that concern the titrated cargo [copies per cell].

    The ratio of delivered to needed carries the uncertainty of the dose; its interval is laid around
    the copies.
    """
    rows = folder.table("dose")
    settings = folder.study.get("titration")
    cargo = settings.get("cargo") if isinstance(settings, dict) else None
    if isinstance(cargo, str) and (rows["cargo"] == cargo).any():
        rows = rows[rows["cargo"] == cargo]
    rows = rows[rows["copies"].notna()].drop_duplicates("setting")
    marks = []
    for row in rows.itertuples():
        scale = row.copies / row.ratio if row.ratio > 0 else float("nan")
        low, high = float(row.ratio_low * scale), float(row.ratio_high * scale)
        marks.append((str(row.setting), float(row.copies), low, high))
    # More than two lines on one axis hide each other: the first setting (the control) and the highest dose.
    highest = max(marks, key=lambda mark: mark[1], default=None)
    return [*marks[:1], *([highest] if highest is not None and highest is not marks[0] else [])]


def _save(
    target: Path,
    section: str,
    name: str,
    draw_at: Callable[..., Figure],
    *,
    alt: str,
    caption: str,
    wide: float = WIDE,
    narrow: float | None = NARROW,
) -> Picture:
    """Draw at one or two widths and save as PNG; the same data give the same bytes."""
    from exocosm.plot import use_style

    paths: list[Path | None] = []
    for width, ending in ((wide, ""), (narrow, "_narrow")):
        if width is None:
            paths.append(None)
            continue
        path = target / f"{name}{ending}.png"
        with use_style(), warnings.catch_warnings():
            # A name may hold letters that the font lacks; a box in a figure is no reason to lose the report.
            warnings.filterwarnings("ignore", message=r"Glyph \d+")
            figure = draw_at(width=width)
            figure.savefig(path, dpi=DPI, metadata={"Software": None}, bbox_inches="tight", pad_inches=0.06)
        paths.append(path)
    assert paths[0] is not None
    return Picture(section, name, alt, caption, paths[0], paths[1])


def _moments(times: Any) -> list[int]:
    """Choose at most MOMENTS frames whose times lie evenly between first and last."""
    first, last = float(times[0]), float(times[-1])
    wanted = [first + i * (last - first) / (MOMENTS - 1) for i in range(MOMENTS)]
    return sorted({min(range(len(times)), key=lambda i: abs(times[i] - moment)) for moment in wanted})


def _delivered_cargo(folder: RunFolder, trajectory: Any) -> tuple[str | None, str | None]:
    """Return the cargo and the recipient kind that the study is about, as far as the frames know them."""
    known = [key.partition(":")[2] for key in trajectory.frame(-1).cells if key.startswith("delivered:")]
    dose = folder.table("dose")
    wanted = [c for c in dose["cargo"] if c in known]
    cargo = wanted[0] if wanted else (known[0] if known else None)
    recipients = [*dose.loc[dose["cargo"] == cargo, "recipient"], *(r.cell for r in folder.readouts)]
    return cargo, next((r for r in recipients if r in trajectory.kinds), None)


def _viability(folder: RunFolder, drug: dict[str, Any]) -> str | None:
    """Return the read-out whose fall with the dose was fitted: the count of the cells the drug acts on."""
    for readout in folder.study.get("readouts") or ():
        if readout.get("quantity") == "count" and drug.get("cell") in (None, readout.get("cell")):
            return str(readout["name"])
    return None


def _drug(folder: RunFolder) -> dict[str, Any]:
    drug = folder.study.get("drug")
    return drug if isinstance(drug, dict) else {}


def _count(rows: Any) -> int:
    return len(rows[["readout", "cell"]].drop_duplicates())


def file_name(text: str) -> str:
    """Turn a name into one that every file system takes."""
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower() or "cell"
