"""Persistent random walk: the mean squared displacement of 1,000 cells against Fürth's formula.

Each replicate is a cell of its own that acts on no other; its random numbers are keyed by its number. A cell
moves at a constant speed and takes a new, random direction at the rate 1/P. Lengths in cell diameters.
"""

from __future__ import annotations

import numpy as np
from shared import COLOURS, figure, in_plane, parser, plain_kind, show, write_table

from exocosm import simulate
from exocosm.engine import Steps
from exocosm.trajectory import Trajectory

SPEED = 0.05  # [diameters per unit of time]
PERSISTENCE = (1.0, 10.0, 100.0)  # [units of time]
PUSHES = 40  # steps between two frames


def fuerth(t: np.ndarray, speed: float, persistence: float) -> np.ndarray:
    """Mean squared displacement 2 v² P² (t/P - 1 + exp(-t/P)) (Fürth 1920, doi:10.1007/BF01328731)."""
    x = np.asarray(t) / persistence
    return 2.0 * (speed * persistence) ** 2 * (x + np.expm1(-x))


def run(
    persistence: float, *, replicates: int, duration: float, every: float, seed: int, radius: float,
    unit: float, step: float,
) -> Trajectory:  # fmt: skip
    """Let all replicates walk; times in units of `unit` [min], `radius` [µm]."""
    diameter = 2.0 * radius
    across = int(np.ceil(np.sqrt(replicates)))
    row, column = np.divmod(np.arange(replicates), across)
    apart = 4.0 * SPEED * duration + 10.0  # no cell comes near a wall
    kind = plain_kind(
        "cell", radius,
        {"migration speed": (SPEED * diameter / unit, "um/min"),
         "migration persistence time": (persistence * unit, "min")},
    )  # fmt: skip
    model = in_plane(
        "OpenVT persistent random walk",
        [kind],
        {"cell": (np.column_stack([column, row]) - 0.5 * (across - 1)) * 2.0 * diameter},
        side=(2.0 * across + apart) * diameter,
        repulsion=0.0,
    )
    return simulate(
        model, duration=f"{duration * unit!r} min", record_every=f"{every * unit!r} min", seed=seed,
        steps=Steps(cell=every * unit, exchange=every * unit, mechanics=step * unit),
    )  # fmt: skip


def squared_displacements(trajectory: Trajectory, radius: float) -> np.ndarray:
    """Squared way from the start (frames, cells) [diameters²]."""
    xy = np.array([frame.cells["position"][:, :2] for frame in trajectory.frames])
    return (((xy - xy[0]) / (2.0 * radius)) ** 2).sum(axis=2)


def compare(trajectory: Trajectory, persistence: float, radius: float, unit: float) -> np.ndarray:
    """Columns: time, mean squared displacement, its standard error, Fürth's value."""
    square = squared_displacements(trajectory, radius)[1:]
    times = trajectory.times[1:] / unit
    error = square.std(axis=1, ddof=1) / np.sqrt(square.shape[1])
    return np.column_stack([times, square.mean(axis=1), error, fuerth(times, SPEED, persistence)])


def main() -> None:
    """Walk with each persistence, compare, write tables and a figure."""
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--replicates", type=int, default=1000, help="number of cells (default %(default)s)")
    options.add_argument("--duration", type=float, default=1000.0, help="units of time (default %(default)s)")
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows, summary, drawn = [], [], []
    for persistence in PERSISTENCE:
        found = run(
            persistence, replicates=args.replicates, duration=args.duration, every=args.duration / 500,
            seed=args.seed, radius=5.0, unit=1.0, step=args.duration / 500 / PUSHES,
        )  # fmt: skip
        table = compare(found, persistence, 5.0, 1.0)
        off = (table[:, 1] - table[:, 3]) / table[:, 2]
        last = table[-1]
        summary.append(
            [persistence, *map(float, last[1:]), float(last[1] / last[3]), float(np.abs(off).max())]
        )
        rows += [[persistence, *map(float, row)] for row in table]
        drawn.append((persistence, found, table))
    header = ("persistence", "MSD at the end", "standard error", "Fürth", "ratio", "largest |z|")
    show(header, summary)
    write_table(args.out / "walk_summary.csv", header, summary)
    write_table(args.out / "walk.csv", ("persistence", "time", "msd", "standard_error", "fuerth"), rows)
    draw(drawn).savefig(args.out / "walk.png", dpi=120)


def draw(drawn: list):
    """Draw mean squared displacements on the formula, and some tracks."""
    import matplotlib.pyplot as plt

    made, axes = figure(2, size=3.6)
    for colour, (persistence, found, table) in zip(COLOURS.values(), drawn, strict=True):
        some = np.unique(np.geomspace(1, len(table), 25).astype(int)) - 1
        axes[0, 0].loglog(table[:, 0], table[:, 3], color="0.6", linewidth=2.5)
        axes[0, 0].errorbar(
            table[some, 0], table[some, 1], 2.0 * table[some, 2], fmt=".", color=colour,
            label=f"P = {persistence:g}",
        )  # fmt: skip
        xy = np.array([frame.cells["position"][:20, :2] for frame in found.frames]) / 10.0
        for cell in range(xy.shape[1]):
            axes[0, 1].plot(*(xy[:, cell] - xy[0, cell]).T, color=colour, linewidth=0.5)
    axes[0, 0].set(
        xlabel="time", ylabel="mean squared displacement [diameters²]", title="Fürth's formula in grey"
    )
    axes[0, 0].legend(frameon=False)
    axes[0, 1].set(xlabel="x [diameters]", ylabel="y [diameters]", aspect="equal", title="20 cells each")
    plt.close(made)
    return made


if __name__ == "__main__":
    main()
