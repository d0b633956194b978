"""What all workloads share: threads, time, memory, and how a figure stands to that of a peer."""

from __future__ import annotations

import hashlib
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np

from exocosm.errors import InputError, expect

# All peers' figures were recorded on one machine: a Xeon at 2.5 GHz with two cores and AVX-512, whose memory
# an in-place scale moved at so many GB/s on 1 and on 2 threads, medians of runs made in turn.
PEERS_BANDWIDTH = {1: 20.0, 2: 39.0}


@dataclass
class Seconds:
    """What a piece of work took on the clock and of all processors; filled in when it is over."""

    clock: float = 0.0
    processor: float = 0.0

    def add(self, other: Seconds) -> None:
        """Add what another piece of work took."""
        self.clock += other.clock
        self.processor += other.processor


@dataclass(frozen=True, kw_only=True)
class Line:
    """One figure of a workload by the clock, and the same of a peer. Less is faster.

    `processor` is the figure by processor time. On one thread of a busy machine it says what the clock would
    have said on a quiet one; on more threads it adds up over them.
    """

    what: str
    value: float
    unit: str
    processor: float | None = None
    peer: str = ""
    peer_value: float | None = None
    note: str = ""

    def record(self) -> dict[str, Any]:
        """Return the line as JSON holds it, with how many times as long the peer takes."""
        ratio = None if self.peer_value is None else self.peer_value / self.value
        by_processor = None
        if self.peer_value is not None and self.processor:
            by_processor = self.peer_value / self.processor
        return {**vars(self), "ratio": ratio, "ratio by processor time": by_processor}


def thread_count(threads: int | None) -> int:
    """Return `threads`, or how many there are for None; raises InputError for what cannot be had."""
    most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    if threads is None:
        return numba.get_num_threads()
    if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= most:
        raise InputError(f"Expected `threads` to be a whole number from 1 to {most}, found {threads!r}.")
    return threads


@contextmanager
def on_threads(threads: int | None) -> Iterator[int]:
    """Let compiled code run on so many threads, None for all that it may use."""
    before = numba.get_num_threads()
    numba.set_num_threads(thread_count(threads))
    try:
        yield numba.get_num_threads()
    finally:
        numba.set_num_threads(before)


@contextmanager
def timed() -> Iterator[Seconds]:
    """Time what is done inside. Processor time leaves out what others took, and adds up over threads."""
    found = Seconds()
    clock, processor = time.perf_counter(), time.process_time()
    try:
        yield found
    finally:
        found.clock = time.perf_counter() - clock
        found.processor = time.process_time() - processor


def float64_alone(dtype: str) -> None:
    """Raise InputError for another type of number than that of the engine."""
    expect.one_of(("f64",), dtype=dtype)


def resident_memory() -> int:
    """Return the memory that this process holds now, its peak where the system does not say [bytes]."""
    return _status("VmRSS") or peak_memory()


def peak_memory() -> int:
    """Return the most memory that this process has held, since `forget_peak` where that works [bytes]."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return _status("VmHWM") or (peak if sys.platform == "darwin" else 1024 * peak)


def _status(name: str) -> int:
    """Return an entry of this process's status [bytes], 0 where there is none."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return 1024 * int(line.split()[1])
    return 0


def forget_peak() -> None:
    """Let the peak of memory start anew, where the system can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def checksum(*arrays: np.ndarray) -> str:
    """Return the first 16 digits of the SHA-256 of the bytes of some arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def checksum_of_record(value: Any) -> str:
    """Return the first 16 digits of the SHA-256 of a part of a record."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def load() -> float:
    """Return how many processes wanted a processor over the last minute."""
    return round(os.getloadavg()[0], 2)
