"""What neighbours leave of a cell: caps and faces against geometry worked out otherwise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from exocosm.engine.backends import get_backend
from exocosm.engine.laws.covering import cap_share, face_at, face_share

BACKENDS = tuple(get_backend(name) for name in ("reference", "cpu"))


def covering(backend, position, radius, flat=True):
    size, fraction = np.full(len(radius), np.nan), np.full(len(radius), np.nan)
    backend.contacts.covering(
        np.asarray(position, float), np.asarray(radius, float), size, fraction, flat=flat
    )
    return size, fraction


@given(face=st.floats(-1, 1))
def test_caps_are_integrals_of_what_lies_beyond_the_face(face):
    disc = quad(lambda x: 2.0 * math.sqrt(max(0.0, 1.0 - x * x)), face, 1.0)[0] / math.pi
    ball = quad(lambda x: math.pi * (1.0 - x * x), face, 1.0)[0] / (4.0 / 3.0 * math.pi)
    assert cap_share(face, True) == pytest.approx(disc, abs=1e-6)
    assert cap_share(face, False) == pytest.approx(ball, abs=1e-9)


@given(one=st.floats(0.1, 10), other=st.floats(0.1, 10), share=st.floats(0.01, 0.99))
def test_the_face_goes_through_the_points_where_the_outlines_cross(one, other, share):
    """Seen from both cells it is at one place, and half as long as the height of that triangle."""
    distance = abs(one - other) + share * (one + other - abs(one - other))
    near, far = one * face_at(distance, one, other), other * face_at(distance, other, one)
    assert near + far == pytest.approx(distance, rel=1e-9)
    assert one**2 - near**2 == pytest.approx(other**2 - far**2, rel=1e-6, abs=1e-9)


def test_closer_never_covers_less():
    faces = [face_at(d, 1.0, 1.0) for d in np.linspace(2.0, 0.0, 50)]
    faces += list(np.linspace(0.0, -1.0, 20))
    for share in (cap_share, face_share):
        for flat in (True, False):
            assert np.all(np.diff([share(f, flat) for f in faces]) >= 0.0)
    assert face_at(0.5, 1.0, 2.0) == -1.0
    assert face_at(0.0, 2.0, 1.0) == 1.0


def test_six_neighbours_of_a_hexagon_take_six_caps(device):
    """At a distance of 1.8 r caps do not meet: each cuts off an angle of 2 arccos 0.9, half of it 25.8°."""
    turns = np.arange(6) * math.pi / 3.0
    around = 1.8 * np.column_stack([np.cos(turns), np.sin(turns), 0.0 * turns])
    size, fraction = covering(device, np.vstack([[0.0, 0.0, 0.0], around]), np.ones(7))
    half = math.acos(0.9)
    assert size[0] == pytest.approx(1.0 - 6.0 * (half - 0.9 * math.sin(half)) / math.pi)
    assert fraction[0] == pytest.approx(6.0 * 2.0 * math.sin(half) / (2.0 * math.pi))


def test_cells_that_just_touch_cover_nothing(device):
    size, fraction = covering(device, [[0.0, 0.0, 0.0], [3.0, 0.0, 0.0]], [1.0, 2.0])
    assert size.tolist() == [1.0, 1.0]
    assert fraction.tolist() == [0.0, 0.0]


@given(n=st.integers(0, 40), box=st.floats(1, 60), flat=st.booleans(), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_back_ends_agree_and_shares_lie_between_0_and_1(n, box, flat, seed):
    draw = np.random.default_rng(seed)
    position, radius = draw.uniform(0, box, (n, 3)), draw.uniform(2, 9, n)
    position[:, 2] *= not flat
    position[:2] = position[:1]
    found = [covering(backend, position, radius, flat) for backend in BACKENDS]
    for reference, cpu in zip(*found, strict=True):
        np.testing.assert_allclose(cpu, reference, rtol=1e-12, atol=1e-12)
        assert np.all((cpu >= 0.0) & (cpu <= 1.0))
