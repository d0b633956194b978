"""The command line: one file per verb; each parses, calls the public functions and prints."""

from .entry import main

__all__ = ["main"]
