"""Contacts and pressure: symmetry, order, known packings, agreement of back ends."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.backends import get_backend
from exocosm.engine.laws.mechanics import pair_pressure
from exocosm.errors import InputError

REFERENCE, CPU = get_backend("reference"), get_backend("cpu")


def thrown(n: int, size: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    position = draw.uniform(0.0, size, (n, 3))
    position[:2] = position[:1]
    return position, draw.uniform(3.0, 9.0, n)


@given(st.integers(0, 60), st.floats(1.0, 100.0), st.floats(0.5, 2.0), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_back_ends_find_the_same_contacts_and_pressures(n, size, factor, seed):
    position, radius = thrown(n, size, seed)
    ids = np.random.default_rng(seed + 1).permutation(10 * n)[:n]
    first, other = CPU.contacts.contacts(position, radius, factor=factor, ids=ids)
    expected = REFERENCE.contacts.contacts(position, radius, factor=factor, ids=ids)
    assert np.array_equal(first, expected[0])
    assert np.array_equal(other, expected[1])
    found = [np.full(n, np.nan), np.full(n, np.nan)]
    for backend, out in zip((REFERENCE, CPU), found, strict=True):
        backend.contacts.pressures(position, radius, out)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)


def test_contacts_stand_at_both_cells_by_rising_id(device):
    position, radius = thrown(80, 40.0, 1)
    ids = np.arange(80)[::-1].copy()
    first, other = device.contacts.contacts(position, radius, factor=1.2, ids=ids)
    pairs = {(i, int(j)) for i in range(80) for j in other[first[i] : first[i + 1]]}
    assert len(pairs) == len(other) > 100
    assert pairs == {(j, i) for i, j in pairs}
    assert (0, 1) in pairs
    for i in range(80):
        assert np.all(np.diff(ids[other[first[i] : first[i + 1]]]) > 0)


def test_a_contact_ends_at_the_factor_times_the_radii(device):
    position, radius = np.array([[0.0, 0.0, 0.0], [12.0, 0.0, 0.0]]), np.array([4.0, 6.0])
    for factor, expected in ((1.19, 0), (1.2, 0), (1.21, 2)):
        assert len(device.contacts.contacts(position, radius, factor=factor)[1]) == expected


def test_twelve_neighbours_of_the_densest_packing_press_with_one(device):
    """Spheres at the distance where their overlap is 1 - sqrt(π/(2 sqrt 3)), on a face-centred lattice."""
    contact = 16.0
    step = contact * math.sqrt(math.pi / (2.0 * math.sqrt(3.0))) / math.sqrt(2.0)
    grid = np.array([(x, y, z) for x in range(-2, 3) for y in range(-2, 3) for z in range(-2, 3)])
    position = step * grid[grid.sum(axis=1) % 2 == 0].astype(float)
    middle = int(np.flatnonzero((position == 0.0).all(axis=1))[0])
    out = np.empty(len(position))
    device.contacts.pressures(position, np.full(len(position), contact / 2), out)
    assert out[middle] == pytest.approx(1.0, rel=1e-12)
    assert pair_pressure(0.0, 1.0) == pytest.approx(1.0 / 0.027288820670331, rel=1e-12)


def test_none_and_one_cell_touch_nobody(device):
    for n in (0, 1):
        position, out = np.zeros((n, 3)), np.ones(n)
        first, other = device.contacts.contacts(position, np.ones(n))
        device.contacts.pressures(position, np.ones(n), out)
        assert first.tolist() == [0] * (n + 1)
        assert len(other) == 0
        assert np.all(out == 0.0)


def test_bad_positions_and_factors_are_refused(device):
    with pytest.raises(InputError, match="cell 1"):
        device.contacts.contacts(np.array([[0.0, 0, 0], [math.nan, 0, 0]]), np.ones(2))
    with pytest.raises(InputError, match="factor"):
        device.contacts.contacts(np.zeros((2, 3)), np.ones(2), factor=0.0)


def test_bits_do_not_depend_on_the_number_of_threads():
    position, radius = thrown(5000, 250.0, 2)
    before, found = numba.get_num_threads(), []
    try:
        for threads in (1, before):
            numba.set_num_threads(threads)
            out = np.empty(5000)
            CPU.contacts.pressures(position, radius, out)
            first, other = CPU.contacts.contacts(position, radius)
            found.append((out.tobytes(), first.tobytes(), other.tobytes()))
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]
