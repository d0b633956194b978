"""A run folder becomes one self-contained page, and a few lines for the terminal."""

from .page import write
from .summary import summarise

__all__ = ["summarise", "write"]
