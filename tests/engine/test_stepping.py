"""Automatic steps: the error asked for, steps that land, bounded work, the same whatever came before."""

import numpy as np
import pytest

from exocosm.engine.backends.cpu import adi
from exocosm.engine.stepping import advance_within, even_steps
from exocosm.errors import RunError

SHAPE = (1, 16, 17)
WEIGHTS, VALUES = np.full(6, 2.0), np.full(6, 38.0)
NONE = np.zeros(SHAPE)


def operator():
    sink = np.zeros(SHAPE)
    sink[0, 5:11, 5:12] = 7.0
    return 250.0, None, 0.1, sink, NONE, WEIGHTS, VALUES


def follow(u, interval, tolerance, proposed=0.0):
    """Advance u; returns the next step and the lengths of those taken."""
    lengths, what = [], operator()
    rate = 0.1 + 250.0 * np.sqrt(4.0 * (np.pi / 16) ** 2 + 4.0 * (np.pi / 17) ** 2)
    proposed = advance_within(
        u, lambda v, dt, n: adi.advance(v, *what, dt, n), lambda v: adi.slope(v, *what), what[3] + rate,
        interval, tolerance, proposed, lambda dt, before, after: lengths.append(dt), "oxygen",
    )  # fmt: skip
    return proposed, lengths


def exact(interval):
    one, two, steps = np.full(SHAPE, 38.0), np.full(SHAPE, 38.0), 4000
    adi.advance(one, *operator(), interval / steps, steps)
    adi.advance(two, *operator(), 0.5 * interval / steps, 2 * steps)
    return 2.0 * two - one


def test_the_error_stays_below_the_tolerance_and_falls_with_it():
    errors, numbers = [], []
    for tolerance in (1.0, 0.1, 0.01):
        u = np.full(SHAPE, 38.0)
        _, lengths = follow(u, 0.5, tolerance)
        errors.append(np.abs(u - exact(0.5)).max())
        numbers.append(len(lengths))
        assert errors[-1] < tolerance
        assert sum(lengths) == pytest.approx(0.5, rel=1e-12)
    assert errors[0] > errors[1] > errors[2]
    assert numbers[0] < numbers[1] < numbers[2]


def test_steps_grow_as_the_field_settles_and_go_on_from_where_they_were():
    u = np.full(SHAPE, 38.0)
    proposed, first = follow(u, 6.0, 0.1)
    assert max(first) > 20.0 * min(first)
    _, second = follow(u, 6.0, 0.1, proposed)
    assert len(second) < len(first)


def test_a_restart_takes_the_same_steps_to_the_bit():
    u = np.full(SHAPE, 38.0)
    proposed, _ = follow(u, 1.0, 0.1)
    v = u.copy()
    assert follow(u, 1.0, 0.1, proposed) == follow(v, 1.0, 0.1, proposed)
    assert u.tobytes() == v.tobytes()


def test_a_settled_field_takes_one_step():
    u = np.full(SHAPE, 38.0)
    proposed = 0.0
    for _ in range(10):
        proposed, lengths = follow(u, 20.0, 0.1, proposed)
    before = u.copy()
    _, lengths = follow(u, 20.0, 0.1, proposed)
    assert lengths == [20.0]
    np.testing.assert_allclose(u, before, atol=0.1)


def test_what_cannot_be_followed_is_said():
    u = np.ones(SHAPE)
    with pytest.raises(RunError, match="`lactate`.*0.001.*larger tolerance"):
        advance_within(
            u, lambda v, dt, n: v.__iadd__(n), lambda v: 0.0 * v, np.ones(SHAPE), 1.0, 0.001, 0.0,
            lambda dt, before, after: None, "lactate",
        )  # fmt: skip


def test_even_steps_fill_the_interval():
    assert even_steps(6.0, 0.1) == (60, pytest.approx(0.1))
    assert even_steps(6.0, 4.0) == (2, 3.0)
    assert even_steps(6.0, 100.0) == (1, 6.0)
