"""Rows that come and go: room is kept ahead for those that come, and gaps are closed in place.

A second copy of all cells at every division would cost time, and as much memory as the cells themselves.
"""

from __future__ import annotations

import numpy as np

Arrays = dict[str, np.ndarray]

_AHEAD = 1.5  # rows laid out per row needed: what is not written to takes no memory
_BLOCK = 1 << 14  # rows moved at once


def zeros(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Return an array of zeros that is the first rows of a longer one."""
    return np.zeros((_with_room(shape[0]), *shape[1:]), dtype=dtype)[: shape[0]]


def room_of(arrays: Arrays) -> Arrays:
    """Return the longer arrays of which those made by `zeros` are the first rows."""
    return {
        name: array.base
        for name, array in arrays.items()
        if isinstance(array.base, np.ndarray)
        and array.base.dtype == array.dtype
        and _is_start(array, array.base, len(array))
    }


def append(arrays: Arrays, more: Arrays, room: Arrays) -> None:
    """Append the rows of `more` to the arrays of the same names, and use them up.

    `room` holds the longer arrays of which `arrays` are the first rows; it is filled here.
    """
    for name in sorted(arrays, key=lambda name: -arrays[name].nbytes):
        n = len(arrays[name])
        end = n + len(more[name])
        if not _is_start(arrays[name], room.get(name), end):
            room.pop(name, None)
            before = arrays.pop(name)
            room[name] = np.empty((_with_room(end), *before.shape[1:]), dtype=before.dtype)
            room[name][:n] = before
            del before  # at most one array is there twice, the largest while the least else is there
        room[name][n:end] = more.pop(name)
        arrays[name] = room[name][:end]


def keep(arrays: Arrays, kept: np.ndarray) -> None:
    """Keep the rows marked in `kept` (n,), in their order."""
    n_kept = int(np.count_nonzero(kept))
    for name, array in arrays.items():
        to = 0
        for start in range(0, len(array), _BLOCK):  # what is read lies at or behind what is written
            block = array[start : start + _BLOCK][kept[start : start + _BLOCK]]
            array[to : to + len(block)] = block
            to += len(block)
        arrays[name] = array[:n_kept]


def _with_room(n: int) -> int:
    return int(_AHEAD * n) + 1


def _is_start(array: np.ndarray, whole: np.ndarray | None, end: int) -> bool:
    """Tell whether `array` is the first rows of `whole`, which has at least `end`."""
    return (
        whole is not None
        and array.base is whole
        and array.ctypes.data == whole.ctypes.data
        and array.shape[1:] == whole.shape[1:]
        and len(whole) >= end
    )
