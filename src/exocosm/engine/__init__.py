"""Model in, trajectory out, at tissue scale and in a dish."""

from .benchmark import benchmark
from .checkpoint import Checkpoints, listed
from .identity import differences, identity
from .resume import resume
from .simulate import simulate
from .steps import Steps

__all__ = ["Checkpoints", "Steps", "benchmark", "differences", "identity", "listed", "resume", "simulate"]
