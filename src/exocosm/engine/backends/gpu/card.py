"""The card: whether there is one, what goes to it and back, and how kernels are launched on it.

With NUMBA_ENABLE_CUDASIM=1 in the environment Numba's simulator takes its place: every thread of a kernel
runs as plain Python, which shows that kernels are right, on tiny systems, and says nothing of their speed.
"""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
from numba import config, cuda

THREADS = 128  # per block where threads do not share memory
TILE = 32  # edge of the squares of memory that a block turns over, and its number of threads

# The last kernels of a sum have a single block, on purpose; so have small fields.
config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # type: ignore[attr-defined]


def simulated() -> bool:
    """Return whether Numba's simulator stands in for a card."""
    return bool(config.ENABLE_CUDASIM)  # type: ignore[attr-defined]


def missing() -> str | None:
    """Say in one line what is missing to use a card, and what to do; None if nothing is."""
    if simulated():
        return None
    if importlib.util.find_spec("numba_cuda") is None:
        return "the package numba-cuda is not installed. Run `pip install exocosm[gpu]`, or use device='cpu'."
    if not _usable():
        return (
            "no NVIDIA card with a working driver was found. Run `nvidia-smi` to see what the driver finds, "
            "or use device='cpu'."
        )
    return None


def _usable() -> bool:
    try:
        return bool(cuda.is_available()) and len(cuda.gpus) > 0
    except Exception:  # drivers and libraries that do not fit together fail in many ways
        return False


def described() -> str:
    """Return the name of the card in use, of the simulator, or "none"."""
    if simulated():
        return "simulator"
    if missing():
        return "none"
    card = cuda.get_current_device()
    name = card.name.decode() if isinstance(card.name, bytes) else str(card.name)
    major, minor = card.compute_capability
    return f"{name}, compute capability {major}.{minor}"


def is_there(array: Any) -> bool:
    """Return whether an array already lies on the card."""
    return hasattr(array, "copy_to_host")


def to_card(array: Any) -> Any:
    """Return an array on the card: a copy, or the array itself if it lies there."""
    return array if is_there(array) else cuda.to_device(np.ascontiguousarray(array))


def bring_back(there: Any, here: Any) -> None:
    """Copy what `to_card` gave to where it came from; nothing to do if that lies on the card."""
    if there is here:
        return
    if here.flags.c_contiguous:
        there.copy_to_host(here)
    else:
        here[...] = there.copy_to_host()


def room(shape: Any, dtype: Any = np.float64) -> Any:
    """Return an array on the card, not filled."""
    return cuda.device_array(shape, dtype)


def for_each(kernel: Any, items: int, *arguments: Any) -> None:
    """Launch a kernel with one thread per item. No result may depend on `THREADS`."""
    if items > 0:
        kernel[(items + THREADS - 1) // THREADS, THREADS](*arguments)


def for_each_tile(kernel: Any, tiles: int, dtype: Any, *arguments: Any) -> None:
    """Launch a kernel with a block of `TILE` threads and a shared square per tile.

    Rows of the square are one longer than it is wide, so that a column lies in different banks.
    """
    if tiles > 0:
        square = TILE * (TILE + 1) * np.dtype(dtype).itemsize
        kernel[tiles, TILE, 0, square](*arguments)
