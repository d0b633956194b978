"""What the OpenVT examples share: plain cells in a plane, lengths in diameters, tables and figures."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from exocosm.model import (
    Behaviour,
    CellKind,
    Domain,
    Mechanics,
    Model,
    Network,
    Parameter,
    Placement,
    Start,
    chosen,
)

WHY = "definition of the OpenVT reference model, or chosen for it: docs/concepts/openvt.md"
COLOURS = {"a": "#0b6e4f", "b": "#d1603d", "c": "#3f5e9a"}


def number(name: str, value: float, unit: str = "") -> Parameter:
    """Make a number of the set-up."""
    return chosen(name, value, unit, why=WHY)


def plain_kind(name: str, radius: float, does: dict[str, tuple[float, str]], **more: Any) -> CellKind:
    """Make a kind of cell that releases nothing, takes up nothing and has no network.

    `does` holds behaviours: name → (value, unit).
    """
    return CellKind(
        name=name,
        entity="",
        radius=number("cell radius", radius, "um"),
        hypoxia_start=number("hypoxia start", 15.0, "mmHg"),  # read by nothing: there is no oxygen
        hypoxia_full=number("hypoxia full", 4.0, "mmHg"),
        releases=(),
        uptakes=(),
        endogenous=(),
        network=Network(nodes=(), edges=(), links=(), gain=number("gain", 1.0)),
        behaviours=tuple(
            Behaviour(name=what, value=number(f"{what} of {name}", value, unit))
            for what, (value, unit) in does.items()
        ),
        **more,
    )


def in_plane(
    name: str,
    kinds: Iterable[CellKind],
    places: dict[str, np.ndarray],
    *,
    side: float,
    repulsion: float,
    adhesion: float = 0.0,
    reach: float = 1.25,
    starts: tuple[Start, ...] = (),
) -> Model:
    """Make a model of cells at `places` (n, 2) per kind [µm], from the middle of a square of `side`."""
    placements = tuple(
        Placement(
            kind=kind,
            pattern="given",
            count=len(xy),
            positions=tuple((x + 0.5 * side, y + 0.5 * side, 0.5 * side) for x, y in xy.tolist()),
            starts=starts,
            source=WHY,
        )
        for kind, xy in places.items()
    )
    return Model(
        name=name,
        cell_kinds=tuple(kinds),
        vesicle_kinds=(),
        cargoes=(),
        fields=(),
        # Nothing is followed on the grid, so that a single layer of coarse voxels is the plane.
        domain=Domain(shape=(1, 2, 2), spacing=number("voxel", 0.5 * side, "um")),
        mechanics=Mechanics(
            repulsion=number("repulsion", repulsion, "um/min"),
            adhesion=number("adhesion", adhesion, "um/min"),
            reach=number("adhesion reach", reach),
        ),
        placements=placements,
    )


def neighbours(xy: np.ndarray, longest: float) -> np.ndarray:
    """Pairs (m, 2) of neighbours: joined by the Delaunay triangulation and at most `longest` apart."""
    from scipy.spatial import Delaunay, QhullError

    try:
        triangles = Delaunay(xy).simplices
    except (QhullError, ValueError):  # fewer than three cells, or all on a line
        return np.empty((0, 2), dtype=np.int64)
    sides = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    pairs = np.unique(np.sort(sides, axis=1), axis=0)
    length = np.linalg.norm(xy[pairs[:, 0]] - xy[pairs[:, 1]], axis=1)
    return pairs[length <= longest]


def hexagonal(across: int) -> np.ndarray:
    """Places (across², 2) on a hexagonal lattice of distance 1, row by row, around the origin."""
    row, column = np.divmod(np.arange(across * across), across)
    xy = np.column_stack([column + 0.5 * (row % 2), row * np.sqrt(0.75)])
    return xy - xy.mean(axis=0)


def parser(description: str) -> argparse.ArgumentParser:
    """Make the parser with the options that all examples have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--out", type=Path, required=True, help="folder for tables and figures")
    made.add_argument("--seed", type=int, default=1, help="key of all random draws (default %(default)s)")
    return made


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV; real numbers in six digits."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows([f"{x:.6g}" if isinstance(x, float) else x for x in row] for row in rows)


def show(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a short table."""
    lines = [[f"{x:.4g}" if isinstance(x, float) else str(x) for x in row] for row in [header, *rows]]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)))


def figure(columns: int, rows: int = 1, size: float = 3.2):
    """Make a figure of equal panels."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    return plt.subplots(
        rows, columns, figsize=(size * columns, size * rows), squeeze=False, layout="constrained"
    )
