"""Benchmark B2: the workload is the one agreed on, and its checks see what they should."""

import numpy as np
import pytest

from exocosm.engine.backends import get_backend
from exocosm.engine.bench import b2 as module
from exocosm.engine.bench.b2 import RADIUS, SIZES, b2, checks, packed_sphere
from exocosm.engine.bodies import Bodies, Space
from exocosm.errors import InputError

SPACE = Space(lower=np.full(3, -1e4), upper=np.full(3, 1e4))


@pytest.mark.parametrize("cells", list(SIZES)[:2])
def test_the_sphere_has_the_cells_it_should(cells):
    position = packed_sphere(SIZES[cells])
    assert position.shape == (cells, 3)
    assert np.linalg.norm(position, axis=1).max() < SIZES[cells] + 3**0.5 * module.JITTER


def test_the_jitter_is_small_even_and_keyed(monkeypatch):
    position, other = packed_sphere(205.0), packed_sphere(205.0, seed=1)
    assert np.array_equal(position, packed_sphere(205.0))
    assert not np.array_equal(position, other)
    monkeypatch.setattr(module, "_jitter", lambda position, seed: None)
    shift = position - packed_sphere(205.0)
    assert np.abs(shift).max() <= 0.25
    # Uniform on ±1/4: variance 1/48; the mean of 30,255 has an sd of 8.3e-4.
    assert abs(shift.mean()) < 4 * 8.3e-4
    assert shift.var() == pytest.approx(1 / 48, rel=0.05)


def test_back_ends_agree_on_the_workload():
    start, results = packed_sphere(45.0), []
    bodies = Bodies(radius=np.full(len(start), RADIUS))
    for name in ("reference", "cpu"):
        backend, position = get_backend(name), start.copy()
        listed = backend.neighbours.Neighbours()
        backend.mechanics.move(position, bodies, SPACE, dt=0.1, steps=5, neighbours=listed)
        results.append(position)
    assert len(start) > 80
    assert np.abs(results[1] - results[0]).max() < 1e-12


def test_energy_falls_by_the_squares_of_the_speeds():
    """dE/dt = -Σ |v|² for overdamped motion; an Euler step is off by dt/2 d²E/dt²."""
    backend = get_backend("cpu")
    position = packed_sphere(100.0)
    bodies = Bodies(radius=np.full(len(position), RADIUS))
    velocity, listed = np.empty_like(position), backend.neighbours.Neighbours()
    backend.mechanics.velocities(position, bodies, SPACE, velocity, neighbours=listed)
    before, dt = checks(position, bodies, SPACE), 1e-3
    backend.mechanics.move(position, bodies, SPACE, dt=dt, neighbours=listed)
    after = checks(position, bodies, SPACE)
    assert (after["energy"] - before["energy"]) / dt == pytest.approx(-(velocity**2).sum(), rel=1e-3)
    assert before["momentum"] < 1e-12 * before["speed"]


def test_a_small_run_reports_what_it_did():
    found = b2(cells=10_085, steps=60, threads=1)
    assert found["microseconds per cell and step"]["median"] > 0.0
    assert found["peers"]["PhysiCell 1.14.2"]["recorded [us]"] == 8.5
    assert found["end"]["energy"] < found["start"]["energy"]
    for when in ("start", "end"):
        # Sums of 10,085 exact opposites, read as floating-point numbers.
        assert found[when]["momentum"] < 1e-12 * found[when]["speed"]
        assert found[when]["overlap largest"] < 0.1
    assert found["ways cut"] == 0


def test_what_is_not_measured_is_refused():
    for message, how in {
        "cells": {"cells": 7},
        "steps": {"steps": 61},
        "dtype": {"dtype": "f32"},
        "threads": {"threads": 0},
        "speed": {"speed": -1.0},
    }.items():
        with pytest.raises(InputError, match=message):
            b2(**how)
