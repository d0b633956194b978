"""The one result object: what was kept of a run, over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np

from exocosm.errors import InputError

FORMAT = "exocosm-trajectory-1"


@dataclass(frozen=True)
class Frame:
    """One moment of a run.

    `time` [min]; `cells` arrays whose first axis is the cell; `fields` arrays (z, y, x).
    """

    time: float
    cells: dict[str, np.ndarray]
    fields: dict[str, np.ndarray]


@dataclass(frozen=True)
class Trajectory:
    """Frames of a run, what they index, and the closing books.

    `kinds` names the cell kinds, `nodes` the network nodes of each kind (columns of the cell array
    `activity`), `spacing` and `origin` are (z, y, x) [µm].
    """

    frames: tuple[Frame, ...]
    kinds: tuple[str, ...]
    nodes: dict[str, tuple[str, ...]]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    books: tuple[dict[str, Any], ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def times(self) -> np.ndarray:
        """Times of the frames (frames,) [min]."""
        return np.array([frame.time for frame in self.frames])

    def frame(self, index: int) -> Frame:
        """Return one frame; negative indices count from the end."""
        return self.frames[index]

    def is_kind(self, frame: Frame, kind: str) -> np.ndarray:
        """Mask (n,) of the living cells of one kind."""
        if kind not in self.kinds:
            raise InputError(f"No cell kind `{kind}` in this run. Known: {sorted(self.kinds)}.")
        return frame.cells["alive"] & (frame.cells["kind"] == self.kinds.index(kind))

    def activity(self, frame: Frame, kind: str, node: str) -> np.ndarray:
        """Activity (m,) of a node in the living cells of one kind."""
        mask = self.is_kind(frame, kind)
        if node not in self.nodes[kind]:
            raise InputError(f"No node `{node}` in `{kind}`. Known: {sorted(self.nodes[kind])}.")
        return frame.cells["activity"][mask, self.nodes[kind].index(node)]

    def save(self, path: Path) -> None:
        """Write the trajectory as a zarr group; real numbers are kept in single precision."""
        import zarr

        root = zarr.open_group(str(path), mode="w-")
        counts = [len(frame.cells["id"]) for frame in self.frames]
        root.attrs.update(
            {
                "format": FORMAT,
                "kinds": list(self.kinds),
                "nodes": {kind: list(names) for kind, names in self.nodes.items()},
                "spacing_um": list(self.spacing),
                "origin_um": list(self.origin),
                "books": list(self.books),
                "attributes": self.attributes,
            }
        )
        root.create_array("time_min", data=self.times)
        root.create_array("cells/first", data=np.concatenate([[0], np.cumsum(counts)]))
        for name in self.frames[0].cells:
            stacked = np.concatenate([frame.cells[name] for frame in self.frames])
            root.create_array(f"cells/{_file_name(name)}", data=_compact(stacked))
        for name in self.frames[0].fields:
            stacked = np.stack([frame.fields[name] for frame in self.frames])
            root.create_array(f"fields/{_file_name(name)}", data=_compact(stacked))

    @staticmethod
    def load(path: Path) -> Trajectory:
        """Read a trajectory written by `save`; raises InputError for anything else."""
        import zarr

        try:
            root = zarr.open_group(str(path), mode="r")
            if root.attrs.get("format") != FORMAT:
                raise InputError(f"Expected `{path}` to be a trajectory in format {FORMAT!r}.")
            return Trajectory._read(root)
        except InputError:
            raise
        except (OSError, KeyError, ValueError) as error:
            raise InputError(f"Could not read a trajectory from `{path}`: {error}.") from error

    @staticmethod
    def _read(root: Any) -> Trajectory:
        times, first = root["time_min"][:], root["cells/first"][:]
        cells = {unquote(name): array[:] for name, array in root["cells"].arrays() if name != "first"}
        fields = {unquote(name): array[:] for name, array in root["fields"].arrays()}
        frames = tuple(
            Frame(
                time=float(time),
                cells={name: array[first[i] : first[i + 1]] for name, array in cells.items()},
                fields={name: array[i] for name, array in fields.items()},
            )
            for i, time in enumerate(times)
        )
        attrs = root.attrs
        return Trajectory(
            frames=frames,
            kinds=tuple(attrs["kinds"]),
            nodes={kind: tuple(names) for kind, names in attrs["nodes"].items()},
            spacing=tuple(attrs["spacing_um"]),
            origin=tuple(attrs["origin_um"]),
            books=tuple(attrs["books"]),
            attributes=dict(attrs["attributes"]),
        )


def _file_name(name: str) -> str:
    """Names hold colons and the like, which some file systems refuse."""
    return quote(name, safe="")


def _compact(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float32) if array.dtype == np.float64 else array
