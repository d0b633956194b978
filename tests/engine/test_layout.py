"""Starting positions: packing, shells, clearance, reproducibility, refusal of what does not fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from exocosm.engine.layout import place
from exocosm.errors import InputError
from exocosm.model import Domain, Placement, chosen

RADII = {"tumour": 8.4, "macrophage": 10.0}


def length(value: float):
    return chosen(f"length_{value:g}", value, "um", why="test")


def domain(shape=(1, 40, 40)) -> Domain:
    return Domain(
        shape=shape, spacing=chosen("spacing", 20.0, "um", why="test"), well_mixed=shape == (1, 1, 1)
    )


def disc(count: int, kind: str = "tumour") -> Placement:
    return Placement(kind=kind, pattern="disc", count=count)


def shell(count: int, inner: float, outer: float, kind: str = "macrophage") -> Placement:
    return Placement(kind=kind, pattern="shell", count=count, inner=length(inner), outer=length(outer))


def nearest(positions: np.ndarray, among: np.ndarray, k: int) -> np.ndarray:
    return cKDTree(among).query(positions, k=[k])[0][:, 0]


@pytest.mark.parametrize(("shape", "neighbours"), [((1, 40, 40), 6), ((40, 40, 40), 12)])
def test_disc_is_closely_packed_around_the_centre(shape, neighbours):
    spacing = 0.95 * 2.0 * RADII["tumour"]
    kinds, positions = place([disc(400)], RADII, domain(shape), seed=1)
    assert kinds == ["tumour"] * 400
    centre = np.array(shape[::-1]) * 10.0
    distance = np.linalg.norm(positions - centre, axis=1)
    assert distance[0] == 0.0
    assert np.all(np.diff(distance) > -1e-6 * spacing)  # nearest first
    inner = positions[distance < distance.max() - 1.01 * spacing]
    assert len(inner) > 20
    for k in range(1, neighbours + 1):
        np.testing.assert_allclose(nearest(inner, positions, k + 1), spacing, rtol=1e-12)
    assert np.all(nearest(inner, positions, neighbours + 2) > 1.4 * spacing)
    # 400 sites of the known density fill a disc or ball to within a ring one spacing wide.
    if shape[0] == 1:
        extent = np.sqrt(400 * np.sqrt(3.0) / 2.0 / np.pi) * spacing
    else:
        extent = np.cbrt(400 / np.sqrt(2.0) * 0.75 / np.pi) * spacing
    assert distance.max() == pytest.approx(extent, abs=0.6 * spacing)


@given(
    count=st.integers(0, 60),
    around=st.integers(0, 60),
    scattered=st.integers(0, 60),
    thick=st.booleans(),
    seed=st.integers(0, 2**63 - 1),
)
@settings(deadline=None, max_examples=15)
def test_cells_keep_clear_of_each_other_and_in_the_box(count, around, scattered, thick, seed):
    here = domain((20, 30, 30) if thick else (1, 40, 40))
    placements = [
        disc(count),
        shell(around, 100.0, 250.0),
        Placement(kind="tumour", pattern="scattered", count=scattered),
    ]
    kinds, positions = place(placements, RADII, here, seed)
    assert kinds == ["tumour"] * count + ["macrophage"] * around + ["tumour"] * scattered
    assert positions.shape == (len(kinds), 3)
    size = np.array(here.shape[::-1]) * 20.0
    assert np.all((positions >= 0.0) & (positions <= size))
    if not thick:
        assert np.all(positions[:, 2] == 10.0)
    radius = np.array([RADII[kind] for kind in kinds])
    for i in range(count, len(kinds)):
        gaps = np.linalg.norm(positions[:i] - positions[i], axis=1)
        assert np.all(gaps >= 0.8 * (radius[:i] + radius[i]))
    distance = np.linalg.norm(positions[count : count + around] - 0.5 * size, axis=1)
    assert np.all((distance >= 100.0 - 1e-9) & (distance <= 250.0 + 1e-9))


def test_a_shell_is_uniform_in_area():
    _, positions = place([shell(600, 100.0, 1900.0, "tumour")], RADII, domain((1, 200, 200)), seed=3)
    offset = positions - 2000.0
    square = np.hypot(offset[:, 0], offset[:, 1]) ** 2
    share = (square - 100.0**2) / (1900.0**2 - 100.0**2)
    # 600 cells fill 1 % of the area, so clearance hardly matters: mean 1/2 within 4 standard errors.
    assert share.mean() == pytest.approx(0.5, abs=4.0 / np.sqrt(12 * 600))
    assert offset[:, 0].mean() == pytest.approx(0.0, abs=4.0 * 1900.0 / 2.0 / np.sqrt(600))


def test_a_second_disc_takes_the_free_sites_around_the_first():
    kinds, positions = place([disc(37), disc(50, "macrophage")], RADII, domain(), seed=1)
    inner, outer = positions[:37], positions[37:]
    assert kinds[37:] == ["macrophage"] * 50
    assert nearest(outer, inner, 1).min() >= 0.8 * (8.4 + 10.0)
    assert np.linalg.norm(outer - [400.0, 400.0, 10.0], axis=1).max() < 200.0


def test_the_seed_decides():
    placements = [disc(20), shell(20, 100.0, 200.0)]
    first = place(placements, RADII, domain(), seed=1)[1]
    assert np.array_equal(first, place(placements, RADII, domain(), seed=1)[1])
    assert not np.array_equal(first, place(placements, RADII, domain(), seed=2)[1])


def test_a_dish_holds_any_number_of_cells():
    dish = [
        Placement(kind="tumour", pattern="dish", count=1000),
        Placement(kind="macrophage", pattern="dish", count=7),
    ]
    kinds, positions = place(dish, RADII, domain((1, 1, 1)), seed=1)
    assert len(kinds) == 1007
    assert np.all((positions > 0.0) & (positions < 20.0))


def test_nothing_to_place():
    kinds, positions = place([], RADII, domain(), seed=1)
    assert kinds == []
    assert positions.shape == (0, 3)


@pytest.mark.parametrize(
    ("placement", "message"),
    [
        (disc(10_000), "room for 10000 packed cells of tumour"),
        (shell(400, 100.0, 110.0), "room for 400 cells of macrophage between 100 and 110"),
        (shell(3, 5000.0, 5100.0), "found none after 0"),
        (shell(3, 200.0, 100.0), "0 <= inner <= outer"),
        (Placement(kind="tumour", pattern="shell", count=3), "outer=None"),
    ],
)
def test_what_does_not_fit_is_refused(placement, message):
    with pytest.raises(InputError, match=message):
        place([placement], RADII, domain(), seed=1)
