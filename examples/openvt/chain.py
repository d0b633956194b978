"""Relaxation of a chain of 11 overdamped cells, pressed to half its length, against the exact solution.

The chain also sets the clock of the growing monolayer: repulsion is such that the exact chain has nine of its
ten diameters after one cycle.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.integrate import solve_ivp
from shared import COLOURS, figure, in_plane, parser, plain_kind, show, write_table

from exocosm import simulate
from exocosm.engine import Steps
from exocosm.trajectory import Trajectory

CELLS, SQUEEZED, RELAXED = 11, 0.5, 0.9  # spacing at the start and mean spacing after a cycle  [diameters]
START = SQUEEZED * (np.arange(CELLS) - 0.5 * (CELLS - 1))


def slope(_: float, x: np.ndarray) -> np.ndarray:
    """Velocities by the force law, every pair counted, in diameters per (diameter / repulsion)."""
    away = x[:, None] - x[None, :]
    overlap = np.maximum(0.0, 1.0 - np.abs(away))
    np.fill_diagonal(overlap, 0.0)
    return (np.sign(away) * overlap**2).sum(axis=1)


def exact(times: np.ndarray, *, until: float | None = None):
    """Places (times, cells) [diameters] at `times` [diameter / repulsion], by an accurate ODE solver."""

    def long_enough(_: float, x: np.ndarray) -> float:
        return float(x[-1] - x[0] - (until or np.inf))

    long_enough.terminal = until is not None
    events = [long_enough] if until is not None else None
    end = 1e6 if until is not None else float(times[-1])
    return solve_ivp(
        slope, (0.0, end), START, t_eval=times if until is None else None, events=events,
        method="DOP853", rtol=1e-12, atol=1e-13,
    )  # fmt: skip


@cache
def repulsion_number() -> float:
    """Repulsion [diameters per cycle] with which the chain has nine diameters after one cycle (88.66)."""
    found = exact(np.empty(0), until=RELAXED * (CELLS - 1))
    return float(found.t_events[0][0])


def run(*, radius: float, cycle: float, step: float = 1e-3, cycles: float = 2.0) -> Trajectory:
    """Let the chain relax; `radius` [µm], `cycle` [min], `step` of mechanics [cycles]."""
    diameter, dt = 2.0 * radius, step * cycle
    model = in_plane(
        "OpenVT chain",
        [plain_kind("cell", radius, {})],
        {"cell": np.column_stack([START * diameter, np.zeros(CELLS)])},
        side=40.0 * diameter,
        repulsion=repulsion_number() * diameter / cycle,
    )
    return simulate(
        model, duration=f"{cycles * cycle} min", record_every=f"{0.05 * cycle} min",
        steps=Steps(cell=0.05 * cycle, exchange=0.05 * cycle, mechanics=dt),
    )  # fmt: skip


def places(trajectory: Trajectory, radius: float) -> np.ndarray:
    """Places (frames, cells) along the chain from its middle [diameters]."""
    x = np.array([frame.cells["position"][:, 0] for frame in trajectory.frames])
    return (x - x.mean(axis=1, keepdims=True)) / (2.0 * radius)


def main() -> None:
    """Run the chain with several steps, compare, write table and figure."""
    options = parser(__doc__.splitlines()[0])
    options.add_argument("--radius", type=float, default=5.0, help="cell radius in µm (default %(default)s)")
    options.add_argument(
        "--cycle", type=float, default=1440.0, help="length of the cycle in min (default %(default)s)"
    )
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows, found = [], np.empty(0)
    for step in (2e-3, 1e-3, 5e-4, 2.5e-4):
        trajectory = run(radius=args.radius, cycle=args.cycle, step=step)
        found = places(trajectory, args.radius)
        true = exact(trajectory.times / args.cycle * repulsion_number()).y.T
        rows.append(
            [step, float(np.abs(found - true).max()), float(np.ptp(found[20])), float(np.ptp(true[20]))]
        )
    header = ("step [cycles]", "largest error [diameters]", "length after one cycle", "exact length")
    show(header, rows)
    write_table(args.out / "chain_error.csv", header, rows)
    times = trajectory.times / args.cycle
    write_table(
        args.out / "chain.csv",
        ["time"] + [f"x{i}" for i in range(CELLS)] + [f"exact{i}" for i in range(CELLS)],
        [[float(t), *map(float, x), *map(float, y)] for t, x, y in zip(times, found, true, strict=True)],
    )
    drawing, axes = figure(2)
    axes[0, 0].plot(times, true, color="0.6", linewidth=2.5)
    axes[0, 0].plot(times, found, color=COLOURS["a"], linewidth=0.8)
    axes[0, 0].set(
        xlabel="time [cycles]", ylabel="place [cell diameters]", title="engine (green) on exact (grey)"
    )
    steps, errors = np.array([row[:2] for row in rows]).T
    axes[0, 1].loglog(steps, errors, "o-", color=COLOURS["a"])
    axes[0, 1].loglog(steps, errors[-1] * steps / steps[-1], "--", color="0.5", label="first order")
    axes[0, 1].set(xlabel="step [cycles]", ylabel="largest error [cell diameters]")
    axes[0, 1].minorticks_off()
    axes[0, 1].set_xticks(steps, [f"{step:g}" for step in steps], rotation=45)
    axes[0, 1].set_yticks(errors, [f"{error:.2g}" for error in errors])
    axes[0, 1].legend(frameon=False)
    drawing.savefig(args.out / "chain.png", dpi=120)


if __name__ == "__main__":
    main()
