"""Books of vesicles and cargo: they close for any model, and notice what goes missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine import Steps, simulate
from exocosm.engine.books import close
from exocosm.engine.compiled import compile_model

from .models import BACKENDS, groups, laid_out, random_model
from .small_models import cell, model

STEPS = {"dish": Steps(exchange=12.0, cell=12.0), "tissue": Steps(), "box": Steps(exchange=3.0, cell=6.0)}


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), domain=st.sampled_from(["dish", "tissue", "box"]))
def test_books_close_for_any_model_and_no_field_is_ever_negative(seed, domain):
    steps = STEPS[domain]
    trajectory = simulate(
        random_model(seed, domain),
        duration="72 min",
        seed=seed,
        steps=steps,
        record_every=f"{steps.exchange} min",
    )
    assert len(trajectory.books) > 0
    for account in trajectory.books:
        income = account["released"] + account["added"]
        # Of 60 carries of up to 1 the sum is known to 1e-14 or so, which tells where next to nothing came in.
        assert abs(account["residual"]) * (income or 1.0) <= 1e-12 * income + 1e-13, account
        assert min(account[name] for name in ("released", "free", "internalised", "decayed", "wall")) >= 0
        if domain != "dish":
            assert account["wall"] == 0.0
    for frame in trajectory.frames:
        for name, field in frame.fields.items():
            assert np.all(field >= 0.0), name
        for name, array in frame.cells.items():
            if name.startswith(("cargo:", "delivered:", "taken:")):
                assert np.all(array >= 0), name


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), domain=st.sampled_from(["dish", "tissue"]))
def test_books_of_the_reference_close_too(seed, domain):
    trajectory = simulate(random_model(seed, domain), duration="24 min", seed=seed, device="reference")
    assert max(abs(account["residual"]) for account in trajectory.books) < 1e-10


def busy():
    """A donor and a recipient in each of six voxels after one step."""
    donor = cell("donor", sends={"a": 2.0}, holds={"a": 1e4}, rate=30.0)
    compiled = compile_model(model([donor, cell("taker", rate=0.0)], [], ["a"], shape=(1, 2, 3)))
    state = laid_out(compiled, np.arange(12) % 2, np.arange(12) // 2)
    BACKENDS[1].vesicles.release(compiled, state, 5.0, 1)
    BACKENDS[1].vesicles.take_up(compiled, state, *groups(state), 5.0, 1)
    return compiled, state


def test_an_account_says_where_everything_is():
    compiled, state = busy()
    vesicles, copies = close(compiled, state)
    assert (vesicles.name, copies.name) == ("sEV", "sEV/a")
    assert vesicles.internalised == state.cells["taken"].sum() > 0
    assert vesicles.free == state.fields["vesicles"].sum() > 0
    # What left the donors is what the books call released.
    donors = state.cells["kind"] == 0
    given_away = 1e4 * donors.sum() - (state.cells["copies"] - state.cells["delivered"])[donors].sum()
    assert copies.released == pytest.approx(given_away, rel=1e-9)
    assert abs(copies.residual) < 1e-14


@pytest.mark.parametrize("field", ["vesicles", "cargo", "vesicle_carry", "cargo_carry"])
def test_books_notice_what_goes_missing(field):
    compiled, state = busy()
    income = sum(account.released for account in close(compiled, state))
    flat = state.fields[field].reshape(-1)
    flat[0] -= 1e-6
    worst = max(abs(account.residual) for account in close(compiled, state))
    assert worst > 1e-6 / income / 2


def test_an_empty_account_has_no_residual():
    compiled = compile_model(model([cell("quiet", rate=0.0)], [], ["a"]))
    accounts = close(compiled, laid_out(compiled, [0], [0]))
    assert [account.residual for account in accounts] == [0.0, 0.0]
