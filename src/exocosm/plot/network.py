"""The network of a cell kind, cargo on the left and phenotypes on the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch
from matplotlib.path import Path

from .style import DOWN, INK, UP, new_figure, styled
from .words import wrap

FILL = {"cargo": "#fde7c7", "molecule": "#eef2f6", "phenotype": "#e3ddf2"}
_BOX, _GAP, _LAYER = (1.3, 0.36), 0.6, 1.95  # box (width, height), rows apart, layers apart [inch]
_LETTERS = 16  # that fit into a box
_LAYERS = 8  # at most, cargo and phenotypes included


@dataclass(frozen=True)
class _Arrow:
    source: str
    target: str
    sign: int


@styled
def network(
    nodes: Sequence[Mapping[str, Any]],
    edges: Sequence[Mapping[str, Any]],
    links: Sequence[Mapping[str, Any]] = (),
    *,
    width: float | None = None,
) -> Figure:
    """Draw a signed network in layers: cargo, what it acts on, what follows, phenotypes.

    Green edges with an arrow head raise, red edges with a bar lower.

    Parameters
    ----------
    nodes : mappings with name and kind ("molecule" or "phenotype")
    edges : mappings with source, target, sign (+1, -1)
    links : mappings with cargo, target, sign, kind ("repression", "sponge", "drive")
    width : of the figure [inch]; None gives each layer its room
    """
    cargo = list(
        dict.fromkeys(
            [lk["cargo"] for lk in links] + [lk["target"] for lk in links if lk["kind"] == "sponge"]
        )
    )
    kinds = dict.fromkeys(cargo, "cargo") | {str(n["name"]): str(n.get("kind", "molecule")) for n in nodes}
    # A sponge takes a miRNA away from its targets, so it is drawn as an inhibition.
    arrows = [
        _Arrow(lk["cargo"], lk["target"], -1 if lk["kind"] in ("sponge", "repression") else lk["sign"])
        for lk in links
    ]
    arrows += [_Arrow(e["source"], e["target"], int(e["sign"])) for e in edges]
    layers = _layers(kinds, arrows)
    rows, crossings = _rows(layers, arrows)
    xy, paths = _places(rows, crossings)
    heights = [y for _, y in xy.values()] + [y for way in paths.values() for _, y in way] or [0.0]
    size = ((len(rows) - 1) * _LAYER + _BOX[0] + 0.6, max(heights) - min(heights) + 1.3)
    scale = 1.0 if width is None else width / size[0]
    figure = new_figure(size[0] * scale, size[1] * scale)
    axes = figure.add_subplot()
    ports = _ports(arrows, xy, paths)
    for i, arrow in enumerate(arrows):
        _draw_arrow(axes, arrow, xy, paths[arrow.source, arrow.target], ports[i], scale)
    for name, (x, y) in xy.items():
        _draw_box(axes, name, kinds[name], x, y, scale)
    axes.set(
        xlim=(-_BOX[0] / 2 - 0.15, (len(rows) - 1) * _LAYER + _BOX[0] / 2 + 0.45),
        ylim=(min(heights) - 0.45, max(heights) + 0.45),
        aspect="equal",
    )
    axes.axis("off")
    present = [k for k in FILL if k in kinds.values()]
    figure.legend(
        handles=[
            Line2D([], [], color=UP, marker=">", label="raises"),
            Line2D([], [], color=DOWN, marker="|", markersize=9, markeredgewidth=2, label="lowers"),
            *(Patch(facecolor=FILL[k], edgecolor=INK, linewidth=0.6, label=k) for k in present),
        ],
        loc="outside lower center",
        ncols=5 if size[0] * scale > 5.5 else 3,
    )
    return figure


def on_path(
    edges: Iterable[Mapping[str, Any]],
    links: Iterable[Mapping[str, Any]],
    ends: Iterable[str],
    *,
    limit: int | None = None,
) -> set[str]:
    """Return the nodes that lie on a directed path from a cargo to one of `ends`.

    With `limit`, the at most so many nodes on the shortest such paths.
    """
    import networkx as nx

    graph = nx.DiGraph()
    links = list(links)
    graph.add_edges_from((e["source"], e["target"]) for e in edges)
    graph.add_edges_from((lk["cargo"], lk["target"]) for lk in links)
    starts = {lk["cargo"] for lk in links} or set(graph)
    goals = {e for e in ends if e in graph} or set(graph)
    below = _steps(graph, starts)
    above = _steps(graph.reverse(copy=False), goals)
    both = sorted(set(below) & set(above), key=lambda name: (below[name] + above[name], below[name], name))
    return set(both[:limit])


def _steps(graph: Any, starts: Iterable[str]) -> dict[str, int]:
    """Return the fewest steps from any of `starts` to each node that can be reached."""
    import networkx as nx

    found: dict[str, int] = {}
    for start in starts:
        for name, steps in nx.single_source_shortest_path_length(graph, start).items():
            found[name] = min(steps, found.get(name, steps))
    return found


def _layers(kinds: Mapping[str, str], arrows: Sequence[_Arrow]) -> dict[str, int]:
    """Give each node a layer: cargo first, then by distance from cargo, phenotypes in the last one."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(kinds)
    graph.add_edges_from((a.source, a.target) for a in arrows)
    cargo = [n for n, kind in kinds.items() if kind == "cargo"]
    starts = cargo or [n for n in graph if graph.in_degree(n) == 0] or list(graph)[:1]
    distance = _steps(graph, starts)
    if cargo:
        distance.update(dict.fromkeys(cargo, 0))
    middle = [n for n, kind in kinds.items() if kind not in ("cargo", "phenotype")]
    first = 1 if cargo else 0
    # What no cargo reaches stands one layer before what it acts on.
    for name in middle:
        if name not in distance:
            after = [distance[t] for t in graph.successors(name) if t in distance and kinds[t] != "phenotype"]
            distance[name] = max(first, min(after, default=first + 1) - 1)
    layers = {n: max(first, distance[n]) for n in middle}
    used = sorted(set(layers.values()))
    # A long chain would make a strip nobody can read: neighbouring layers are then put together.
    fold = max(1.0, len(used) / (_LAYERS - 2))
    layers = {n: first + int(used.index(layer) / fold) for n, layer in layers.items()}
    last = max(layers.values(), default=0) + 1
    return layers | dict.fromkeys(cargo, 0) | {n: last for n, kind in kinds.items() if kind == "phenotype"}


