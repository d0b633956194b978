"""Binding to matrix: the exact solution of two states, in both back ends."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from exocosm.engine import simulate
from exocosm.engine.laws.matrix import exchange
from exocosm.model import MatrixBinding, Placement

from .models import BACKENDS
from .small_models import model, number, vesicle
from .strips import donor, one_each, strip, taker

rates = st.just(0.0) | st.floats(1e-6, 1e3)


def binding(on=0.3, off=0.1, loss=0.05):
    from dataclasses import replace

    parts = {"on": on, "off": off, "loss": loss}
    bound = MatrixBinding(**{name: number(f"matrix {name}", value, "1/min") for name, value in parts.items()})
    return [replace(vesicle(), binding=bound)]


@given(on=rates, off=rates, loss=rates, dt=st.floats(1e-6, 1e3))
def test_exchange_is_the_exponential_of_its_matrix(on, off, loss, dt):
    e00, e01, e10, e11 = exchange(on, off, loss, dt)
    exact = expm(np.array([[-on, off], [on, -(off + loss)]]) * dt)
    np.testing.assert_allclose([[e00, e01], [e10, e11]], exact, rtol=1e-9, atol=1e-12)
    assert min(e00, e01, e10, e11) >= 0.0
    assert max(e00 + e10, e01 + e11) <= 1.0 + 1e-12


def test_two_short_steps_are_one_long_one():
    compiled = strip([taker()], n=30, vesicles=binding())
    state = one_each(compiled, n=30)
    state.fields["vesicles"][:] = 7.0
    state.fields["cargo"][:] = 3.0
    once = copy.deepcopy(state)
    BACKENDS[1].vesicles.bind(compiled, once, 5.0)
    for dt in (2.0, 3.0):
        BACKENDS[1].vesicles.bind(compiled, state, dt)
    for name in ("vesicles", "cargo", "matrix_vesicles", "matrix_cargo"):
        np.testing.assert_allclose(state.fields[name], once.fields[name], rtol=1e-12)
    # Cargo is bound along, and both books know what decayed at the matrix.
    np.testing.assert_allclose(
        state.fields["matrix_cargo"][0, 0], state.fields["matrix_vesicles"][0] * 3 / 7, rtol=1e-12
    )
    for books, field, start in ((state.vesicle_books, "vesicles", 7.0), (state.cargo_books, "cargo", 3.0)):
        there = state.fields[field].sum() + state.fields[f"matrix_{field}"].sum()
        assert books["decayed"].sum() + there == pytest.approx(30 * start, rel=1e-13)


def test_without_loss_the_shares_are_those_of_the_rates(device):
    """In the long run a share on/(on + off) is bound."""
    compiled = strip([taker()], n=5, vesicles=binding(loss=0.0))
    state = one_each(compiled, n=5)
    state.fields["vesicles"][:] = 8.0
    for _ in range(20):
        device.vesicles.bind(compiled, state, 10.0)
    np.testing.assert_allclose(state.fields["matrix_vesicles"], 6.0, rtol=1e-12)
    np.testing.assert_allclose(state.fields["vesicles"], 2.0, rtol=1e-12)
    assert state.vesicle_books["decayed"][0] == 0.0


def test_nothing_binds_in_a_dish():
    made = model([donor()], [Placement(kind="donor", pattern="dish", count=3)], ["a"], shape=(1, 1, 1),
                 spacing=100.0, dish=True, vesicles=binding())  # fmt: skip
    account = simulate(made, duration="2 h").books[0]
    assert account["matrix"] == 0.0
    assert account["released"] > 0.0


def test_bound_vesicles_stand_in_the_books_of_a_run():
    made = model([donor()], [Placement(kind="donor", pattern="disc", count=3)], ["a"], vesicles=binding())
    for account in simulate(made, duration="2 h").books:
        assert account["matrix"] > 0.0
        assert abs(account["residual"]) < 1e-12
