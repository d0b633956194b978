"""Sorting of two kinds of cell, half and half, by differential adhesion: three regimes.

Lengths in cell diameters; the unit of time is such that a cell on its own has a mean squared displacement of
one diameter squared after 100 units. Positions go to CSV files with the header
simID,time,cellID,cellType,x,y.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shared import COLOURS, figure, hexagonal, in_plane, neighbours, parser, plain_kind, show, write_table

from exocosm import simulate
from exocosm.engine import Steps
from exocosm.export import write
from exocosm.model import Model
from exocosm.trajectory import Trajectory

SNAPSHOTS = 101
CALIBRATED_AT = 100.0  # a free cell has a mean squared displacement of 1 by then
PERSISTENCE = 1.0
ADHESION, REPULSION, REACH = 0.1, 6.0, 2.0  # [diameters per unit], [diameters per unit], [1]
SPACING = 0.95  # of the lattice at the start, about the distance at which a pair rests
LONGEST = 1.3  # neighbours are at most this far apart
STEP = 0.25


@dataclass(frozen=True)
class Regime:
    """Adhesion of the pairs A-A, B-B and A-B in units of `ADHESION`, and how the kinds are laid out."""

    name: str
    aa: float
    bb: float
    ab: float
    start: str  # "random": shuffled; "block": A above, B below


REGIMES = (
    Regime("sorting", 1.0, 1.0, 0.5, "random"),
    Regime("checkerboard", 0.55, 0.55, 1.05, "block"),
    Regime("engulfment", 1.05, 0.7, 0.87, "block"),
)


def speed() -> float:
    """Speed of a cell on its own [diameters per unit], from Fürth's formula at the time of calibration."""
    t, p = CALIBRATED_AT, PERSISTENCE
    return float(1.0 / np.sqrt(2.0 * p * (t - p * -np.expm1(-t / p))))