def _rows(
    layers: Mapping[str, int], arrows: Sequence[_Arrow]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """Order each layer so that edges cross little; long edges get a free place in every layer they cross.

    Returns the layers (top to bottom) and, for each edge, the names of its free places.
    """
    columns: list[list[str]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for name, layer in layers.items():
        columns[layer].append(name)
    crossings: dict[tuple[str, str], list[str]] = {}
    neighbours: dict[str, list[str]] = {name: [] for name in layers}
    for arrow in arrows:
        key = (arrow.source, arrow.target)
        if key in crossings:
            continue
        a, b = layers[arrow.source], layers[arrow.target]
        step = 1 if b >= a else -1
        free = [f"\0{arrow.source}\0{arrow.target}\0{layer}" for layer in range(a + step, b, step)]
        crossings[key] = free
        for layer, name in zip(range(a + step, b, step), free, strict=True):
            columns[layer].append(name)
            neighbours[name] = []
        chain = [arrow.source, *free, arrow.target]
        for one, other in zip(chain, chain[1:], strict=False):
            neighbours[one].append(other)
            neighbours[other].append(one)
    for _ in range(12):
        place = {name: i - len(column) / 2 for column in columns for i, name in enumerate(column)}
        for column in columns:
            column.sort(key=lambda n: _mean([place[m] for m in neighbours[n]], place[n]))
            place.update({name: i - len(column) / 2 for i, name in enumerate(column)})
    return columns, crossings


def _places(
    columns: Sequence[Sequence[str]], crossings: Mapping[tuple[str, str], Sequence[str]]
) -> tuple[dict[str, tuple[float, float]], dict[tuple[str, str], list[tuple[float, float]]]]:
    """Return the centre of each node and the points each edge passes on its way."""
    place: dict[str, tuple[float, float]] = {}
    for layer, column in enumerate(columns):
        heights = [0.0]
        for one, other in zip(column, column[1:], strict=False):
            # A free place for a passing edge needs less room than a box.
            heights.append(heights[-1] - _GAP * (0.5 if one[0] == "\0" and other[0] == "\0" else 0.9))
        middle = (heights[0] + heights[-1]) / 2
        for name, y in zip(column, heights, strict=False):
            place[name] = (layer * _LAYER, y - middle)
    nodes = {name: at for name, at in place.items() if name[0] != "\0"}
    return nodes, {key: [place[n] for n in free] for key, free in crossings.items()}


def _draw_box(axes: Axes, name: str, kind: str, x: float, y: float, scale: float) -> None:
    w, h = _BOX
    axes.add_patch(
        FancyBboxPatch(
            (x - w / 2, y - h / 2),
            w,
            h,
            boxstyle="round,pad=0,rounding_size=0.09",
            facecolor=FILL.get(kind, FILL["molecule"]),
            edgecolor=INK,
            linewidth=0.8,
            zorder=3,
        )
    )
    label = wrap(name, _LETTERS + 2)
    size = 8.5 if "\n" not in label and len(name) <= _LETTERS else 7.0
    axes.text(
        x, y, label, ha="center", va="center", fontsize=size * min(scale, 1.0), zorder=4, linespacing=0.95
    )


def _ports(
    arrows: Sequence[_Arrow],
    xy: Mapping[str, tuple[float, float]],
    paths: Mapping[tuple[str, str], Sequence[tuple[float, float]]],
) -> list[tuple[float, float]]:
    """Spread the ends of arrows over the sides of their boxes: height of start and end, for each arrow."""
    sides: dict[tuple[str, int], list[tuple[float, int, int]]] = {}
    for i, arrow in enumerate(arrows):
        (xa, _), (xb, _) = xy[arrow.source], xy[arrow.target]
        way = [xy[arrow.source], *paths[arrow.source, arrow.target], xy[arrow.target]]
        out, into = (1, 1) if xa == xb else (1, -1) if xb > xa else (-1, 1)
        sides.setdefault((arrow.source, out), []).append((way[1][1], i, 0))
        sides.setdefault((arrow.target, into), []).append((way[-2][1], i, 1))
    heights = [[0.0, 0.0] for _ in arrows]
    for (name, _), ends in sides.items():
        step = min(0.1, 0.28 / max(1, len(ends) - 1))
        for place, (_, i, end) in enumerate(sorted(ends)):
            heights[i][end] = xy[name][1] + step * (place - (len(ends) - 1) / 2)
    return [(start, end) for start, end in heights]


def _draw_arrow(
    axes: Axes,
    arrow: _Arrow,
    xy: Mapping[str, tuple[float, float]],
    way: Sequence[tuple[float, float]],
    ports: tuple[float, float],
    scale: float,
) -> None:
    """Draw one arrow through the points `way`, from and to the heights `ports`."""
    xa, xb = xy[arrow.source][0], xy[arrow.target][0]
    ya, yb = ports
    half, gap = _BOX[0] / 2, 0.05
    if xa == xb:  # within a layer (or onto itself): round the right-hand side
        bulge = 0.25 + 0.08 * min(abs(ya - yb), 4)
        x = xa + half
        vertices = [(x, ya), (x + bulge, ya), (x + bulge, yb), (x + gap, yb)]
        path = Path(vertices, [Path.MOVETO, *[Path.CURVE4] * 3])
    else:
        side = 1 if xb > xa else -1
        points = [(xa + side * half, ya), *way, (xb - side * (half + gap), yb)]
        vertices, codes = [points[0]], [Path.MOVETO]
        for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
            bend = (x1 - x0) / 2
            vertices += [(x0 + bend, y0), (x1 - bend, y1), (x1, y1)]
            codes += [Path.CURVE4] * 3
        path = Path(vertices, codes)
    style = "-|>,head_length=4.5,head_width=2.6" if arrow.sign > 0 else "|-|,widthA=0,widthB=3.2"
    axes.add_patch(
        FancyArrowPatch(
            path=path,
            arrowstyle=style,
            color=UP if arrow.sign > 0 else DOWN,
            linewidth=1.2 * min(scale, 1.0),
            zorder=2,
            mutation_scale=1,
            joinstyle="miter",
        )
    )


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default
