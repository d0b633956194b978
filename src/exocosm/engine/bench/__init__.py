"""Benchmarks of the engine: fixed workloads, timed, beside what other programs need for them."""