def laid_out(regime: Regime, cells: int, seed: int) -> dict[str, np.ndarray]:
    """Places (n, 2) of both kinds [diameters], half of the cells each."""
    across = round(np.sqrt(cells))
    if across * across != cells or cells % 2:
        raise SystemExit(f"Expected --cells to be the square of an even number, found {cells}.")
    xy = SPACING * hexagonal(across)
    order = (
        np.random.default_rng(seed).permutation(cells) if regime.start == "random" else np.argsort(-xy[:, 1])
    )
    return {"A": xy[np.sort(order[: cells // 2])], "B": xy[np.sort(order[cells // 2 :])]}


def model(regime: Regime, *, cells: int, seed: int, radius: float, unit: float) -> Model:
    """Make the model of a regime; `radius` [µm], `unit` of time [min]."""
    diameter = 2.0 * radius
    places = {kind: xy * diameter for kind, xy in laid_out(regime, cells, seed).items()}
    affinity = {"A": (regime.aa, regime.ab), "B": (regime.ab, regime.bb)}
    kinds = [
        plain_kind(
            kind,
            radius,
            {
                "migration speed": (speed() * diameter / unit, "um/min"),
                "migration persistence time": (PERSISTENCE * unit, "min"),
                "adhesive affinity to A": (to_a, ""),
                "adhesive affinity to B": (to_b, ""),
            },
        )
        for kind, (to_a, to_b) in affinity.items()
    ]
    return in_plane(
        f"OpenVT cell sorting, {regime.name}", kinds, places, side=20.0 * np.sqrt(cells) * diameter,
        repulsion=REPULSION * diameter / unit, adhesion=ADHESION * diameter / unit, reach=REACH,
    )  # fmt: skip


def run(
    regime: Regime, *, cells: int, seed: int, duration: float, radius: float = 5.0, unit: float = 1.0
) -> Trajectory:
    """Run a regime for `duration` units, with 101 snapshots at equal distances."""
    every = duration / (SNAPSHOTS - 1) * unit
    return simulate(
        model(regime, cells=cells, seed=seed, radius=radius, unit=unit),
        duration=f"{duration * unit!r} min", record_every=f"{every!r} min", seed=seed,
        steps=Steps(cell=every, exchange=every, mechanics=STEP * unit),
    )  # fmt: skip


def indices(trajectory: Trajectory, radius: float) -> np.ndarray:
    """Measure each frame: time [min], heterotypic contacts, clump_A, clump_B, radius_A, radius_B, outline_A.

    Heterotypic contacts are a share of all contacts; the largest clump of a kind is in units of its cells;
    the radius is the mean distance from the middle [diameters]; the last is the share of A among cells on
    the outline, those with fewer than five neighbours.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = []
    for frame in trajectory.frames:
        xy = frame.cells["position"][:, :2] / (2.0 * radius)
        kind, n = frame.cells["kind"], len(xy)
        pairs = neighbours(xy, LONGEST)
        same = kind[pairs[:, 0]] == kind[pairs[:, 1]]
        i, j = pairs[same].T
        _, clump = connected_components(coo_array((np.ones(len(i)), (i, j)), shape=(n, n)), directed=False)
        largest = [np.bincount(clump[kind == k]).max() / (kind == k).sum() for k in (0, 1)]
        away = np.linalg.norm(xy - xy.mean(axis=0), axis=1)
        outline = np.bincount(pairs.ravel(), minlength=n) < 5
        rows.append(
            [frame.time, 1.0 - same.mean(), *largest, *(away[kind == k].mean() for k in (0, 1)),
             (kind[outline] == 0).mean()]
        )  # fmt: skip
    return np.array(rows)


def write_positions(trajectory: Trajectory, path: Path, *, radius: float, unit: float, seed: int) -> None:
    """Write all snapshots with the header of OpenVT, in diameters and units of time."""
    path.unlink(missing_ok=True)
    write(trajectory, "openvt", path, simulation=str(seed), time_unit="min", diameter=2.0 * radius)


def main() -> None:
    """Run the regimes, write positions, indices and a figure."""
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--cells", type=int, default=400, help="100 or 400 (default %(default)s)")
    options.add_argument(
        "--duration", type=float, default=25_000.0, help="in units of time (default %(default)s)"
    )
    options.add_argument("--only", choices=[regime.name for regime in REGIMES], help="run one regime alone")
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    radius, header = (
        5.0,
        ("regime", "time", "heterotypic", "clump_A", "clump_B", "radius_A", "radius_B", "outline_A"),
    )
    table, drawn = [], []
    for regime in REGIMES:
        if args.only not in (None, regime.name):
            continue
        started = time.perf_counter()
        found = run(regime, cells=args.cells, seed=args.seed, duration=args.duration)
        seconds = time.perf_counter() - started
        path = args.out / f"{regime.name}_{args.cells}.csv"
        write_positions(found, path, radius=radius, unit=1.0, seed=args.seed)
        measured = indices(found, radius)
        rows = [[regime.name, *map(float, row)] for row in measured]
        show((*header, "seconds"), [[*rows[0], 0.0], [*rows[-1], seconds]])
        table += rows
        drawn.append((regime, found, measured))
    write_table(args.out / f"indices_{args.cells}.csv", header, table)
    draw(drawn, radius).savefig(args.out / f"sorting_{args.cells}.png", dpi=120)


def draw(drawn: list, radius: float):
    """Draw each regime at the start and at the end, and its indices over time."""
    import matplotlib.pyplot as plt
    from matplotlib.collections import EllipseCollection

    made, axes = figure(3, len(drawn))
    for row, (regime, found, measured) in zip(axes, drawn, strict=True):
        for panel, frame in zip(row, (found.frames[0], found.frames[-1]), strict=False):
            xy = frame.cells["position"][:, :2] / (2.0 * radius)
            xy = xy - np.median(xy, axis=0)
            one = np.ones(len(xy))
            colours = np.where(frame.cells["kind"] == 0, COLOURS["a"], COLOURS["b"])
            panel.add_collection(
                EllipseCollection(one, one, 0 * one, units="xy", offsets=xy, transOffset=panel.transData,
                                  facecolors=colours, edgecolors="white", linewidths=0.3)
            )  # fmt: skip
            limit = np.percentile(np.abs(xy), 99.0) + 1.5  # a cell that left does not shrink the rest
            panel.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
            panel.set_title(f"{regime.name}, time {frame.time:g}", fontsize=9)
        row[2].plot(measured[:, 0], measured[:, 1], color="0.2", label="heterotypic contacts")
        row[2].plot(measured[:, 0], measured[:, 2], color=COLOURS["a"], label="largest clump of A")
        row[2].plot(measured[:, 0], measured[:, 3], color=COLOURS["b"], label="largest clump of B")
        row[2].plot(measured[:, 0], measured[:, 6], ":", color=COLOURS["a"], label="A on the outline")
        row[2].set(xlabel="time", ylim=(0, 1.02))
    axes[0, 2].legend(fontsize=7, loc="lower right")
    plt.close(made)
    return made


if __name__ == "__main__":
    main()
