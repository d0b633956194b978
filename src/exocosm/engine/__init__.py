"""Model in, trajectory out, at tissue scale and in a dish."""

from .backends import DEVICES, RUNS_ON, device_problem
from .benchmark import benchmark
from .checkpoint import Checkpoints, listed
from .ensembles import Ensemble, respond
from .identity import differences, identity
from .resume import resume
from .simulate import simulate
from .steps import Steps

__all__ = [
    "DEVICES",
    "RUNS_ON",
    "Checkpoints",
    "Ensemble",
    "Steps",
    "benchmark",
    "device_problem",
    "differences",
    "identity",
    "listed",
    "respond",
    "resume",
    "simulate",
]
