"""Keyed random numbers as plain Python."""

from exocosm.engine.laws.random import uniform
from exocosm.engine.laws.sampling import binomial, normal, poisson

__all__ = ["binomial", "normal", "poisson", "uniform"]
