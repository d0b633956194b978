"""Keyed random numbers, compiled: to be called from the other kernels, or one by one."""

from numba import njit

from exocosm.engine.laws import random, sampling

uniform = njit(cache=True, nogil=True)(random.uniform)
normal = njit(cache=True, nogil=True)(sampling.normal)
poisson = njit(cache=True, nogil=True)(sampling.poisson)
binomial = njit(cache=True, nogil=True)(sampling.binomial)
