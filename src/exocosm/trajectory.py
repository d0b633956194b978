"""The one result object: what was kept of a run, over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np

from exocosm.errors import InputError
from exocosm.frames import FORMAT, Frame, FrameStore, StoredFrames, open_frames

EARLIER_FORMAT = "exocosm-trajectory-1"  # cells of all frames in one row; still read

__all__ = ["Frame", "Trajectory"]


@dataclass(frozen=True)
class Trajectory:
    """Frames of a run, what they index, and the closing books.

    `frames` is a tuple in memory, or the frames of a store, each read when it is asked for. `kinds` names
    the cell kinds, `nodes` the network nodes of each kind (columns of the cell array `activity`), `spacing`
    and `origin` are (z, y, x) [µm]. ``attributes["arrays"]``, where there is one, gives unit and meaning of
    every array: {"cells" or "fields": {name: {"unit": ..., "meaning": ...}}}.
    """

    frames: Sequence[Frame]
    kinds: tuple[str, ...]
    nodes: dict[str, tuple[str, ...]]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    books: tuple[dict[str, Any], ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def times(self) -> np.ndarray:
        """Times of the frames (frames,) [min]."""
        if isinstance(self.frames, StoredFrames):
            return np.array(self.frames.times)
        return np.array([frame.time for frame in self.frames])

    @property
    def remarks(self) -> dict[str, str]:
        """What the engine has to say of the run, by cause, such as "no room"; empty for most runs."""
        return dict(self.attributes.get("remarks", {}))

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
        """Write the trajectory as a Zarr group; real numbers are kept in single precision.

        Raises
        ------
        FileExistsError : if there is something at `path` already
        """
        if Path(path).exists():
            raise FileExistsError(f"Nothing is overwritten: {str(path)!r} exists.")
        store = FrameStore(path)
        for frame in self.frames:
            store.append(frame)
        store.close(self.about())

    def about(self) -> dict[str, Any]:
        """Return everything but the frames, ready for JSON."""
        return {
            "kinds": list(self.kinds),
            "nodes": {kind: list(names) for kind, names in self.nodes.items()},
            "spacing_um": list(self.spacing),
            "origin_um": list(self.origin),
            "books": list(self.books),
            "attributes": self.attributes,
        }

    @staticmethod
    def load(path: Path) -> Trajectory:
        """Open a trajectory written by `save` or by a run; its frames are read when they are asked for.

        Of a run that was cut off the complete frames are there, without books.

        Raises
        ------
        InputError : for anything else
        """
        import zarr

        try:
            root = zarr.open_group(str(path), mode="r")
            if root.attrs.get("format") == FORMAT:
                frames, attributes = open_frames(path)
            elif root.attrs.get("format") == EARLIER_FORMAT:
                frames, attributes = _earlier(root)
            else:
                raise InputError(f"Expected `{path}` to be a trajectory in format {FORMAT!r}.")
            return Trajectory(
                frames=frames,
                kinds=tuple(attributes["kinds"]),
                nodes={kind: tuple(names) for kind, names in attributes["nodes"].items()},
                spacing=tuple(attributes["spacing_um"]),
                origin=tuple(attributes["origin_um"]),
                books=tuple(attributes["books"]),
                attributes=dict(attributes["attributes"]),
            )
        except InputError:
            raise
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise InputError(f"Could not read a trajectory from `{path}`: {error}.") from error


def _earlier(root: Any) -> tuple[StoredFrames, dict[str, Any]]:
    """Open a store in which the cells of all frames follow one another, with the row where each begins."""
    times, first = root["time_min"][:], root["cells/first"][:]
    cells = {unquote(name): array for name, array in root["cells"].arrays() if name != "first"}
    fields = {unquote(name): array for name, array in root["fields"].arrays()}
    rows = [slice(int(a), int(b)) for a, b in zip(first[:-1], first[1:], strict=True)]
    if len(rows) != len(times):
        raise InputError(f"Expected cells for {len(times)} frames, found {len(rows)}.")
    return StoredFrames([float(t) for t in times], rows, cells, fields), dict(root.attrs)
