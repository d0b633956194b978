"""Model in, trajectory out, at tissue scale and in a dish."""

from .simulate import Steps, simulate

__all__ = ["Steps", "simulate"]
