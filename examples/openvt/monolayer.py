"""Growth of a monolayer from one cell, inhibited by pressure, by contact, or not at all.

Times in units of the uninhibited cycle, lengths in radii of a newborn cell. A cell grows steadily in area
and divides along a random axis when it has twice its area at birth. It grows only where A/A0 > beta
(pressure), or where the covered fraction of its perimeter is < gamma (contact).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from chain import repulsion_number
from shared import COLOURS, figure, in_plane, neighbours, number, parser, plain_kind, show, write_table

from exocosm import simulate
from exocosm.engine import Steps
from exocosm.model import Growth, Model, Modulation
from exocosm.trajectory import Trajectory

BETA, GAMMA = 0.8, 0.5
STEPS_PER_CYCLE = 100  # of growth; ten times as many steps of mechanics, or as `FINER` says
PUSHES = {"pressure": 10, "contact": 10, "none": 40}
LONGEST = 1.5  # neighbours are at most this far apart, in units of the sum of their radii
EDGE = 1e-9  # width of the threshold, which a ramp stands for


@dataclass(frozen=True)
class Case:
    """One of the three runs."""

    name: str
    signal: str = ""
    zero: float = 0.0
    one: float = 0.0

    def modulations(self) -> tuple[Modulation, ...]:
        """Return the threshold below or above which a cell does not grow."""
        if not self.signal:
            return ()
        return (
            Modulation(
                behaviour="growth rate",
                signal=self.signal,
                zero=number("no growth at", self.zero),
                one=number("full growth at", self.one),
            ),
        )


CASES = (
    Case("pressure", "compressed size", BETA, BETA + EDGE),
    Case("contact", "contact fraction", GAMMA, GAMMA - EDGE),
    Case("none"),
)


def model(case: Case, *, radius: float, cycle: float, cells: int) -> Model:
    """Make the model of a case; `radius` [µm], `cycle` [min], `cells` sets the room."""
    growth = Growth(
        of="area", rate=number("growth rate", 1.0 / cycle, "1/min"), division=number("division size", 2.0)
    )
    kind = plain_kind("cell", radius, {}, growth=growth, modulations=case.modulations())
    return in_plane(
        f"OpenVT monolayer, {case.name}",
        [kind],
        {"cell": np.zeros((1, 2))},
        side=8.0 * radius * (np.sqrt(cells) + 10.0),
        repulsion=repulsion_number() * 2.0 * radius / cycle,
    )


def run(
    case: Case, *, cells: int, seed: int, radius: float, cycle: float, longest: float, every: float = 0.25
) -> Trajectory:
    """Let a colony grow to `cells` cells, for at most `longest` cycles; a frame `every` so many cycles."""
    step = cycle / STEPS_PER_CYCLE
    return simulate(
        model(case, radius=radius, cycle=cycle, cells=cells),
        duration=f"{longest * cycle!r} min",
        record_every=f"{every * cycle!r} min",
        until_cells=cells,
        seed=seed,
        steps=Steps(cell=step, exchange=step, mechanics=step / PUSHES[case.name]),
    )


def growth_curve(trajectory: Trajectory, radius: float, cycle: float) -> np.ndarray:
    """Columns: time [cycles], number of cells, quiescent fraction, radius of gyration · sqrt 2 [radii]."""
    rows = []
    for frame in trajectory.frames:
        xy = frame.cells["position"][:, :2]
        quiescent = float(np.mean(frame.cells["growth_rate"] == 0.0)) if frame.time > 0 else 0.0
        spread = np.sqrt(2.0 * ((xy - xy.mean(axis=0)) ** 2).sum(axis=1).mean())
        rows.append([frame.time / cycle, len(xy), quiescent, spread / radius])
    return np.array(rows)


def neighbour_numbers(trajectory: Trajectory) -> np.ndarray:
    """Number of neighbours of each cell in the last frame (cells,)."""
    cells = trajectory.frames[-1].cells
    xy, radius = cells["position"][:, :2], cells["radius"]
    pairs = neighbours(xy, np.inf)
    apart = np.linalg.norm(xy[pairs[:, 0]] - xy[pairs[:, 1]], axis=1)
    pairs = pairs[apart <= LONGEST * (radius[pairs[:, 0]] + radius[pairs[:, 1]])]
    return np.bincount(pairs.ravel(), minlength=len(xy))


def main() -> None:
    """Run the three cases, write curves, distributions and a figure."""
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--cells", type=int, default=10_000, help="size of the colony (default %(default)s)")
    options.add_argument("--radius", type=float, default=5.0, help="cell radius in µm (default %(default)s)")
    options.add_argument(
        "--cycle", type=float, default=1440.0, help="length of the cycle in min (default %(default)s)"
    )
    options.add_argument("--longest", type=float, default=200.0, help="give up after so many cycles")
    options.add_argument("--only", choices=[case.name for case in CASES], help="run one case alone")
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    curves, numbers, drawn, rows = [], [], [], []
    for case in CASES:
        if args.only not in (None, case.name):
            continue
        started = time.perf_counter()
        found = run(
            case, cells=args.cells, seed=args.seed, radius=args.radius, cycle=args.cycle, longest=args.longest
        )
        seconds = time.perf_counter() - started
        curve, counts = growth_curve(found, args.radius, args.cycle), neighbour_numbers(found)
        rows.append(
            [
                case.name,
                int(curve[-1, 1]),
                curve[-1, 0],
                curve[-1, 2],
                float(counts.mean()),
                round(seconds, 1),
            ]
        )
        show(("case", "cells", "cycles", "quiescent", "mean neighbours", "seconds"), rows[-1:])
        curves += [[case.name, float(t), int(n), float(q), float(r)] for t, n, q, r in curve]
        share = np.bincount(counts) / len(counts)
        numbers += [[case.name, k, float(s)] for k, s in enumerate(share) if s > 0]
        drawn.append((case, found, curve, share))
    write_table(
        args.out / "summary.csv", ("case", "cells", "time", "quiescent", "neighbours", "seconds"), rows
    )
    write_table(args.out / "growth.csv", ("case", "time", "cells", "quiescent", "radius"), curves)
    write_table(args.out / "neighbours.csv", ("case", "neighbours", "share"), numbers)
    draw(drawn, args.radius).savefig(args.out / "monolayer.png", dpi=120)


def draw(drawn: list, radius: float):
    """Draw curves, quiescence, neighbour numbers, and the colonies."""
    import matplotlib.pyplot as plt
    from matplotlib.collections import EllipseCollection

    made, axes = figure(3, 2)
    for colour, (case, _, curve, share) in zip(COLOURS.values(), drawn, strict=False):
        axes[0, 0].semilogy(curve[:, 0], curve[:, 1], color=colour, label=case.name)
        axes[0, 1].plot(curve[:, 0], curve[:, 2], color=colour)
        axes[0, 2].plot(np.arange(len(share)), share, "o-", markersize=3, color=colour)
    axes[0, 0].set(xlabel="time [cycles]", ylabel="cells")
    axes[0, 0].legend(frameon=False, title="inhibition by")
    axes[0, 1].set(xlabel="time [cycles]", ylabel="quiescent fraction", ylim=(-0.02, 1.02))
    axes[0, 2].set(xlabel="neighbours", ylabel="share of cells", xlim=(0, 12))
    for panel in axes[1, len(drawn) :]:
        panel.axis("off")
    for panel, (case, found, _, _) in zip(axes[1], drawn, strict=False):
        cells = found.frames[-1].cells
        xy = (cells["position"][:, :2] - cells["position"][:, :2].mean(axis=0)) / radius
        size = 2.0 * cells["radius"] / radius
        panel.add_collection(
            EllipseCollection(
                size, size, np.zeros(len(xy)), units="xy", offsets=xy, transOffset=panel.transData,
                facecolors=np.where(cells["growth_rate"] > 0, "#d1603d", "#c9c9c9"), edgecolors="0.3",
                linewidths=0.1,
            )
        )  # fmt: skip
        limit = 1.05 * np.abs(xy).max() + 1.0
        panel.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="x [radii]")
        panel.set_title(f"{case.name}: {len(xy)} cells, growing in orange", fontsize=9)
    plt.close(made)
    return made


if __name__ == "__main__":
    main()
