"""Gradients of fields at cells: exact for linear fields, second order inside, one-sided at the rim."""

import math

import numpy as np
import pytest

from exocosm.engine.backends import get_backend
from exocosm.errors import InputError

SPACING = 20.0


def centres(shape):
    z, y, x = np.meshgrid(*[SPACING * (np.arange(n) + 0.5) for n in shape], indexing="ij")
    return x, y, z


def scattered(shape, n=200, seed=1):
    return np.random.default_rng(seed).uniform(0.0, 1.0, (n, 3)) * SPACING * np.array(shape[::-1])


@pytest.mark.parametrize("interpolate", [False, True])
def test_a_linear_field_has_its_slope_everywhere(device, interpolate):
    shape = (4, 5, 6)
    x, y, z = centres(shape)
    field = 3.0 + 0.2 * x - 0.1 * y + 0.05 * z
    out = np.empty((200, 3))
    device.gradients.gradient(field, SPACING, scattered(shape), out, interpolate=interpolate)
    np.testing.assert_allclose(out, np.tile([0.2, -0.1, 0.05], (200, 1)), rtol=1e-11)


def test_the_order_is_two_inside_and_one_at_the_rim(device):
    errors = {"inside": [], "rim": []}
    for n in (20, 40, 80):
        dx = 1.0 / n
        x = (np.arange(n) + 0.5) * dx
        field = np.exp(x)[None, None]
        out = np.empty((2, 3))
        middle = n // 2
        position = np.array([[x[middle], 0.0, 0.0], [x[0], 0.0, 0.0]])
        device.gradients.gradient(field, dx, position, out)
        errors["inside"].append(abs(out[0, 0] - math.exp(x[middle])))
        errors["rim"].append(abs(out[1, 0] - math.exp(x[0])))
    for where, order in (("inside", 2.0), ("rim", 1.0)):
        slope = -np.polyfit(np.log([20, 40, 80]), np.log(errors[where]), 1)[0]
        assert slope == pytest.approx(order, abs=0.1)


def test_interpolation_is_continuous_and_exact_at_centres(device):
    field = np.random.default_rng(2).normal(size=(3, 4, 5))
    x, y, z = (part.ravel() for part in centres(field.shape))
    position = np.column_stack([x, y, z])
    plain, smooth = np.empty_like(position), np.empty_like(position)
    device.gradients.gradient(field, SPACING, position, plain)
    device.gradients.gradient(field, SPACING, position, smooth, interpolate=True)
    np.testing.assert_allclose(smooth, plain, rtol=1e-12, atol=1e-15)
    edge = np.array([[40.0 - 1e-9, 30.0, 33.0], [40.0 + 1e-9, 30.0, 33.0]])
    out = np.empty((2, 3))
    device.gradients.gradient(field, SPACING, edge, out, interpolate=True)
    np.testing.assert_allclose(out[0], out[1], atol=1e-10)


def test_one_voxel_has_no_slope_and_cells_outside_that_of_the_rim(device):
    out = np.full((2, 3), np.nan)
    device.gradients.gradient(np.ones((1, 1, 1)), SPACING, np.array([[5.0, 5, 5], [-50.0, 90, 5]]), out)
    assert np.all(out == 0.0)
    field = np.array([0.0, 1.0, 4.0])[None, None]
    device.gradients.gradient(field, SPACING, np.array([[-3.0, 0, 0], [1e9, 0, 0]]), out)
    assert out[:, 0] == pytest.approx([1.0 / 20.0, 3.0 / 20.0])


@pytest.mark.parametrize("interpolate", [False, True])
def test_chemotaxis_adds_directions_or_gradients(device, interpolate):
    x, y, _ = centres((3, 3, 3))
    fields = np.stack([3.0 * x, 0.5 * y, np.ones((3, 3, 3))])
    sensitivity = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    position, out = np.full((3, 3), 30.0), np.empty((3, 3))
    how = {"interpolate": interpolate}
    device.gradients.chemotaxis(fields, sensitivity, SPACING, position, out, **how)
    root = math.sqrt(0.5)
    np.testing.assert_allclose(out, [[root, root, 0], [root, -root, 0], [0, 0, 0]], atol=1e-12)
    device.gradients.chemotaxis(fields, sensitivity, SPACING, position, out, normalised=False, **how)
    length = math.hypot(3.0, 0.5)
    np.testing.assert_allclose(out[0], [3.0 / length, 0.5 / length, 0], atol=1e-12)


def test_back_ends_agree():
    fields = np.random.default_rng(3).normal(size=(2, 5, 1, 7))
    position = scattered((5, 1, 7), 80) * 1.2 - 5.0
    sensitivity = np.random.default_rng(4).normal(size=(80, 2))
    for interpolate in (False, True):
        found = []
        for backend in (get_backend("reference"), get_backend("cpu")):
            out, slope = np.empty((80, 3)), np.empty((80, 3))
            backend.gradients.chemotaxis(fields, sensitivity, SPACING, position, out, interpolate=interpolate)
            backend.gradients.gradient(fields[0], SPACING, position, slope, interpolate=interpolate)
            found.append(np.concatenate([out, slope]))
        np.testing.assert_allclose(found[1], found[0], rtol=1e-11, atol=1e-13)


def test_bad_fields_and_positions_are_refused(device):
    out = np.empty((1, 3))
    with pytest.raises(InputError, match="shape"):
        device.gradients.chemotaxis(np.ones((2, 2, 2)), np.ones((1, 1)), SPACING, np.zeros((1, 3)), out)
    with pytest.raises(InputError, match="finite"):
        device.gradients.gradient(np.ones((2, 2, 2)), SPACING, np.full((1, 3), np.nan), out)
    with pytest.raises(InputError, match="spacing"):
        device.gradients.gradient(np.ones((2, 2, 2)), 0.0, np.zeros((1, 3)), out)
