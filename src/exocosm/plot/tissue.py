"""Pictures of a tissue: cells over oxygen, vesicles, and what was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.colors import LogNorm, Normalize, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from .style import INK, QUIET, new_figure, styled
from .words import number, power, unit, wrap

Array = NDArray[Any]
Box = tuple[float, float, float, float]  # left, right, bottom, top [µm]

KIND_COLOURS = ("#e69f00", "#0072b2", "#009e73", "#56b4e9", "#f0e442", "#999999")
POLARISED = "#cc79a7"
DEAD = "#4b5563"


class FrameLike(Protocol):
    """What is drawn of one moment; `exocosm.trajectory.Frame` has it."""

    @property
    def time(self) -> float:
        """Time [min]."""

    @property
    def cells(self) -> Mapping[str, Array]:
        """Arrays (cells, ...): position [µm; x, y, z], radius, kind, alive, polarised, 'delivered:CARGO'."""

    @property
    def fields(self) -> Mapping[str, Array]:
        """Name → (z, y, x)."""


@styled
def tissue(
    snapshots: Sequence[tuple[str, FrameLike]],
    *,
    kinds: Sequence[str],
    spacing: Sequence[float],
    origin: Sequence[float] = (0.0, 0.0, 0.0),
    cargo: str | None = None,
    recipient: str | None = None,
    oxygen: str = "oxygen",
    across: bool = False,
    width: float = 10.0,
) -> Figure:
    """Draw cells over oxygen, the vesicle field and delivered cargo, one row (or column) for each snapshot.

    All snapshots share their colour scales. Of a thick domain the middle slice is shown: fields there, and
    cells that it cuts.

    Parameters
    ----------
    snapshots : (label, frame) in reading order
    kinds : names of the cell kinds that `frame.cells["kind"]` counts
    spacing, origin : (z, y, x) of the fields' voxels and of their lower corner [µm]
    cargo : delivered cargo to show, None for the first there is
    recipient : cell kind to colour by delivered copies, None for all
    oxygen : name of the field below the cells
    across : lay snapshots out in columns instead of rows
    width : of the figure [inch]
    """
    frames = [frame for _, frame in snapshots]
    cargo = cargo or _first_delivered(frames)
    cells = _Cells(frames, kinds, oxygen)
    views: list[_Cells | _Vesicles | _Delivered] = [
        cells,
        _Vesicles(frames),
        _Delivered(frames, kinds, cargo, recipient),
    ]
    shown = [view for view in views if view.there]
    shape = (len(shown), len(snapshots)) if across else (len(snapshots), len(shown))
    box = _extent(frames, spacing, origin)
    aspect = (box[3] - box[2]) / (box[1] - box[0])
    panel = (width - (1.9 if across else 0.9)) / shape[1]
    figure = new_figure(width, shape[0] * (panel * aspect + 0.12) + 1.5, pad=0.03, compress=True)
    ticks = 3 if panel > 1.5 else 2
    grid = figure.subplots(*shape, squeeze=False, sharex=True, sharey=True)
    for i, (label, frame) in enumerate(snapshots):
        for j, view in enumerate(shown):
            axes = grid[j, i] if across else grid[i, j]
            section = _Section(frame, spacing, origin)
            view.draw(axes, frame, section, box)
            axes.set(xlim=box[:2], ylim=box[2:], aspect="equal")
            axes.xaxis.set_major_locator(MaxNLocator(ticks))
            axes.yaxis.set_major_locator(MaxNLocator(ticks))
            axes.spines[["top", "right"]].set_visible(True)
            if (j if across else i) == 0:
                axes.set_title(wrap(label if across else view.title, int(panel * 10)), fontsize=8.5)
            if (i if across else j) == 0:
                axes.set_ylabel(
                    wrap(view.title, int(panel * aspect * 11)) + "\ny [µm]" if across else f"{label}\ny [µm]"
                )
    for axes in grid[-1]:
        axes.set_xlabel("x [µm]")
    for j, view in enumerate(shown):
        view.key(figure, grid[j, :] if across else grid[:, j], "right" if across else "bottom")
    figure.legend(
        handles=cells.handles(),
        loc="outside lower center",
        ncols=max(2, int(width // 2.1)),
        handletextpad=0.2,
    )
    return figure


class _Section:
    """The slice of a frame that is drawn: the middle voxel layer."""

    def __init__(self, frame: FrameLike, spacing: Sequence[float], origin: Sequence[float]) -> None:
        layers = next(iter(frame.fields.values())).shape[0] if frame.fields else 1
        self.layer = layers // 2
        position = np.asarray(frame.cells["position"], dtype=float)
        radius = np.asarray(frame.cells["radius"], dtype=float)
        if layers == 1:
            self.cut = np.ones(len(radius), dtype=bool)
            self.radius = radius
        else:
            height = origin[0] + (self.layer + 0.5) * spacing[0]
            offset = np.abs(position[:, 2] - height)
            self.cut = offset < radius
            self.radius = np.sqrt(np.maximum(radius**2 - offset**2, 0))
        self.xy = position[:, :2]

    def circles(self, axes: Axes, chosen: Array, **look: Any) -> EllipseCollection | None:
        """Draw the cells `chosen` (cells,) bool as circles of their size in the slice."""
        drawn = chosen & self.cut
        if not drawn.any():
            return None
        if "array" in look:
            look["array"] = look["array"][drawn]
        size = 2 * self.radius[drawn]
        circles = EllipseCollection(
            size,
            size,
            np.zeros(len(size)),
            units="xy",
            offsets=self.xy[drawn],
            offset_transform=axes.transData,
            **look,
        )
        axes.add_collection(circles, autolim=False)
        return circles


class _Cells:
    """Cells by kind and state over oxygen."""

    title = "cells over oxygen"

    def __init__(self, frames: Sequence[FrameLike], kinds: Sequence[str], oxygen: str) -> None:
        self.there = True
        self.oxygen = oxygen
        self.kinds = kinds
        self.polarised = any(np.any(f.cells.get("polarised", False)) for f in frames)
        self.dead = any(not np.all(f.cells.get("alive", True)) for f in frames)
        values = [f.fields[oxygen] for f in frames if oxygen in f.fields]
        top = max((float(np.nanmax(v)) for v in values), default=1.0)
        self.scale = Normalize(0, top if top > 0 else 1.0)
        self.image: Any = None
        if not values:
            self.title = "cells"

    def draw(self, axes: Axes, frame: FrameLike, section: _Section, box: Box) -> None:
        if self.oxygen in frame.fields:
            self.image = axes.imshow(
                frame.fields[self.oxygen][section.layer],
                origin="lower",
                extent=box,
                cmap="Greys_r",
                norm=self.scale,
                interpolation="nearest",
                alpha=0.55,
            )
        kind = np.asarray(frame.cells["kind"])
        alive = np.asarray(frame.cells.get("alive", np.ones(len(kind), dtype=bool)), dtype=bool)
        polarised = np.asarray(frame.cells.get("polarised", np.zeros(len(kind), dtype=bool)), dtype=bool)
        edge: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.25}
        for k in range(len(self.kinds)):
            section.circles(axes, alive & (kind == k) & ~polarised, facecolors=_kind_colour(k), **edge)
        section.circles(axes, alive & polarised, facecolors=POLARISED, edgecolors=INK, linewidths=0.7)
        section.circles(axes, ~alive, facecolors=DEAD, **edge)
        self._isolines(axes, frame, section, box)

    def _isolines(self, axes: Axes, frame: FrameLike, section: _Section, box: Box) -> None:
        """Draw oxygen once more as lines, because packed cells hide the field below them."""
        if self.oxygen not in frame.fields:
            return
        field = frame.fields[self.oxygen][section.layer]
        levels = [level for level in (1, 5, 10, 20, 30, 60, 100) if field.min() < level < field.max()]
        if not levels or min(field.shape) < 2:
            return
        ny, nx = field.shape
        x = box[0] + (np.arange(nx) + 0.5) * (box[1] - box[0]) / nx
        y = box[2] + (np.arange(ny) + 0.5) * (box[3] - box[2]) / ny
        lines = axes.contour(x, y, field, levels=levels, colors=INK, linewidths=0.7)
        lines.set_path_effects([withStroke(linewidth=1.8, foreground="white")])
        axes.clabel(lines, fmt=lambda level: f"{level:g}", fontsize=6.5)

    def key(self, figure: Figure, axes: Array, side: str) -> None:
        if self.image is not None:
            bar = figure.colorbar(self.image, ax=list(axes), location=side, shrink=0.8, pad=0.03, aspect=25)
            bar.set_label("oxygen [mmHg], also as lines")
            bar.ax.xaxis.set_major_locator(MaxNLocator(3)) if side == "bottom" else None

    def handles(self) -> list[Line2D]:
        """Legend entries: a dot for each kind, one for the polarised state, one for dead cells."""

        def dot(colour: str, label: str, edge: str = "white") -> Line2D:
            return Line2D(
                [],
                [],
                linestyle="none",
                marker="o",
                markersize=7,
                color=colour,
                markeredgecolor=edge,
                label=label,
            )

        dots = [dot(_kind_colour(k), name) for k, name in enumerate(self.kinds)]
        if self.polarised:
            dots.append(dot(POLARISED, "M2-polarised", INK))
        if self.dead:
            dots.append(dot(DEAD, "dead"))
        return dots


class _Vesicles:
    """Vesicles of all classes per volume, on a logarithmic scale."""

    title = "vesicles outside cells (log scale)"

    def __init__(self, frames: Sequence[FrameLike]) -> None:
        self.sums = {id(f): _sum_of(f, "vesicles:") for f in frames}
        positive = [s[s > 0] for s in self.sums.values() if s is not None and (s > 0).any()]
        self.there = bool(positive)
        self.image: Any = None
        if positive:
            top = max(float(p.max()) for p in positive)
            low = min(float(np.percentile(p, 5)) for p in positive)
            # Four decades at most: below, a voxel holds no vesicle worth a colour.
            self.bottom = max(low, top * 1e-4) if low < top else top / 10
            self.scale = LogNorm(self.bottom, top)

    def draw(self, axes: Axes, frame: FrameLike, section: _Section, box: Box) -> None:
        total = self.sums[id(frame)]
        if total is None:
            return
        self.image = axes.imshow(
            np.maximum(total[section.layer], self.bottom),
            origin="lower",
            extent=box,
            cmap="viridis",
            norm=self.scale,
            interpolation="nearest",
        )

    def key(self, figure: Figure, axes: Array, side: str) -> None:
        bar = figure.colorbar(
            self.image, ax=list(axes), location=side, shrink=0.8, pad=0.03, aspect=25, extend="min"
        )
        bar.set_label(f"vesicles [{unit('1/um3')}]")
        bar.minorticks_off()
        top = self.scale.vmax or self.bottom
        decades = 10.0 ** np.arange(np.ceil(np.log10(self.bottom)), np.floor(np.log10(top)) + 1)
        if len(decades) > 1:
            bar.set_ticks(list(decades), labels=[power(tick) for tick in decades])
        else:  # within a decade powers of ten would leave the scale without labels
            ticks = np.geomspace(self.bottom, top, 2)
            bar.set_ticks(list(ticks), labels=[number(tick, 2) for tick in ticks])


class _Delivered:
    """Copies of one cargo delivered to each recipient cell so far."""

    def __init__(
        self, frames: Sequence[FrameLike], kinds: Sequence[str], cargo: str | None, recipient: str | None
    ) -> None:
        self.column = f"delivered:{cargo}"
        self.kind = list(kinds).index(recipient) if recipient is not None and recipient in kinds else None
        who = recipient if self.kind is not None else "cell"
        self.title = f"{cargo} delivered per {who}"
        self.label = "copies so far [per cell]"
        self.there = cargo is not None and any(self.column in f.cells for f in frames)
        self.mappable: Any = None
        tops = [
            float(np.max(v[self._who(f)], initial=0))
            for f in frames
            if (v := f.cells.get(self.column)) is not None
        ]
        top = max(tops, default=0.0)
        # One arm given vesicles on top can hold hundreds of times what the others do.
        self.logarithmic = top > 50
        self.scale = (
            SymLogNorm(1.0, vmin=0, vmax=top) if self.logarithmic else Normalize(0, top if top > 0 else 1.0)
        )

    def _who(self, frame: FrameLike) -> Array:
        kind = np.asarray(frame.cells["kind"])
        alive = np.asarray(frame.cells.get("alive", np.ones(len(kind), dtype=bool)), dtype=bool)
        return alive & (kind == self.kind) if self.kind is not None else alive

    def draw(self, axes: Axes, frame: FrameLike, section: _Section, box: Box) -> None:
        who = self._who(frame)
        section.circles(axes, ~who, facecolors="#e5e7eb", edgecolors="white", linewidths=0.2)
        values = np.asarray(frame.cells.get(self.column, np.zeros(len(who))), dtype=float)
        look: dict[str, Any] = {
            "cmap": "YlGnBu",
            "norm": self.scale,
            "edgecolors": QUIET,
            "linewidths": 0.4,
        }
        self.mappable = section.circles(axes, who, array=values, **look) or self.mappable

    def key(self, figure: Figure, axes: Array, side: str) -> None:
        if self.mappable is None:
            return
        bar = figure.colorbar(self.mappable, ax=list(axes), location=side, shrink=0.8, pad=0.03, aspect=25)
        bar.set_label(self.label)
        axis = bar.ax.xaxis if side == "bottom" else bar.ax.yaxis
        bar.minorticks_off()
        axis.set_major_locator(
            FixedLocator([0, 1, 10, 100, 1000, 10_000, 100_000]) if self.logarithmic else MaxNLocator(3)
        )
        axis.set_major_formatter(FuncFormatter(lambda v, _: number(v)))


def _kind_colour(index: int) -> str:
    return KIND_COLOURS[index % len(KIND_COLOURS)]


def _first_delivered(frames: Sequence[FrameLike]) -> str | None:
    names = (key.partition(":")[2] for f in frames for key in f.cells if key.startswith("delivered:"))
    return next(names, None)


def _sum_of(frame: FrameLike, prefix: str) -> Array | None:
    parts = [np.asarray(v, dtype=float) for name, v in frame.fields.items() if name.startswith(prefix)]
    return np.sum(parts, axis=0) if parts else None


def _extent(frames: Sequence[FrameLike], spacing: Sequence[float], origin: Sequence[float]) -> Box:
    """Return (left, right, bottom, top) of the fields [µm], or of the cells when there is no field."""
    for frame in frames:
        for values in frame.fields.values():
            _, ny, nx = values.shape
            return (origin[2], origin[2] + nx * spacing[2], origin[1], origin[1] + ny * spacing[1])
    xy = np.concatenate([np.asarray(f.cells["position"])[:, :2] for f in frames])
    (left, bottom), (right, top) = xy.min(axis=0) - 20, xy.max(axis=0) + 20
    return float(left), float(right), float(bottom), float(top)
