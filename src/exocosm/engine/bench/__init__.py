"""Workloads with known results, to measure how fast the engine is and how it stands beside other programs."""

from .b1 import b1
from .bandwidth import bandwidth
from .suite import PARTS, report

__all__ = ["PARTS", "b1", "bandwidth", "report"]
