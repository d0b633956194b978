"""Trajectories in other programs' formats; reads a trajectory and nothing else."""

from .formats import FORMATS, write

__all__ = ["FORMATS", "write"]
