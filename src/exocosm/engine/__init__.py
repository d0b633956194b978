"""Model in, trajectory out, at tissue scale and in a dish."""

from .simulate import simulate
from .steps import Steps

__all__ = ["Steps", "simulate"]
