"""Workloads with known results, to measure how fast the engine is and how it stands beside other programs."""

from .b1 import b1
from .bandwidth import bandwidth

__all__ = ["b1", "bandwidth"]
