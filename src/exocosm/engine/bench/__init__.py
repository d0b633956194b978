"""Benchmarks of the engine, each with the accuracy that its time bought."""
