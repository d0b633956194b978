"""Frames of a run: in memory, or in a Zarr store that grows frame by frame and is read when asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload
from urllib.parse import quote

import numpy as np

from .durable import replace_whole
from .errors import InputError

FORMAT = "exocosm-trajectory-2"
_CHUNK_BYTES = 2**20  # of one chunk before compression; 1e6 cells make a handful per array and frame
_SMALLEST = 64  # rows of a chunk


@dataclass(frozen=True)
class Frame:
    """One moment of a run.

    `time` [min]; `cells` arrays whose first axis is the cell; `fields` arrays (z, y, x).
    """

    time: float
    cells: Mapping[str, np.ndarray]
    fields: Mapping[str, np.ndarray]


class Stored(Mapping[str, np.ndarray]):
    """Named arrays of one frame; each is read when it is first asked for, then kept."""

    def __init__(self, arrays: Mapping[str, Any], where: Any) -> None:
        self._arrays, self._where = arrays, where
        self._read: dict[str, np.ndarray] = {}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._read:
            self._read[name] = np.asarray(self._arrays[name][self._where])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


class StoredFrames(Sequence[Frame]):
    """The frames of a store on disk. A frame that is let go leaves the memory."""

    def __init__(
        self, times: Sequence[float], rows: Sequence[Any], cells: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> None:
        self._times, self._rows, self._cells, self._fields = list(times), list(rows), cells, fields

    def __len__(self) -> int:
        return len(self._times)

    @property
    def times(self) -> tuple[float, ...]:
        """Times of the frames [min]."""
        return tuple(self._times)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Frame, ...]: ...
    def __getitem__(self, index: int | slice) -> Frame | tuple[Frame, ...]:
        if isinstance(index, slice):
            return tuple(self[i] for i in range(*index.indices(len(self))))
        i = range(len(self))[index]
        return Frame(
            time=self._times[i], cells=Stored(self._cells, self._rows[i]), fields=Stored(self._fields, i)
        )


class FrameStore:
    """A Zarr group (version 3 of the format) to which frames are appended.

    Arrays of cells are (frame, cell, ...), those of fields (frame, z, y, x). A chunk belongs to one frame,
    so a new frame touches no older one. A frame counts when its time and its number of cells stand in the
    attributes of the group, which are replaced whole and last: what a killed process leaves of a further
    frame is overwritten by the next. Rows beyond the number of cells of a frame mean nothing.

    Parameters
    ----------
    path : the store; made with the first frame
    exact : keep real numbers in double precision; else in single precision
    about : what else is known when the first frame comes, ready for JSON
    """

    def __init__(self, path: Path, *, exact: bool = False, about: Mapping[str, Any] | None = None) -> None:
        # Frames are read when asked: a path by way of a folder that goes, or of another current one, would
        # lead to no chunks any more, which Zarr takes for zeros.
        self.path = Path(path).resolve()
        self.exact = exact
        self.about = dict(about or {})
        self._times: list[float] = []
        self._counts: list[int] = []
        self._attributes: dict[str, Any] = {}
        self._rows = 0  # room for frames in every array
        self._columns = 0  # room for cells in every array of cells

    @staticmethod
    def reopen(path: Path, count: int, *, exact: bool) -> FrameStore:
        """Go on with a store after its first `count` frames; later ones are forgotten."""
        store = FrameStore(path, exact=exact)
        attributes = read_attributes(store.path)
        times, counts = attributes["times_min"], attributes["cell_counts"]
        if len(times) < count:
            raise InputError(
                f"Expected `{path}` to hold at least {count} frames, found {len(times)}. "
                "It is damaged or belongs to another run."
            )
        store._times, store._counts = list(times[:count]), list(counts[:count])
        store._attributes = attributes
        name = next(iter(attributes["cells"]), None)
        if name is not None:
            store._rows, store._columns = _metadata(store._place("cells", name))["shape"][:2]
        store._note(attributes)
        store._forget_chunks()
        return store

    def __len__(self) -> int:
        return len(self._times)

    def append(self, frame: Frame) -> None:
        """Write a frame; it counts once it is complete."""
        if self._times:
            self._write(frame)
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_whole(self.path, lambda part: self._begin(part, frame))

    def close(self, attributes: Mapping[str, Any]) -> None:
        """Cut the arrays to what they hold and note what the frames belong to."""
        for group in ("cells", "fields"):
            for name in self._attributes[group]:
                shape = _metadata(self._place(group, name))["shape"]
                shape[0] = len(self)
                if group == "cells":
                    shape[1] = max(self._counts)
                _reshape(self._place(group, name), shape)
        self._note({**self._attributes, **attributes})

    def frames(self) -> StoredFrames:
        """Return the complete frames."""
        return open_frames(self.path)[0]

    def _begin(self, part: Path, frame: Frame) -> None:
        """Make the store with its first frame under the temporary name `part`."""
        import zarr

        root = zarr.open_group(str(part), mode="w-", zarr_format=3)
        self._rows = 16
        self._columns = n = len(next(iter(frame.cells.values()), ()))
        for name, array in frame.cells.items():
            dtype, tail = self._kept(array).dtype, array.shape[1:]
            rows = _rows_per_chunk(n, dtype.itemsize * max(1, int(np.prod(tail))))
            _create(root, f"cells/{_file_name(name)}", (self._rows, n, *tail), (1, rows, *tail), dtype)
        for name, array in frame.fields.items():
            dtype = self._kept(array).dtype
            chunk = _field_chunk(array.shape, dtype.itemsize)
            _create(root, f"fields/{_file_name(name)}", (self._rows, *array.shape), (1, *chunk), dtype)
        held = {"cells": list(frame.cells), "fields": list(frame.fields)}
        self._attributes = {"format": FORMAT, **held, **self.about}
        real, self.path = self.path, part
        try:
            self._write(frame)
        finally:
            self.path = real

    def _write(self, frame: Frame) -> None:
        i, n = len(self), len(next(iter(frame.cells.values()), ()))
        self._make_room(i + 1, n)
        root = _open(self.path, "r+")
        for group, arrays in (("cells", frame.cells), ("fields", frame.fields)):
            for name in self._attributes[group]:
                place = (i, slice(0, n)) if group == "cells" else (i,)
                root[f"{group}/{_file_name(name)}"][place] = self._kept(np.asarray(arrays[name]))
        self._times.append(float(frame.time))
        self._counts.append(n)
        try:
            self._note(self._attributes)
        except BaseException:
            del self._times[-1], self._counts[-1]
            raise

    def _make_room(self, rows: int, columns: int) -> None:
        """Let every array hold `rows` frames of `columns` cells; only descriptions change."""
        if rows <= self._rows and columns <= self._columns:
            return
        if rows > self._rows:
            self._rows = 2 * rows
        if columns > self._columns:
            self._columns = columns + columns // 2
        for name in self._attributes["cells"]:
            shape = _metadata(self._place("cells", name))["shape"]
            _reshape(self._place("cells", name), [self._rows, self._columns, *shape[2:]])
        for name in self._attributes["fields"]:
            shape = _metadata(self._place("fields", name))["shape"]
            _reshape(self._place("fields", name), [self._rows, *shape[1:]])

    def _forget_chunks(self) -> None:
        """Take away chunks of frames that do not count; a killed process may have left a part of one."""
        for group in ("cells", "fields"):
            for name in self._attributes[group]:
                for chunk in (self._place(group, name) / "c").glob("[0-9]*"):
                    if int(chunk.name) >= len(self):
                        shutil.rmtree(chunk)

    def _kept(self, array: np.ndarray) -> np.ndarray:
        return array if self.exact or array.dtype != np.float64 else array.astype(np.float32)

    def _place(self, group: str, name: str) -> Path:
        return self.path / group / _file_name(name)

    def _note(self, attributes: Mapping[str, Any]) -> None:
        self._attributes = {**attributes, "times_min": self._times, "cell_counts": self._counts}
        record = _metadata(self.path) | {"attributes": self._attributes}
        _write_metadata(self.path, record)


def open_frames(path: Path) -> tuple[StoredFrames, dict[str, Any]]:
    """Return the complete frames of a store and its attributes; raises InputError for anything else."""
    path = Path(path).resolve()  # as in `FrameStore`
    attributes = read_attributes(path)
    root = _open(path, "r")
    arrays = {
        group: {name: root[f"{group}/{_file_name(name)}"] for name in attributes[group]}
        for group in ("cells", "fields")
    }
    rows = [(i, slice(0, n)) for i, n in enumerate(attributes["cell_counts"])]
    return StoredFrames(attributes["times_min"], rows, arrays["cells"], arrays["fields"]), attributes


def read_attributes(path: Path) -> dict[str, Any]:
    """Return the attributes of a store; raises InputError if it is none or is damaged."""
    try:
        attributes = _metadata(path)["attributes"]
        if attributes["format"] != FORMAT:
            raise InputError(f"Expected `{path}` to hold frames in format {FORMAT!r}.")
        if len(attributes["times_min"]) != len(attributes["cell_counts"]):
            raise InputError(f"Expected a number of cells for every frame of `{path}`.")
        return attributes
    except InputError:
        raise
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"Could not read frames from `{path}`: {error}.") from error


def _open(path: Path, mode: Any) -> Any:
    import zarr

    return zarr.open_group(str(path), mode=mode)


def _create(root: Any, name: str, shape: Sequence[int], chunks: Sequence[int], dtype: np.dtype) -> None:
    root.create_array(
        name, shape=tuple(shape), chunks=tuple(max(1, c) for c in chunks), dtype=dtype, fill_value=0
    )


def _rows_per_chunk(n: int, row_bytes: int) -> int:
    """Rows (cells) of a chunk: a power of two, no more than hold `n` cells twice, about 1 MiB at most."""
    most = max(_SMALLEST, _CHUNK_BYTES // row_bytes)
    rows = _SMALLEST
    while rows < n and 2 * rows <= most:
        rows *= 2
    return rows


def _field_chunk(shape: Sequence[int], item_bytes: int) -> tuple[int, ...]:
    """Voxels (z, y, x) of a chunk: whole rows, as many layers and lines as fit into about 1 MiB."""
    room = _CHUNK_BYTES // item_bytes
    chunk: list[int] = []
    for size in reversed(shape):
        chunk.insert(0, max(1, min(size, room)))
        room = max(1, room // max(1, size))
    return tuple(chunk)


def _metadata(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
    return record


def _write_metadata(path: Path, record: Mapping[str, Any]) -> None:
    text = json.dumps(record, indent=2, ensure_ascii=False)
    replace_whole(path / "zarr.json", lambda part: part.write_text(text, encoding="utf-8"))


def _reshape(path: Path, shape: Sequence[int]) -> None:
    # Not by zarr's own resize, which not every release writes as a whole; the chunks stay as they are.
    record = _metadata(path)
    if record["shape"] != list(shape):
        _write_metadata(path, record | {"shape": list(shape)})


def _file_name(name: str) -> str:
    """Names hold colons and the like, which some file systems refuse."""
    return quote(name, safe="")
