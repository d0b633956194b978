"""Neighbours of cells: none are remembered, every pair is looked at each time."""

from __future__ import annotations


class Neighbours:
    """Stand where the compiled back end keeps its list, so that both are called alike."""
