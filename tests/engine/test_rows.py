"""Rows that come and go keep their order, their values and their neighbours' memory."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from exocosm.engine.rows import append, keep


def table(n, start=0):
    numbers = np.arange(start, start + n)
    return {"id": numbers.copy(), "pair": np.stack([numbers, -numbers], axis=1).astype(float)}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2**32 - 1)), max_size=8), st.integers(0, 30))
def test_any_history_gives_what_joining_and_picking_gives(history, n):
    arrays, room, expected, next_id = table(n), {}, np.arange(n), n
    for more, pattern in history:
        append(arrays, table(more, next_id), room)
        expected = np.append(expected, np.arange(next_id, next_id + more))
        kept = np.random.default_rng(pattern).random(len(expected)) < 0.7
        keep(arrays, kept)
        expected, next_id = expected[kept], next_id + more
        np.testing.assert_array_equal(arrays["id"], expected)
        np.testing.assert_array_equal(arrays["pair"], np.stack([expected, -expected], axis=1))


def test_gaps_are_closed_over_many_blocks():
    arrays = table(100_000)
    kept = np.arange(100_000) % 3 > 0
    keep(arrays, kept)
    np.testing.assert_array_equal(arrays["id"], np.flatnonzero(kept))


def test_room_is_used_and_an_array_put_in_its_place_is_not_written_over():
    arrays, room = table(4), {}
    append(arrays, table(1, 4), room)
    held = room["id"]
    append(arrays, table(1, 5), room)
    assert arrays["id"].base is held  # no copy was needed
    other = np.arange(100)
    arrays["id"] = other[:6]  # rows of somebody else's array
    append(arrays, table(1, 6), room)
    assert arrays["id"].base is not other
    np.testing.assert_array_equal(other, np.arange(100))
