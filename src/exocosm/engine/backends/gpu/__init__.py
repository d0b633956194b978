"""Kernels for an NVIDIA card, in CUDA through Numba; `RUNS_ON` in the package above says for which parts."""
